"""All plans that every employee knows of tasks and promises."""

from empla.capabilities.tasks import assigned, doing, notices
from empla.mind.plans import PlanLibrary

library = PlanLibrary()
for part in (assigned, doing, notices):
    library.include(part.library)
