"""The kinds of belief that whoever has a mailbox holds about mails and those who write them.

Most say themselves until when they count, where they are held (`sorting`, `conversing`); what the manager has taught
counts until it is taken back.
"""

from datetime import timedelta

from empla.capabilities.email.conversing import CONVERSATION
from empla.capabilities.email.sorting import (
    CORRESPONDENT,
    FILE_RECEIVED,
    HEARD_FROM,
    KNOWN_DOMAIN,
    NOTICE,
    SUBJECT_CORRECTION,
    TRIAGE_CORRECTION,
    TRIAGE_COUNT,
    TRIAGED,
)
from empla.mind.kinds import SAID_LAST, BeliefKind, Category

_NOTED = timedelta(days=7)
"""For a week somebody may wonder why a mail got no answer; no plan asks, and the history keeps it."""


def _kind(functor: str, category: Category, says: str, lasts: timedelta | None = None) -> BeliefKind:
    return BeliefKind(functor=functor, category=category, policy=SAID_LAST, lasts=lasts, says=says)


KINDS = (
    _kind("noted", Category.WORLD, "why a mail got no answer", _NOTED),
    _kind(TRIAGED, Category.WORLD, "how a mail was sorted, and why"),
    _kind(TRIAGE_COUNT, Category.TIME, "how many mails of a kind came on a day"),
    _kind(CONVERSATION, Category.WORLD, "which conversation somebody's mails of a subject belong to"),
    _kind(NOTICE, Category.WORLD, "which mail has which number in what the manager was told"),
    _kind(HEARD_FROM, Category.COLLEAGUES, "when somebody wrote last, and about what"),
    _kind(FILE_RECEIVED, Category.COLLEAGUES, "a file that somebody has sent"),
    _kind(CORRESPONDENT, Category.COLLEAGUES, "somebody elsewhere who has written honestly"),
    _kind(KNOWN_DOMAIN, Category.COLLEAGUES, "a domain from which such people write"),
    _kind(TRIAGE_CORRECTION, Category.DOMAIN, "what the manager has taught about mails of somebody"),
    _kind(SUBJECT_CORRECTION, Category.DOMAIN, "what the manager has taught about mails with words in the subject"),
)
