"""What is recalled, as somebody would ask it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from empla.config import Settings
from empla.memory.memory import Memory
from empla.memory.model import Cue, EpisodeKind, Recalled, Viewer, Visibility
from empla.mind.values import Source
from tests.memory.text.conftest import BEGAN, Mind

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


def asked(memory: Memory, words: str, budget: int = 4_000, **conditions: object) -> Recalled:
    memory.catch_up()
    return memory.recall(Cue(words=words, at=NOW, **conditions), budget)


def ids(recalled: Recalled) -> list[str]:
    return [hit.id for hit in recalled.hits]


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 9, 0, tzinfo=UTC)


def test_the_best_comes_first_with_where_it_came_from(mind: Mind, memory: Memory) -> None:
    mind.remember("Lunch on Friday?", thread="l")
    number = mind.remember("The licence costs 400 euros for each seat", thread="p", subject="Prices", visibility=2)
    (first, *_), said = asked(memory, "What does a licence cost?").hits, asked(memory, "What does a licence cost?")
    assert (first.id, first.kind, first.author) == (f"e{number}", "mail", "bob@acme.example")
    assert (first.subject, first.source, first.visibility) == ("Prices", Source.PERCEPT, Visibility.COMPANY)
    assert first.text == "The licence costs 400 euros for each seat"
    assert abs(first.score - sum(first.parts.values())) < 1e-9
    assert {"near", "covered", "own"} <= first.parts.keys()
    assert 0 < said.answerable < 1


def test_an_answer_is_found_by_the_words_of_its_question(mind: Mind, memory: Memory) -> None:
    mind.remember("Which colour should the brochure have?", thread="t", minutes=1, by="ada@office.example")
    answer = mind.remember("Blue, please.", thread="t", minutes=2)
    mind.remember("The printer is broken again", thread="u", minutes=3)
    assert f"e{answer}" in ids(asked(memory, "colour of the brochure"))[:2]


def test_who_is_named_is_who_wrote_it(mind: Mind, memory: Memory) -> None:
    mind.remember("I plan to move to Lisbon next year", by="carol@acme.example", thread="a")
    bobs = mind.remember("I plan to stay here for good next year", by="bob@acme.example", thread="b")
    first = asked(memory, "What does Bob plan for next year?").hits[0]
    assert first.id == f"e{bobs}"
    assert first.parts["author"] > 0


def test_two_of_a_name_say_nothing_of_who_wrote_it(mind: Mind, memory: Memory) -> None:
    for address in ("john.smith@acme.example", "john.miller@globex.example"):
        mind.remember(f"The contract is signed, says {address.partition('@')[2]}", by=address, thread=address)
    both = asked(memory, "Did John sign the contract?")
    assert all("author" not in hit.parts for hit in both.hits)
    one = asked(memory, "Did John Miller sign the contract?").hits[0]
    assert one.author == "john.miller@globex.example"


def test_what_was_discussed_with_somebody_last_month_is_bounded_by_both(mind: Mind, memory: Memory) -> None:
    april = mind.remember("Let us discuss the rollout of the portal", at=day(4, 10))
    may = mind.remember("The rollout of the portal is delayed", at=day(5, 12))
    mind.remember("Rollout of the portal in our office", at=day(5, 13), by="carol@acme.example", to=())
    assert ids(asked(memory, "What did I discuss with Bob last month?")) == [f"e{may}"]
    assert ids(asked(memory, "What did we discuss with Bob in April?")) == [f"e{april}"]


def test_nothing_within_bounds_is_nothing(mind: Mind, memory: Memory) -> None:
    mind.remember("The rollout of the portal is delayed", at=day(5, 12))
    recalled = asked(memory, "What did I discuss with Bob last week about the portal?")
    assert recalled.hits == ()
    assert recalled.answerable == 0.0


def test_days_are_those_of_the_zone(mind: Mind, memory: Memory) -> None:
    late = mind.remember("we agreed on the price", at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC))
    cue = "What did we agree on in June?"
    assert ids(asked(memory, cue, zone="Europe/Berlin")) == [f"e{late}"]
    assert ids(asked(memory, cue, zone="UTC")) == []


def test_a_day_that_a_mail_speaks_of_counts_for_it(mind: Mind, memory: Memory) -> None:
    spoke = mind.remember("The audit took place last week", at=day(5, 11), thread="a")
    mind.remember("An audit is boring", at=day(1, 11), thread="b")
    first = asked(memory, "When was the audit, on 5 May?").hits[0]
    assert first.id == f"e{spoke}"
    assert first.parts["mentioned"] > 0


def test_conditions_hold_whatever_the_words_say(mind: Mind, memory: Memory) -> None:
    mind.remember("budget for travel", by="carol@acme.example")
    decided = mind.remember("budget approved", kind="decision", rationale="it was within the plan")
    assert ids(asked(memory, "budget", kinds=(EpisodeKind.DECISION,))) == [f"e{decided}"]
    assert ids(asked(memory, "budget", people=("carol@acme.example",))) == ["e1"]
    assert ids(asked(memory, "nothing like it", people=("carol@acme.example",))) == ["e1"]


def test_who_may_not_see_it_does_not_learn_of_it(mind: Mind, memory: Memory) -> None:
    mind.remember("Is the merger on?", thread="t", minutes=1, to=("boss@office.example",))
    public = mind.remember("Yes, on Monday.", thread="t", minutes=2, visibility=int(Visibility.COMPANY))
    viewer = Viewer(addresses=("eve@office.example",), least=Visibility.COMPANY)
    recalled = asked(memory, "merger", viewer=viewer)
    assert recalled.hits == ()
    recalled = asked(memory, "merger on Monday", viewer=viewer)
    assert ids(recalled) == [f"e{public}"]
    assert recalled.hits[0].parts["covered"] < 1, "what it answers is not theirs to see"


def test_the_budget_is_kept_and_what_is_left_out_is_told(mind: Mind, memory: Memory) -> None:
    for n in range(12):
        mind.remember(f"report number {n}. " + "All figures are attached. " * 20, thread=f"t{n}")
    recalled = asked(memory, "report figures", budget=500, limit=10)
    assert recalled.tokens <= 500
    assert recalled.hits
    assert sum(recalled.left_out.values()) == 12 - len(recalled.hits)
    assert asked(memory, "report figures", budget=40).tokens <= 40


def test_what_is_recent_or_important_goes_before_its_like(mind: Mind, memory: Memory) -> None:
    old = mind.remember("the server was restarted", at=day(1, 5), thread="a")
    new = mind.remember("the server was restarted", at=day(6, 5), thread="b")
    assert ids(asked(memory, "server restarted"))[:2] == [f"e{new}", f"e{old}"]
    vital = mind.remember("the server was restarted", at=day(1, 5), thread="c", importance=4)
    assert ids(asked(memory, "server restarted"))[0] == f"e{vital}"


def test_situations_are_recalled_by_what_was_like_it_and_how_it_was_decided(mind: Mind, memory: Memory) -> None:
    mind.remember("Our sales pipeline looks low this quarter, says the board", thread="a", at=day(2, 1))
    decided = mind.remember(
        "Called twenty dormant customers", kind="decision", thread="b", at=day(2, 3),
        rationale="the pipeline was low", outcome="three offers were asked for",
    )  # fmt: skip
    first = asked(memory, "What did we do the last time the pipeline was low?").hits[0]
    assert first.id == f"e{decided}"
    assert first.text == "Called twenty dormant customers"
    assert first.came_of == "three offers were asked for\nthe pipeline was low"


def test_what_came_before_and_after(mind: Mind, memory: Memory) -> None:
    numbers = [mind.remember(f"mail {n}", thread="t", at=BEGAN + timedelta(days=n)) for n in range(6)]
    mind.remember("another thread", thread="u", at=BEGAN + timedelta(days=2))
    memory.catch_up()
    around = [hit.id for hit in memory.around(f"e{numbers[3]}", before=2, after=2)]
    assert around == [f"e{numbers[n]}" for n in (1, 2, 4, 5)]
    assert memory.around("e99") == []
    assert memory.around("f7") == []


def test_a_compound_question_finds_evidence_for_each_of_its_parts(mind: Mind, memory: Memory) -> None:
    intro = mind.remember("Let me introduce you to Acme, they look for a portal", by="dave@friend.example", thread="i")
    signed = mind.remember("Acme has signed the contract today", thread="s", at=day(4, 2))
    for n in range(15):
        mind.remember(f"Introducing our introduction to introductions {n}", by="spam@x.example", thread=f"n{n}")
    recalled = asked(memory, "Who introduced us to Acme, and when did they sign?", limit=2)
    assert len(recalled.asked) == 2
    assert set(ids(recalled)) == {f"e{intro}", f"e{signed}"}


class InTwo:
    """Takes questions apart as a model might."""

    def split(self, words: str) -> list[str]:
        return words.split(" / ")


def test_somebody_else_may_take_questions_apart(mind: Mind, memory: Memory) -> None:
    one, other = mind.remember("alpha wins", thread="a"), mind.remember("beta loses", thread="b")
    memory.catch_up()
    database = str(mind.ground.where) if mind.ground.engine == "postgresql" else ""
    asker = Memory(mind.store, mind.folder, settings=Settings(database=database), splitter=InTwo())
    recalled = asker.recall(Cue(words="alpha / beta", at=NOW))
    asker.close()
    assert recalled.asked == ("alpha", "beta")
    assert set(ids(recalled)) == {f"e{one}", f"e{other}"}


def test_names_need_no_capitals_where_nothing_has_one(mind: Mind, memory: Memory) -> None:
    mind.remember("the sale may begin", by="may.chen@acme.example", thread="a")
    bobs = mind.remember("the sale is off", by="bob@acme.example", thread="b")
    assert ids(asked(memory, "what did bob write of the sale"))[0] == f"e{bobs}"
    assert all("author" not in hit.parts for hit in asked(memory, "when may the sale begin").hits)


def test_a_long_mail_gives_the_paragraph_that_matters(mind: Mind, memory: Memory) -> None:
    filler = ["We talked about many things. " * 20 for _ in range(5)]
    number = mind.remember("\n\n".join([*filler, "The password policy changes in July. " * 3, *filler]))
    hit = asked(memory, "password policy").hits[0]
    assert hit.id == f"e{number}"
    assert "password policy" in hit.text
    assert len(hit.text) < 1_500


def test_a_lost_or_rebuilt_index_recalls_the_same(mind: Mind, memory: Memory) -> None:
    for n in range(10):
        mind.remember(f"topic{n} and the common word", thread=f"t{n % 3}", minutes=n)
    before = asked(memory, "common topic4")
    memory.rebuild()
    assert asked(memory, "common topic4") == before


def test_without_vectors_nothing_of_them_is_loaded(mind: Mind, memory: Memory) -> None:
    mind.remember("alpha")
    place = mind.ground.where
    if not isinstance(place, Path):
        return
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from empla.memory.memory import Memory; from empla.memory.model import Cue\n"
        "from empla.store.opening import open_inbox\n"
        "memory = Memory(open_inbox(Path(sys.argv[1]), 'ada'), Path(sys.argv[2]))\n"
        "memory.catch_up()\n"
        "assert memory.recall(Cue(words='alpha', at=datetime(2026, 6, 1, tzinfo=UTC))).hits\n"
        "assert not [m for m in sys.modules if m.startswith(('empla.memory.vectors', 'onnxruntime', 'tokenizers'))]\n"
    )
    command = [sys.executable, "-c", program, str(place), str(mind.folder)]
    assert subprocess.run(command, cwd=Path(__file__).parents[3], check=False).returncode == 0
