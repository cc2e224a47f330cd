"""Cutting: passages of a size that can be cited, with nothing lost, and cut where they were cut before."""

import re

from hypothesis import given
from hypothesis import strategies as st

from empla.memory.documents.document import Document, Form, Paragraph, Section
from empla.memory.documents.passages import FEWEST, LONGEST, MOST, Passage, citation, cut, sentences
from empla.memory.documents.placing import STEP, placed

from .papers import prose


def paper(*paragraphs: Paragraph | str, path: tuple[str, ...] = ("Travel",), page: int = 0) -> Document:
    made = tuple(p if isinstance(p, Paragraph) else Paragraph(text=p) for p in paragraphs)
    return Document(name="x", media_type="text/plain", sections=(Section(path=path, page=page, paragraphs=made),))


def words(passage: Passage) -> int:
    return len(passage.text.split())


def test_a_short_section_is_one_passage_and_a_section_never_shares_one() -> None:
    first, second = paper("By train.").sections[0], paper("At most 120 EUR.", path=("Travel", "Hotels")).sections[0]
    document = Document(name="x", media_type="text/plain", sections=(first, second))
    assert cut(document) == [
        Passage(text="By train.", path=("Travel",)),
        Passage(text="At most 120 EUR.", path=("Travel", "Hotels")),
    ]


def test_a_long_section_is_cut_between_paragraphs_into_passages_of_one_size() -> None:
    passages = cut(paper(*(prose(n, 40 + n % 50) for n in range(60))))
    assert all(FEWEST <= words(p) <= MOST for p in passages[:-1])
    assert all(p.text.endswith(".") for p in passages)
    assert len({p.text for p in passages}) == len(passages)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    passages = cut(paper(prose(1, 900)))
    assert len(passages) > 4
    assert all(p.text[0].isupper() and p.text.endswith(".") and words(p) <= MOST for p in passages)


def test_what_ends_with_a_colon_stays_with_what_it_announces() -> None:
    items = [Paragraph(text=f"- {prose(n, 30)}", form=Form.ITEM) for n in range(8)]
    passages = cut(paper(prose(90, 110), "You have to bring:", *items))
    assert not any(p.text.endswith(":") for p in passages)


def test_a_table_that_goes_on_in_the_next_passage_has_its_head_again() -> None:
    rows = [Paragraph(text=f"City {n} | {n * 10} EUR | {prose(n, 12)}", form=Form.ROW, head="City | Rate | Note")
            for n in range(40)]  # fmt: skip
    head = Paragraph(text="City | Rate | Note", form=Form.ROW, head="City | Rate | Note")
    passages = cut(paper(head, *rows))
    assert len(passages) > 2
    assert all(p.text.splitlines()[0] == "City | Rate | Note" for p in passages)
    assert sum(line.startswith("City ") and "EUR" in line for p in passages for line in p.text.splitlines()) == 40


def test_lists_and_listings_keep_their_lines() -> None:
    listing = Paragraph(text="if x:\n    y()", form=Form.VERBATIM)
    items = (Paragraph(text="- one", form=Form.ITEM), Paragraph(text="  - two", form=Form.ITEM))
    assert cut(paper("You need:", *items, listing))[0].text == "You need:\n\n- one\n  - two\n\nif x:\n    y()"


def test_a_passage_over_two_pages_says_both_and_how_it_is_cited() -> None:
    sections = tuple(
        Section(path=("Travel", "Hotels"), page=n, paragraphs=(Paragraph(text="Words."),)) for n in (12, 13)
    )
    (passage,) = cut(Document(name="x", media_type="application/pdf", sections=sections))
    assert citation("handbook.pdf", passage) == "handbook.pdf, pp. 12-13, Travel > Hotels"
    assert citation("handbook.pdf", Passage(text="x", page=12, until=12)) == "handbook.pdf, p. 12"
    assert citation("notes.txt", Passage(text="x")) == "notes.txt"


def test_one_changed_paragraph_changes_few_passages() -> None:
    """In a section of 200 paragraphs without any headings, wherever the change is."""
    paragraphs = [prose(n, 30 + n * 7 % 60) for n in range(200)]
    before = {p.text for p in cut(paper(*paragraphs))}
    worst = 0
    for place in range(0, 200, 9):
        for changed in (
            [*paragraphs[:place], "Something that was not there before.", *paragraphs[place:]],
            [*paragraphs[:place], *paragraphs[place + 1 :]],
            [*paragraphs[:place], prose(1000 + place, 55), *paragraphs[place + 1 :]],
        ):
            worst = max(worst, len({p.text for p in cut(paper(*changed))} - before))
    assert worst <= 6
    assert len(before) > 60


def test_sentences_end_where_sentences_end() -> None:
    assert sentences("See e.g. Mr. Stone, p. 4. He paid 3.50 EUR. “Why?” Nobody knows! 你好。再见。") == [
        "See e.g. Mr. Stone, p. 4.",
        "He paid 3.50 EUR.",
        "“Why?”",
        "Nobody knows!",
        "你好。",
        "再见。",
    ]


@given(st.lists(st.tuples(st.text(max_size=3_000), st.sampled_from(Form)), max_size=12))
def test_nothing_is_lost_and_nothing_is_too_long(parts: list[tuple[str, Form]]) -> None:
    document = paper(*(Paragraph(text=text, form=form) for text, form in parts))
    passages = cut(document)
    assert "".join("".join(p.text.split()) for p in passages) == "".join("".join(text.split()) for text, _ in parts)
    assert all(len(p.text) <= LONGEST * 2 for p in passages)
    assert passages == cut(document)


def test_a_word_without_end_is_cut_too() -> None:
    passages = cut(paper("x" * 50_000))
    assert all(len(p.text) <= LONGEST for p in passages)
    assert "".join(p.text for p in passages) == "x" * 50_000
    assert all(re.fullmatch("x+", p.text) for p in passages)


# places ---------------------------------------------------------------------------------------------------------------


def test_what_is_put_in_gets_a_place_between_and_the_others_keep_theirs() -> None:
    first = placed(["a", "b", "c"], {})
    assert first == {"a": STEP, "b": 2 * STEP, "c": 3 * STEP}
    later = placed(["new", "a", "x", "y", "c", "z"], first)
    assert {key: later[key] for key in "ac"} == {key: first[key] for key in "ac"}
    assert list(later.values()) == sorted(set(later.values()))


def test_where_there_is_no_room_or_the_order_is_another_all_are_placed_anew() -> None:
    assert placed(["a", "x", "b"], {"a": 5, "b": 6}) == {"a": STEP, "x": 2 * STEP, "b": 3 * STEP}
    assert placed(["b", "a"], {"a": STEP, "b": 2 * STEP}) == {"b": STEP, "a": 2 * STEP}


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_places_are_always_in_order(before: list[int], after: list[int]) -> None:
    old = placed([str(n) for n in before], {})
    new = placed([str(n) for n in after], old)
    assert list(new) == [str(n) for n in after]
    assert all(a < b for a, b in zip(new.values(), list(new.values())[1:], strict=False))
    assert all(place > 0 for place in new.values())
