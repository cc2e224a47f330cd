"""All plans by which every employee acts unasked, and what it looks for."""

from empla.capabilities.initiative import days, detecting, months, reflecting, weighing
from empla.capabilities.initiative.remarking import KINDS as REMARKED
from empla.mind import noticing
from empla.mind.plans import PlanLibrary

library = PlanLibrary()
library.declare(*noticing.KINDS, *REMARKED)
for part in (weighing, detecting, days, reflecting, months):
    library.include(part.library)
