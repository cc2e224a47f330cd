"""Rendering a mail: the exact bytes that will go out (RFC 5322), the same bytes for the same arguments."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from empla.capabilities.contract import PrepareFacts
from empla.capabilities.email.attaching import attach, attach_text
from empla.capabilities.email.results import Sent
from empla.capabilities.email.wording import REST_NAME
from empla.mind.readings import Mail
from empla.mind.values import FileRef

SIGNATURE = "-- \n"
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")


def message_id(facts: PrepareFacts) -> str:
    """Return the Message-ID of a step's mail: nobody outside can guess it, and every attempt has the same."""
    return f"<{facts.unique}@{facts.domain}>"


def render(
    facts: PrepareFacts,
    *,
    to: tuple[str, ...],
    cc: tuple[str, ...],
    subject: str,
    text: str,
    answering: Mail | None = None,
    follows: Sent | None = None,
    files: Sequence[FileRef] = (),
    rest: str = "",
) -> bytes:
    """Return the mail's bytes. Every mail says that it was sent automatically (RFC 3834) and by whom.

    It stands in the thread of the mail that it answers, or of our own earlier one that it follows. `rest` is a part of
    its text that goes as a file.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = HeaderAddress(facts.employee, addr_spec=facts.address)
    mail["To"] = ", ".join(to)
    if cc:
        mail["Cc"] = ", ".join(cc)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(_local(facts.at, facts.zone))
    mail["Message-ID"] = message_id(facts)
    mail["Auto-Submitted"] = "auto-replied" if answering is not None else "auto-generated"
    _set_text(mail, text, facts)
    if left_out := attach(mail, files, facts):
        part = mail.get_body(("plain",))
        assert isinstance(part, EmailMessage)
        _set_text(part, f"{text.rstrip()}\n\n{left_out}", facts)
    if rest:
        attach_text(mail, REST_NAME, rest, facts)
    return _references(answering, follows) + mail.as_bytes()


def _set_text(part: EmailMessage, text: str, facts: PrepareFacts) -> None:
    body = f"{text.rstrip()}\n\n{SIGNATURE}{facts.disclosure}\n"
    part.set_content(body, subtype="plain", charset="utf-8", cte="quoted-printable")


def _references(answering: Mail | None, follows: Sent | None) -> bytes:
    """Return the fields that tie an answer to its thread, one Message-ID a line.

    They are written by hand: `email` folds a long Message-ID, as Exchange makes them, into encoded words (RFC 2047
    forbids them there), and then no client finds the thread.
    """
    before = answering or follows
    if before is None or not _usable(before.message_id):
        return b""
    replied = answering.in_reply_to if answering is not None else ()
    chain = [i for i in (before.thread, *replied) if _usable(i)]
    ids = "\r\n ".join(dict.fromkeys([*chain, before.message_id]))
    return f"In-Reply-To: {before.message_id}\r\nReferences: {ids}\r\n".encode()


def _usable(message_id: str) -> bool:
    return _MESSAGE_ID.fullmatch(message_id) is not None


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(microsecond=0)
