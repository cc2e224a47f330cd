"""The cascade figure: what rests on a withdrawn fact is closed, all of it and nothing else; and figures of the graph.

The set is made from a seed: chains and diamonds of facts with one to three proofs, up to six steps above episodes; a
company six levels deep of which rules say who is above whom, with persons who are merged; then episodes are forgotten,
facts and merges withdrawn, others corrected. What must be believed is worked out apart, of nothing but what was said.
"""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from empla.memory.knowledge.embedded import EmbeddedGraph
from empla.memory.knowledge.entities import add_entity
from empla.memory.knowledge.facts import Facts
from empla.memory.knowledge.recording import correct_fact, episodes_changed, record_facts, withdraw
from empla.memory.knowledge.resolving import merge_entities
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis
from empla.store.opening import open_store
from empla.store.store import Store, instant
from tests.bench.memory.measuring import figure

SEED = 20260105
BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LEVELS = 6
_EPISODE = ("thread", "author", "subject", "outcome", "rationale", "percept", "intention", "action")


@dataclass
class Said:
    """Everything that was said, as the oracle knows it."""

    episodes: set[str] = field(default_factory=set)
    proofs: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)
    reports: dict[int, tuple[int, int]] = field(default_factory=dict)
    merges: dict[int, tuple[int, int]] = field(default_factory=dict)
    denied: set[int] = field(default_factory=set)

    def believed(self) -> set[int]:
        """Return the least set of recorded facts of which each needs no proof or has a whole one."""
        found: set[int] = set()
        ground = set(self.episodes)
        while True:
            more = {
                number
                for number, proofs in self.proofs.items()
                if number not in found
                and number not in self.denied
                and (not proofs or any(ground.issuperset(proof) for proof in proofs))
            }
            if not more:
                return found
            found |= more
            ground |= {f"f{number}" for number in more}

    def above(self) -> set[tuple[int, int]]:
        """Return who is above whom, by number of what stands for each."""
        believed = self.believed()
        root: dict[int, int] = {}
        for number, (one, other) in self.merges.items():
            if number in believed:
                root[max(one, other)] = min(one, other)
        boss: dict[int, set[int]] = {}
        for number, (who, to) in self.reports.items():
            if number in believed:
                boss.setdefault(root.get(who, who), set()).add(root.get(to, to))
        pairs: set[tuple[int, int]] = set()
        for who in boss:
            here, seen = {who}, {who}
            while here := {b for one in here for b in boss.get(one, ())} - seen:
                seen |= here
                pairs |= {(b, who) for b in here}
        return pairs


def run(episodes: int = 300, facts: int = 2_000, persons: int = 400) -> list[dict[str, Any]]:
    """Return the figures."""
    with tempfile.TemporaryDirectory(prefix="empla-cascade-") as folder:
        return [
            *cascade(Path(folder) / "cascade.db", episodes, facts, persons),
            *adjacency(Path(folder) / "graph.db", 10_000, 50_000),
        ]


def cascade(where: Path, episodes: int, facts: int, persons: int) -> list[dict[str, Any]]:
    """Say, take back, and hold what is believed to what must be."""
    store = open_store(where, "ada")
    store.take_lease(1, "bench")
    chance, said = random.Random(SEED), Said()
    try:
        began = time.perf_counter()
        _say_facts(store, chance, said, episodes, facts)
        _say_company(store, chance, said, persons)
        took = time.perf_counter() - began
        before = _believed(store) | _above(store)
        assert before == said.believed() | said.above(), "what was said is not what is believed"
        times = _take_back(store, chance, said)
        must, still = said.believed() | said.above(), _believed(store) | _above(store)
        wrong = before - must
        share = len(wrong - still) / len(wrong)
        name = f"cascade: {len(before)} facts, {len(times)} taken back, {len(wrong)} have to go"
        return [
            figure(f"{name}: closed", 100 * share, "%", 100, better="higher"),
            figure(
                "cascade: facts kept that have to stay", 100 * len(must & still) / len(must), "%", 100, better="higher"
            ),
            figure("cascade: facts believed that must not be", len(still - must), "", 0),
            figure("cascade: one taken back, with all that follows (p50)", 1e3 * times[len(times) // 2], "ms"),
            figure("cascade: facts said a second, with all that follows", len(before) / took, "/s", better="higher"),
        ]
    finally:
        store.close()


def _say_facts(store: Store, chance: random.Random, said: Said, episodes: int, facts: int) -> None:
    """Say facts in levels: each rests on one to three proofs of what is below."""
    with store.transaction():
        thing = add_entity(store, "thing", "everything", BEGAN)
        for number in range(episodes):
            row = {"kind": "mail", "at": instant(BEGAN), "people": "[]", "text": "", "importance": 2, "visibility": 0}
            row |= {**dict.fromkeys(_EPISODE, ""), "key": f"e{number}", "source": "percept"}
            said.episodes.add(f"e{store.add('episode', row)}")
    below = sorted(said.episodes)
    for level in range(LEVELS):
        here = []
        with store.transaction():
            for place in range(facts // LEVELS):
                ids = [tuple(sorted({chance.choice(below) for _ in range(chance.randint(1, 2))})) for _ in range(3)]
                proofs = list(dict.fromkeys(ids[: chance.randint(1, 3)]))
                statements = [
                    Statement(
                        key=f"{level}.{place}.{n}",
                        subject=thing,
                        predicate="says",
                        object=f"{level}.{place}",
                        rests_on=p,
                    )
                    for n, p in enumerate(proofs)
                ]
                number = record_facts(store, statements, BEGAN)[0]
                said.proofs[number] = proofs
                here.append(f"f{number}")
        below = [*chance.sample(below, len(below) // 4), *here]


def _say_company(store: Store, chance: random.Random, said: Said, persons: int) -> None:
    """Say who reports to whom, six levels deep; a tenth of the bosses are known twice, and merged."""
    with store.transaction():
        people = [add_entity(store, "person", f"person {n}", BEGAN) for n in range(persons)]
        statements, pairs = [], []
        for place, who in enumerate(people[1:], 1):
            boss = people[(place - 1) // 3]
            if chance.random() < 0.1:
                twin = add_entity(store, "person", f"twin of {boss}", BEGAN)
                merge = merge_entities(store, boss, twin, BEGAN)
                said.proofs[merge], said.merges[merge] = [], (boss, twin)
                boss = twin
            statements.append(Statement(key=f"r{who}", subject=who, predicate="reports_to", object_entity=boss))
            pairs.append((who, boss))
        for number, pair in zip(record_facts(store, statements, BEGAN), pairs, strict=True):
            said.proofs[number], said.reports[number] = [], pair


def _take_back(store: Store, chance: random.Random, said: Said) -> list[float]:
    """Forget, withdraw and correct; return how long each took, in order."""
    acts: list[Callable[[datetime], None]] = []
    for episode in chance.sample(sorted(said.episodes), len(said.episodes) // 4):
        acts.append(lambda at, e=episode: _forget(store, said, e, at))
    recorded = sorted(set(said.proofs) - set(said.reports) - set(said.merges))
    for number in [*chance.sample(recorded, 60), *chance.sample(sorted(said.merges), len(said.merges) // 2)]:
        acts.append(lambda at, n=number: _withdraw(store, said, n, at))
    people = sorted({who for who, _ in said.reports.values()})
    for number in chance.sample(sorted(said.reports), 30):
        acts.append(lambda at, n=number: _correct(store, said, n, chance.choice(people), at))
    chance.shuffle(acts)
    times = []
    for hour, act in enumerate(acts):
        began = time.perf_counter()
        with store.transaction():
            act(BEGAN + timedelta(hours=hour + 1))
        times.append(time.perf_counter() - began)
    return sorted(times)


def _forget(store: Store, said: Said, episode: str, at: datetime) -> None:
    store.change("episode", {"seq": int(episode[1:])}, {"state": "forgotten"})
    episodes_changed(store, [int(episode[1:])], at)
    said.episodes.discard(episode)


def _withdraw(store: Store, said: Said, number: int, at: datetime) -> None:
    withdraw(store, [number], "it was wrong", at)
    said.denied.add(number)


def _correct(store: Store, said: Said, number: int, boss: int, at: datetime) -> None:
    who, _ = said.reports[number]
    if boss == who:
        return
    statement = Statement(
        key=f"c{number}", subject=who, predicate="reports_to", object_entity=boss, basis=Basis.CORRECTED, confidence=1.0
    )
    new, _ = correct_fact(store, number, statement, "corrected", at)
    said.denied.add(number)
    said.proofs[new], said.reports[new] = [], (who, boss)


def _believed(store: Store) -> set[int]:
    rows = store.find("fact", {"closed_at": ""}, ("seq", "basis"))
    return {row.seq for row in rows if row.basis != Basis.DERIVED}


def _above(store: Store) -> set[tuple[int, int]]:
    rows = store.find("fact", {"closed_at": "", "predicate": "above"}, ("subject", "object_entity"))
    facts = Facts(store)
    pairs = {(facts.root(row.subject), facts.root(row.object_entity)) for row in rows}
    return {pair for pair in pairs if pair[0] != pair[1]}


# the graph -----------------------------------------------------------------------------------------------------------


def adjacency(where: Path, entities: int, edges: int) -> list[dict[str, Any]]:
    """Measure walks in a graph of dated facts whose ends are of very different degree."""
    store = open_store(where, "ada")
    store.take_lease(1, "bench")
    chance = random.Random(SEED)
    try:
        with store.transaction(gathers=True):
            for number in range(1, entities + 1):
                store.add("entity", {"kind": "person", "name": f"person {number}", "changed": number})
        began = time.perf_counter()
        with store.transaction(gathers=True):
            for number in range(1, edges + 1):
                store.add("fact", _edge(chance, number, entities))
        took = time.perf_counter() - began
        graph = EmbeddedGraph(store)
        some = [chance.randint(1, entities) for _ in range(200)]
        one = _times(lambda entity: graph.neighbourhood(entity), some)
        two = _times(lambda entity: graph.neighbourhood(entity, 2), some[:60])
        hub = _times(lambda entity: graph.neighbourhood(entity), [1] * 5)
        peer = "bare SQLite adjacency"
        return [
            figure("graph: edges written a second", edges / took, "/s", better="higher", peer=peer, peer_value=200_000),
            figure("graph: 1 step, p50", one[len(one) // 2], "ms", peer=peer, peer_value=0.01),
            figure("graph: 1 step from the largest hub", hub[len(hub) // 2], "ms", peer=peer, peer_value=11.7),
            figure("graph: 2 steps, p50", two[len(two) // 2], "ms", peer=peer, peer_value=14.5),
            figure("graph: 2 steps, p99", two[int(len(two) * 0.99)], "ms", peer=peer, peer_value=22),
        ]
    finally:
        store.close()


def _edge(chance: random.Random, number: int, entities: int) -> dict[str, Any]:
    return {
        "key": f"edge {number}",
        "subject": chance.randint(1, entities),
        "predicate": "knows",
        "object": "",
        "object_entity": 1 + int(entities * chance.random() ** 3),
        "basis": "observed",
        "confidence": 0.8,
        "begins": instant(BEGAN - timedelta(days=chance.randint(0, 1_000))),
        "changed": number,
    }


def _times(ask: Callable[[int], Sequence[Any]], entities: Sequence[int]) -> list[float]:
    times = []
    for entity in entities:
        began = time.perf_counter()
        ask(entity)
        times.append(1e3 * (time.perf_counter() - began))
    return sorted(times)
