"""The report that a mail did not reach somebody: a delivery status notification (RFC 3464, RFC 6522).

It has no sender to return to (`Return-Path: <>`) and says that a program wrote it (RFC 3834), so nobody answers it.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime

from runtime.office import headers

HEADER_LIMIT = 64 * 1024
"""Bytes of the mail's header that the report gives back."""

_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_SUBJECT_LIMIT = 200


def bounce(head: bytes, *, to: str, domain: str, at: datetime, queued_at: datetime, failed: Mapping[str, str]) -> bytes:
    """Return the report to `to`, who submitted the mail with the header `head`; `failed` says why, by recipient."""
    mail = headers.split(head)
    subject = next(iter(mail.values(b"subject")), "")
    report = MIMEMultipart("report", policy=SMTP, report_type="delivery-status")
    report["Return-Path"] = "<>"
    report["Authentication-Results"] = f"{domain}; auth=none"
    report["From"] = f"Mail delivery <MAILER-DAEMON@{domain}>"
    report["To"] = to
    report["Date"] = format_datetime(at)
    report["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    report["Subject"] = f"Delivery failed: {_printable(subject)[:_SUBJECT_LIMIT]}"
    report["Auto-Submitted"] = "auto-replied"
    known_as = _printable(headers.message_id(mail))
    if known_as.isascii() and re.fullmatch(r"<[^<>\s]{1,900}>", known_as):
        report["In-Reply-To"] = report["References"] = known_as
    report.attach(MIMEText(_told(subject, failed), "plain", "utf-8"))
    report.attach(_status(domain, queued_at, failed))
    text = _printable(head[:HEADER_LIMIT].decode("utf-8", "replace"), keep="\n\t")
    report.attach(MIMEText(text, "rfc822-headers", "utf-8"))
    return report.as_bytes()


def _told(subject: str, failed: Mapping[str, str]) -> str:
    reasons: Sequence[str] = [f"  {_printable(address)}\n    {_printable(reply)}" for address, reply in failed.items()]
    return (
        f"Your mail {_printable(subject)[:_SUBJECT_LIMIT]!r} could not be delivered to\n\n"
        + "\n".join(reasons)
        + "\n\nIt will not be tried again. Send it anew once the reason is gone.\n"
    )


def _status(domain: str, queued_at: datetime, failed: Mapping[str, str]) -> Message:
    about: Message = Message(policy=SMTP)
    about["Reporting-MTA"] = f"dns; {domain}"
    about["Arrival-Date"] = format_datetime(queued_at)
    blocks: list[Message | str] = [about]
    for address, reply in failed.items():
        block = Message(policy=SMTP)
        block["Final-Recipient"] = f"rfc822; {_printable(address)}"
        block["Action"] = "failed"
        status = _STATUS.search(reply)
        block["Status"] = status[0] if status is not None else "5.0.0"
        block["Diagnostic-Code"] = f"smtp; {_printable(reply)}"
        blocks.append(block)
    part = Message(policy=SMTP)
    part["Content-Type"] = "message/delivery-status"
    part.set_payload(blocks)
    return part


def _printable(text: str, keep: str = "") -> str:
    """Return `text` without what could end a line or hide in it; other people wrote it."""
    return "".join(c if c.isprintable() or c in keep else " " for c in text if c != "\r")
