"""Beliefs: rules and queries over the indexes, and what one belief takes in memory."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta

from empla.mind.beliefs import Belief, BeliefBase, DraftBeliefs
from empla.mind.logic import Rules, ask, parse_query, parse_rule
from tests.bench.mind.frame import AT, Figure, beside, times
from tests.bench.mind.peers import Peer

QUERIES, PEER_QUERIES = 20_000, 50
ROWS, HELD, PAIRS = 2000, 100_000, 100_000
BOSS = Rules([parse_rule("boss(X, Y) :- works_in(X, D), head(D, Y)")])
OPEN = Rules([parse_rule("open(X) :- task(X), not done(X)")])


def figures(peer: Peer) -> Iterator[Figure]:
    """Return the figures of beliefs."""
    theirs = peer.measured("rule", beliefs=10_000, queries=PEER_QUERIES).get("ms")
    yield beside("rule query boss(X, Y), X bound, over 10k beliefs", rule(10_000), "ms", theirs, target=0.1)
    theirs = peer.measured("rule", beliefs=100_000, queries=PEER_QUERIES // 10).get("ms")
    yield beside("the same over 100k beliefs", rule(100_000), "ms", theirs, target=0.1)
    theirs = peer.measured("antijoin", rows=ROWS).get("ms")
    yield beside("anti-join over 2k rows", antijoin(), "ms", theirs, target=20.0)
    theirs = peer.measured("memory", beliefs=times(HELD)).get("kib")
    yield beside("memory of a belief with two arguments and its index", memory(()), "KiB", theirs, target=0.6)
    yield beside("the same with one supporter", memory(("mail:",)), "KiB", None, target=1.0)
    yield beside("a belief forgotten and one believed in a cycle's draft", pair(), "us", None, target=3.0)


def rule(beliefs: int) -> float:
    """Return the milliseconds of one query; who is asked about is another one each time."""
    people = beliefs * 99 // 100
    departments = beliefs - people
    base = BeliefBase(Belief(functor="works_in", arguments=(f"p{n}", f"d{n % departments}")) for n in range(people))
    for n in range(departments):
        base.add(Belief(functor="head", arguments=(f"d{n}", f"h{n}")))
    query, asked = parse_query("boss(X, Y)"), times(QUERIES)

    def all_of_them() -> None:
        for number in range(asked):
            one = number * 37 % people
            (found,) = ask(base, BOSS, query, {"X": f"p{one}"})
            assert found["Y"] == f"h{one % departments}"

    return _seconds(all_of_them) / asked * 1000


def antijoin() -> float:
    """Return the milliseconds in which every task is found that nobody has done: half of them."""
    base = BeliefBase(Belief(functor="task", arguments=(n,)) for n in range(ROWS))
    for n in range(0, ROWS, 2):
        base.add(Belief(functor="done", arguments=(n,)))
    query = parse_query("open(X)")
    ask(base, OPEN, query)  # compiled once, as in an employee's life
    took = min(_seconds(lambda: ask(base, OPEN, query)) for _ in range(5))
    assert len(ask(base, OPEN, query)) == ROWS // 2
    return took * 1000


def memory(supporters: tuple[str, ...]) -> float:
    """Return the KiB that one belief takes among many, all of them different, seen at different times."""
    held = times(HELD)
    gc.collect()
    tracemalloc.start()
    base = BeliefBase()
    for number in range(held):
        base.add(
            Belief(
                functor="knows",
                arguments=(f"person{number}", f"subject{number}"),
                observed_at=AT + timedelta(seconds=number),
                supporters=tuple(f"{kind}{number}" for kind in supporters),
            )
        )
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(base) == held
    return taken / held / 1024


def pair() -> float:
    """Return the microseconds in which a counter counts on by one, each time in a draft of its own."""
    base = BeliefBase([Belief(functor="count", arguments=(0,))])
    following = [Belief(functor="count", arguments=(number,)) for number in range(1, 101)]

    def count_on() -> None:
        for _ in range(PAIRS // 100):
            for belief in following:
                draft = DraftBeliefs(base)
                draft.remove("count", (0,))
                draft.add(belief)

    return _seconds(count_on) / PAIRS * 1e6


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
