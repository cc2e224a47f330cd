"""What employees share is seen by exactly those who may, is withdrawn when it is to be, and stands over crashes."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla import faults
from empla.errors import InputError
from empla.memory.forgetting.scanning import scan
from empla.memory.knowledge.entities import add_entity
from empla.memory.knowledge.recording import record_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.model import EVERYTHING, Basis, Viewer, Visibility
from empla.memory.sharing.pools import COMPANY, team
from empla.memory.sharing.publishing import leave
from tests.memory.sharing.conftest import ADA, AT, OTTO, Colleague, lead

Hire = Callable[[str, str], Colleague]
LEVELS = list(Visibility)


def test_each_level_is_recalled_by_exactly_those_who_may(hire: Hire) -> None:
    maya, jonas, kim = hire("maya", ADA), hire("jonas", ADA), hire("kim", OTTO)
    ids = {level: maya.live(f"The heron order, {level.name.lower()} part", level) for level in LEVELS}
    maya.publish()
    seen = {who.slug: set(who.recall("heron order")) for who in (maya, jonas, kim)}
    assert seen["maya"] == set(ids.values())
    assert seen["jonas"] == {f"@maya/{ids[level]}" for level in LEVELS[1:]}
    assert seen["kim"] == {f"@maya/{ids[level]}" for level in LEVELS[2:]}


def test_on_whose_behalf_it_is_asked_counts_too(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    shared = {level: maya.live(f"The heron order, {level.name.lower()} part", level) for level in LEVELS}
    maya.publish()
    for least in LEVELS[1:]:
        found = set(jonas.recall("heron order", Viewer(least=least)))
        assert found == {f"@maya/{shared[level]}" for level in LEVELS if level >= least}


def test_what_is_hidden_takes_no_place_from_what_is_seen(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    for _ in range(30):
        maya.live("heron heron heron order order", Visibility.TEAM)
    seen = maya.live("A heron was seen", Visibility.PUBLIC)
    maya.publish()
    assert jonas.recall("heron order", Viewer(least=Visibility.PUBLIC), limit=1) == {
        f"@maya/{seen}": "A heron was seen"
    }


def test_what_is_made_private_again_is_withdrawn(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    one = maya.live("The heron order is late")
    maya.publish()
    assert jonas.recall("heron order") == {}
    for level, seen in (("team", True), ("company", True), ("private", False), ("public", True)):
        maya.tell("share", memories=(one,), **{"with": level})
        maya.publish()
        assert (f"@maya/{one}" in jonas.recall("heron order")) is seen, level


def test_what_is_forgotten_leaves_no_word_in_the_pools(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    maya.live("The heron order is late", Visibility.COMPANY)
    maya.live("The crane order is early", Visibility.COMPANY)
    maya.publish()
    assert jonas.recall("heron order")
    assert list(scan(maya.pools.root, ("heron",)))
    maya.tell("forget", topic="heron", by=ADA)
    maya.publish()
    assert list(scan(maya.pools.root, ("heron",))) == []
    assert list(jonas.recall("crane order").values()) == ["The crane order is early"]


def test_a_pool_that_is_lost_is_filled_anew(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    one = maya.live("The heron order is late", Visibility.COMPANY)
    maya.publish()
    shutil.rmtree(maya.pools.root)
    assert jonas.recall("heron order") == {}
    maya.publish()
    assert set(jonas.recall("heron order")) == {f"@maya/{one}"}


def test_whoever_changes_teams_takes_it_along(hire: Hire) -> None:
    maya, jonas, kim = hire("maya", ADA), hire("jonas", ADA), hire("kim", OTTO)
    one = maya.live("The heron order is late", Visibility.TEAM)
    maya.publish()
    lead(maya.store, OTTO)
    maya.publish()
    assert jonas.recall("heron order") == {}
    assert set(kim.recall("heron order")) == {f"@maya/{one}"}


def test_whoever_leaves_takes_along_what_only_the_team_may_see(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    maya.live("The heron order, of the team", Visibility.TEAM)
    kept = maya.live("The heron order, of the company", Visibility.COMPANY)
    maya.publish()
    for _ in range(2):
        leave("maya", maya.pools, ADA, AT)
    assert set(jonas.recall("heron order")) == {f"@maya/{kept}"}


def test_a_fact_is_shared_as_far_as_what_it_rests_on(hire: Hire) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    one = maya.live("Zed told me that he works for Acme")
    with maya.store.transaction():
        zed, acme = add_entity(maya.store, "person", "Zed Quill", AT), add_entity(maya.store, "company", "Acme", AT)
        said = Statement(
            key="f", subject=zed, predicate="works_for", object_entity=acme, basis=Basis.OBSERVED, rests_on=(one,)
        )
        fact = f"f{record_fact(maya.store, said, AT)}"
    with pytest.raises(InputError, match="private"):
        maya.tell("share", memories=(fact,), **{"with": "team"})
    maya.tell("share", memories=(one, fact), **{"with": "team"})
    maya.publish()
    assert f"@maya/{fact}" in jonas.recall("Who works for Acme? Zed Quill")
    maya.tell("forget", ids=(one,), by=ADA)
    maya.publish()
    assert jonas.recall("Who works for Acme? Zed Quill") == {}


@pytest.mark.parametrize("nth", range(1, 7))
def test_killed_while_it_publishes_each_is_there_once(hire: Hire, nth: int) -> None:
    maya, jonas = hire("maya", ADA), hire("jonas", ADA)
    ids = {f"@maya/{maya.live(f'The heron order, part {n}', Visibility(1 + n % 3))}" for n in range(6)}
    faults.tell(Dies(nth))
    try:
        with pytest.raises(Death):
            maya.publish()
    finally:
        faults.tell(None)
    maya.publish()
    maya.publish()
    assert set(jonas.recall("heron order part")) == ids
    for pool in (COMPANY, team(ADA)):
        store = maya.pools.open(pool)
        keys = [row.key for row in store.find("episode", (), ("key",))]
        assert len(keys) == len(set(keys))
        store.close()


class Death(BaseException):
    """The process dies."""


class Dies:
    """Dies at the nth point that is passed."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Death(name)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    memories=st.lists(
        st.tuples(st.sampled_from(LEVELS), st.sampled_from(["", "x@a.example", "y@b.example"])), max_size=8
    ),
    moves=st.lists(st.tuples(st.integers(0, 7), st.sampled_from(LEVELS)), max_size=4),
    least=st.sampled_from(LEVELS),
    asks=st.sampled_from(["", "x@a.example", "y@b.example"]),
)
def test_what_is_seen_is_what_a_plain_oracle_says(hire_afresh, memories, moves, least, asks) -> None:
    with hire_afresh() as hire:
        maya, jonas, kim = hire("maya", ADA), hire("jonas", ADA), hire("kim", OTTO)
        state = {}
        for n, (level, person) in enumerate(memories):
            state[maya.live(f"The heron order, part {n}", level, *([person] if person else []))] = (level, person)
        maya.publish()
        for place, level in moves:
            if place < len(state):
                one = list(state)[place]
                maya.tell("share", memories=(one,), **{"with": level.name.lower()})
                state[one] = (level, state[one][1])
        maya.publish()
        viewer = Viewer(addresses=(asks,) if asks else (), least=least)
        for who, floor in ((jonas, Visibility.TEAM), (kim, Visibility.COMPANY)):
            wanted = {
                f"@maya/{i}"
                for i, (level, p) in state.items()
                if level >= floor and (level >= least or (asks and p == asks))
            }
            assert set(who.recall("heron order part", viewer)) == wanted
            assert set(who.recall("heron order part", EVERYTHING)) == {
                f"@maya/{i}" for i, (v, _) in state.items() if v >= floor
            }
        own = {i for i, (level, p) in state.items() if level >= least or (asks and p == asks)}
        assert set(maya.recall("heron order part", viewer)) == own


@pytest.fixture
def hire_afresh(request: pytest.FixtureRequest):
    from contextlib import contextmanager

    from tests.memory.sharing import conftest

    @contextmanager
    def afresh():
        with tempfile.TemporaryDirectory() as folder:
            made = conftest.hire.__wrapped__(Path(folder)) if hasattr(conftest.hire, "__wrapped__") else None
            made = made or conftest.hire.__pytest_wrapped__.obj(Path(folder))
            yield next(made)
            next(made, None)

    return afresh
