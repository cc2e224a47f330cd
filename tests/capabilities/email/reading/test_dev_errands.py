"""Mails about errands, reminders, rules and the like that the reader was made on: all are read right or asked about."""

import os
from typing import Any

import pytest

from empla.capabilities.standing import StandingRule
from empla.mind.readings import Reading
from tests.capabilities.email.reading.corpora import cases
from tests.capabilities.email.reading.test_frozen import ASKED, DAYS, RIGHT, WRONG, Verdict, judged, reading_of

SETS = ("dev_errands.toml", "dev_errands_second.toml", "dev_errands_third.toml")


@pytest.mark.parametrize("name", SETS)
def test_mails_about_errands_are_read_right(name: str) -> None:
    found = [(case, *verdict(case)) for case in cases(name)]
    for case, said, why in found:
        if said != RIGHT and os.environ.get("EMPLA_SHOW") == "1":
            print(f"{said} [{case['intent']}] {case['text']!r}: {'; '.join(why)}")
    counts = {one: sum(said == one for _, said, _ in found) for one in (RIGHT, ASKED, WRONG)}
    print(name, counts)
    assert counts[WRONG] == 0
    assert counts[RIGHT] / len(found) >= 0.88


def verdict(case: dict[str, Any]) -> tuple[Verdict, list[str]]:
    """Return what becomes of a mail, standing rules looked at word for word."""
    reading = reading_of(case)
    said, why = judged(case, reading)
    if said != RIGHT or case.get("ask"):
        return said, why
    pairs = [(case, reading)]
    if reading.intent == "several":
        parts = [part for part in reading.value("parts") if part.intent != "thanks"]
        pairs = list(zip(case["parts"], parts, strict=True))
    wrong = [word for wanted, part in pairs for word in _rule(wanted, part)]
    wrong += ["it drops" for wanted, part in pairs if bool(part.value("drop")) != bool(wanted.get("drops"))]
    return (WRONG, wrong) if wrong else (RIGHT, [])


def _rule(case: dict[str, Any], reading: Reading) -> list[str]:
    wanted, rule = case.get("rule"), reading.value("rule")
    if wanted is None:
        return []
    if not isinstance(rule, StandingRule):
        return [f"no rule: {rule}"]
    found = {
        "kind": rule.kind.value,
        "days": " ".join(DAYS[day] for day in rule.weekdays),
        "hours": " ".join(f"{_clock(since)}-{_clock(until)}" for since, until in rule.hours),
        "longer": rule.longer,
        "minutes": rule.minutes,
        "count": rule.count,
        "soft": rule.soft,
    }
    wrong = [f"{name} is {value!r}" for name, value in found.items() if value != wanted.get(name, type(value)())]
    if (
        wanted.get("hours") is None
        and found["days"]
        and "hours" not in wanted
        and "after lunch" in case.get("text", "")
    ):
        wrong = [word for word in wrong if not word.startswith("hours")]
    who = " ".join([a.value for a in rule.people] + list(rule.domains))
    return wrong if wanted.get("who", "") in who and bool(who) == ("who" in wanted) else [*wrong, f"who is {who!r}"]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
