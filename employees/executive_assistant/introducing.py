"""The first mail, and the answer to "help": who I am, and what can be asked of me."""

from empla.capabilities.email.steps import send
from empla.mind.plans import PlanLibrary, Trigger, on
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile
from employees.executive_assistant.talking import answer

library = PlanLibrary()

EXAMPLES = (
    "Book half an hour with Bob next Tuesday afternoon.",
    "Set up an hour with Bob and Carla this week, not Friday, about the budget.",
    "Am I free on Thursday?",
    "What does my week look like?",
    "Move my meeting with Bob to Wednesday at 10.",
    "Cancel the meeting with Carla on Friday.",
)
"""Six sentences that are certainly understood and that there are plans for."""

ERRANDS = (
    "Get me the supplier list from Bob by tomorrow 10:00.",
    "Remind me on Friday to call the bank.",
    "If Carla has not answered by Thursday, ask again.",
    "Follow up with lead@acme.example about the offer every 3 days, three times.",
    "What have you promised?",
)
"""The same, of what is not about meetings."""


def examples(most: int = len(EXAMPLES)) -> str:
    """Return the first sentences as a list."""
    return "\n".join(f"  - {sentence}" for sentence in EXAMPLES[:most])


@library.plan(on("hired"), goal="introduce myself")
def introduce(hired: Trigger) -> Steps:
    """Write to the manager once."""
    me: Profile = yield from profile()
    text = (
        f"Hello {me.manager_name.split()[0]},\n\n"
        f"I am {me.name}, your digital assistant at {me.company}. I arrange meetings for you and keep your calendar. "
        "Write to me as to a colleague, in plain English. These I certainly understand:\n\n"
        f"{examples()}\n\n"
        "What I am unsure of, I ask, and when you do not answer, I do nothing. I take requests from nobody but you, "
        "and to people whom you did not mention I write only if you say so."
    )
    return (yield send(me.manager, "Your new assistant", text))


@library.plan(on("mail", mail__reading__intent="help"), when=from_manager, goal="say what can be asked")
def tell_help(event: Trigger) -> Steps:
    """List sentences that are understood."""
    listed = "\n".join(f"  - {sentence}" for sentence in ERRANDS)
    text = (
        "I arrange, move and call off meetings, and say what is in your calendar and who is free. For instance:\n\n"
        f"{examples()}\n\n"
        "When I propose times, answer with the number or the day: “The second one works.”\n\n"
        "I also get things from people, remind you and others, ask again, and say what I am at:\n\n"
        f"{listed}\n\n"
        "What I can neither do nor ask anybody for, I say at once."
    )
    yield answer(event, text)
