"""What every index of words does, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest

from empla.memory.model import EpisodeKind, Viewer, Visibility
from empla.memory.text.analysis import roots
from empla.memory.text.index import Bounds, Mark, News, TextIndex
from empla.memory.text.pieces import episode_of, piece_number
from empla.memory.text.reading import catch_up
from tests.memory.text.conftest import BEGAN, Mind

OPEN = Bounds()


def found(index: TextIndex, *words: str, bounds: Bounds = OPEN, **further: tuple[int, ...]) -> list[int]:
    """Return the numbers of the episodes with these words, the best first."""
    weights = dict.fromkeys(roots(" ".join(words)), 1.0)
    return [episode_of(number) for number, _ in index.matching(weights, bounds, 50, **further)]


def test_an_episode_is_found_by_the_roots_of_its_words(mind: Mind) -> None:
    offer = mind.remember("We adopted your offer for the Berlin office")
    mind.remember("The weather is fine")
    index = mind.caught_up()
    assert found(index, "adoption") == [offer]
    assert found(index, "offer", "berlin") == [offer]
    assert found(index, "nothing") == []


def test_the_one_with_more_of_the_words_comes_first(mind: Mind) -> None:
    one = mind.remember("The price of the licence")
    both = mind.remember("The price of the licence is 400 for each seat")
    index = mind.caught_up()
    assert found(index, "price", "seat")[0] == both
    assert set(found(index, "price", "seat")) == {one, both}


def test_accents_and_apostrophes_are_no_hindrance(mind: Mind) -> None:
    zoe = mind.remember("Zoë's résumé is attached")
    assert found(mind.caught_up(), "zoe", "resume") == [zoe]


def test_the_heading_counts_as_words(mind: Mind) -> None:
    number = mind.remember("See below.", subject="Renewal of the lease")
    assert found(mind.caught_up(), "renewed") == [number]


def test_neighbours_are_those_of_the_thread_in_order_of_time_also_when_mails_come_late(mind: Mind) -> None:
    first = mind.remember("first", thread="t", minutes=1)
    third = mind.remember("third", thread="t", minutes=3)
    mind.remember("elsewhere", thread="u", minutes=2)
    index = mind.caught_up()
    fourth = mind.remember("fourth", thread="t", minutes=4)
    second = mind.remember("second", thread="t", minutes=2)
    catch_up(mind.store, index)
    a, b, c, d = (piece_number(number, 0) for number in (first, second, third, fourth))
    pieces = index.pieces([a, b, c, d])
    assert [(p.before2, p.before, p.after, p.after2) for p in (pieces[a], pieces[b], pieces[c], pieces[d])] == [
        (0, 0, b, c), (0, a, c, d), (a, b, d, 0), (b, c, 0, 0),
    ]  # fmt: skip


def test_what_has_no_thread_has_no_neighbours(mind: Mind) -> None:
    numbers = [mind.remember(f"note {n}", minutes=n) for n in range(3)]
    pieces = mind.caught_up().pieces([piece_number(n, 0) for n in numbers])
    assert all(piece.before == piece.after == 0 for piece in pieces.values())


def test_a_long_mail_is_found_by_the_paragraph(mind: Mind) -> None:
    paragraphs = [f"Paragraph {n} is about subject{n}. " + "It goes on for a while. " * 12 for n in range(8)]
    number = mind.remember("\n\n".join(paragraphs), thread="t")
    index = mind.caught_up()
    (piece, _), *others = index.matching({"subject6": 1.0}, OPEN, 10)
    assert not others
    assert episode_of(piece) == number
    assert piece > piece_number(number, 0)
    assert index.pieces([piece])[piece].before == piece - 1


@pytest.mark.parametrize("state", ["faded", "merged", "replaced", "forgotten"])
def test_what_is_not_kept_is_not_found(mind: Mind, state: str) -> None:
    gone = mind.remember("the secret word is xylophone", thread="t", minutes=1)
    stays = mind.remember("what word", thread="t", minutes=2)
    index = mind.caught_up()
    mind.change(gone, state=state, text="" if state == "forgotten" else "the secret word is xylophone")
    catch_up(mind.store, index)
    assert found(index, "xylophone") == []
    assert index.frequencies(["xylophon", "word"]) == {"word": 1}
    assert index.pieces([piece_number(stays, 0)])[piece_number(stays, 0)].before == 0
    assert index.totals().pieces == 1


def test_what_is_kept_again_is_found_again(mind: Mind) -> None:
    number = mind.remember("the quarterly figures")
    index = mind.caught_up()
    mind.change(number, state="faded")
    catch_up(mind.store, index)
    mind.change(number, state="kept")
    catch_up(mind.store, index)
    assert found(index, "figures") == [number]


def test_new_words_take_the_place_of_the_old(mind: Mind) -> None:
    number = mind.remember("we meet on Monday")
    index = mind.caught_up()
    mind.change(number, text="we gather on Tuesday")
    catch_up(mind.store, index)
    assert found(index, "meet") == []
    assert found(index, "gather") == [number]


def test_a_change_counts_whoever_sees_it_first_and_however_often_it_is_told(mind: Mind) -> None:
    number = mind.remember("alpha")
    mind.change(number, text="beta")
    mind.change(number, text="gamma")
    index = mind.caught_up()
    assert found(index, "gamma") == [number]
    assert index.totals().pieces == 1


# bounds ---------------------------------------------------------------------------------------------------------------


def test_others_see_what_is_visible_enough_and_what_they_took_part_in(mind: Mind) -> None:
    private = mind.remember("salary talk", to=("boss@office.example",))
    shared = mind.remember("salary bands", visibility=int(Visibility.COMPANY))
    theirs = mind.remember("your salary", to=("carol@office.example",))
    index = mind.caught_up()

    def seen(viewer: Viewer) -> set[int]:
        return set(found(index, "salary", bounds=Bounds(viewer=viewer)))

    assert seen(Viewer(everything=True)) == {private, shared, theirs}
    assert seen(Viewer(least=Visibility.COMPANY)) == {shared}
    assert seen(Viewer(addresses=("Carol@office.example",), least=Visibility.COMPANY)) == {shared, theirs}
    assert seen(Viewer(addresses=("nobody@x.example",), least=Visibility.PUBLIC)) == set()


def test_a_changed_visibility_counts_at_once(mind: Mind) -> None:
    number = mind.remember("the roadmap")
    index = mind.caught_up()
    anybody = Bounds(viewer=Viewer(least=Visibility.TEAM))
    assert found(index, "roadmap", bounds=anybody) == []
    mind.change(number, visibility=int(Visibility.TEAM))
    catch_up(mind.store, index)
    assert found(index, "roadmap", bounds=anybody) == [number]


def test_people_times_and_kinds_bound_what_is_found(mind: Mind) -> None:
    old = mind.remember("the budget", at=BEGAN - timedelta(days=40))
    new = mind.remember("the budget", by="carol@acme.example", kind="decision")
    index = mind.caught_up()
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert found(index, "budget", bounds=Bounds(since=day)) == [new]
    assert found(index, "budget", bounds=Bounds(until=day)) == [old]
    assert found(index, "budget", bounds=Bounds(people=(("bob@acme.example",),))) == [old]
    assert found(index, "budget", bounds=Bounds(people=(("bob@acme.example", "carol@acme.example"),), since=day)) == [
        new
    ]
    assert found(index, "budget", bounds=Bounds(people=(("bob@acme.example",), ("carol@acme.example",)))) == []
    assert found(index, "budget", bounds=Bounds(kinds=(EpisodeKind.DECISION,))) == [new]
    assert index.within(Bounds(since=day), 10) == [piece_number(new, 0)]


def test_of_authors_only_theirs_is_found(mind: Mind) -> None:
    mind.remember("lunch at noon")
    carols = mind.remember("lunch at one", by="carol@acme.example")
    index = mind.caught_up()
    carol = index.persons(["carol@acme.example"])["carol@acme.example"]
    assert found(index, "lunch", authors=(carol,)) == [carols]
    days = (BEGAN.date().toordinal(), BEGAN.date().toordinal())
    assert index.written(*days, OPEN, 10, (carol,)) == [piece_number(carols, 0)]


# persons --------------------------------------------------------------------------------------------------------------


def test_people_are_called_by_what_their_address_tells(mind: Mind) -> None:
    mind.remember("hello", by="bob.stone+news@acme.example", to=("info@acme.example",))
    called = mind.caught_up().called(["bob", "stone", "info", "news"])
    assert set(called) == {"bob", "stone"}
    assert all(one.writes for one in called["bob"])


def test_names_and_addresses_of_one_entity_are_one_person(mind: Mind) -> None:
    mind.remember("from work", by="r.miller@acme.example")
    mind.remember("from home", by="bobby77@mail.example")
    with mind.store.transaction():
        entity = mind.store.add("entity", {"kind": "person", "name": "Robert Miller"})
        for kind, value in (
            ("name", "Robert Miller"), ("address", "r.miller@acme.example"), ("address", "bobby77@mail.example"),
        ):  # fmt: skip
            mind.store.add(
                "alias", {"entity": entity, "kind": kind, "value": value.lower(), "shown": value, "evidence": "e1"}
            )
    index = mind.caught_up()
    assert {one.entity for one in index.called(["robert"])["robert"]} == {entity}
    assert index.together("bobby77@mail.example") == ("bobby77@mail.example", "r.miller@acme.example")
    with mind.store.transaction():
        mind.store.change("alias", {"value": "bobby77@mail.example"}, {"closed_at": "2026-03-03"})
        mind.log("a3")
    catch_up(mind.store, index)
    assert index.together("bobby77@mail.example") == ("bobby77@mail.example",)


def test_nobody_is_left_of_whom_nothing_is_remembered(mind: Mind) -> None:
    number = mind.remember("hi", by="mallory@evil.example")
    index = mind.caught_up()
    mind.change(number, state="forgotten", text="", author="", people="[]")
    catch_up(mind.store, index)
    assert index.called(["mallory"]) == {}
    assert index.persons(["mallory@evil.example"]) == {}


# the mark -------------------------------------------------------------------------------------------------------------


def test_a_move_from_another_mark_does_nothing(mind: Mind) -> None:
    mind.remember("one")
    index = mind.caught_up()
    before = index.mark()
    assert index.take(Mark(), Mark(episode=9), News(gone=(1,))) is False
    assert (index.mark(), index.totals().pieces) == (before, 1)


def test_a_cleared_index_is_at_the_beginning_and_comes_back_the_same(mind: Mind) -> None:
    numbers = [mind.remember(f"note {n} on topic{n}", thread="t", minutes=n) for n in range(5)]
    index = mind.caught_up()
    before = dict(index.pieces([piece_number(n, 0) for n in numbers]))
    index.clear()
    assert index.mark() == Mark()
    assert catch_up(mind.store, index) == 5
    assert index.pieces([piece_number(n, 0) for n in numbers]) == before


def test_a_step_takes_no_more_than_it_is_told(mind: Mind) -> None:
    for n in range(5):
        mind.remember(f"note {n}")
    index = mind.open_index()
    assert [catch_up(mind.store, index, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_another_reader_sees_what_was_taken(mind: Mind) -> None:
    reader = mind.open_index()
    number = mind.remember("seen by both")
    catch_up(mind.store, mind.open_index())
    assert found(reader, "saw") == [number]
