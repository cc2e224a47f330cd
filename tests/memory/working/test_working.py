"""What is in mind of a matter: from the tables alone, within its budget, and with why."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import InputError
from empla.memory import working
from empla.memory.at_hand import Item
from empla.memory.tokens import tokens_in
from empla.memory.working import MOST, NO_ROOM, TOO_MANY, WorkingMemory, working_memory
from empla.mind.tasks import TASK_ASSIGNED
from empla.mind.values import OWN
from empla.testing.employee import MARIA
from tests.employees.executive_assistant.conftest import Desk

THREAD = "<maria-1@office.example>"


def in_mind(desk: Desk, focus: str = "", **options: Any) -> WorkingMemory:
    return working_memory(desk.ada.store, focus, desk.ada.clock.now(), **options)


def part(found: WorkingMemory, name: str) -> Any:
    return next(part for part in found.parts if part.name == name)


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """Maria wants a meeting and was asked with whom; there is a standing rule, a reminder and a task that waits."""
    desk.write("Please book half an hour tomorrow at 16:00.")
    desk.write("Never book meetings before 9.")
    desk.write("Remind me on Friday at 9 to sign the lease.")
    return desk


def test_the_thread_stands_there_newest_first(asked: Desk) -> None:
    thread = part(in_mind(asked, THREAD), "thread")
    assert ["question by ada@" in thread.items[0].text, "mail by maria@" in thread.items[-1].text] == [True, True]
    assert thread.items[0].why == "the latest turn"
    assert thread.items[-1].source == "manager"


def test_an_intention_is_there_with_its_steps_and_what_it_waits_for(asked: Desk) -> None:
    waits = asked.ada.store.find("intention", {"plan": "arrange-meeting", "stage": "active"}, ("id",))[0].id
    found = in_mind(asked, waits)
    assert (found.thread, found.intention) == (THREAD, waits)
    (item,) = part(found, "intention").items
    assert "arrange a meeting (plan arrange-meeting, on the word of the manager): active" in item.text
    assert f"email.send of {MARIA}: waits" in item.text


def test_tasks_promises_rules_and_people_are_there_each_with_its_reason(asked: Desk) -> None:
    asked.ada.tell_percept("task:t1", TASK_ASSIGNED, {"id": "t1", "text": "Find a room"}, OWN)
    found = in_mind(asked, THREAD)
    whys = {item.text: item.why for item in part(found, "task").items}
    assert whys["pending: Find a room"] == "nobody has looked at it yet"
    assert any(text.startswith(f"owed to {MARIA}") and "sign the lease" in text for text in whys)
    assert [(i.text, i.why) for i in part(found, "preference").items] == [
        ("Never book meetings before 9", "a standing rule")
    ]
    assert [item.id for item in part(found, "people").items] == [MARIA], "oneself is no news"


def test_what_is_recalled_is_there_with_its_score_and_its_label(asked: Desk) -> None:
    asked.write("Please book an hour with Ben on Thursday at 10:00.")
    remembers = asked.ada.remembers()
    remembers.catch_up()
    memory = part(in_mind(asked, THREAD, recalls=remembers.recall), "memory")
    assert memory.items
    assert all(item.why.startswith("recalled, ") for item in memory.items)
    thread = {item.id for item in part(in_mind(asked, THREAD), "thread").items}
    assert not thread & {item.id for item in memory.items}, "nothing stands there twice"
    remembers.close()


def test_the_latest_matter_is_meant_where_none_is_named_and_an_episode_names_its_thread(asked: Desk) -> None:
    latest = in_mind(asked)
    assert "sign the lease" in part(latest, "thread").items[0].text
    first = asked.ada.store.find("episode", {"thread": THREAD}, ("seq",))[0].seq
    assert in_mind(asked, f"e{first}") == in_mind(asked, THREAD)


def test_what_is_not_known_is_said(asked: Desk) -> None:
    for unknown in ("i999", "<nobody@office.example>", "e999"):
        with pytest.raises(InputError):
            in_mind(asked, unknown)
    with pytest.raises(InputError):
        in_mind(asked, budget=10)


def test_a_small_budget_says_what_was_cut_and_counts_all_of_it(asked: Desk) -> None:
    for number in range(12):
        asked.write(
            f"And another word about it, the {number}th: " + "please mind the budget of the third quarter. " * 30
        )
    everything, little = in_mind(asked), in_mind(asked, budget=600)
    assert little.tokens <= 600 < little.of_tokens == everything.of_tokens
    assert sum(sum(p.cut.values()) + len(p.items) for p in little.parts) == sum(p.of for p in little.parts)
    assert any(p.cut.get(NO_ROOM) or p.shortened for p in little.parts)


def test_it_is_the_same_after_a_crash_and_in_another_process(asked: Desk, tmp_path: Path) -> None:
    before = in_mind(asked, THREAD).data()
    asked.ada.restart()
    asked.ada.work()
    assert in_mind(asked, THREAD).data() == before
    program = (
        "import json, sys; from datetime import datetime; from pathlib import Path\n"
        "import employees.executive_assistant.plans\n"
        "from empla.memory.working import working_memory; from empla.store.opening import open_inbox\n"
        "at = datetime.fromisoformat(sys.argv[3])\n"
        "found = working_memory(open_inbox(Path(sys.argv[1]), 'ada'), sys.argv[2], at)\n"
        "print(json.dumps(found.data()))"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "mind.db"), THREAD, asked.ada.clock.now().isoformat()]
    for seed in ("1", "2"):
        read = subprocess.run(words, env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, capture_output=True, check=True)
        assert json.loads(read.stdout) == json.loads(json.dumps(before))


ITEMS = st.lists(st.integers(0, 9_000), max_size=60)


@given(
    sizes=st.fixed_dictionaries(dict.fromkeys(MOST, ITEMS)),
    budget=st.integers(working.LEAST_BUDGET, 20_000),
)
def test_no_budget_is_ever_overdrawn_and_nothing_is_lost_in_counting(sizes: dict[str, list[int]], budget: int) -> None:
    items = {
        name: [Item(id=f"e{n}", text="x" * size, why="it is there") for n, size in enumerate(found)]
        for name, found in sizes.items()
    }
    parts = working._fitted(items, budget)
    whole = WorkingMemory(
        thread="", intention="", budget=budget, tokens=sum(p.tokens for p in parts), of_tokens=0, parts=parts
    )
    assert tokens_in(whole.text()) <= whole.tokens <= budget
    for one in parts:
        assert one.of == len(items[one.name]) == len(one.items) + sum(one.cut.values())
        assert len(one.items) <= MOST[one.name]
        assert one.cut.get(TOO_MANY, 0) == max(0, one.of - MOST[one.name])


def test_room_that_a_part_does_not_need_goes_to_one_that_is_short_of_it() -> None:
    items = {name: [] for name in MOST}
    items["thread"] = [Item(id=f"e{n}", text="x" * 2_000, why="a turn") for n in range(10)]
    thread, *others = working._fitted(items, 10_000)
    assert (thread.share, len(thread.items)) == (3_500, 10)
    assert thread.lent == thread.tokens - thread.share > 0
    assert sum(one.tokens for one in others) == 0
