"""What the assistant says of its connections to the world when they are out of order."""

from collections.abc import Iterable

from empla.capabilities.email.mailbox import READING, SUBMISSION
from empla.capabilities.email.steps import send
from empla.capabilities.introspection import Integration
from empla.mind.health import Health
from empla.mind.percepts import INTEGRATION
from empla.mind.plans import PlanLibrary, Trigger, on
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, profile

library = PlanLibrary()

_WHAT = {
    READING: "my mailbox",
    SUBMISSION: "the server that sends my mail",
    "calendar": "your calendar",
    "directory": "the company's directory",
    "delegated": "your inbox",
}
"""What an integration is, as a person would say it."""


def what(name: str) -> str:
    """Return what an integration is, in words."""
    return _WHAT.get(name, name)


def lines(integrations: Iterable[Integration], zone: str) -> list[str]:
    """Return a line for each integration that does not work."""
    return [_line(one, zone) for one in integrations if one.state != Health.WORKING]


def _line(one: Integration, zone: str) -> str:
    since, why = words.moment(one.since, zone), words.sentence(one.why, 160).rstrip(". ")
    match one.state:
        case Health.SIGNED_OUT:
            return f"{what(one.name)} does not let me in since {since}: {why}"
        case Health.TROUBLED:
            return f"{what(one.name)} has failed again and again since {since}: {why}"
    return f"I cannot reach {what(one.name)} since {since}: {why}"


def _can_be_told(_beliefs: object, event: Trigger) -> bool:
    """Whether it is of use to tell it by mail: where mail itself is what fails, it comes too late."""
    return bool(event.state == Health.SIGNED_OUT and event.name != SUBMISSION)


@library.plan(on(INTEGRATION), when=_can_be_told, goal="ask for somebody to see to an account", quiet=True)
def ask_for_the_account(event: Trigger) -> Steps:
    """Tell the manager, once, of a server that does not let the account in: only a person can mend that."""
    me: Profile = yield from profile()
    yield send(
        me.manager,
        f"I am not let in: {what(event.name)}",
        f"{words.capital(what(event.name))} does not let me in any more: {event.why.rstrip('. ')}.\n\n"
        "I cannot mend that myself: somebody has to look whether the password or the account was changed. Whoever runs "
        f"me can test the account with `empla mailbox test FILE`, and give me the new one.\n\nUntil then I try once an "
        "hour, keep what I have to do there, and go on with everything else.",
    )
