"""Which open question a mail answers, if any."""

from collections.abc import Sequence

from empla.mind.intentions import Question
from empla.mind.readings import Mail

FRAGMENTS = frozenset({"answer", "choose", "yes", "no"})
"""Intents of a mail that only makes sense as an answer."""
ASIDES = frozenset(
    {"free", "agenda", "help", "thanks", "rules", "status", "triage", "brief"}
    | {"prefer", "preferences", "drop-preference"}
)
"""Intents of a mail that answers nothing, wherever it is written: the question stays open."""


AGREES = frozenset({"yes", "answer", "choose", "schedule", "change", "move", "other-request"})
"""Intents of an answer that takes a matter up, as it was put or otherwise; whatever is not among them opens nothing."""
REFUSES = frozenset({"no", "cancel"})
"""Intents of an answer that wants nothing of it."""

WORDS = "words"
"""Among what a question allows: any words at all ("What shall I write?"); an aside in direct reply answers it too."""


def answered_question(questions: Sequence[Question], mail: Mail) -> Question | None:
    """Return the open question that `mail` answers.

    It must come from the person who was asked, vouched for by the server, and be more than an aside. It answers a
    question whose mail it replies to, else one in its thread. A mail that replies to nothing and only makes sense as an
    answer is taken for one if there is just one open question to that person; a reply in another thread never is.
    """
    intent = mail.reading.intent if mail.reading is not None else ""
    if mail.authenticated is None or mail.inbox_of is not None or mail.automatic:
        return None
    mine = [q for q in questions if q.who.value == mail.authenticated.value]
    if _intents(mail) <= ASIDES:
        return next((q for q in mine if WORDS in q.allowed and q.message_id in mail.in_reply_to), None)
    for question in mine:
        if question.message_id and question.message_id in mail.in_reply_to:
            return question
    in_thread = [q for q in mine if q.thread and q.thread == mail.thread]
    if in_thread:
        return in_thread[-1]
    alone = intent in FRAGMENTS and not mail.in_reply_to and len(mine) == 1
    return mine[0] if alone else None


def _intents(mail: Mail) -> set[str]:
    """Return what a mail is about: of one that asks for several things, the intent of each."""
    if mail.reading is None:
        return {""}
    return {part.intent for part in mail.reading.value("parts") or ()} or {mail.reading.intent}


def takes_up(mail: Mail) -> bool:
    """Return whether an answer takes a matter up."""
    none = mail.reading is not None and mail.reading.value("none") and mail.reading.value("window") is None
    return mail.reading is not None and mail.reading.intent in AGREES and not none


def refuses(mail: Mail) -> bool:
    """Return whether an answer is a no."""
    return mail.reading is not None and mail.reading.intent in REFUSES


def in_its_thread(question: Question, mail: Mail) -> bool:
    """Return whether a mail replies to the very mail that asked, or stands in its thread."""
    replied = bool(question.message_id) and question.message_id in mail.in_reply_to
    return replied or (bool(question.thread) and question.thread == mail.thread)
