"""Rendering a mail: the exact bytes that will go out (RFC 5322), the same bytes for the same arguments."""

from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from empla.capabilities.contract import PrepareFacts
from empla.mind.readings import Mail

SIGNATURE = "-- \n"


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
    answering: Mail | None,
) -> bytes:
    """Return the mail's bytes. Every mail says that it was sent automatically (RFC 3834) and by whom."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = HeaderAddress(facts.employee, addr_spec=facts.address)
    mail["To"] = ", ".join(to)
    if cc:
        mail["Cc"] = ", ".join(cc)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(_local(facts.at, facts.zone))
    mail["Message-ID"] = message_id(facts)
    if answering is not None and answering.message_id:
        mail["In-Reply-To"] = answering.message_id
        mail["References"] = " ".join(dict.fromkeys([*_chain(answering), answering.message_id]))
    mail["Auto-Submitted"] = "auto-replied" if answering is not None else "auto-generated"
    body = f"{text.rstrip()}\n\n{SIGNATURE}{facts.disclosure}\n"
    mail.set_content(body, subtype="plain", charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def _chain(mail: Mail) -> tuple[str, ...]:
    root = (mail.thread,) if mail.thread.startswith("<") else ()
    return (*root, *mail.in_reply_to)


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(microsecond=0)
