"""Talking with the manager: answering a request, asking about it, and never losing one over another.

Questions about calendars and thanks that come meanwhile answer nothing and leave the question open
(`empla.mind.answers`). Another request does end the matter; its own answer says so first.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from empla.capabilities.email.steps import reply, send
from empla.mind.answers import WORDS
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Do, Now, Raise, Step
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, intent, told
from employees.executive_assistant.several import answer_among

PATIENCE = timedelta(days=3)
"""How long a question to the manager stays open."""

_OTHERS = frozenset({"move", "swap", "other-request", "invitation", "several"})
"""Intents of an answer that is none: a request of its own."""
_UNLESS_ASKED = frozenset({"rule", "drop-rule", "errand", "remind", "chase", "sequence", "drop-preference"})
"""The same, unless the question was about a request of that kind: to "Whom shall I ask?" one answers "Ask Ben"."""


def answer(event: Trigger, text: str) -> Do:
    """Answer the mail of a request; first what became of the one that was open when it came."""
    return reply(event.mail, words.paragraphs(event.get("before") or "", text))


def asked(
    me: Profile,
    mail: Mail,
    question: str,
    matter: str,
    undone: str,
    patience: timedelta = PATIENCE,
    *,
    for_words: bool = False,
) -> Generator[Step, Any, Mail | None]:
    """Put one question in answer to `mail` and return what the manager answers.

    None: the matter is over, and the manager knows. Nobody answered in time, or another request came instead. What an
    answer asks for besides is raised as a request of its own.
    `matter` names it ("an hour with Ben Stone"), `undone` says what was not done. A question `for_words` ("What shall I
    write?") takes whatever comes in reply for the answer.
    """
    since = yield Now()
    allowed = (WORDS,) if for_words else ()
    found: Mail | None = yield Ask(who=me.manager, by=reply(mail, question), patience=patience, allowed=allowed)
    if found is None:
        text = (
            f"On {words.moment(since, me.zone)} ({me.zone}) I asked you about {matter}, and have heard nothing since, "
            f"so I leave it. {undone} If it shall still be done, please write to me once more."
        )
        yield send(me.manager, f"Left: {matter}", text)
        return None
    if for_words:
        return found
    found, besides = answer_among(found)
    for other in besides:
        yield Raise(kind="mail", fields={"mail": other})
    if is_another(found) or (intent(found) in _UNLESS_ASKED and intent(found) != intent(mail)):
        yield Raise(kind="mail", fields={"mail": found, "before": dropped(matter)})
        return None
    return found


def is_another(mail: Mail) -> bool:
    """Return whether an answer is really a request of its own.

    A bare "cancel it" or "make it an hour" means what the question is about.
    """
    if intent(mail) == "change":
        return any(told(mail, slot) for slot in ("people", "window", "topic"))
    if intent(mail) == "cancel":
        names_one = any(told(mail, slot) for slot in ("people", "window", "topic", "all"))
        return names_one or bool(mail.reading and mail.reading.unread)
    return intent(mail) in _OTHERS


def dropped(matter: str) -> str:
    """Say what became of a matter that another request took the place of."""
    return f"I have dropped your earlier request ({matter}), and done nothing about it."
