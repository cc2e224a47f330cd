"""What the assistant forgets, and what it still knows when somebody comes back to it."""

import ast
import importlib
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

import empla
import employees.executive_assistant
from empla.capabilities.calendar import coming
from empla.testing.employee import ADA, MARIA
from empla.testing.mailbox import letter
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import BEN, Desk, said
from tests.employees.executive_assistant.test_errands import answered, to
from tests.employees.executive_assistant.test_release_0_1 import reply_of, starts

DAY = timedelta(days=1)


def held(desk: Desk) -> Counter[str]:
    """Count what the assistant holds, by functor; what is over is let go when it thinks again, whatever about."""
    desk.ada.tell("somebody-looks", f"look-{desk.ada.clock.now():%j-%H}")
    desk.goes_on()
    return Counter(belief.functor for belief in desk.ada.engine.state.beliefs)


def a_newsletter(desk: Desk, number: int) -> None:
    raw = letter("News <news@shop.example>", "Buy now.", subject="Offers", message_id=f"<news-{number}@shop.example>")
    desk.arrives(raw.replace(b"Subject:", b"List-Unsubscribe: <mailto:off@shop.example>\nSubject:", 1))


def a_day(desk: Desk) -> None:
    """One day of small things: a question, thanks, a request that cannot be done, a newsletter."""
    desk.write("What do I have tomorrow?")
    desk.write("Thanks!")
    desk.write("Could you find me a new office chair?")
    a_newsletter(desk, desk.written)
    desk.goes_on(DAY)


def test_small_things_are_not_gathered_for_ever(desk: Desk) -> None:
    for _ in range(16):
        a_day(desk)
    after_two_weeks = held(desk)
    assert {f: after_two_weeks[f] for f in ("agenda-told", "thanked", "declined", "noted")} == {
        "agenda-told": 6,
        "thanked": 6,
        "declined": 6,
        "noted": 6,
    }, "those of a week, without that of this hour"
    assert after_two_weeks["triaged"] == 4 * 13
    for _ in range(16):
        a_day(desk)
    assert held(desk) == after_two_weeks


def test_after_two_months_marks_are_gone_and_meetings_errands_and_rules_are_known(desk: Desk) -> None:
    booked = desk.answer("Book half an hour with Ben on 1 February 2027 at 14:00, about the budget.")
    assert "Done." in said(booked)
    desk.write("Never before 9.")
    desk.write("Thanks!")
    (question,) = to(desk.write("Please get me the supplier list from Ben by tomorrow 10:00."), BEN)
    answered(desk, question, "Here it is: Miller, Smith and Jones.")
    assert {"arranged", "wanted", "thanked", "triaged", "conversation"} <= held(desk).keys()

    desk.goes_on(60 * DAY)
    known = held(desk)
    assert known.keys() & {"wanted", "thanked", "triaged", "triage-count", "conversation"} == set()
    assert {f: known[f] for f in ("arranged", "kept", "rule", "expectation", "commitment")} == {
        "arranged": 1,
        "kept": 1,
        "rule": 1,
        "expectation": 1,
        "commitment": 1,
    }
    assert "1. No meetings before 09:00." in said(desk.answer("What are my rules?"))
    (more,) = to(answered(desk, question, "There is one more: Brown."), MARIA)
    assert "The errand was closed before" in said(more)
    moved = desk.answer("Move it to 15:00, please.", booked)
    assert "I have moved" in said(moved)
    assert starts(desk) == ["Mon 01 15:00 Ben"]


def test_an_answer_after_the_errand_was_forgotten_is_a_mail_like_any_other(desk: Desk) -> None:
    (question,) = to(desk.write("Please get me the supplier list from Ben by tomorrow 10:00."), BEN)
    answered(desk, question, "Here it is: Miller, Smith and Jones.")
    desk.goes_on(92 * DAY)
    assert held(desk)["expectation"] == 0
    mails = to(answered(desk, question, "There is one more: Brown."), MARIA)
    assert [said(m) for m in mails] == [
        "ben@office.example has written to me:\n\n“There is one more: Brown.”\n\nI take requests only from you, so I "
        "have neither answered nor done anything. If something shall be done about it, please tell me what."
    ]


def test_the_last_answer_of_a_guest_is_the_one_that_is_held(desk: Desk) -> None:
    desk.answer("Book half an hour with Ben on Wednesday at 14:00, about the budget.")
    (meeting,) = desk.meetings(ADA)
    for word in ("TENTATIVE", "DECLINED", "ACCEPTED"):
        desk.goes_on(timedelta(minutes=5))
        desk.arrives(reply_of(BEN, word, meeting.uid, 0))
    assert [b.arguments[2] for b in desk.ada.engine.state.beliefs.matching("answered", overruled=True)] == ["accepted"]
    assert "Ben Stone has accepted" in said(desk.answer("What happened with the budget?"))


# declared -------------------------------------------------------------------------------------------------------------


def _modules() -> list[ModuleType]:
    found = []
    for package in (empla, employees.executive_assistant):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            name = ".".join([package.__name__, *path.relative_to(root).with_suffix("").parts])
            if "Believe(" in path.read_text() and not name.startswith("empla.testing"):
                found.append(importlib.import_module(name.removesuffix(".__init__")))
    return found


def _functors(module: ModuleType) -> set[str]:
    """Return the functors that a module's plans believe something of, where the code names them."""
    found = set()
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Believe":
            functor = next(k.value for k in node.keywords if k.arg == "functor")
            if isinstance(functor, ast.Constant):
                found.add(str(functor.value))
            elif isinstance(functor, ast.Name) and hasattr(module, functor.id):
                found.add(str(getattr(module, functor.id)))
    return found


@pytest.mark.parametrize("module", _modules(), ids=lambda module: module.__name__)
def test_whatever_a_plan_believes_is_of_a_declared_kind(module: ModuleType) -> None:
    assert _functors(module) <= library.kinds.keys() | coming.library.kinds.keys()


def test_every_kind_says_what_it_means() -> None:
    assert [kind.functor for kind in library.kinds.values() if not kind.says] == []
