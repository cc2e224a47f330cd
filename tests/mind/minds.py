"""The people of these tests, and their mails as nobody has read them."""

from dataclasses import replace
from datetime import UTC, datetime

from empla.mind.readings import Mail
from empla.mind.values import Address, Origin, Source
from empla.testing.mind import Mind
from empla.testing.mind import mail as mail_of

__all__ = ["BOB", "MARIA", "START", "Mind", "mail"]

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
MARIA = Address("maria@office.example", Origin(Source.POLICY))
BOB = Address("bob@office.example", Origin(Source.DIRECTORY))


def mail(
    sender: str,
    vouched: bool = True,
    *,
    key: str = "m1",
    intent: str = "other-request",
    in_reply_to: tuple[str, ...] = (),
    thread: str = "",
    automatic: str = "",
) -> Mail:
    """Return a mail as `email.read` gives it, with no words in it."""
    made = mail_of(sender, vouched=vouched, key=key, intent=intent, thread=thread or f"<{key}@x>", automatic=automatic)
    return replace(made, message_id=f"<{key}@x>", in_reply_to=in_reply_to)
