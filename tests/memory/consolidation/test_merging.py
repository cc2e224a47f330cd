"""What says the same stands once; what differs in what matters does not."""

from datetime import timedelta

import pytest

from empla.memory.consolidation.merging import same
from empla.memory.knowledge.entities import add_entity
from empla.memory.knowledge.recording import record_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.model import EpisodeKind
from empla.store.store import Store
from tests.memory.consolidation.lived import MANAGER, MONDAY, a_night, mail, remember


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Bob likes the window seat.", "bob likes the window seat", True),
        ("the renewal is on 1 March 2027", "Renewal on 1 March 2027", True),
        ("the renewal is on 1 March 2027", "the renewal is on 2 March 2027", False),
        ("never send Carla the drafts", "send Carla the drafts", False),
        ("Acme GmbH", "Acme", True),
        ("prefers tea", "prefers coffee", False),
        ("", "", True),
    ],
)
def test_the_same_is_told_from_what_is_alike(one: str, other: str, alike: bool) -> None:
    assert same(one, other) is alike
    assert same(other, one) is alike


def test_what_was_told_twice_stands_once_and_a_mail_that_came_twice_twice(store: Store) -> None:
    told = {"kind": EpisodeKind.TOLD, "author": MANAGER}
    remember(store, mail("Bob likes the window seat.", **told), mail("bob likes the window seat", **told))
    remember(store, mail("See you on Friday, as ever."), mail("See you on Friday, as ever."))
    a_night(store, MONDAY + timedelta(hours=1))
    rows = store.find("episode", (), ("seq", "state", "stands_for"))
    assert [tuple(row) for row in rows] == [(1, "kept", 0), (2, "merged", 1), (3, "kept", 0), (4, "kept", 0)]


def test_facts_that_mean_one_thing_are_one_with_the_evidence_of_both(store: Store) -> None:
    remember(store, mail("one"), mail("two"))
    with store.transaction("test"):
        bob = add_entity(store, "person", "Bob Stone", MONDAY)
        for n, thing in enumerate(("the window seat", "The window seat."), 1):
            made = Statement(key=f"k{n}", subject=bob, predicate="likes", object=thing, rests_on=(f"e{n}",))
            record_fact(store, made, MONDAY)
    a_night(store, MONDAY + timedelta(hours=1))
    (kept,) = store.find("fact", {"predicate": "likes", "closed_at": ""}, ("seq",))
    assert {r.supporter for r in store.find("support", {"fact": kept.seq}, ("supporter",))} == {"e1", "e2"}
    (gone,) = store.find("fact", {"state": "merged"}, ("closed_why",))
    assert gone.closed_why == f"the same as f{kept.seq}"
