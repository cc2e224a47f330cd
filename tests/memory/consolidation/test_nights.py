"""What is known after a night, from which episodes, and how it is put back."""

from datetime import timedelta

from empla.memory.consolidation.undoing import undo
from empla.memory.model import EpisodeKind
from empla.store.store import Store
from tests.memory.consolidation.lived import MONDAY, a_night, consolidate, counts, facts, mail, remember


def test_after_a_night_what_people_wrote_is_known_with_its_source(store: Store) -> None:
    remember(store, mail("I report to Dana Fox. My new number is +49 30 1234567. Please call me Bob."))
    a_night(store, MONDAY + timedelta(hours=1))
    known = facts(store)
    assert {("reports_to", "Dana Fox"), ("phone", "+49 30 1234567"), ("prefers", "to be called Bob")} <= {
        (predicate, thing) for _, predicate, thing in known
    }
    rows = store.find("fact", {"predicate": "phone"}, ("seq", "source", "basis", "said_by"))
    assert [tuple(row)[1:] for row in rows] == [("percept", "observed", "bob@initech.example")]
    assert [r.supporter for r in store.find("support", {"fact": rows[0].seq}, ("supporter",))] == ["e1"]


def test_consolidating_twice_is_as_once_and_undone_is_as_before(store: Store) -> None:
    thread = [mail(f"The price for the plan is EUR {n}00. We agreed on Friday {n}.", thread="t1") for n in (1, 2, 3)]
    remember(store, *thread)
    before = counts(store)
    night = a_night(store, MONDAY + timedelta(days=1))
    once = counts(store)
    assert once != before
    consolidate(store, night + timedelta(days=1))
    assert counts(store) == once
    runs = dict.fromkeys(row.run for row in store.find("consolidation", (), ("run",), newest=True))
    for run in runs:
        with store.transaction("test"):
            undo(store, {"what": run}, night)
    assert counts(store) == before
    a_night(store, night + timedelta(days=2))
    assert counts(store) == before  # what a person put back is not made again


def test_a_thread_that_is_quiet_for_a_day_is_summarised_and_made_anew_when_it_goes_on(store: Store) -> None:
    turns = ["Can we meet in March?", "The budget is EUR 40,000, so yes.", "Agreed, I will book room 4 by Friday."]
    remember(store, *(mail(text, thread="t1", at=MONDAY + timedelta(hours=n)) for n, text in enumerate(turns)))
    consolidate(store, MONDAY + timedelta(hours=8))
    consolidate(store, MONDAY + timedelta(hours=18))
    assert not store.find("episode", {"kind": EpisodeKind.SUMMARY.value}, ("seq",))
    consolidate(store, MONDAY + timedelta(days=2))
    (summary,) = store.find("episode", {"kind": "summary", "state": "kept"}, ("text", "rationale", "source"))
    assert "EUR 40,000" in summary.text and summary.rationale == "made of e1, e2, e3" and summary.source == "percept"
    remember(store, mail("One more thing: 12 people will come.", thread="t1", at=MONDAY + timedelta(days=3)))
    consolidate(store, MONDAY + timedelta(days=6))
    states = [r.state for r in store.find("episode", {"kind": "summary"}, ("state",))]
    assert states == ["replaced", "kept"]
