"""Which conversation a mail belongs to."""

from collections.abc import Sequence


def thread(references: Sequence[str], in_reply_to: Sequence[str], message_id: str) -> str:
    """Return the Message-ID of the mail that began the conversation, with angle brackets (RFC 5322 3.6.4).

    That is the first of References, else the mail that is answered, else the mail itself. A client that drops
    References starts a new conversation; who answers finds the old one by In-Reply-To.
    """
    return next(iter([*references, *in_reply_to, message_id]), "")
