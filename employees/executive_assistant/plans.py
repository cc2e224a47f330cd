"""Everything an executive assistant knows how to do."""

from empla.capabilities.email import delegated, perceiving
from empla.mind.plans import PlanLibrary
from employees.executive_assistant import (
    answering,
    arranging,
    cancelling,
    declining,
    introducing,
    keeping,
    moving,
    reporting,
    several,
)

library = PlanLibrary()
for part in (
    perceiving,
    delegated,
    introducing,
    arranging,
    keeping,
    moving,
    cancelling,
    answering,
    declining,
    reporting,
    several,
):
    library.include(part.library)
