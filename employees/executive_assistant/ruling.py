"""How the assistant words standing rules. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from empla.capabilities.standing import DAY, RuleKind, StandingRule, Whose
from employees.executive_assistant import words

_WORKWEEK = (0, 1, 2, 3, 4)


def described(rule: StandingRule, names: Mapping[str, str] | None = None) -> str:
    """Return what a rule comes to: "no meetings on Fridays from 12:00 on, until Thursday, 24 December 2026".

    `names` gives people's names by address.
    """
    when = _when(rule)
    match rule.kind:
        case RuleKind.AVOID:
            longer = f" longer than {words.length(rule.longer)}" if rule.longer else ""
            rather = "rather " if rule.soft else ""
            return f"{rather}no meetings{longer}{_with(rule, names or {})}{when}"
        case RuleKind.ONLY:
            return f"meetings {'rather' if rule.soft else 'only'}{_with(rule, names or {})}{when}"
        case RuleKind.ACCEPT:
            return f"I accept {_invitations(rule, names or {})}{when}, if you are free then"
        case RuleKind.DECLINE:
            return f"I decline {_invitations(rule, names or {})}{when}"
        case RuleKind.ASK:
            return f"I ask you before I accept {_invitations(rule, names or {})}{when}"
        case RuleKind.MOST:
            count = words.NUMBERS[rule.count] if rule.count < len(words.NUMBERS) else str(rule.count)
            return f"at most {count} {'meeting' if rule.count == 1 else 'meetings'} a day{when}"
    return f"{words.length(rule.minutes)} free between meetings{when}"


def numbered(rules: Mapping[int, StandingRule], names: Mapping[str, str] | None = None) -> str:
    """Return rules as a list, one a line, under their own numbers."""
    return "\n".join(f"  {number}. {words.capital(described(rules[number], names))}." for number in sorted(rules))


def _invitations(rule: StandingRule, names: Mapping[str, str]) -> str:
    longer = f" longer than {words.length(rule.longer)}" if rule.longer else ""
    short = f" of at most {words.length(rule.up_to)}" if rule.up_to else ""
    whom = _whom(rule, names)
    return f"{'' if whom else 'all '}invitations{longer}{short}{f' from {whom}' if whom else ''}"


def _with(rule: StandingRule, names: Mapping[str, str]) -> str:
    whom = _whom(rule, names)
    return f" with {whom}" if whom else ""


def _whom(rule: StandingRule, names: Mapping[str, str]) -> str:
    people = [f"{names[p.value]} ({p})" if names.get(p.value, p.value) != p.value else p.value for p in rule.people]
    side = {Whose.INTERNAL: "colleagues", Whose.EXTERNAL: "people from outside"}.get(rule.whose)
    domains = [f"anybody at {domain}" for domain in rule.domains]
    return words.listed([*people, *domains, *([side] if side else [])], "or")


def _when(rule: StandingRule) -> str:
    return f"{_weekdays(rule.weekdays)}{_hours(rule.hours)}{_dates(rule)}"


def _weekdays(days: tuple[int, ...]) -> str:
    if not days:
        return ""
    if days == (5, 6):
        return " on weekends"
    if days == _WORKWEEK:
        return " from Monday to Friday"
    return f" on {words.listed(f'{words.DAYS[day]}s' for day in days)}"


def _hours(stretches: tuple[tuple[int, int], ...]) -> str:
    return f" {words.listed(map(_stretch, stretches), 'or')}" if stretches else ""


def _stretch(stretch: tuple[int, int]) -> str:
    since, until = stretch
    if since == 0:
        return f"before {_clock(until)}"
    return f"from {_clock(since)} on" if until == DAY else f"between {_clock(since)} and {_clock(until)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _dates(rule: StandingRule) -> str:
    first, last = rule.first, rule.last
    comma = "," if rule.timed else ""
    if first is not None and last is not None:
        return f"{comma} on {words.day(first)}" if first == last else f"{comma}{_between(first, last)}"
    if first is not None:
        return f"{comma} from {words.day(first)} on"
    return f"{comma} until {words.day(last)}" if last is not None else ""


def _between(first: date, last: date) -> str:
    return f" from {words.day(first)} to {words.day(last)}"


def named(rules: Iterable[int]) -> str:
    """Return "rule 2", or "rules 2 and 5"."""
    numbers = [str(number) for number in sorted(rules)]
    return f"rule{'s' if len(numbers) > 1 else ''} {words.listed(numbers)}"
