"""What an assistant looks for of its own accord in its manager's days, and how soon it answers others.

It knows the meetings that it keeps, those that wait for the manager's word, and, where something depends on the
calendar, what stands there (`coming`). What it finds stands in the next brief.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.initiative.detecting import moment, zone_of
from empla.capabilities.initiative.remarking import Steps
from empla.mind.commitments import EXPECTATION, Commitment
from empla.mind.noticing_detectors import Detector, Spotted
from empla.mind.noticing_findings import REMARK
from empla.mind.noticing_looks import Eyes, Owed
from empla.mind.noticing_triggers import AT_RISK, OWED, Answer, Silence
from empla.mind.plans import PlanLibrary, Trigger, occurred
from empla.mind.propositions import Proposition
from empla.mind.readings import Mail
from empla.mind.steps import Believe, query
from empla.mind.triggers import BESIDE, COMING, MANAGER
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.booking import Arrangement
from employees.executive_assistant.guests import names_of
from employees.executive_assistant.keeping import KEPT
from employees.executive_assistant.knowing import Profile, profile

library = PlanLibrary()

ANSWER_WITHIN = "answer-within-4-hours"
NO_ANSWER = "no-answer-in-3-days"
FROM, UNTIL = time(9), time(17)
"""The hours of a day in which some should be left free."""
FREE = timedelta(hours=1)
AHEAD = timedelta(days=7)
"""How far ahead days are looked at for time that is free."""
CLOSE = timedelta(days=1)
"""How near a meeting is when an answer that is missing counts."""
_ASKS = frozenset(
    {
        *(Intent.SCHEDULE, Intent.FREE, Intent.AGENDA, Intent.CANCEL, Intent.MOVE, Intent.CHANGE, Intent.SWAP),
        *(Intent.STATUS, Intent.ERRAND, Intent.OTHER_REQUEST, Intent.SEVERAL),
    }
)


# the manager's days --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Taken:
    """A time that is taken: by which event, and how people call that."""

    uid: str
    title: str
    start: datetime
    end: datetime


def _taken(eyes: Eyes) -> list[_Taken]:
    """Return what is known to take time in the manager's calendar and is not over, in order, each event once.

    What is marked free takes none. Nor does what lasts all day, busy or not: a trade fair is there to have meetings at,
    and that a day is taken as a whole is seen at a glance. The day's agenda counts alike (`agendas.clashes`).
    """
    beside = {event for belief in eyes.matching(BESIDE, MANAGER) for event in belief.arguments[1]}
    found: dict[tuple[str, datetime], _Taken] = {}
    for belief in eyes.matching(COMING, MANAGER):
        _, uid, start, end, title = belief.arguments
        if (uid, start) not in beside:
            found[uid, start] = _Taken(uid, str(title), start, end)
    for belief in eyes.matching(KEPT):
        uid, meeting = belief.arguments
        if isinstance(meeting, Arrangement) and not meeting.without_me:
            start, end = meeting.start.value, meeting.end.value
            found.setdefault((uid, start), _Taken(uid, meeting.title, start, end))
    coming = [one for one in found.values() if one.end > eyes.at]
    return sorted(coming, key=lambda one: (one.start, one.end, one.uid))


def _clashes(eyes: Eyes) -> Iterator[Spotted]:
    """Find the meetings that overlap."""
    zone, taken = zone_of(eyes), _taken(eyes)
    for place, one in enumerate(taken):
        for other in taken[place + 1 :]:
            if other.start >= one.end:
                break
            if other.uid == one.uid:
                continue  # it was moved, and the calendar has not been looked at since
            said = {"one": one.title, "other": other.title, "when": moment(other.start, zone)}
            yield Spotted(subject=f"{one.uid}:{other.uid}", words=said, until=min(one.end, other.end))


def _full_days(eyes: Eyes) -> Iterator[Spotted]:
    """Find the working days of the next week that leave no hour free."""
    zone = zone_of(eyes)
    taken = _taken(eyes)
    today = eyes.at.astimezone(zone).date()
    for number in range(1, AHEAD.days + 1):
        day = today + timedelta(days=number)
        start, end = datetime.combine(day, FROM, zone), datetime.combine(day, UNTIL, zone)
        if day.weekday() < 5 and _longest_gap(taken, start, end) < FREE:
            yield Spotted(subject=day.isoformat(), words={"day": _day(day)}, until=end)


def _longest_gap(taken: list[_Taken], start: datetime, end: datetime) -> timedelta:
    """Return the longest time within a span that is not taken; `taken` is in order."""
    longest, free_from = timedelta(0), start
    for one in taken:
        if one.start >= end:
            break
        longest = max(longest, one.start - free_from)
        free_from = max(free_from, one.end)
    return max(longest, end - free_from)


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"


def _unanswered(eyes: Eyes) -> Iterator[Spotted]:
    """Find the meetings close to their time to which some of the invited have not answered."""
    zone: ZoneInfo = zone_of(eyes)
    for belief in eyes.matching(KEPT):
        uid, meeting = belief.arguments
        if not isinstance(meeting, Arrangement) or meeting.start.value <= eyes.at:
            continue
        missing = [g.name for g in meeting.guests if not eyes.matching("answered", uid, g.address.value)]
        if missing:
            said = {
                "who": words.listed(missing),
                "title": meeting.title,
                "when": moment(meeting.start.value, zone),
                "has": "has" if len(missing) == 1 else "have",
            }
            yield Spotted(subject=uid, words=said, since=meeting.start.value - CLOSE, until=meeting.start.value)


library.detect(
    Detector(
        name="clash",
        kind="problem",
        weight=0.7,
        says="“{one}” and “{other}” overlap: {when}",
        look=_clashes,
        reads=(COMING, BESIDE, KEPT),
    ),
    Detector(
        name="no-free-hour",
        kind="problem",
        says="{day} leaves you no hour free",
        look=_full_days,
        reads=(COMING, BESIDE, KEPT),
    ),
    Detector(
        name="guests-silent",
        kind="risk",
        weight=0.6,
        says="{who} {has} not answered the invitation to “{title}”, {when}",
        look=_unanswered,
        reads=(KEPT, "answered"),
    ),
)


# answers -------------------------------------------------------------------------------------------------------------


def asks_something(mail: Mail) -> bool:
    """Return whether a mail that came to the assistant itself wants an answer of it."""
    return not mail.task and mail.reading is not None and mail.reading.intent in _ASKS


def is_a_question(made: Commitment) -> bool:
    """Return whether somebody was asked for something in a mail."""
    return bool(made.mail)


library.trigger(
    Answer(name=ANSWER_WITHIN, says="who writes has an answer", within=timedelta(hours=4), expects=asks_something),
    Silence(
        name=NO_ANSWER,
        says="somebody does not answer what they were asked",
        after=timedelta(days=3),
        about=is_a_question,
    ),
)


@library.plan(occurred(ANSWER_WITHIN), goal="see that who writes has an answer", quiet=True, initiative=True)
def note_answer_at_risk(event: Trigger) -> Steps:
    """Have the next brief say who waits for an answer, unless they have it by then."""
    me: Profile = yield from profile()
    if event.phase != AT_RISK or event.value == me.manager.value:
        return
    owed: Owed | None = yield from _last(OWED, ANSWER_WITHIN, event.subject)
    who = yield from _name(owed.to if owed is not None else None)
    owed = yield from _last(OWED, ANSWER_WITHIN, event.subject)
    if owed is None:
        return
    about = words.sentence(owed.subject, 80)
    said = f"{who} waits for an answer to “{about}” until {words.moment(owed.due, me.zone)}"
    rests_on = Proposition(OWED, (ANSWER_WITHIN, event.subject, owed))
    yield Believe(functor=REMARK, arguments=(f"owed:{event.subject}", said), because=(rests_on,))


@library.plan(occurred(NO_ANSWER), goal="see that who was asked answers", quiet=True, initiative=True)
def note_silence(event: Trigger) -> Steps:
    """Have the next brief say who has not answered for days, unless they have by then."""
    me: Profile = yield from profile()
    made: Commitment | None = yield from _last(EXPECTATION, event.subject)
    who = yield from _name(made.debtor if made is not None else None)
    made = yield from _last(EXPECTATION, event.subject)
    if made is None or not made.open:
        return
    about = words.sentence(made.content, 80)
    said = f"{who} has not answered for three days, asked on {words.moment(made.made_at, me.zone)}: {about}"
    rests_on = Proposition(EXPECTATION, (event.subject, made))
    yield Believe(functor=REMARK, arguments=(f"silent:{event.subject}", said), because=(rests_on,))


def _last(functor: str, *pattern: str) -> Steps:
    """Return the last argument of what is held, as it is now; None if nothing is."""
    held = yield query(functor, *pattern)
    return held[-1][-1] if held else None


def _name(address: Address | None) -> Steps:
    """Return what somebody is called; looking it up takes a while, in which things may change."""
    return (yield from names_of([address]))[address.value] if address is not None else ""
