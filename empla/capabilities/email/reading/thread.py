"""Which conversation a mail belongs to."""

import re
from collections.abc import Sequence

_TAKEN_OFF = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|antwort|fwd?|wg|tr|rif|r|rv|res|enc|vs|vl|odp|pd|ynt|回复|答复|转发|返信)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:：]|\[[^\[\]]{1,40}\])\s*",
    re.IGNORECASE,
)
_END = re.compile(r"\s*(?:\((?:fwd|was:[^()]{0,200})\))\s*$", re.IGNORECASE)
_COMMON = frozenset({
    "hello", "hi", "hey", "meeting", "appointment", "question", "request", "call", "update", "invitation", "info",
    "information", "reminder", "news", "urgent", "test", "lunch", "coffee", "thanks", "thank", "you", "the", "about",
    "subject", "important", "follow", "followup", "quick", "invoice", "document", "documents", "file", "files",
    "today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "week", "our", "your", "for",
    "please", "help", "catch", "status", "report", "hallo", "termin", "frage", "anfrage", "rückruf", "betreff",
    "kein", "bonjour", "hola", "untitled", "none", "and",
})  # fmt: skip
"""Words that stand in the subjects of mails that have nothing to do with each other."""


def thread(references: Sequence[str], in_reply_to: Sequence[str], message_id: str, key: str = "") -> str:
    """Return the Message-ID of the mail that began the conversation, with angle brackets (RFC 5322 3.6.4).

    That is the first of References, else the mail that is answered, else the mail itself; a mail without a Message-ID
    is a conversation of its own, named after its percept's `key`. A client that drops both starts a new conversation:
    see `same_matter`.
    """
    return next((i for i in [*references, *in_reply_to, message_id] if i), f"<{key or 'mail'}@unnamed.invalid>")


def bare_subject(subject: str) -> str:
    """Return a subject without what clients put before it (Re:, AW:, Fwd:, [list]), in lower case, spaces single."""
    plain = " ".join(subject.split())
    while match := _TAKEN_OFF.match(plain):
        plain = plain[match.end() :]
    return _END.sub("", plain).casefold().strip(" .!?")


def is_answer(subject: str) -> bool:
    """Whether a subject says that the mail answers another."""
    return bare_subject(subject) != " ".join(subject.split()).casefold().strip(" .!?") and "[" not in subject[:1]


def says_which(subject: str) -> bool:
    """Whether a bare subject is one's own: "Hello" and "Meeting" are many a mail's."""
    words = re.findall(r"\w+", bare_subject(subject))
    return any(len(word) > 2 and word not in _COMMON and not word.isdigit() for word in words)
