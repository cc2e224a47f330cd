"""The first mail: who I am, and what can be asked of me."""

from empla.capabilities.email.reading.intents import SENTENCES
from empla.capabilities.email.steps import send
from empla.mind.plans import PlanLibrary, Trigger, on
from employees.executive_assistant.knowing import Steps, profile

library = PlanLibrary()

EXAMPLES = tuple(s for s in SENTENCES if not s.startswith("Move"))[:6]
"""Six sentences that are certainly understood and that there are plans for."""


def examples() -> str:
    """Return the sentences as a list."""
    return "\n".join(f"  - {sentence}" for sentence in EXAMPLES)


@library.plan(on("hired"), goal="introduce myself")
def introduce(hired: Trigger) -> Steps:
    """Write to the manager once."""
    me = yield from profile()
    text = (
        f"Hello {me.manager_name.split()[0]},\n\n"
        f"I am {me.name}, your digital assistant at {me.company}. Write to me as to a colleague, "
        "in plain English, one request in a mail. These I certainly understand:\n\n"
        f"{examples()}\n\n"
        "I keep your calendar, and invite others in your name. What I am unsure of, I ask; "
        "what you did not ask for, I do not do without asking you first."
    )
    return (yield send(me.manager, "Your new assistant", text))
