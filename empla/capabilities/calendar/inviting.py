"""The operations that send calendar messages by mail (iMIP, RFC 6047): invitations, cancellations, and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.headerregistry import Address as Mailto
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from empla.capabilities.calendar import series
from empla.capabilities.calendar.arguments import (
    Answering,
    Counter,
    DeclineCounter,
    Refresh,
    Respond,
    SendCancel,
    SendInvitation,
)
from empla.capabilities.calendar.events import Answer, Meeting, load, master, parse, view
from empla.capabilities.calendar.itip import Part, cancellation, request
from empla.capabilities.calendar.reading import about, context
from empla.capabilities.calendar.replying import Speaker, counter, decline_counter, organizer_of, refresh, reply
from empla.capabilities.calendar.results import InvitationSent
from empla.capabilities.calendar.spans import zone_of
from empla.capabilities.contract import Place, PrepareFacts, Settled
from empla.capabilities.email import submitting
from empla.capabilities.email.compose import message_id
from empla.capabilities.email.mailbox import OnWire
from empla.errors import PermissionDenied, ValidationError
from empla.governance.permit import Payload, Permit

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def prepare_invite(arguments: SendInvitation, facts: PrepareFacts) -> Payload:
    """Render the invitation mail, or that of the new version."""
    meeting, part = _about(arguments, facts)
    what = "Invitation" if meeting.sequence == 0 else "Updated invitation"
    ics = request(arguments.copy_.ics, at=facts.at, part=part)
    letter = _letter(arguments, meeting, "REQUEST", f"{what}: {_subject(meeting)}", ics)
    return _mail(letter, meeting, facts)


def prepare_send_cancel(arguments: SendCancel, facts: PrepareFacts) -> Payload:
    """Render the mail that tells of the cancellation."""
    meeting, part = _about(arguments, facts)
    if part is not None and arguments.and_future:
        part = replace(part, and_future=True)
    only = tuple(a.value for a in arguments.to) if arguments.uninvite else ()
    ics = cancellation(arguments.copy_.ics, at=facts.at, attendees=only, part=part)
    what = "No longer invited" if arguments.uninvite else "Cancelled"
    letter = _letter(arguments, meeting, "CANCEL", f"{what}: {_subject(meeting)}", ics)
    return _mail(letter, meeting, facts)


def prepare_respond(arguments: Respond, facts: PrepareFacts) -> Payload:
    """Render the answer to an invitation. PermissionDenied for anybody but the manager and the employee."""
    speaker, meeting = _speaker(arguments, facts), _invited(arguments, facts)
    answer = Answer(arguments.answer)
    said = {Answer.ACCEPTED: "Accepted", Answer.DECLINED: "Declined", Answer.TENTATIVE: "Tentative"}[answer]
    ics = reply(arguments.ics, speaker, answer, **_answering(arguments, facts))
    text = f"{_who(arguments)} {_ANSWERS[answer]}:"
    return _mail(_answer(arguments, meeting, "REPLY", f"{said}: {_subject(meeting)}", ics, text), meeting, facts)


def prepare_counter(arguments: Counter, facts: PrepareFacts) -> Payload:
    """Render the proposal of another time to an organizer."""
    speaker, meeting = _speaker(arguments, facts), _invited(arguments, facts)
    start, end = (moment.value.astimezone(zone_of(moment.zone)) for moment in (arguments.start, arguments.end))
    ics = counter(arguments.ics, speaker, start, end, **_answering(arguments, facts))
    proposed = replace(meeting, start=start, end=end, zone=arguments.start.zone, all_day=False)
    text = f"{_who(arguments)} proposes another time, {when(proposed)}, instead of:"
    return _mail(
        _answer(arguments, meeting, "COUNTER", f"New time proposed: {_subject(proposed)}", ics, text), proposed, facts
    )


def prepare_refresh(arguments: Refresh, facts: PrepareFacts) -> Payload:
    """Render the request for the present version of an event."""
    speaker, meeting = _speaker(arguments, facts), _invited(arguments, facts)
    ics = refresh(meeting.uid, arguments.to.value.lower(), speaker, at=facts.at)
    text = f"{_who(arguments)} asks for the present version of:"
    return _mail(
        _answer(arguments, meeting, "REFRESH", f"Please send again: {_subject(meeting)}", ics, text), meeting, facts
    )


def prepare_decline_counter(arguments: DeclineCounter, facts: PrepareFacts) -> Payload:
    """Render the mail that tells somebody that their proposal is not taken."""
    copy = arguments.copy_
    occurrence = arguments.occurrence.value if arguments.occurrence is not None else None
    meeting = occurrence_in(copy.ics, occurrence, facts.zone)
    ics = decline_counter(
        copy.ics,
        arguments.to.value.lower(),
        at=facts.at,
        zone=facts.zone,
        comment=arguments.comment,
        occurrence=occurrence,
    )
    text = "The time that you propose is not possible. This stays as it is:"
    letter = Letter(
        to=(arguments.to.value.lower(),),
        sender_name=arguments.sender_name,
        method="DECLINECOUNTER",
        subject=f"Stays as it is: {_subject(meeting)}",
        ics=ics,
        lines=(*((arguments.comment, "") if arguments.comment else ()), text, "", *_details(meeting)),
    )
    return _mail(letter, meeting, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail with a calendar part: to whom, of which kind, and what it says where no such part is shown."""

    to: tuple[str, ...]
    sender_name: str
    method: str
    subject: str
    ics: bytes
    lines: tuple[str, ...]


_ANSWERS = {
    Answer.ACCEPTED: "has accepted",
    Answer.DECLINED: "has declined",
    Answer.TENTATIVE: "has accepted provisionally",
}


def _about(arguments: SendInvitation, facts: PrepareFacts) -> tuple[Meeting, Part | None]:
    """Return the event, or the occurrence of it, that a mail is about."""
    if arguments.occurrence is None:
        return parse(arguments.copy_.ics, facts.zone), None
    at = arguments.occurrence.value
    return occurrence_in(arguments.copy_.ics, at, facts.zone), Part(occurrence=at, zone=facts.zone)


def occurrence_in(ics: str, at: datetime | None, zone: str) -> Meeting:
    """Return what a calendar object says of the occurrence `at`; of the event itself if that is None."""
    calendar = load(ics)
    if at is None:
        return view(master(calendar), zone)
    return view(series.changed_at(calendar, at, zone) or series.made_occurrence(calendar, at, zone), zone)


def _speaker(arguments: Answering, facts: PrepareFacts) -> Speaker:
    """Return for whom is answered and who writes it; PermissionDenied if that is nobody's business here."""
    attendee = arguments.attendee.value.lower()
    if attendee not in (facts.manager.lower(), facts.address.lower()):
        raise PermissionDenied(f"the employee does not answer for {attendee}", next_step="answer for the manager")
    organizer = organizer_of(arguments.ics)
    if organizer != arguments.to.value.lower():
        raise ValidationError(f"the organizer is {organizer or 'not named'}, not {arguments.to.value}")
    return Speaker(attendee=attendee, sent_by=facts.address.lower(), name=arguments.attendee_name)


def _invited(arguments: Answering, facts: PrepareFacts) -> Meeting:
    return occurrence_in(arguments.ics, arguments.occurrence.value if arguments.occurrence else None, facts.zone)


def _answering(arguments: Answering, facts: PrepareFacts) -> Any:
    return {
        "at": facts.at,
        "zone": facts.zone,
        "comment": arguments.comment,
        "occurrence": arguments.occurrence.value if arguments.occurrence else None,
    }


def _who(arguments: Answering) -> str:
    return arguments.attendee_name or arguments.attendee.value


def _answer(arguments: Answering, meeting: Meeting, method: str, subject: str, ics: bytes, text: str) -> Letter:
    lines = [text, "", *_details(meeting)]
    if arguments.comment:
        lines += ["", arguments.comment]
    return Letter(
        to=(arguments.to.value.lower(),),
        sender_name=arguments.sender_name,
        method=method,
        subject=subject,
        ics=ics,
        lines=tuple(lines),
    )


def _subject(meeting: Meeting) -> str:
    return f"{' '.join(meeting.title.split())} ({when(meeting)})"[:900]


async def perform_send(permit: Permit, place: Place, on_wire: OnWire) -> InvitationSent:
    """Submit the mail; raises as `submitting.submit` does."""
    missed = submitting.refused(await submitting.submit(permit, place, on_wire))
    return _sent(permit, missed=missed)


async def settle_send(permit: Permit, place: Place) -> tuple[Settled, InvitationSent | None]:
    """Say by the account's evidence whether the mail was taken (contract 8)."""
    found = await submitting.settle(permit, place)
    return found, _sent(permit) if found is Settled.DONE else None


def _sent(permit: Permit, *, missed: Mapping[str, str] | None = None) -> InvitationSent:
    target = permit.payload.target
    refused = dict(missed or {})
    taken = tuple(recipient for recipient in target["recipients"] if recipient not in refused)
    return InvitationSent(message_id=target["message_id"], recipients=taken, refused=refused)


def _letter(arguments: SendInvitation, meeting: Meeting, method: str, subject: str, ics: bytes) -> Letter:
    """Return the mail about a meeting of ours, to people whose client may show no calendar part."""
    lines = [arguments.note, ""] if arguments.note else []
    lines += _details(meeting)
    if meeting.attendees:
        lines.append("Who: " + ", ".join(a.name or a.address for a in meeting.attendees))
    if meeting.description:
        lines += ["", meeting.description]
    if method == "REQUEST":
        lines += ["", "Please accept or decline in your calendar."]
    else:
        uninvites = isinstance(arguments, SendCancel) and arguments.uninvite
        lines += ["", "This takes place without you." if uninvites else "This does not take place."]
    return Letter(
        to=tuple(dict.fromkeys(a.value.lower() for a in arguments.to)),
        sender_name=arguments.sender_name,
        method=method,
        subject=subject,
        ics=ics,
        lines=tuple(lines),
    )


def _details(meeting: Meeting) -> list[str]:
    lines = [meeting.title, when(meeting)]
    return [*lines, f"Where: {meeting.location}"] if meeting.location else lines


def _mail(letter: Letter, meeting: Meeting, facts: PrepareFacts) -> Payload:
    identifier = message_id(facts)
    mail = EmailMessage(policy=policy.SMTP)
    mail["Date"] = format_datetime(facts.at)
    mail["From"] = Mailto(letter.sender_name, addr_spec=facts.address)
    mail["To"] = ", ".join(letter.to)
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Message-ID"] = identifier
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"
    lines = [*letter.lines, "", facts.disclosure] if facts.disclosure else letter.lines
    mail.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    mail.make_alternative(boundary=f"=_{facts.unique[:40]}")
    # As bytes and in base64, so that what clients read is what was rendered, line ends and all.
    parameters = {"method": letter.method, "charset": "UTF-8"}
    mail.add_alternative(letter.ics, "text", "calendar", cte="base64", params=parameters)
    target = {
        **context(facts),
        **about(meeting),
        **submitting.envelope(facts, letter.to, identifier),
        "uid": meeting.uid,
        "subject": str(mail["Subject"]),
    }
    return Payload(target, mail.as_bytes())


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
