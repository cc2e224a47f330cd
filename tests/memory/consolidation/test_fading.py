"""What nobody uses fades, computed from its last use; what people said, promised or need does not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from empla.engine import inbox
from empla.memory.consolidation.fading import half_life_of_episode, half_life_of_fact, strength
from empla.memory.consolidation.progress import Terms
from empla.memory.consolidation.rates import FLOOR, HALF_LIVES
from empla.memory.consolidation.undoing import undo
from empla.memory.model import Basis, EpisodeKind, Importance
from empla.store.store import Store
from tests.memory.consolidation.lived import MONDAY, a_night, consolidate, mail, remember

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@given(
    days=st.floats(0, 20_000),
    uses=st.integers(0, 50),
    last=st.one_of(st.none(), st.floats(0, 20_000)),
    life=st.integers(1, 4_000),
)
def test_strength_lies_between_nothing_and_whole_and_never_grows_by_waiting(
    days: float, uses: int, last: float | None, life: int
) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    used = made + last * DAY if last is not None else None
    here = strength(life * DAY, made, made + days * DAY, uses=uses, used=used)
    assert 0 <= here <= 1
    assert strength(life * DAY, made, made + (days + 1) * DAY, uses=uses, used=used) <= here
    assert strength(life * DAY, made, made + days * DAY, uses=uses + 1, used=used) >= here


def test_asked_twice_it_is_as_strong_as_asked_once() -> None:
    at = MONDAY + YEAR
    assert strength(YEAR, MONDAY, at) == strength(YEAR, MONDAY, at) == 0.5


def test_what_is_exempt_has_no_half_life() -> None:
    assert half_life_of_episode(EpisodeKind.TOLD, Importance.LOW) is None
    assert half_life_of_episode(EpisodeKind.MAIL, Importance.CRITICAL) is None
    assert {half_life_of_fact("works_for", b) for b in (Basis.STATED, Basis.CORRECTED, Basis.TAUGHT)} == {None}
    assert half_life_of_fact("birthday", Basis.OBSERVED) is None
    assert half_life_of_episode(EpisodeKind.MAIL, Importance.LOW) == HALF_LIVES[Importance.LOW]


def test_an_old_mail_fades_a_used_one_does_not_and_it_comes_back_for_good(store: Store) -> None:
    low = {"importance": Importance.LOW}
    told = mail("never forget this", kind=EpisodeKind.TOLD)
    remember(store, mail("spring news", **low), mail("summer news", **low), told)
    late = MONDAY + YEAR
    with store.transaction("test"):
        store.put("use", ("memory",), ("count", "last_at"), {"memory": "e2", "count": 3, "last_at": late.isoformat()})
    night = a_night(store, late)
    states = [row.state for row in store.find("episode", (), ("state",))]
    assert states == ["faded", "kept", "kept"]
    with store.transaction("test"):
        undo(store, {"what": "e1"}, night)
    consolidate(store, night + YEAR)
    consolidate(store, night + YEAR + DAY)
    assert store.find("episode", {"seq": 1}, ("state",))[0].state == "kept"
    assert strength(HALF_LIVES[Importance.LOW], MONDAY, late) < FLOOR


def test_a_fact_that_was_observed_fades_and_one_that_was_stated_stays(store: Store) -> None:
    remember(store, mail("The Pro plan costs $20 per seat."))
    a_night(store, MONDAY)
    rows = store.find("fact", {"predicate": "price"}, ("state", "closed_at"))
    assert [tuple(row) for row in rows] == [("kept", "")]
    consolidate(store, MONDAY + 5 * YEAR)
    rows = store.find("fact", {"predicate": "price"}, ("state", "closed_at"))
    assert [tuple(row) for row in rows] == [("faded", "")]


def test_what_is_older_than_the_company_keeps_has_no_words_left(store: Store) -> None:
    turns = ["My new number is +49 30 7654321.", "The budget is EUR 5,000.", "Agreed on Friday."]
    remember(store, *(mail(text, thread="t1", at=MONDAY + n * DAY) for n, text in enumerate(turns)))
    a_night(store, MONDAY + 5 * DAY)
    terms = Terms(tell=inbox.insert, retention=timedelta(days=30))
    consolidate(store, MONDAY + 60 * DAY, terms)
    consolidate(store, MONDAY + 61 * DAY, terms)
    rows = store.find("episode", (), ("state", "text", "subject", "people"))
    assert {tuple(row) for row in rows} == {("forgotten", "", "", "[]")}
    assert not store.find("fact", {"predicate": "phone", "closed_at": ""}, ("seq",))
    kept = [row.before + row.after for row in store.find("consolidation", (), ("before", "after"))]
    assert not any("5,000" in text for text in kept)
