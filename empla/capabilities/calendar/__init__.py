"""The calendar capability: finding time, booking, invitations and replies.

Operations, with their arguments (`arguments.py`) and what they return (`results.py`; all kept values). `A` is an
Address, `I` an Instant, `E` an EventRef; `= x` may be left out.

Looking (READ):
    calendar.find_slots   attendees: (A, ...), minutes: int, windows: ((I, I), ...), count: int = 1,
                          spread: bool = False, lead_minutes: int = 15, granularity: 15 | 30 = 30,
                          weekdays: (int, ...) = Monday..Friday, apart_from: (E, ...) = (),
                          avoid: ((I, I), ...) = ()
                          -> Slots(slots: (SlotOption(start: I, end: I), ...), obstacles: (Obstacle(why, who), ...),
                             alternatives: (SlotOption, ...), unseen: (A, ...))
                          `attendees` is everybody who must be there, the manager too. No slots: `obstacles` say why
                          (past, short, hours, busy, held), `alternatives` are the three nearest outside the windows.
                          For options to choose from: count=3, spread=True. Events in `apart_from` take no time (a
                          meeting that may move into its own hour); `avoid` are not used although they are free.
    calendar.free_busy    person: A, start: I, end: I
                          -> FreeBusy(person, busy: (BusySpan(start, end, tentative), ...), free: (SlotOption, ...),
                             readable: bool); `free` lies in the person's working hours
    calendar.agenda       owner: A, start: I, end: I
                          -> Agenda(owner, items: (AgendaItem, ...), more: int)
                             AgendaItem(event: E, title, start: I, end: I, all_day, recurring, location, organizer,
                             attendees, awaited, tentative, unanswered, declined, free, occurrence: I | None)
    calendar.read         owner: A, event: E -> EventCopy(owner: A, event: E, etag, ics) | None

Writing (ACT; each also as `calendar.X_own`, OWN, for the employee's own calendar only):
    calendar.book         owner: A, title: str, start: I, end: I, attendees: (A, ...) = (), names: {address: name} = {},
                          location: str = "", description: str = "", event: E | None = None,
                          check: (A, ...) | None = None, rule: str = "" (an RRULE: a series)
                          -> Booked(event: E, etag, copy: EventCopy)
                           | BookConflict(clash: "busy" | "exists" | "held", who: (A, ...), busy: (BusySpan, ...))
                          One calendar at a time. Book first, with the check (None: all attendees), then put the same
                          meeting into the second calendar with event=booked.event and check=().
    calendar.update       copy: EventCopy, start: I | None, end: I | None, title, location, description: str | None,
                          attendees: (A, ...) | None (the complete list), answers: ((A, "ACCEPTED"...), ...) = (),
                          occurrence: I | None = None, check: (A, ...) = ()
                          -> EventWritten(event: E, etag, copy, changed: bool) | EventMoved(copy: EventCopy | None)
                           | BookConflict (somebody in `check` is not free at the new time, or it is kept for another)
                          A new time raises SEQUENCE and asks everybody anew but the manager. Of a series one
                          `occurrence` (AgendaItem.occurrence) is changed, or its text and answers, not its time.
    calendar.cancel       copy: EventCopy, occurrence: I | None = None, and_future: bool = False
                          -> EventDeleted(event: E) | EventWritten (the series goes on) | EventMoved(copy)
                          To move an occurrence and all that follow: cancel them (occurrence, and_future=True), invite
                          to the series that is left, and book another with rule=`series.rest_of_rule(...)`: few
                          programs understand RANGE=THISANDFUTURE.
    calendar.hand_over    copy: EventCopy, name: str = "" -> EventWritten | EventMoved
                          The owner of that calendar becomes the organizer; only when the employee leaves.
    calendar.apply_reply  copy: EventCopy, reply: AttendeeReply, sender: A, speaks_for: (A, ...) = ()
                          -> EventWritten | EventMoved | ReplyRefused(reason, why)
                          `reply` is `calendar.itip.read_reply(ics, origin)`, which is pure and may be called in a body.
                          `speaks_for`: for whom the directory lets the sender answer. A reply for one occurrence of a
                          series is noted for that one.
    calendar.take_in      owner: A, ics: str, sender: A, vouched: bool = False, method: str = "",
                          copy: EventCopy | None = None, answer: "ACCEPTED" | "DECLINED" | "TENTATIVE" |
                          "NEEDS-ACTION" | None = None, uid: str = "", newest: (int, datetime) | None = None,
                          speaks_for: (A, ...) = ()
                          -> EventWritten (changed False: what stands there is as new) | EventMoved
                           | InviteRefused(reason)
                          Takes a REQUEST, CANCEL or ADD, whole or for one occurrence or it and all that follow, into
                          `owner`'s calendar, starting from `copy`, what `calendar.read` finds there (None: nothing).
                          `answer` is what the owner says to it; None leaves it (NEEDS-ACTION where it is new). Only
                          the organizer's own message counts; an older version never wins.
`EventMoved`: somebody else changed the event since it was read, and nothing was written. Decide again on its `copy`
(None: the event is gone), a few times at most:

    for _ in range(3):
        said = {"copy": copy, "reply": reply, "sender": sender}
        done = yield Do(operation="calendar.apply_reply_own", arguments=said)
        if not isinstance(done, EventMoved) or done.copy is None:
            break
        copy = done.copy

Telling (TELL), by mail with a text/calendar part:
    calendar.invite       copy: EventCopy, to: (A, ...), note: str = "", sender_name: str = "",
                          occurrence: I | None = None
                          -> InvitationSent(message_id, recipients: (str, ...), refused: {address: the server's words})
                          The new version after an update is sent the same way, with the updated copy; so is the
                          present one to somebody who asks for it (REFRESH). `occurrence`: only that one of a series.
    calendar.send_cancel  the same and uninvite: bool = False (they are left out, the meeting stands),
                          and_future: bool = False
                          -> InvitationSent
    calendar.respond      ics: str, attendee: A, to: A, answer: "ACCEPTED" | "DECLINED" | "TENTATIVE",
                          comment: str = "", occurrence: I | None = None, sender_name: str = "",
                          attendee_name: str = ""
                          -> InvitationSent
                          Answers the invitation `ics` (the message, or a copy's ics) to its organizer `to` for the
                          manager, in whose name the employee writes (SENT-BY), or for the employee.
    calendar.counter      the same without answer, and start: I, end: I: proposes another time
    calendar.refresh      the same without answer: asks for the present version
    calendar.decline_counter  copy: EventCopy, to: A, occurrence: I | None = None, comment: str = "",
                          sender_name: str = ""
                          -> InvitationSent
                          Tells the attendee `to` that a meeting of ours stays when it is.

Reading what came (pure; may be called in a body):
    invites.read_invite(ics, origin, zone=, at=, method="") -> Invite; read_invites: one for each event
    itip.read_reply(ics, origin, method="", zone="UTC") -> AttendeeReply
    series.rest_of_rule(events.load(copy.ics), at, zone) -> str
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empla.capabilities.calendar.operations import capability

__all__ = ["capability"]


def __getattr__(name: str) -> Any:
    """Load the capability when it is asked for: the contract imports this package for its protocol `calendars`."""
    if name == "capability":
        from empla.capabilities.calendar.operations import capability

        return capability
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
