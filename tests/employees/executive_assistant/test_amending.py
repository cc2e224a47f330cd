"""Which rule takes the place of which, which one is meant, and how one is put right."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.standing import DAY, RuleKind, StandingRule
from empla.mind.readings import Mail
from empla.mind.values import OWN, Address
from employees.executive_assistant.amending import at_hour, corrected, meant, replaced, same

AVOID, ONLY, ACCEPT, DECLINE = RuleKind.AVOID, RuleKind.ONLY, RuleKind.ACCEPT, RuleKind.DECLINE
NOW = datetime(2026, 9, 7, 8, tzinfo=ZoneInfo("Europe/Berlin"))
BEFORE_9 = StandingRule(kind=AVOID, hours=((0, 540),), said="never before 9")
AFTER_5 = StandingRule(kind=AVOID, hours=((1020, DAY),))
FRIDAYS = StandingRule(kind=AVOID, weekdays=(4,))
FRIDAY_AFTERNOONS = replace(FRIDAYS, hours=((720, DAY),))
CARLA = (Address("carla@office.example", OWN),)
FROM_CARLA = StandingRule(kind=ACCEPT, people=CARLA)
FOUR_A_DAY = StandingRule(kind=RuleKind.MOST, count=4)


@pytest.mark.parametrize(
    ("new", "old", "takes_its_place"),
    [
        (replace(BEFORE_9, hours=((0, 600),)), BEFORE_9, True),
        (AFTER_5, BEFORE_9, False),
        (replace(AFTER_5, hours=((960, DAY),)), AFTER_5, True),
        (FRIDAYS, BEFORE_9, False),
        (replace(BEFORE_9, weekdays=(4,)), BEFORE_9, False),
        (replace(BEFORE_9, people=CARLA), BEFORE_9, False),
        (replace(FROM_CARLA, kind=DECLINE), FROM_CARLA, True),
        (replace(FROM_CARLA, weekdays=(0,)), FROM_CARLA, False),
        (StandingRule(kind=ACCEPT), FROM_CARLA, False),
        (replace(FOUR_A_DAY, count=3), FOUR_A_DAY, True),
        (StandingRule(kind=RuleKind.APART, minutes=15), FOUR_A_DAY, False),
        (StandingRule(kind=AVOID, longer=30), StandingRule(kind=AVOID, longer=60), True),
        (replace(FRIDAYS, first=date(2026, 9, 11), last=date(2026, 9, 11)), FRIDAYS, False),
        (replace(FRIDAYS, kind=ONLY), FRIDAYS, True),
    ],
)
def test_a_later_rule_takes_the_place_of_the_one_it_contradicts(
    new: StandingRule, old: StandingRule, takes_its_place: bool
) -> None:
    assert replaced(new, {7: old}) == ((7,) if takes_its_place else ())


def test_other_words_for_the_same_rule_are_the_same() -> None:
    assert same(BEFORE_9, replace(BEFORE_9, said="nothing before nine", set_at=NOW))
    assert not same(BEFORE_9, replace(BEFORE_9, soft=True))


RULES = {
    1: BEFORE_9,
    2: FRIDAYS,
    3: FRIDAY_AFTERNOONS,
    4: FROM_CARLA,
    5: replace(FROM_CARLA, kind=DECLINE, weekdays=(0,)),
}


@pytest.mark.parametrize(
    ("pattern", "kind", "numbers"),
    [
        (FRIDAYS, "", (2,)),
        (FRIDAY_AFTERNOONS, "", (3,)),
        (replace(BEFORE_9, hours=((0, 600),)), "", (1,)),
        (StandingRule(kind=AVOID, people=CARLA), "", (4,)),
        (StandingRule(kind=AVOID, people=CARLA), "decline", (5,)),
        (StandingRule(kind=AVOID, weekdays=(2,)), "", ()),
    ],
)
def test_the_rule_that_is_meant_is_the_one_about_all_that_is_said(
    pattern: StandingRule, kind: str, numbers: tuple[int, ...]
) -> None:
    assert meant(pattern, kind, RULES) == numbers


def test_an_hour_moves_the_one_edge_that_a_rule_has() -> None:
    assert at_hour(BEFORE_9, 600) == replace(BEFORE_9, hours=((0, 600),))
    assert at_hour(FRIDAY_AFTERNOONS, 840) == replace(FRIDAY_AFTERNOONS, hours=((840, DAY),))
    assert at_hour(FRIDAYS, 600) is None
    assert at_hour(StandingRule(kind=ONLY, hours=((600, 960),)), 660) is None


@pytest.mark.parametrize(
    ("rule", "text", "becomes"),
    [
        (BEFORE_9, "make that 10, not 9", replace(BEFORE_9, hours=((0, 600),))),
        (FRIDAYS, "actually Friday from 2pm", replace(FRIDAYS, hours=((840, DAY),))),
        (FRIDAYS, "Only this week.", replace(FRIDAYS, weekdays=(), first=date(2026, 9, 11), last=date(2026, 9, 11))),
        (FRIDAYS, "until the end of October", replace(FRIDAYS, last=date(2026, 10, 30))),
        (FRIDAYS, "Thanks!", None),
        (FRIDAYS, "Book an hour with Ben on Friday at 2", None),
        (FRIDAYS, "What is on Friday?", None),
    ],
)
def test_a_word_in_its_thread_puts_a_rule_right(rule: StandingRule, text: str, becomes: StandingRule | None) -> None:
    mail = Mail(key="k", message_id="", blob="", subject="", sender=None, authenticated=None, text=text, sent=NOW)
    assert corrected(rule, mail, NOW, "Europe/Berlin") == becomes
