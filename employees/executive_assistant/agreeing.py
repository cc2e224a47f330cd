"""What becomes of another time that one of the invited proposed, once the manager has said yes or no.

The yes covers that one time and the people of that meeting; of a no, only that the meeting stays is told.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from empla.capabilities.calendar.results import BookConflict, EventCopy, EventMoved, EventWritten
from empla.capabilities.email.steps import reply
from empla.mind.beliefs import BeliefBase
from empla.mind.codec import registered
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Raise, Scope, Step
from empla.mind.values import OWN, Address, EventRef, Instant
from employees.executive_assistant import words
from employees.executive_assistant.booking import kept_free, kept_no_more
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.keeping import NEWS
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile
from employees.executive_assistant.meetings import COVERED

library = PlanLibrary()

TAKEN, LEFT = "counter-taken", "counter-left"
"""Kinds of the events that the manager has said yes, or no, to a proposal: fields `mail` and `proposal`."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Another time for a meeting: whose idea it is, and when the meeting is now. `mail`: it was made in plain words."""

    event: EventRef
    title: str
    start: Instant
    end: Instant
    was_start: Instant
    was_end: Instant
    by: Guest
    guests: tuple[Guest, ...]
    without_me: bool = False
    occurrence: Instant | None = None
    mail: Mail | None = None


def everybody(me: Profile, proposal: Proposal) -> tuple[Address, ...]:
    """Return who must be there: the guests and, if they are in it, the manager."""
    return (*(() if proposal.without_me else (me.manager,)), *(g.address for g in proposal.guests))


def instant(moment: datetime, me: Profile) -> Instant:
    """Return a moment, in UTC, as a person in the manager's zone would say it."""
    return Instant(moment.astimezone(UTC), me.zone, OWN)


def _said_by_manager(beliefs: BeliefBase, event: Trigger) -> bool:
    return from_manager(beliefs, event)


@library.plan(on(TAKEN), when=_said_by_manager, goal="move a meeting as proposed")
def take_counter(event: Trigger) -> Steps:
    """Move the meeting to the one time that the manager has agreed to, and tell everybody."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    proposal: Proposal = event.proposal
    covered = tuple(g.address for g in proposal.guests if g.address.origin.source in COVERED)
    yield Scope(people=(me.manager, *covered), start=proposal.start.value, end=proposal.end.value)
    title, when = proposal.title, words.span(proposal.start.value, proposal.end.value, me.zone)
    yield kept_free(proposal.start, proposal.end)
    try:
        own = yield from _updated(me.address, "calendar.update_own", proposal, check=everybody(me, proposal))
        if own is None:
            yield reply(mail, f"“{title}” has gone from my calendar, so I could not move it.")
            return
        if isinstance(own, BookConflict):
            names = {g.address.value: g.name for g in proposal.guests} | {me.manager.value: "you"}
            busy = words.listed(names.get(a.value, a.value) for a in own.who)
            why = f"is not free for {busy}" if busy else "I keep free for another meeting"
            yield reply(mail, f"I have not moved “{title}”: {when} {why}. It stays where it is.")
            return
        if not proposal.without_me:
            yield from _updated(me.manager, "calendar.update", proposal)
        yield kept_no_more(proposal.start)
        yield from _note_moved(proposal)
        yield reply(mail, f"Done. I have moved “{title}” to {when}.{(yield from _told_all(me, proposal, own))}")
    except ActionFailed as failure:
        said = failure.outcome.sentence.rstrip(". ")
        yield reply(mail, f"I could not move “{title}” ({said}). Please look at your calendar.")


def _note_moved(proposal: Proposal) -> Generator[Step, Any, None]:
    uid = proposal.event.uid
    if proposal.occurrence is None:
        yield Forget(functor="moved", pattern=(uid,))
        yield Believe(functor="moved", arguments=(uid, proposal.start, proposal.end))
    yield Raise(kind=NEWS, fields={"uid": uid})


def _updated(
    owner: Address, operation: str, proposal: Proposal, *, check: tuple[Address, ...] = ()
) -> Generator[Step, Any, EventCopy | BookConflict | None]:
    """Move the meeting in one calendar, on what stands there if somebody changed it meanwhile."""
    copy: EventCopy | None = yield Do(operation="calendar.read", arguments={"owner": owner, "event": proposal.event})
    for _ in range(3):
        if copy is None:
            return None
        arguments: dict[str, Any] = {"copy": copy, "start": proposal.start, "end": proposal.end, "check": check}
        if proposal.occurrence is not None:
            arguments["occurrence"] = proposal.occurrence
        done: EventWritten | EventMoved | BookConflict = yield Do(operation=operation, arguments=arguments)
        if isinstance(done, BookConflict):
            return done
        if isinstance(done, EventWritten):
            return done.copy
        copy = done.copy
    return None


def _told_all(me: Profile, proposal: Proposal, copy: EventCopy) -> Generator[Step, Any, str]:
    """Send the new version to everybody who is invited; say who was told."""
    names = {g.address.value: g.name for g in proposal.guests}
    arguments: dict[str, Any] = {
        "copy": copy,
        "to": tuple(g.address for g in proposal.guests),
        "sender_name": me.name,
    }
    if proposal.occurrence is not None:
        arguments["occurrence"] = proposal.occurrence
    try:
        sent = yield Do(operation="calendar.invite", arguments=arguments)
    except ActionFailed:
        return f" I could not tell {words.listed(names.values())}; please tell them yourself."
    yield Believe(functor="spoken-of", arguments=(sent.message_id, proposal.event.uid))
    missed = {address.lower() for address in sent.refused}
    reached = words.listed(name for address, name in names.items() if address not in missed)
    text = f" I have told {reached}." if reached else ""
    if missed:
        text += f" I could not reach {words.listed(names[a] for a in sorted(missed) if a in names)}."
    return text


@library.plan(on(LEFT), when=_said_by_manager, goal="decline another time")
def leave_counter(event: Trigger) -> Steps:
    """Tell the one who proposed that the meeting stays; why is the manager's own affair."""
    me: Profile = yield from profile()
    proposal: Proposal = event.proposal
    by = proposal.by.address
    when = words.span(proposal.was_start.value, proposal.was_end.value, me.zone)
    if by.origin.source in COVERED:
        yield Scope(people=(me.manager, by), start=proposal.was_start.value, end=proposal.was_end.value)
    try:
        if proposal.mail is not None:
            yield _in_words(proposal, proposal.mail, when)
        else:
            yield from _declined(me, proposal)
    except ActionFailed as failure:
        said = failure.outcome.sentence.rstrip(". ")
        yield reply(event.mail, f"“{proposal.title}” stays as it is, but I could not tell {proposal.by.name} ({said}).")
        return
    yield reply(event.mail, f"All right. “{proposal.title}” stays as it is, {when}, and {proposal.by.name} knows.")


def _in_words(proposal: Proposal, mail: Mail, when: str) -> Do:
    """Answer a proposal in words: to the one who is invited, by the address that they are known by."""
    step = reply(
        mail, f"Thank you for the proposal. That time is not possible, so “{proposal.title}” stays as it is: {when}."
    )
    return Do(operation=step.operation, arguments={**step.arguments, "to": (proposal.by.address,)})


def _declined(me: Profile, proposal: Proposal) -> Generator[Step, Any, None]:
    copy: EventCopy | None = yield Do(
        operation="calendar.read", arguments={"owner": me.address, "event": proposal.event}
    )
    if copy is None:
        return
    arguments: dict[str, Any] = {"copy": copy, "to": proposal.by.address, "sender_name": me.name}
    if proposal.occurrence is not None:
        arguments["occurrence"] = proposal.occurrence
    yield Do(operation="calendar.decline_counter", arguments=arguments)
