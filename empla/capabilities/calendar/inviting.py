"""The operations that send invitations and cancellations by mail (iMIP, RFC 6047)."""

from datetime import datetime
from email import policy
from email.headerregistry import Address as Mailto
from email.message import EmailMessage
from email.utils import format_datetime

from empla.capabilities.calendar.arguments import Invite, SendCancel
from empla.capabilities.calendar.events import Meeting, parse
from empla.capabilities.calendar.itip import cancellation, request
from empla.capabilities.calendar.reading import about, context
from empla.capabilities.calendar.results import InvitationSent
from empla.capabilities.contract import Place, PrepareFacts, Settled
from empla.capabilities.email import submitting
from empla.capabilities.email.compose import message_id
from empla.capabilities.email.mailbox import OnWire
from empla.governance.permit import Payload, Permit

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def prepare_invite(arguments: Invite, facts: PrepareFacts) -> Payload:
    """Render the invitation mail, or that of the new version."""
    meeting = parse(arguments.copy_.ics, facts.zone)
    what = "Invitation" if meeting.sequence == 0 else "Updated invitation"
    ics = request(arguments.copy_.ics, at=facts.at)
    return _mail(arguments, facts, meeting, method="REQUEST", what=what, ics=ics)


def prepare_send_cancel(arguments: SendCancel, facts: PrepareFacts) -> Payload:
    """Render the mail that tells of the cancellation."""
    meeting = parse(arguments.copy_.ics, facts.zone)
    only = tuple(a.value for a in arguments.to) if arguments.uninvite else ()
    ics = cancellation(arguments.copy_.ics, at=facts.at, attendees=only)
    what = "No longer invited" if arguments.uninvite else "Cancelled"
    return _mail(arguments, facts, meeting, method="CANCEL", what=what, ics=ics)


async def perform_send(permit: Permit, place: Place, on_wire: OnWire) -> InvitationSent:
    """Submit the mail; raises as `submitting.submit` does."""
    missed = submitting.refused(await submitting.submit(permit, place, on_wire))
    return _sent(permit, missed=tuple(missed))


async def settle_send(permit: Permit, place: Place) -> tuple[Settled, InvitationSent | None]:
    """Say by the account's evidence whether the mail was taken (contract 8)."""
    found = await submitting.settle(permit, place)
    return found, _sent(permit) if found is Settled.DONE else None


def _sent(permit: Permit, *, missed: tuple[str, ...] = ()) -> InvitationSent:
    target = permit.payload.target
    taken = tuple(recipient for recipient in target["recipients"] if recipient not in missed)
    return InvitationSent(message_id=target["message_id"], recipients=taken, refused=missed)


def _mail(arguments: Invite, facts: PrepareFacts, meeting: Meeting, *, method: str, what: str, ics: bytes) -> Payload:
    recipients = list(dict.fromkeys(a.value.lower() for a in arguments.to))
    identifier = message_id(facts)
    mail = EmailMessage(policy=policy.SMTP)
    mail["Date"] = format_datetime(facts.at)
    mail["From"] = Mailto(arguments.sender_name, addr_spec=facts.address)
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = f"{what}: {' '.join(meeting.title.split())} ({when(meeting)})"
    mail["Message-ID"] = identifier
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"
    mail.set_content(_text(arguments, facts, meeting, method), cte="quoted-printable")
    mail.make_alternative(boundary=f"=_{facts.unique[:40]}")
    # As bytes and in base64, so that what clients read is what was rendered, line ends and all.
    mail.add_alternative(ics, "text", "calendar", cte="base64", params={"method": method, "charset": "UTF-8"})
    target = {
        **context(facts),
        **about(meeting),
        "sender": facts.address.lower(),
        "recipients": recipients,
        "message_id": identifier,
        "uid": meeting.uid,
        "subject": str(mail["Subject"]),
    }
    return Payload(target, mail.as_bytes())


def _text(arguments: Invite, facts: PrepareFacts, meeting: Meeting, method: str) -> str:
    """Return what the mail says to people whose client shows no calendar part."""
    lines = [arguments.note, ""] if arguments.note else []
    lines += [meeting.title, when(meeting)]
    if meeting.location:
        lines.append(f"Where: {meeting.location}")
    if meeting.attendees:
        lines.append("Who: " + ", ".join(a.name or a.address for a in meeting.attendees))
    if meeting.description:
        lines += ["", meeting.description]
    if method == "REQUEST":
        lines += ["", "Please accept or decline in your calendar."]
    else:
        lines += ["", "This takes place without you." if _uninvites(arguments) else "This does not take place."]
    if facts.disclosure:
        lines += ["", facts.disclosure]
    return "\n".join(lines) + "\n"


def _uninvites(arguments: Invite) -> bool:
    return isinstance(arguments, SendCancel) and arguments.uninvite


def when(meeting: Meeting) -> str:
    """Return day, date, time and zone of a meeting: "Tuesday 24 November 2026, 14:00 to 14:30 (Europe/Berlin)"."""
    if meeting.all_day:
        return _day(meeting.start)
    end = (
        f"{meeting.end:%H:%M}"
        if meeting.start.date() == meeting.end.date()
        else f"{_day(meeting.end)}, {meeting.end:%H:%M}"
    )
    return f"{_day(meeting.start)}, {meeting.start:%H:%M} to {end} ({meeting.zone})"


def _day(moment: datetime) -> str:
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
