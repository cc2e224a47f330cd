"""Standing rules: what somebody wants of all their meetings and invitations, until they say otherwise. Pure.

A rule is a value; nothing here reads a mail or a calendar. An employee holds its manager's rules as beliefs
`rule(number, StandingRule)`. The mind lets only an intention that acts on the manager's or the company's word hold or
withdraw them (`empla.mind.authority.GUARDED`), so whoever decides by these beliefs decides by the manager's word.

Which rule decides about an invitation: of those that match it the most specific one, and between equals the later.
From the most specific to the least:

    away       a rule that keeps whole days free between two dates: "I'm out of office 3-7 August"
    person     it names people: "always accept from carla@office.example"
    time       it is about hours, days or lengths: "never before 9", "ask me about anything longer than an hour"
    domain     it names a domain: "decline anything from recruiters.example"
    side       it is about people of the house, or from outside
    anybody    "accept everything that fits"

So "always accept from my boss" goes before "no meetings on Friday afternoons", and neither before "I'm out of office".
A rule that says more besides ("decline anything from Ben on Mondays") goes before one that does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from empla.capabilities.calendar.invites import Invite
from empla.capabilities.calendar.spans import Span, merged, overlaps, without, zone_of
from empla.mind.codec import registered
from empla.mind.values import Address

DAY = 24 * 60
"""Minutes of a day on the clock."""
_MOST_DAYS = 400


class RuleKind(StrEnum):
    """What a rule asks for."""

    AVOID = "avoid"  # no meetings in these times, or none that is longer than so many minutes
    ONLY = "only"  # meetings in these times only; soft: rather then than at other times
    ACCEPT = "accept"  # invitations that match are accepted
    DECLINE = "decline"  # they are declined
    ASK = "ask"  # they are asked about
    MOST = "most"  # at most `count` meetings on a day
    APART = "apart"  # `minutes` are free between meetings


class Whose(StrEnum):
    """On which side of the house somebody is."""

    ANYBODY = "anybody"
    INTERNAL = "internal"
    EXTERNAL = "external"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule:
    """One rule. What is left empty does not limit it.

    `weekdays` count from Monday = 0; `hours` are stretches of the local day in minutes after midnight (end exclusive;
    1440 is its end); `first` and `last` are the days from and until which it holds. `longer`: it is about meetings of
    more than so many minutes; `up_to`: only about those of at most so many. `minutes` and `count` are the measures of
    APART and MOST. `said` are the words it came from.
    """

    kind: RuleKind
    weekdays: tuple[int, ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    first: date | None = None
    last: date | None = None
    people: tuple[Address, ...] = ()
    domains: tuple[str, ...] = ()
    whose: Whose = Whose.ANYBODY
    longer: int = 0
    up_to: int = 0
    minutes: int = 0
    count: int = 0
    soft: bool = False
    said: str = ""
    set_at: datetime | None = None

    @property
    def timed(self) -> bool:
        """Whether it is about some times of the week only."""
        return bool(self.weekdays or self.hours)

    @property
    def away(self) -> bool:
        """Whether it keeps whole days free between two dates."""
        dated = self.first is not None and self.last is not None
        return self.kind is RuleKind.AVOID and dated and not (self.timed or self.longer or self.restricted)

    @property
    def restricted(self) -> bool:
        """Whether it is about some people only."""
        return bool(self.people or self.domains) or self.whose is not Whose.ANYBODY

    def holds_on(self, day: date) -> bool:
        """Return whether it says anything about this local day."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def over(self, day: date) -> bool:
        """Return whether it says nothing any more from this local day on."""
        return self.last is not None and self.last < day

    def spans(self, within: Span, zone: str) -> list[Span]:
        """Return its times inside `within`, as somebody in `zone` means them."""
        here = zone_of(zone)
        day, last = within.start.astimezone(here).date(), within.end.astimezone(here).date()
        last = min(last, day + timedelta(days=_MOST_DAYS))
        found = []
        while day <= last:
            if self.holds_on(day):
                for since, until in self.hours or ((0, DAY),):
                    start, end = (datetime.combine(day, time(), None) + timedelta(minutes=m) for m in (since, until))
                    found.append(Span(*(m.replace(tzinfo=here).astimezone(UTC) for m in (start, end))))
            day += timedelta(days=1)
        return merged(Span(max(s.start, within.start), min(s.end, within.end)) for s in found)

    def denied(self, within: Span, zone: str) -> list[Span]:
        """Return the times inside `within` in which it wants no meetings; none if it is not about that."""
        if self.kind is RuleKind.AVOID:
            return self.spans(within, zone)
        if self.kind is not RuleKind.ONLY:
            return []
        return without(replace(self, weekdays=(), hours=()).spans(within, zone), self.spans(within, zone))

    def concerns(self, address: str, house: str) -> bool:
        """Return whether it is about meetings with somebody; `house` is the manager's domain."""
        if not self.restricted:
            return True
        domain = address.rpartition("@")[2].lower()
        inside = domain == house.lower()
        return (
            address.lower() in {p.value for p in self.people}
            or any(domain == d or domain.endswith(f".{d}") for d in self.domains)
            or (self.whose is Whose.INTERNAL and inside)
            or (self.whose is Whose.EXTERNAL and not inside)
        )

    def measures(self, meeting: Span) -> bool:
        """Return whether it is about meetings as long as this one."""
        minutes = meeting.length / timedelta(minutes=1)
        return minutes > self.longer if self.longer else not self.up_to or minutes <= self.up_to

    def forbids(self, start: datetime, end: datetime, zone: str) -> bool:
        """Return whether a meeting from `start` to `end` is against it, if its people are those it is about."""
        meeting = Span(start.astimezone(UTC), end.astimezone(UTC))
        return self.measures(meeting) and overlaps(meeting, self.denied(meeting, zone))


# arranging ------------------------------------------------------------------------------------------------------------


def forbidden(
    rules: Iterable[StandingRule],
    within: Span,
    zone: str,
    *,
    minutes: int = 0,
    people: Iterable[str] = (),
    house: str = "",
    soft: bool = False,
) -> list[Span]:
    """Return the times in `within` where a meeting of `minutes` with `people` is against the hard rules.

    With `soft` those are in it too that are merely not wished for.
    """
    whom = list(people)
    found: list[Span] = []
    for rule in rules:
        about_them = not rule.restricted or any(rule.concerns(p, house) for p in whom)
        if rule.soft > soft or not about_them:
            continue
        if not rule.longer or minutes > rule.longer:
            found += rule.denied(within, zone)
    return merged(found)


def crowded(
    rules: Iterable[StandingRule], meetings: Iterable[Span], busy: Iterable[Span], within: Span, zone: str
) -> list[Span]:
    """Return the times in `within` that hold too many meetings already, or lie too near to something else.

    `meetings` are those that count towards a day's number; `busy` is everything that something must keep apart from.
    """
    here = zone_of(zone)
    standing, around = list(meetings), list(busy)
    found: list[Span] = []
    for rule in rules:
        if rule.kind is RuleKind.APART:
            margin = timedelta(minutes=rule.minutes)
            near = [Span(s.start - margin, s.end + margin) for s in around]
            found += [s for s in near if rule.holds_on(s.start.astimezone(here).date())]
        elif rule.kind is RuleKind.MOST:
            days = [s.start.astimezone(here).date() for s in standing]
            found += _days_of(within, {d for d in days if days.count(d) >= rule.count and rule.holds_on(d)}, zone)
    return merged(Span(max(s.start, within.start), min(s.end, within.end)) for s in found)


def _days_of(stretch: Span, days: Iterable[date], zone: str) -> list[Span]:
    """Return the parts of `stretch` that lie on these days."""
    one_day = (StandingRule(kind=RuleKind.AVOID, first=day, last=day) for day in sorted(days))
    return [s for rule in one_day for s in rule.spans(stretch, zone)]


# invitations ----------------------------------------------------------------------------------------------------------


class Word(StrEnum):
    """What the rules say of an invitation."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"  # propose another time; decline if there is none and the rule is a hard one
    ASK = "ask"
    NONE = "none"  # no rule is about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What decides about an invitation: who organizes it, when it is (every occurrence that is looked at), how long."""

    organizer: str
    times: tuple[tuple[datetime, datetime], ...]
    all_day: bool = False


def occasion(invite: Invite) -> Occasion:
    """Return what decides about an invitation."""
    organizer = invite.organizer.value if invite.organizer is not None else ""
    times = tuple((since.value, until.value) for since, until in invite.spans)
    return Occasion(organizer=organizer, times=times, all_day=invite.all_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The word of the rules about an invitation, and the rule that it comes from (0, None: none)."""

    word: Word
    number: int = 0
    rule: StandingRule | None = None

    @property
    def answers(self) -> frozenset[str]:
        """Return the answers that may be given without asking: PARTSTAT of RFC 5545, or COUNTER."""
        hard = self.rule is not None and not self.rule.soft
        match self.word:
            case Word.ACCEPT:
                return frozenset({"ACCEPTED"})
            case Word.DECLINE:
                return frozenset({"DECLINED"})
            case Word.COUNTER:
                return frozenset({"COUNTER", "DECLINED"} if hard else {"COUNTER"})
        return frozenset()


def judged(rules: Mapping[int, StandingRule], occasion: Occasion, zone: str, house: str) -> Judgement:
    """Return what the rules, by their numbers, say of an invitation. `house` is the manager's own domain.

    What forbids a time asks for another one where it is soft or the organizer is of the house. Of a series of which
    only some occurrences are forbidden, the manager is asked.
    """
    found = {n: r for n, r in rules.items() if _matches(r, occasion, zone, house)}
    if not found:
        return Judgement(word=Word.NONE)
    number = max(found, key=lambda n: (_rank(found[n]), _later(found[n]), n))
    rule = found[number]
    return Judgement(word=_word(rule, occasion, zone, house), number=number, rule=rule)


def _word(rule: StandingRule, occasion: Occasion, zone: str, house: str) -> Word:
    if rule.kind in (RuleKind.ACCEPT, RuleKind.DECLINE, RuleKind.ASK):
        return Word(rule.kind.value)
    if not all(_forbidden(rule, occasion, *times, zone) for times in occasion.times):
        return Word.ASK
    inside = occasion.organizer.rpartition("@")[2].lower() == house.lower()
    return Word.COUNTER if rule.soft or inside else Word.DECLINE


def _matches(rule: StandingRule, occasion: Occasion, zone: str, house: str) -> bool:
    if not rule.concerns(occasion.organizer, house) or not occasion.times:
        return False
    match rule.kind:
        case RuleKind.AVOID | RuleKind.ONLY:
            return any(_forbidden(rule, occasion, *times, zone) for times in occasion.times)
        case RuleKind.ACCEPT:  # all of it must lie in the times that are accepted
            return all(_covered(rule, *times, zone) for times in occasion.times)
        case RuleKind.DECLINE | RuleKind.ASK:
            return any(_touched(rule, *times, zone) for times in occasion.times)
    return False


def _forbidden(rule: StandingRule, occasion: Occasion, start: datetime, end: datetime, zone: str) -> bool:
    """Return whether a rule forbids a time; hours of the day say nothing about what takes whole days."""
    if occasion.all_day and (rule.hours or rule.longer):
        return False
    return rule.forbids(start, end, zone)


def _covered(rule: StandingRule, start: datetime, end: datetime, zone: str) -> bool:
    meeting = Span(start.astimezone(UTC), end.astimezone(UTC))
    return rule.measures(meeting) and not without([meeting], rule.spans(meeting, zone))


def _touched(rule: StandingRule, start: datetime, end: datetime, zone: str) -> bool:
    meeting = Span(start.astimezone(UTC), end.astimezone(UTC))
    return rule.measures(meeting) and overlaps(meeting, rule.spans(meeting, zone))


def _rank(rule: StandingRule) -> tuple[int, bool]:
    """Return how specific a rule is; see the module."""
    dated = rule.first is not None or rule.last is not None
    about_time = rule.timed or dated or bool(rule.longer or rule.up_to)
    if rule.away:
        return 5, False
    if rule.people:
        return 4, about_time
    if about_time:
        return 3, rule.restricted
    if rule.domains:
        return 2, False
    return int(rule.restricted), False


def _later(rule: StandingRule) -> datetime:
    return rule.set_at or datetime.min.replace(tzinfo=UTC)
