"""The calendar capability: finding time, booking, invitations and replies.

Operations, with their arguments (`arguments.py`) and what they return (`results.py`; all kept values). `A` is an
Address, `I` an Instant, `E` an EventRef; `= x` may be left out.

Looking (READ):
    calendar.find_slots   attendees: (A, ...), minutes: int, windows: ((I, I), ...), count: int = 1,
                          spread: bool = False, lead_minutes: int = 15, granularity: 15 | 30 = 30,
                          weekdays: (int, ...) = Monday..Friday
                          -> Slots(slots: (SlotOption(start: I, end: I), ...), obstacles: (Obstacle(why, who), ...),
                             alternatives: (SlotOption, ...), unseen: (A, ...))
                          `attendees` is everybody who must be there, the manager too. No slots: `obstacles` say why
                          (past, short, hours, busy, held), `alternatives` are the three nearest outside the windows.
                          For options to choose from: count=3, spread=True.
    calendar.free_busy    person: A, start: I, end: I
                          -> FreeBusy(person, busy: (BusySpan(start, end, tentative), ...), free: (SlotOption, ...),
                             readable: bool); `free` lies in the person's working hours
    calendar.agenda       owner: A, start: I, end: I
                          -> Agenda(owner, items: (AgendaItem, ...), more: int)
                             AgendaItem(event: E, title, start: I, end: I, all_day, recurring, location, organizer,
                             attendees, awaited, tentative, unanswered, declined, free)
    calendar.read         owner: A, event: E -> EventCopy(owner: A, event: E, etag, ics) | None

Writing (ACT; each also as `calendar.X_own`, OWN, for the employee's own calendar only):
    calendar.book         owner: A, title: str, start: I, end: I, attendees: (A, ...) = (), names: {address: name} = {},
                          location: str = "", description: str = "", event: E | None = None,
                          check: (A, ...) | None = None
                          -> Booked(event: E, etag, copy: EventCopy)
                           | BookConflict(clash: "busy" | "exists", who: (A, ...), busy: (BusySpan, ...))
                          One calendar at a time. Book first, with the check (None: all attendees), then put the same
                          meeting into the second calendar with event=booked.event and check=().
    calendar.update       copy: EventCopy, start: I | None, end: I | None, title, location, description: str | None,
                          attendees: (A, ...) | None (the complete list), answers: ((A, "ACCEPTED"...), ...) = ()
                          -> EventWritten(event: E, etag, copy, changed: bool) | EventMoved(copy: EventCopy | None)
                          A new time raises SEQUENCE and asks everybody anew but the manager.
    calendar.cancel       copy: EventCopy -> EventDeleted(event: E) | EventMoved(copy)
    calendar.apply_reply  copy: EventCopy, reply: AttendeeReply, sender: A
                          -> EventWritten | EventMoved | ReplyRefused(reason)
                          `reply` is `calendar.itip.read_reply(ics, origin)`, which is pure and may be called in a body.
`EventMoved`: somebody else changed the event since it was read, and nothing was written. Decide again on its `copy`
(None: the event is gone), a few times at most:

    for _ in range(3):
        said = {"copy": copy, "reply": reply, "sender": sender}
        done = yield Do(operation="calendar.apply_reply_own", arguments=said)
        if not isinstance(done, EventMoved) or done.copy is None:
            break
        copy = done.copy

Telling (TELL), by mail with a text/calendar part:
    calendar.invite       copy: EventCopy, to: (A, ...), note: str = "", sender_name: str = ""
                          -> InvitationSent(message_id, recipients: (str, ...), refused: (str, ...))
                          The new version after an update is sent the same way, with the updated copy.
    calendar.send_cancel  the same and uninvite: bool = False (they are left out, the meeting stands)
                          -> InvitationSent
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
