"""Questions about the assistant's own work, answered from its promises, its intentions and its outbox.

Nothing is claimed that these do not show: "sent" means that our mail server took it, and where nothing is known the
answer says so.
"""

from collections.abc import Generator, Sequence
from datetime import timedelta
from typing import Any

from empla.capabilities.email.reading.people import Who
from empla.capabilities.introspection import Act, History
from empla.memory.asking.wording import worded
from empla.mind.commitments import COMMITMENT, EXPECTATION, Commitment, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Do, Now, Step, query
from empla.mind.values import Address, Origin, Source
from employees.executive_assistant import connections, promises, recounting, wanted, words
from employees.executive_assistant.booking import Arrangement
from employees.executive_assistant.errands import ERRAND_THREAD
from employees.executive_assistant.guests import known_by, people
from employees.executive_assistant.keeping import KEPT
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile, told
from employees.executive_assistant.memories import recall
from employees.executive_assistant.talking import answer

library = PlanLibrary()

LOOK_BACK = timedelta(days=45)
"""How far back a question about something in particular looks."""
TROUBLE = timedelta(days=7)
"""How long something that failed is named when it is asked what is open."""
_MOST_NAMES = 20
_MOST_FOUND = 8


@library.plan(on("mail", mail__reading__intent="status"), when=from_manager, goal="say what I am at", version=2)
def tell_status(event: Trigger) -> Steps:
    """Answer what is in hand, what was done, what is promised, or what became of something."""
    yield from _told(event, recalling=True)


@library.plan(
    on("mail", mail__reading__intent="status"),
    when=from_manager,
    goal="say what I am at",
    name="tell-status",
    version=1,
)
def tell_status_1(event: Trigger) -> Steps:
    """Answer as before there was a memory to ask: what was under way then goes on."""
    yield from _told(event, recalling=False)


def _told(event: Trigger, *, recalling: bool) -> Steps:
    me: Profile = yield from profile()
    kind: str = told(event.mail, "kind") or "open"
    if kind == "promises":
        text = yield from _promises(me)
    elif kind == "done":
        text = yield from _done(me, told(event.mail, "window") or "today")
    elif kind == "about":
        text = yield from _about(me, event.mail, recalling=recalling)
    else:
        text = yield from _open(me)
    yield answer(event, text)


def _history(since: Any) -> Generator[Step, Any, History]:
    found: History = yield Do(operation="self.history", arguments={"since": since})
    return found


def _names(addresses: Sequence[str]) -> Generator[Step, Any, dict[str, str]]:
    """Return people's names by address, of the first so many."""
    names = {}
    for address in list(dict.fromkeys(a for a in addresses if a))[:_MOST_NAMES]:
        names[address] = (yield from known_by(Address(address, Origin(Source.RECORD)))).name
    return names


# everything ----------------------------------------------------------------------------------------------------------


def _promises(me: Profile) -> Generator[Step, Any, str]:
    theirs = yield from promises.all_of(EXPECTATION)
    names = yield from _names([made.debtor.value for _, made in theirs])
    return (yield from promises.listed(me, names))


def _open(me: Profile) -> Generator[Step, Any, str]:
    """Say what is promised, what waits and for whom, and what is not certain."""
    now = yield Now()
    history = yield from _history(now - TROUBLE)
    promised = yield from _promises(me)
    acts = [act for act in history.acts if act.state in recounting.OPEN_STATES or act.state == "failed"]
    acts = [act for act in acts if recounting.line(act, {}, me.zone)]
    names = yield from _names([address for act in acts for address in act.to])
    waiting = yield from unanswered(me)
    asked = [u for u in history.undertakings if u.waits_for == me.manager.value]
    parts = [
        promised if "No promise is open" not in promised else "",
        _section("No answer to an invitation yet:", waiting),
        _section("I wait for an answer of yours:", [recounting.asked(u, me.zone) for u in asked]),
        _section("Not done, or not certain:", [recounting.line(act, names, me.zone) for act in acts]),
        _section("Not in order:", connections.lines(history.integrations, me.zone)),
        _section("Set aside until somebody decides:", [words.sentence(one.reason, 160) for one in history.set_aside]),
    ]
    found = words.paragraphs(*parts)
    return found or "Nothing is open: I wait for nobody, have no question to you, and owe nothing."


def _section(title: str, lines: Sequence[str]) -> str:
    listed = "\n".join(f"  - {line}" for line in lines)
    return f"{title}\n\n{listed}" if lines else ""


def unanswered(me: Profile) -> Generator[Step, Any, list[str]]:
    """Return, for each meeting that stands, who has not answered."""
    kept: tuple[tuple[str, Arrangement], ...] = yield query(KEPT)
    lines = []
    for uid, meeting in kept:
        missing = []
        for guest in meeting.guests:
            if not (yield query("answered", uid, guest.address.value)):
                missing.append(guest.name)
        if missing:
            when = words.moment(meeting.start.value, me.zone)
            lines.append(f"{words.listed(missing)}: “{meeting.title}”, {when}")
    return lines


def _done(me: Profile, said: str) -> Generator[Step, Any, str]:
    """Say what was done in a stretch of the past."""
    now = yield Now()
    when = recounting.stretch(said, now, me.zone)
    history = yield from _history(when.since)
    acts = [act for act in history.acts if act.asked_at < when.until]
    to_others = [act for act in acts if set(act.to) - {me.manager.value} or not act.operation.startswith("email.")]
    mails = sum(act.operation == "email.send" and act.state == "done" for act in acts) - sum(
        act.operation == "email.send" and act.state == "done" for act in to_others
    )
    names = yield from _names([address for act in to_others for address in act.to])
    listed = recounting.lines(to_others, names, me.zone)
    to_you = f"I wrote {mails} {'mails' if mails != 1 else 'mail'} to you {when.said}." if mails else ""
    ended = yield from _ended(me, when)
    if not listed and not ended:
        return words.paragraphs(f"I have done nothing {when.said} that reached anybody but you.", to_you)
    did = f"This is what I did {when.said} ({me.zone}):\n\n{listed}" if listed else ""
    return words.paragraphs(did, _section("Promises that ended:", ended), to_you)


def _ended(me: Profile, when: recounting.Stretch) -> Generator[Step, Any, list[str]]:
    found = []
    for functor in (COMMITMENT, EXPECTATION):
        for _, made in (yield from promises.all_of(functor, only_open=False)):
            if made.standing is not Standing.OPEN and when.since <= made.made_at < when.until:
                found.append(promises.line(made, me))
    return found


# something in particular ---------------------------------------------------------------------------------------------


def _about(me: Profile, mail: Mail, *, recalling: bool) -> Generator[Step, Any, str]:
    """Say what became of a matter, or of what somebody was asked; what they said besides may be remembered."""
    now = yield Now()
    about: str = told(mail, "about") or ""
    whom: tuple[Who, ...] = tuple(told(mail, "people") or ())
    addresses: dict[str, str] = {}
    for who in whom:
        for guest in (yield from people(who)):
            addresses[guest.address.value] = guest.name
    history = yield from _history(now - LOOK_BACK)
    threads = {thread for thread, _ in (yield query(ERRAND_THREAD, mail.thread))} if not about and not whom else set()
    parts = yield from _of_promises(me, about, addresses, bool(whom), history.acts, mail.thread if threads else "")
    parts += yield from _of_meetings(me, about, addresses, bool(whom))
    if not parts:
        parts = yield from _of_acts(me, about, addresses, bool(whom), history.acts)
    if parts:
        return words.paragraphs(*parts[:_MOST_FOUND])
    if recalling and (question := told(mail, "question")):
        remembered = yield from recall(mail, me.manager, question)
        if remembered.known:
            return worded(remembered, me.zone, ids=False)
    of = words.listed([*([f"“{about}”"] if about else []), *(addresses.values() or (w.words for w in whom))])
    return (
        f"I know of nothing about {of or 'that'}: in the last {LOOK_BACK.days} days I have neither done nor promised "
        "anything about it."
    )


def _fits(about: str, addresses: dict[str, str], named: bool, text: str, people: Sequence[str]) -> bool:
    """Return whether something is about these people and this matter; a plain "the meeting" says no more than who."""
    of_them = not named or bool(set(people) & set(addresses))
    telling = about.lower().removeprefix("the ").strip() not in (
        "meeting",
        "call",
        "invitation",
        "appointment",
        "it",
        "",
    )
    return of_them and (not telling or wanted.shares(about, text)) and bool(named or telling)


def _of_promises(
    me: Profile, about: str, addresses: dict[str, str], named: bool, acts: Sequence[Act], thread: str
) -> Generator[Step, Any, list[str]]:
    parts = []
    of_thread = {promise for _, promise in (yield query(ERRAND_THREAD, thread))} if thread else set()
    found = yield from promises.all_of(EXPECTATION, only_open=False)
    for promise, made in sorted(found, key=lambda one: one[1].made_at, reverse=True):
        if promise in of_thread or _fits(about, addresses, named, made.content, [made.debtor.value]):
            name = (yield from known_by(made.debtor)).name
            parts.append(recounting.expected(made, name, acts, me.zone))
    if parts:
        return parts
    for _, made in (yield from promises.all_of(COMMITMENT, only_open=False)):
        names = " ".join(addresses.values())
        of_them = not named or any(name in made.content for name in addresses.values())
        if of_them and (not about or wanted.shares(about, made.content)) and (about or names):
            parts.append(_own(made, me))
    return parts


def _own(made: Commitment, me: Profile) -> str:
    return f"I have promised to {promises.line(made, me)}."


def _of_meetings(me: Profile, about: str, addresses: dict[str, str], named: bool) -> Generator[Step, Any, list[str]]:
    """Say how a meeting stands that the assistant keeps: when it is, and who has answered what."""
    kept: tuple[tuple[str, Arrangement], ...] = yield query(KEPT)
    parts = []
    for uid, meeting in kept:
        guests = [g.address.value for g in meeting.guests]
        if not _fits(about, addresses, named, meeting.title, guests):
            continue
        answers = []
        for guest in meeting.guests:
            found = yield query("answered", uid, guest.address.value)
            answers.append(
                f"{guest.name} {_ANSWERS.get(found[-1][2], found[-1][2]) if found else 'has not answered yet'}"
            )
        when = words.span(meeting.start.value, meeting.end.value, me.zone)
        parts.append(f"“{meeting.title}” is booked: {when}. {words.capital(words.listed(answers))}.")
    return parts


_ANSWERS = {"accepted": "has accepted", "declined": "has declined", "tentative": "has accepted provisionally"}


def _of_acts(
    me: Profile, about: str, addresses: dict[str, str], named: bool, acts: Sequence[Act]
) -> Generator[Step, Any, list[str]]:
    """Say which acts concern it, where neither promises nor meetings do."""
    found = [a for a in acts if set(a.to) - {me.manager.value} and _fits(about, addresses, named, a.about, a.to)]
    names = yield from _names([address for act in found for address in act.to])
    listed = recounting.lines(found[-_MOST_FOUND:], names, me.zone)
    return [f"This is what I did about it ({me.zone}):\n\n{listed}"] if listed else []
