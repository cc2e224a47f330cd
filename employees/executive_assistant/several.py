"""Several requests in one mail: each becomes an event of its own, so that each is done, asked about and answered."""

from dataclasses import replace

from empla.mind.answers import FRAGMENTS
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail, Reading
from empla.mind.steps import Raise
from employees.executive_assistant.knowing import Steps, from_manager, intent, told

library = PlanLibrary()


def apart(mail: Mail) -> tuple[Mail, ...]:
    """Return the mail once for each request in it, with that request's words and a key of its own (one answer each)."""
    parts: tuple[Reading, ...] = tuple(told(mail, "parts") or ())
    return tuple(
        replace(mail, key=f"{mail.key}#{number}", text=part.value("text") or mail.text, reading=part)
        for number, part in enumerate(parts, 1)
    )


def answer_among(mail: Mail) -> tuple[Mail, tuple[Mail, ...]]:
    """Return what in a mail answers a question, and what besides it asks for: "The second one. And cancel my lunch."

    A mail that asks for several things of which none is an answer comes back whole.
    """
    parts = apart(mail) if intent(mail) == "several" else ()
    if not parts or intent(parts[0]) not in FRAGMENTS:
        return mail, ()
    return parts[0], parts[1:]


@library.plan(on("mail", mail__reading__intent="several"), when=from_manager, goal="take a mail apart", quiet=True)
def take_apart(event: Trigger) -> Steps:
    """Raise each request of the mail; the first answer also says what the mail took the place of."""
    before = event.get("before")
    for mail in apart(event.mail):
        yield Raise(kind="mail", fields={"mail": mail, "before": before} if before else {"mail": mail})
        before = None
