"""The bytes of people's mails. Nothing in them is drawn: the same words make the same bytes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any

import icalendar

from runtime import itip

NONCE_HEADER = "X-Nonce"
"""Header of a scenario's own mails that holds their nonce; the Message-ID holds it as well."""


def letter(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    message_id: str,
    at: datetime,
    nonce: str = "",
    answering: EmailMessage | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> EmailMessage:
    """Return a mail; with `answering` a reply in its thread, which quotes it below as mail programs do."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    if nonce:
        mail[NONCE_HEADER] = nonce
    for name, value in headers.items():
        mail[name] = value
    if answering is not None:
        mail["In-Reply-To"] = str(answering["Message-ID"]).strip()
        before = str(answering["References"] or "").split()
        mail["References"] = " ".join([*before, str(answering["Message-ID"]).strip()])
        quoted = "\n".join(f"> {line}" for line in text_of(answering).splitlines())
        text = f"{text}\n\nOn {answering['Date']}, {answering['From']} wrote:\n{quoted}\n"
    mail.set_content(text)
    return mail


def with_calendar(mail: EmailMessage, calendar: icalendar.Calendar, boundary: str) -> EmailMessage:
    """Add a calendar part (iMIP, RFC 6047)."""
    parameters = {"method": str(calendar["METHOD"]), "charset": "UTF-8"}
    mail.add_alternative(calendar.to_ical(), "text", "calendar", params=parameters)
    mail.set_boundary(f"=_{boundary}")
    return mail


def text_of(mail: EmailMessage) -> str:
    """Return a mail's text as it was sent, empty if it has none that can be read."""
    body = mail.get_body(("plain",))
    try:
        return str(body.get_content()).strip() if body is not None else ""
    except LookupError:  # a charset that nobody knows
        return ""


def calendar_of(mail: EmailMessage) -> icalendar.Calendar | None:
    """Return the calendar in a mail, None if there is none that can be read."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True)
            try:
                found = icalendar.Calendar.from_ical(content if isinstance(content, bytes) else b"")
            except ValueError:
                return None
            return found if isinstance(found, icalendar.Calendar) else None
    return None


def event_object(uid: str, title: str, start: datetime, lasts: timedelta, *, weekly: bool = False) -> bytes:
    """Return an event as it is put into a calendar."""
    event = icalendar.Event()
    event.add("UID", uid)
    event.add("DTSTAMP", start)
    event.add("DTSTART", start)
    event.add("DTEND", start + lasts)
    event.add("SUMMARY", title)
    if weekly:
        event.add("RRULE", {"FREQ": "WEEKLY"})
    content: bytes = itip.stored(event).to_ical()
    return content


def moved(ics: bytes, by: timedelta) -> bytes:
    """Return a calendar object whose meetings begin that much later, as when somebody drags it in their calendar."""
    calendar = icalendar.Calendar.from_ical(ics)
    for event in calendar.walk("VEVENT"):
        for name in ("DTSTART", "DTEND"):
            begins: Any = event.get(name)
            if begins is not None and isinstance(begins.dt, datetime):
                begins.dt = begins.dt + by
    content: bytes = calendar.to_ical()
    return content


def report(to: str, about: str, at: datetime, message_id: str, nonce: str) -> bytes:
    """Return a report that a mail was not delivered (RFC 3464)."""
    mail = letter(
        sender="Mail Delivery System <mailer-daemon@elsewhere.example>",
        to=to,
        subject="Undelivered Mail Returned to Sender",
        text=f"I could not deliver your message {nonce}.",
        message_id=message_id,
        at=at,
        nonce=nonce,
        headers={"Auto-Submitted": "auto-replied"},
    )
    status = EmailMessage()
    status["Reporting-MTA"] = "dns; elsewhere.example"
    recipient = EmailMessage()
    recipient["Final-Recipient"], recipient["Action"], recipient["Status"] = f"rfc822; {about}", "failed", "5.1.1"
    mail.make_mixed()
    mail.set_boundary(f"=_{nonce}")
    part = EmailMessage()
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([status, recipient])
    mail.attach(part)
    mail.replace_header("Content-Type", f'multipart/report; report-type="delivery-status"; boundary="=_{nonce}"')
    return mail.as_bytes()
