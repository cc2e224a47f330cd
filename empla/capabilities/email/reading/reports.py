"""What a delivery report says (RFC 3464): whom it is about, whether it is final, and which mail it was.

Reports are told from other automatic mail in `automatic`. Not every server writes them as the standard has it, so
Exim's header and the plain words of qmail, Postfix and Exchange are understood as well. An address from here is data:
it names who was not reached, and nobody is written to because of it.
"""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

from empla.capabilities.email.reading.charsets import text_from
from empla.capabilities.email.reading.headers import addresses, message_ids, values_of

MOST = 50
"""Recipients of one report that are kept."""

_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\\]{1,255}"
_TYPED = re.compile(rf"(?:rfc822|utf-8|unknown|x-local-hostname)?\s*;?\s*<?({_ADDRESS})>?", re.IGNORECASE)
_IN_WORDS = re.compile(rf"^\s*<?({_ADDRESS})>?\s*(?::|\(|$)", re.MULTILINE)
_FAILURE = re.compile(
    r"could not be delivered|couldn't be delivered|not be delivered|wasn't delivered|delivery (?:has )?failed"
    r"|undeliverable|permanent (?:fatal )?errors?|does ?n[o']t exist|no such user|user unknown|unknown user"
    r"|address rejected|mailbox (?:is )?(?:full|unavailable)|\b5\d\d[ -]5\.\d{1,3}\.\d{1,3}\b|returned to sender"
    r"|returned mail|konnte nicht zugestellt|n'a pas pu être remis|no se pudo entregar",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delayed|not yet been delivered|will (?:continue|keep) (?:to try|trying)|still being retried|warning message only"
    r"|you do not need to resend",
    re.IGNORECASE,
)
_ID = re.compile(r"message-id:\s*(<[^<>\s]{1,998}>)", re.IGNORECASE)
_LONGEST = 100_000


def is_delay(message: Message) -> bool:
    """Whether a report says only that a mail has not arrived yet."""
    actions = [action for _, action, status in _recipients(message) if action or status]
    if actions:
        return all(action in ("delayed", "relayed", "delivered", "expanded") for action in actions) and any(
            action == "delayed" for action in actions
        )
    subject = " ".join(values_of(message, "subject"))
    return bool(_DELAY.search(subject)) and not _failed_header(message)


def speaks_of_failure(message: Message) -> bool:
    """Whether the words of a mail without parts are those of a server that could not deliver."""
    return bool(_FAILURE.search(words_of(message)))


def bounced(message: Message) -> tuple[str, ...]:
    """Return the addresses that were not reached for good, lower case."""
    failed = [address for address, action, status in _recipients(message) if _final(action, status)]
    if not any(True for _ in _recipients(message)):
        failed = _failed_header(message) or _IN_WORDS.findall(_reported(message))
    return tuple(dict.fromkeys(address.lower().rstrip(".") for address in failed if address))[:MOST]


def is_success(message: Message) -> bool:
    """Whether a report says that a mail arrived, or was handed on to a server that reports no more."""
    actions = [action for _, action, status in _recipients(message) if action or status]
    return bool(actions) and all(action in ("relayed", "delivered", "expanded") for action in actions)


def about(message: Message) -> str:
    """Return the Message-ID of the mail that was reported on or answered, with angle brackets; empty if not said."""
    mail = _returned(message)
    found = message_ids(mail, "message-id") if mail is not None else ()
    named = found or message_ids(message, "in-reply-to") or message_ids(message, "references")[-1:]
    return next(iter(named or tuple(_ID.findall(words_of(message)))), "")


def conversation(message: Message) -> tuple[str, ...]:
    """Return what names the conversation of the mail that was reported on: the ids it refers to, and its own."""
    mail = _returned(message)
    if mail is None:
        return ()
    return (*message_ids(mail, "references"), *message_ids(mail, "in-reply-to"), *message_ids(mail, "message-id"))


def _returned(message: Message) -> Message | None:
    """Return the mail that a report brings back, or as much of it as it does; None if it brings none."""
    for part in _parts(message):
        if part is message:
            continue
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list) and inner:
            return inner[0] if isinstance(inner[0], Message) else None
        if part.get_content_type() == "text/rfc822-headers":
            return HeaderParser(policy=compat32).parsestr(_text(part), headersonly=True)
    return None


def words_of(message: Message) -> str:
    """Return the first plain text of a mail, as it stands."""
    plain = next((part for part in _parts(message) if part.get_content_type() == "text/plain"), None)
    return _text(plain) if plain is not None else ""


def _final(action: str, status: str) -> bool:
    return action == "failed" or (not action and status.startswith("5"))


def _recipients(message: Message) -> Iterator[tuple[str, str, str]]:
    """Yield address, action and status of each recipient that the report's machine part names."""
    for part in _parts(message):
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else []:
            if not isinstance(group, Message):
                continue
            named = [*values_of(group, "original-recipient"), *values_of(group, "final-recipient")]
            typed = [match[1] for match in map(_TYPED.fullmatch, named) if match]
            if named:
                action = " ".join(values_of(group, "action")).lower().partition(" ")[0]
                yield (typed[0] if typed else ""), action, " ".join(values_of(group, "status"))


def _failed_header(message: Message) -> list[str]:
    return addresses(message, "x-failed-recipients")


def _reported(message: Message) -> str:
    """Return what a report says in words, without the mail that it brings back."""
    words = words_of(message)
    if not _FAILURE.search(words):
        return ""
    return re.split(r"^-+ ?(?:Below|This is a copy|Original|Returned)", words, maxsplit=1, flags=re.MULTILINE)[0]


def _parts(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if isinstance(part, Message))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return text_from(payload[:_LONGEST], None)[0].replace("\r\n", "\n") if isinstance(payload, bytes) else ""
