"""The parts of recall, each by itself: analysis, days, splitting, merging, how sure it is."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.capabilities.email.reading.times.past import days_asked_about, days_spoken_of
from empla.memory.model import Entity, Recollection, Viewer
from empla.memory.recall import facts
from empla.memory.recall.merging import merged, tokens, within
from empla.memory.recall.sought import seek
from empla.memory.recall.splitting import split
from empla.memory.text.analysis import roots, words
from empla.memory.text.pieces import PER_EPISODE, PIECE_CHARACTERS, parts_of, pieces_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("adoption", "adopted"), ("discussing", "discussion"), ("children", "kid"), ("went", "going"),
        ("bought", "buys"), ("prices", "price"), ("Zoë", "Zoe’s"), ("companies", "company"),
    ],
)  # fmt: skip
def test_forms_of_one_word_have_one_root(one: str, other: str) -> None:
    assert roots(one) == roots(other) != []


def test_words_that_say_nothing_have_no_root() -> None:
    assert roots("What did you do about it?") == []


@given(st.text(max_size=200))
def test_analysis_takes_any_text(text: str) -> None:
    assert all(root and " " not in root for root in roots(text))


# days -----------------------------------------------------------------------------------------------------------------

MONDAY = date(2026, 6, 15)


def asked(text: str) -> list[tuple[str, str]]:
    return [(str(date.fromordinal(a)), str(date.fromordinal(b))) for a, b in days_asked_about(text, MONDAY)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("What happened last month?", "2026-05-01", "2026-05-31"),
        ("What did she say yesterday?", "2026-06-14", "2026-06-14"),
        ("in March", "2026-03-01", "2026-03-31"),
        ("in October", "2025-10-01", "2025-10-31"),
        ("on 3 May 2024", "2024-05-03", "2024-05-03"),
        ("on July 2nd", "2025-07-02", "2025-07-02"),
        ("last Tuesday", "2026-06-09", "2026-06-09"),
        ("in the spring", "2026-03-01", "2026-05-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("between 3 and 10 October", "2025-10-03", "2025-10-10"),
        ("from May 3 to 9", "2026-05-03", "2026-05-09"),
        ("in the last two weeks", "2026-06-01", "2026-06-15"),
        ("two months ago", "2026-04-01", "2026-04-30"),
        ("last quarter", "2026-01-01", "2026-03-31"),
        ("since April", "2026-04-01", "2026-06-15"),
        ("in 2024", "2024-01-01", "2024-12-31"),
        ("2026-02-11", "2026-02-11", "2026-02-11"),
    ],
)
def test_days_of_a_question_lie_in_the_past(text: str, first: str, last: str) -> None:
    assert asked(text) == [(first, last)]


@pytest.mark.parametrize("text", ["He may march on", "a second opinion", "since the offsite", "the 3 of us", ""])
def test_words_that_are_no_days_are_none(text: str) -> None:
    assert asked(text) == []


def test_a_text_speaks_of_days_as_of_when_it_was_written() -> None:
    text = "We met two weeks ago, and in December before"
    found = days_spoken_of(text, words(text), date(2026, 1, 20))
    assert (date(2025, 12, 1).toordinal(), date(2025, 12, 31).toordinal()) in found
    assert any(first <= date(2026, 1, 6).toordinal() <= last for first, last in found)


@given(st.text(alphabet="0123456789 -/.abcdefjlmnoprstuvwy", max_size=60), st.dates())
def test_no_text_and_no_day_is_too_much(text: str, day: date) -> None:
    assert all(first <= last for first, last in days_spoken_of(text, words(text), day))
    assert all(first <= last for first, last in days_asked_about(text, day))


# pieces ---------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=5_000))
def test_pieces_have_all_words_of_a_text_in_order(text: str) -> None:
    pieces = pieces_of(text)
    assert 1 <= len(pieces) <= PER_EPISODE
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(len(piece) <= PIECE_CHARACTERS + 1 for piece in pieces[: PER_EPISODE - 1])


@given(st.text(max_size=5_000), st.text(max_size=2_000), st.text(max_size=100))
def test_what_came_of_it_is_found_but_is_no_part_of_the_text(text: str, outcome: str, rationale: str) -> None:
    parts = parts_of(text, outcome, rationale)
    assert 1 <= len(parts) <= PER_EPISODE
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    assert "".join("".join(part.came_of for part in parts).split()) == "".join((outcome + rationale).split())
    assert all(part.came_of.strip() in part.words for part in parts)


# compound questions ---------------------------------------------------------------------------------------------------


def is_person(name: str) -> bool:
    return name.split()[0] in ("Bob", "Carol")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Who introduced us to Acme, and when did they sign?",
            ["Who introduced us to Acme", "when did they sign? Acme"],
        ),
        (
            "What did Bob and Carol say about the price?",
            ["What did Bob say about the price?", "What did Carol say about the price?"],
        ),
        ("When is the audit? Who attends the kick-off?", ["When is the audit?", "Who attends the kick-off?"]),
        ("What did Bob and Carol paint together?", ["What did Bob and Carol paint together?"]),
        ("What does Dr. Miller of Marks and Spencer want?", ["What does Dr. Miller of Marks and Spencer want?"]),
        ("What did Bob buy, and why?", ["What did Bob buy, and why?"]),
        ("price of the licence", ["price of the licence"]),
    ],
)
def test_a_compound_question_is_taken_apart(text: str, parts: list[str]) -> None:
    assert list(split(text, is_person)) == parts


# merging --------------------------------------------------------------------------------------------------------------


def hit(name: str, score: float, length: int = 40) -> Recollection:
    return Recollection(id=name, kind="mail", at=datetime(2026, 1, 1, tzinfo=UTC), text="x" * length, score=score)


def test_questions_take_turns_and_what_two_found_counts_once() -> None:
    lists = [[hit("e1", 9.0), hit("e2", 8.0), hit("e3", 7.0)], [hit("e4", 2.0), hit("e1", 1.0)]]
    assert [(one.id, one.score) for one in merged(lists)] == [("e1", 9.0), ("e4", 2.0), ("e2", 8.0), ("e3", 7.0)]


@given(st.lists(st.integers(1, 900), max_size=20), st.integers(0, 12), st.integers(0, 800))
def test_what_is_kept_fits_and_what_is_not_is_counted(lengths: list[int], limit: int, budget: int) -> None:
    hits = [hit(f"e{n}", -n, length) for n, length in enumerate(lengths)]
    kept, used, left_out = within(hits, limit, budget)
    assert used == sum(map(tokens, kept)) <= budget
    assert len(kept) <= limit
    assert len(kept) + sum(left_out.values()) == len(hits)


# facts ----------------------------------------------------------------------------------------------------------------


class Known:
    """Facts of an employee."""

    def named(self, words: str) -> list[Entity]:
        return [Entity(number=3, kind="person", name="Bob Stone")] if "Bob" in words else []

    def recall(self, roots: object, entities: object, viewer: Viewer, limit: int) -> list[Recollection]:
        texts = ("Bob Stone works for Acme", "Carol works for Globex")
        return [Recollection(id=f"f{n}", kind="fact", at=None, text=text) for n, text in enumerate(texts)]

    def related(self, words: str, entity: int, viewer: Viewer) -> list[Entity]:
        return [Entity(number=4, kind="company", name="Acme")]


def test_a_fact_about_whom_is_named_goes_before_others() -> None:
    from tests.memory.recall.made import cue, empty_index

    found = facts.facts(seek(cue("Who does Bob work for?"), "Who does Bob work for?", empty_index(), 0), Known(), [])
    by_id = {one.id: one for one in found}
    assert by_id["f0"].score > by_id["f1"].score
    assert by_id["f0"].parts["author"] > 0
