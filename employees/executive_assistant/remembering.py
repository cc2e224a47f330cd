"""What the manager is told of the employee's memory: that more has happened than is recalled, and what became of it."""

from empla.capabilities.email.steps import send
from empla.mind.plans import PlanLibrary, Trigger, on
from employees.executive_assistant.knowing import Profile, Steps, profile

library = PlanLibrary()

MEMORY_FULL = "memory-full"
"""Kind of the percept; fields `kind`, `faded` (how many), `most`."""


@library.plan(on(MEMORY_FULL), goal="say that memory is full", quiet=True)
def tell_of_full_memory(event: Trigger) -> Steps:
    """Say what is not recalled any more, and how it comes back."""
    me: Profile = yield from profile()
    text = (
        f"I remember more than {event.most:,} entries of the kind “{event.kind}”. The oldest {event.faded:,} of little "
        "weight are not recalled any more. Nothing is deleted: `empla memory undo` brings back what you want."
    )
    yield send(me.manager, "My memory is full", text)
