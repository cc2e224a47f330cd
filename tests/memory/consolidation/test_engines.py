"""Consolidation and undoing on both kinds of store: they come to the same."""

from datetime import timedelta

from empla.memory.consolidation.undoing import undo
from tests.memory.consolidation.lived import MONDAY, a_night, counts, facts, know_oneself, mail, remember
from tests.store.conftest import Ground, ground, postgresql, server, sqlite, stores_url  # noqa: F401


def test_a_night_is_the_same_in_a_file_and_in_a_database(ground: Ground) -> None:  # noqa: F811
    store = ground.hold()
    know_oneself(store)
    texts = ["I report to Dana Fox.", "The Acme renewal is on 1 March 2027.", "Agreed: EUR 4,000 until Friday."]
    remember(store, *(mail(text, thread="t1", at=MONDAY + timedelta(hours=n)) for n, text in enumerate(texts)))
    before = counts(store)
    night = a_night(store, MONDAY + timedelta(days=2))
    assert {("reports_to", "Dana Fox"), ("renewal_date", "2027-03-01")} <= {(p, o) for _, p, o in facts(store)}
    assert len(store.find("episode", {"kind": "summary", "state": "kept"}, ("seq",))) == 1
    for run in dict.fromkeys(row.run for row in store.find("consolidation", (), ("run",), newest=True)):
        with store.transaction("test"):
            undo(store, {"what": run}, night)
    assert counts(store) == before
