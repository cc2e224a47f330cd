"""Cycles in memory, without a store: mails through one plan, and a counter that its own belief events drive."""

import gc
import sys
import time
from collections.abc import Iterator
from typing import Any

from empla.mind.beliefs import Belief
from empla.mind.cycle import cycle
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary, Trigger, believed, on
from empla.mind.state import MindState
from empla.mind.steps import Believe, Forget, query
from empla.mind.values import OUTSIDE, OWN
from tests.bench.mind.frame import AT, Figure, beside, resident, run, times
from tests.bench.mind.peers import Peer

CONTACTS, MAILS, EVENTS = 1000, 10_000, 100_000
FIRST, LAST = 100_000, 1_000_000
PEER_FIRST, PEER_LAST = 10_000, 100_000


def mails_library() -> PlanLibrary:
    """Return the one plan that answers a mail of somebody who is known."""
    library = PlanLibrary()

    @library.plan(on("mail"), when=lambda beliefs, event: bool(beliefs.matching("contact", event.sender)))
    def answer(event: Trigger) -> Any:
        ((_, name),) = yield query("contact", event.sender)
        yield Believe(functor="answered", arguments=(event.number, name))

    return library


def contacts() -> MindState:
    """Return a mind that knows its contacts."""
    state = MindState()
    for number in range(CONTACTS):
        state.beliefs.add(Belief(functor="contact", arguments=(f"c{number}@x.example", f"Name {number}")))
    return state


def mail(number: int) -> Percept:
    """Return one mail, without the trouble of reading one."""
    fields = {"number": number, "sender": f"c{number % CONTACTS}@x.example"}
    return Percept(key=f"mail:{number}", kind="mail", fields=fields, origin=OUTSIDE)


def counter_library(last: int) -> PlanLibrary:
    """Return the plan that counts on by one whenever it hears that it has counted."""
    library = PlanLibrary()

    @library.plan(on("begin"))
    def begin(_event: Trigger) -> Any:
        yield Believe(functor="count", arguments=(0,))

    @library.plan(believed("count"), when=lambda _beliefs, event: event.arguments[0] < last)
    def count(event: Trigger) -> Any:
        (number,) = event.arguments
        yield Forget(functor="count", pattern=(number,))
        yield Believe(functor="count", arguments=(number + 1,))

    return library


def level_library() -> PlanLibrary:
    """Return a plan that believes something on each percept, and one that its belief event sets off."""
    library = PlanLibrary()

    @library.plan(on("tick"))
    def tick(event: Trigger) -> Any:
        yield Believe(functor="level", arguments=(event.number,))

    @library.plan(believed("level"))
    def level(event: Trigger) -> Any:
        yield Forget(functor="level", pattern=event.arguments)

    return library


def figures(peer: Peer) -> Iterator[Figure]:
    """Return the figures of cycles in memory."""
    yield mails(peer)
    yield from counter(peer)
    yield from slope(peer)


def mails(peer: Peer) -> Figure:
    state, library, number = contacts(), mails_library(), times(MAILS)
    began = time.perf_counter()
    for one in range(number):
        run(state, mail(one), library)
    took = time.perf_counter() - began
    assert len(state.beliefs.matching("answered")) == number
    theirs = peer.measured("mails", mails=times(MAILS)).get("per_second")
    name = "10k mails through one plan, 1k contacts"
    return beside(name, number / took, "/s", theirs, target=10_000.0, better="higher")


def counter(peer: Peer) -> Iterator[Figure]:
    events = times(EVENTS)
    state, library = MindState(), counter_library(events)
    run(MindState(), Percept(key="warm", kind="begin", origin=OWN), counter_library(10))
    before = resident()
    began = time.perf_counter()
    run(state, Percept(key="begin", kind="begin", origin=OWN), library)
    took = time.perf_counter() - began
    assert [b.arguments for b in state.beliefs.matching("count")] == [(events,)]
    theirs = peer.measured("counter", events=events)
    name = "counter 100k, driven by its own belief event"
    yield beside(name, events / took, "/s", theirs.get("per_second"), target=50_000.0, better="higher")
    yield beside(f"{name}: memory it comes to hold", resident() - before, "MiB", theirs.get("mib"), target=1.0)


def slope(peer: Peer) -> Iterator[Figure]:
    """Cycles one after the other, each with a belief event; what one of them keeps allocated."""
    first, last = times(FIRST), times(LAST)
    state, library = MindState(), level_library()
    blocks = mib = began = 0.0
    for number in range(1, last + 1):
        percept = Percept(key="tick", kind="tick", fields={"number": number % 100}, origin=OWN)
        state.apply(cycle(state, percept, AT, library).changes)
        if number == first:
            gc.collect()
            blocks, mib, began = sys.getallocatedblocks(), resident(), time.perf_counter()
    took = time.perf_counter() - began
    gc.collect()
    kept = (sys.getallocatedblocks() - blocks) / (last - first)
    grown = (resident() - mib) * 1024 / (last - first)
    theirs = peer.measured("cycles", first=times(PEER_FIRST), last=times(PEER_LAST))
    name = "1M cycles with a belief event each"
    yield beside(f"{name}: blocks kept a cycle", kept, "blocks", theirs.get("blocks"), target=0.01)
    yield beside(f"{name}: memory kept a cycle", grown, "KiB", theirs.get("kib"))
    yield beside(f"{name}: cycles a second", (last - first) / took, "/s", None, better="higher")
