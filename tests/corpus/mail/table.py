"""All the mails, and a look at one by its name."""

from tests.corpus.mail import headers, large, machines, replies, structure, texts
from tests.corpus.mail.cases import Case

SMALL: list[Case] = [*texts.CASES, *headers.CASES, *structure.CASES, *replies.CASES, *machines.CASES]


def everything() -> list[Case]:
    """Return the small ones and, made now, the large ones."""
    return [*SMALL, *large.cases()]
