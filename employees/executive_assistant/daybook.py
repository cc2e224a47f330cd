"""What a brief says, section by section: what is empty is left out, and nothing is said that is not known."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import Agenda
from empla.capabilities.email import sorting
from empla.capabilities.email.sorting import TRIAGE_COUNT
from empla.capabilities.email.triage import MailKind, Triage
from empla.capabilities.introspection import History
from empla.mind.commitments import COMMITMENT, EXPECTATION
from empla.mind.noticing_findings import REMARK
from empla.mind.steps import ActionFailed, Do, Step, query
from empla.mind.triggers import MISSED
from empla.mind.values import Address
from employees.executive_assistant import connections, promises, recounting, words
from employees.executive_assistant.agendas import awaited_names, clashes, entry, in_order, journeys
from employees.executive_assistant.attending import ANSWERED, WAITING
from employees.executive_assistant.duties import ABSENT
from employees.executive_assistant.guests import names_of
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.looking import instant
from employees.executive_assistant.status import unanswered

MOST = 12
"""Lines of one section; of more, how many there are is said."""
_COUNTED = {
    MailKind.NEWSLETTER: ("newsletter", "newsletters"),
    MailKind.AUTOMATIC: ("automatic mail", "automatic mails"),
    MailKind.SUSPICIOUS: ("suspicious mail", "suspicious mails"),
    MailKind.INFORMATION: ("mail for your information", "mails for your information"),
}
_DID = {"accepted": "accepted", "declined": "declined", "tentative": "accepted provisionally", "counter": "countered"}

Text = Generator[Step, Any, str]


Missed = tuple[str, datetime, str]
"""What was due and did not happen: its trigger, when it was due, and why."""


@dataclass(frozen=True, slots=True)
class Daybook:
    """A brief's text, the keys of the mails that it lists by number, the remarks that it names, and what was missed."""

    text: str
    mails: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()


def of(
    me: Profile, now: datetime, since: datetime, missed: Sequence[datetime], *, noticing: bool
) -> Generator[Step, Any, Daybook]:
    """Return the brief of the day that `now` lies in, with what happened since `since`.

    `noticing`: with what the assistant remarked by itself, and what was due and did not happen.
    """
    history: History = yield Do(operation="self.history", arguments={"since": since})
    letters, keys = yield from _letters(me, now, since)
    remarks = (yield from _remarks()) if noticing else ()
    left_out: tuple[Missed, ...] = (yield query(MISSED)) if noticing else ()
    parts = [
        (yield from _today(me, now)),
        (yield from _invitations(me, since)),
        _section("I wait for an answer of yours:", (recounting.asked(u, me.zone) for u in _questions(history, me))),
        letters,
        (yield from _promised(me)),
        _section("No answer to an invitation yet:", (yield from unanswered(me))),
        (yield from _uncertain(me, history)),
        _section("This I noticed by myself:", (_as_sentence(what) for _, what in remarks)),
        (yield from _away(me, since, missed, left_out)),
        _section("Not in order:", connections.lines(history.integrations, me.zone)),
        _set_aside(history),
        (yield from _counts(me, now, since)),
    ]
    return Daybook(words.paragraphs(*parts), keys, tuple(name for name, _ in remarks), left_out)


def _remarks() -> Generator[Step, Any, tuple[tuple[str, str], ...]]:
    """Return what was found worth telling since the last brief, the first so many: the rest waits for the next one."""
    found: tuple[tuple[str, str], ...] = yield query(REMARK)
    return found[:MOST]


def _as_sentence(what: str) -> str:
    """Return words that begin a line; an address stays as it is written."""
    return what if "@" in what.partition(" ")[0] else words.capital(what)


def _section(title: str, lines: Iterable[str]) -> str:
    return words.section(title, lines, MOST)


# the day -------------------------------------------------------------------------------------------------------------


def _today(me: Profile, now: datetime) -> Text:
    """Return what stands in the manager's calendar, what clashes in it, and where no time is left to travel."""
    here = ZoneInfo(me.zone)
    midnight = datetime.combine(now.astimezone(here).date(), time(), here)
    between = {"start": instant(midnight, me), "end": instant(midnight + timedelta(days=1), me)}
    try:
        agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    except ActionFailed as failure:
        return f"I cannot look into your calendar just now ({failure.outcome.sentence.rstrip('. ')})."
    items = in_order(agenda.items)
    if not items:
        return f"Nothing stands in your calendar on {words.day(midnight)}."
    names = yield from awaited_names(items, me)
    return words.paragraphs(
        _section(f"{words.day(midnight)} ({me.zone}):", (entry(item, me, names) for item in items)),
        _section("These clash:", clashes(items, me)),
        _section("Little time to get from one to the next:", journeys(items, me)),
    )


def _invitations(me: Profile, since: datetime) -> Text:
    """Return the invitations that wait for the manager's word, and those that were answered by a rule."""
    waiting = yield query(WAITING)
    lines = [f"“{title}” from {name}, {words.moment(start, me.zone)}" for _, title, start, name in waiting]
    done = [
        f"“{title}” from {name}: {_DID.get(said, said)}" + (f" (rule {rule})" if rule else "")
        for _, said, title, start, name, rule in (yield query(ANSWERED))
        if start >= since
    ]
    return words.paragraphs(
        _section("Invitations that wait for your word (they stand in your calendar unanswered):", lines),
        _section("Invitations that I have answered for you:", done),
    )


# what is open --------------------------------------------------------------------------------------------------------


def _questions(history: History, me: Profile) -> list[Any]:
    return [u for u in history.undertakings if u.waits_for == me.manager.value]


def _promised(me: Profile) -> Text:
    """Return what is promised by and to whom; nothing if no promise is open."""
    mine = yield from promises.all_of(COMMITMENT)
    theirs = yield from promises.all_of(EXPECTATION)
    names = yield from names_of(made.debtor for _, made in theirs)
    return words.paragraphs(
        _section("I have promised you:", (promises.line(made, me) for _, made in mine)),
        _section(
            "Promised or asked of others:", (f"{names[m.debtor.value]}: {promises.line(m, me)}" for _, m in theirs)
        ),
    )


def _uncertain(me: Profile, history: History) -> Text:
    """Return what was not done, or may not have been."""
    acts = [act for act in history.acts if act.state in recounting.OPEN_STATES or act.state == "failed"]
    people = [Address(to, me.manager.origin) for act in acts[:MOST] for to in act.to if "@" in to]
    names = yield from names_of(people)
    lines = (recounting.line(act, names, me.zone) for act in acts)
    return _section("Not done, or not certain:", (line for line in lines if line))


# mails ---------------------------------------------------------------------------------------------------------------


def _letters(me: Profile, now: datetime, since: datetime) -> Generator[Step, Any, tuple[str, tuple[str, ...]]]:
    """Return the mails in the manager's own inbox that want something, numbered, with their keys."""
    found: list[tuple[int, datetime, str, str]] = []
    for day in _days(me, now, since):
        for kind in (MailKind.MANAGER, MailKind.ANSWER):
            for key, triage, sender, subject, received, inbox_of, _, _ in (yield from sorting.listed(day, kind)):
                if inbox_of is not None and received >= since:
                    found.append((triage.priority, received, key, _letter(triage, sender, subject)))
    found.sort(key=lambda one: (one[0], one[1]))
    shown = found[:MOST]
    if not shown:
        return "", ()
    lines = words.numbered(line for _, _, _, line in shown)
    left = f"\n  … and {len(found) - MOST} more" if len(found) > MOST else ""
    hint = "Answer “number 1 is not important”, and I see such mails otherwise from then on."
    text = f"Mails in your inbox that want something of you:\n{lines}{left}\n{hint}"
    return text, tuple(key for _, _, key, _ in shown)


def _letter(triage: Triage, sender: Address | None, subject: str) -> str:
    who = triage.name or (sender.value if sender is not None else "somebody")
    return f"{words.sentence(who, 50)}: “{words.sentence(subject, 80)}” ({triage.reason.rstrip('.')})"


def _counts(me: Profile, now: datetime, since: datetime) -> Text:
    """Return how many mails came that need nobody."""
    totals: dict[MailKind, int] = {}
    for day in _days(me, now, since):
        for kind in _COUNTED:
            for _, _, number in (yield query(TRIAGE_COUNT, day, kind)):
                totals[kind] = totals.get(kind, 0) + number
    said = [f"{n} {_COUNTED[kind][n != 1]}" for kind, n in totals.items() if n]
    return f"Besides, there came {words.listed(said)}." if said else ""


def _days(me: Profile, now: datetime, since: datetime) -> list[str]:
    """Return the local days from `since` to `now`, as they are held with mails."""
    here = ZoneInfo(me.zone)
    first, last = since.astimezone(here).date(), now.astimezone(here).date()
    return [(first + timedelta(days=n)).isoformat() for n in range(min((last - first).days, 7) + 1)]


# what was missed -----------------------------------------------------------------------------------------------------


def _away(me: Profile, since: datetime, missed: Sequence[datetime], left_out: Sequence[Missed]) -> Text:
    """Return when nothing was done because the assistant was not running, and what did not come because of that."""
    known = yield query(ABSENT)
    # Killed anew before it was seen alive, a process notes the same absence again, up to then.
    absences = {a: max(until for start, until in known if start == a) for a, b in known if b >= since}
    told: list[str] = []
    lines: list[str] = []
    for a, b in absences.items():
        span = f"from {words.moment(a, me.zone)} to {words.moment(b, me.zone)}"
        then = [one for one in left_out if a <= one[1] <= b]
        left_out = [one for one in left_out if one not in then]
        if then:
            told.append(_section(f"While I was not running, {span}, I missed:", (_missed(one, me) for one in then)))
        else:
            lines.append(span)
    briefs = [f"the brief of {words.day(due.astimezone(ZoneInfo(me.zone)))}" for due in missed]
    return words.paragraphs(
        _section("I was not running; what came or was due then I have done since:", lines),
        *told,
        _section("This was due and did not happen at its time:", (_missed(one, me) for one in left_out)),
        _section("This did not come:", briefs),
    )


def _missed(one: Missed, me: Profile) -> str:
    """Return in words what was due, when, and what became of it."""
    trigger, due, why = one
    return f"{trigger.replace('-', ' ')}, {words.moment(due, me.zone)} ({why})"


def _set_aside(history: History) -> str:
    number = len(history.set_aside)
    if not number:
        return ""
    reasons = (words.sentence(one.reason, 120) for one in history.set_aside)
    title = "Set aside, because I could not handle it; whoever runs me sees it with `empla quarantine list`:"
    return _section(title, reasons)
