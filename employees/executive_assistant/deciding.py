"""Invitations that wait for the manager's word: which one is meant, and what becomes of it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.invites import Invite
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Span, Window
from empla.mind.codec import registered
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Do, Forget, Now, Raise, Step, query
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.invitations import Choice
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile, told
from employees.executive_assistant.talking import answer, asked

library = PlanLibrary()

WAITING = "invitation-waiting"
"""Functor of the invitations that stand in the manager's calendar unanswered: (uid, title, start, organizer's name).
They are named in the brief."""
_OPEN = "invitation-open"
"""Functor of all that wait for the manager's word, entered or asked about: (uid, Waiting)."""
DECIDED = "invitation-decided"
"""Kind of the event that the manager has decided about an invitation; fields `mail` (that word), `invitation` (the mail
with it), `choice`, and `option` (SlotOption) for another time."""
_SMALL = frozenset({"the", "a", "an", "our", "my", "of", "to", "and", "for", "meeting", "call"})


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One invitation that waits: what it is, and the mail that it stands in."""

    title: str
    start: datetime
    organizer: Address
    name: str
    key: str
    blob: str
    received: datetime
    inbox_of: Address | None = None


def waits(mail: Mail, invite: Invite, name: str, *, entered: bool) -> Generator[Step, Any, None]:
    """Note that an invitation waits for the manager's word, until it is over; `entered`: the calendar shows it."""
    now = yield Now()
    assert invite.start is not None
    assert invite.organizer is not None
    waiting = Waiting(
        title=words.sentence(invite.title, 200),
        start=invite.start.value,
        organizer=invite.organizer,
        name=name,
        key=mail.key,
        blob=mail.blob,
        received=now,
        inbox_of=mail.inbox_of,
    )
    last = max((end.value for _, end in invite.spans), default=invite.start.value)
    yield Believe(functor=_OPEN, arguments=(invite.uid, waiting), until=last)
    if entered:
        shown = (invite.uid, waiting.title, waiting.start, name)
        yield Believe(functor=WAITING, arguments=shown, until=invite.start.value)


def waits_no_more(uid: str) -> Generator[Step, Any, None]:
    """Note that the manager's word is there, or wanted no longer."""
    yield Forget(functor=WAITING, pattern=(uid,))
    yield Forget(functor=_OPEN, pattern=(uid,))


@library.plan(on("mail", mail__reading__intent="respond"), when=from_manager, goal="answer an invitation")
def answer_invitation(event: Trigger) -> Steps:
    """Answer an invitation that waits, as the manager says: "accept the invitation from Carla"."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    waiting: dict[str, Waiting] = dict((yield query(_OPEN)))
    if not waiting:
        yield answer(event, "No invitation waits for your word, so I have done nothing.")
        return
    fitting = [uid for uid, one in waiting.items() if _meant(one, mail)]
    if len(fitting) == 1:
        yield from _decided(mail, waiting[fitting[0]])
        return
    offered = sorted(fitting or waiting, key=lambda uid: (waiting[uid].start, uid))
    first = "Which of these invitations do you mean?" if fitting else "I find no such invitation. These wait:"
    question = words.paragraphs(event.get("before") or "", first, _listed([waiting[u] for u in offered], me))
    said = yield from asked(me, mail, words.paragraphs(question, "Its number is enough."), "an invitation", _UNDONE)
    if said is None:
        return
    places = [p for p in (told(said, "ordinals") or ()) if 0 < abs(p) <= len(offered)]
    bare = words.said(said, 20).strip(" .!#")
    if not places and bare.isdigit() and 0 < int(bare) <= len(offered):
        places = [int(bare)]
    if len(places) != 1:
        yield answer(Trigger({"mail": said}), f"All right, I leave it. {_UNDONE}")
        return
    one = waiting[offered[places[0] - 1 if places[0] > 0 else places[0]]]
    yield from _decided(said, one, Choice(told(mail, "answer")))


_UNDONE = "I have answered no invitation."


def _decided(word: Mail, one: Waiting, choice: Choice | None = None) -> Generator[Step, Any, None]:
    """Read the mail with the invitation again, and have it answered on the manager's word."""
    arguments: dict[str, Any] = {"key": one.key, "blob": one.blob, "received": one.received}
    if one.inbox_of is not None:
        arguments["inbox_of"] = one.inbox_of
    invitation: Mail = yield Do(operation="email.read", arguments=arguments)
    said = choice or Choice(told(word, "answer"))
    yield Raise(kind=DECIDED, fields={"mail": word, "invitation": invitation, "choice": said.value})


def _meant(one: Waiting, mail: Mail) -> bool:
    """Return whether the manager's words are about this invitation; what is not said does not matter."""
    whom: tuple[Who, ...] = told(mail, "people") or ()
    window: Window | None = told(mail, "window")
    topic = {w for w in (told(mail, "topic") or "").lower().split() if w not in _SMALL}
    return (
        (not whom or any(_is(who, one) for who in whom))
        and (window is None or any(_lies_in(s, one.start) for s in window.spans))
        and topic <= set(one.title.lower().split())
    )


def _lies_in(span: Span, start: datetime) -> bool:
    return span.start <= start < max(span.end, span.start + timedelta(minutes=1))


def _is(who: Who, one: Waiting) -> bool:
    if who.address is not None:
        return who.address.value == one.organizer.value
    name = {*one.name.lower().split(), *one.organizer.value.partition("@")[0].split(".")}
    return set(who.words.lower().split()) <= name


def _listed(invitations: Sequence[Waiting], me: Profile) -> str:
    return words.numbered(f"“{one.title}” of {one.name}, {words.moment(one.start, me.zone)}" for one in invitations)
