"""Everything an executive assistant knows how to do."""

from empla.capabilities.email import delegated, perceiving
from empla.mind.plans import PlanLibrary
from employees.executive_assistant import (
    answering,
    arranging,
    attending,
    awaiting,
    cancelling,
    changing,
    chasing,
    countering,
    declining,
    errand_news,
    errands,
    introducing,
    keeping,
    moving,
    reminding,
    reporting,
    sequence_news,
    sequences,
    several,
    standing,
    swapping,
)

library = PlanLibrary()
for part in (
    perceiving,
    delegated,
    introducing,
    arranging,
    attending,
    keeping,
    countering,
    moving,
    changing,
    swapping,
    cancelling,
    answering,
    declining,
    reporting,
    several,
    standing,
    errands,
    awaiting,
    errand_news,
    reminding,
    sequences,
    sequence_news,
    chasing,
):
    library.include(part.library)
