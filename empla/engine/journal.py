"""The journal: what each cycle did, chained by digests, and a snapshot now and then (contract 14)."""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

from empla import __version__
from empla.mind import codec
from empla.mind.percepts import Percept
from empla.mind.state import Believed, MindState
from empla.store.store import Store, instant

CYCLES_PER_SNAPSHOT = 1000
SHORT = 2048
"""Bytes of a Delta that are not worth packing by themselves."""
PIECES_AT_ONCE = 256


class Journal:
    """The journal of one employee; `cycle` is the number of the last cycle, `at` its time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        last = store.find("journal", {}, ("seq", "at", "digest"), limit=1, newest=True)
        self.cycle: int = last[0].seq if last else 0
        self.at: datetime = datetime.fromisoformat(last[0].at) if last else datetime.min.replace(tzinfo=UTC)
        self.digest: str = last[0].digest if last else ""

    def add(self, at: datetime, percept: Percept, body: bytes) -> None:
        """Write what one cycle changed, in its transaction; `body` is the canonical text of its changes."""
        self.digest = chained(self.digest, body)
        values = {"at": instant(at), "percept": percept.key, "code": __version__, "digest": self.digest}
        self.cycle = self._store.add("journal", {**values, "delta": packed(body)})
        self.at = at

    def snapshot_if_due(self, state: MindState) -> None:
        """Keep the whole state every `CYCLES_PER_SNAPSHOT` cycles."""
        if self.cycle % CYCLES_PER_SNAPSHOT == 0:
            self.keep(state)

    def keep(self, state: MindState) -> None:
        """Keep the whole state after the last cycle, in place of what was kept of it before."""
        values = {"cycle": self.cycle, "body": packed_piecewise(snapshot(state))}
        self._store.put("snapshot", ("cycle",), ("body",), values)


def packed(body: bytes) -> bytes:
    """Return the bytes of a Delta as they are kept.

    A long one says much more than once. A short one is left as it is: to pack it takes longer than to write it, and
    together with others it is packed much better (`empla.engine.compacting`).
    """
    return zlib.compress(body, 1) if len(body) > SHORT else body


def unpacked(kept: bytes) -> bytes:
    """Return what `packed` made `kept` of; what was kept before it was packed is returned as it is."""
    return kept if kept[:1] in (b"[", b"{") else zlib.decompress(kept)


def chained(previous: str, body: bytes) -> str:
    """Return the digest of a Delta that follows the cycle with digest `previous`."""
    return hashlib.sha256(previous.encode() + body).hexdigest()


def packed_piecewise(kept: Mapping[str, object]) -> bytes:
    """Return the packed canonical JSON of `kept`, made piece by piece: as one text it takes many times its size."""
    packer = zlib.compressobj(1)
    pieces, packed = _pieces(kept), []
    while some := "".join(islice(pieces, PIECES_AT_ONCE)):
        packed.append(packer.compress(some.encode()))
    return b"".join([*packed, packer.flush()])


def _pieces(kept: Mapping[str, object]) -> Iterator[str]:
    for place, (name, value) in enumerate(sorted(kept.items())):
        yield f'{"," if place else "{"}"{name}":'
        if not isinstance(value, list):
            yield codec.dumps(value)
            continue
        yield "["
        for number, one in enumerate(value):
            yield ("," if number else "") + codec.dumps(one)
        yield "]"
    yield "}"


def snapshot(state: MindState) -> dict[str, object]:
    """Return everything a state holds, as it is kept."""
    return {
        "beliefs": sorted(state.beliefs, key=lambda b: b.id),
        "goals": list(state.goals.values()),
        "intentions": list(state.intentions.values()),
        "steps": [list(history.values()) for history in state.histories.values()],
        "questions": list(state.questions.values()),
        "holds": list(state.holds.values()),
        "adopted": state.adopted,
    }


def restored(body: bytes) -> MindState:
    """Return the state that a snapshot holds."""
    kept = codec.loads(unpacked(body).decode())
    state = MindState(adopted=kept["adopted"])
    state.apply(Believed(belief=belief) for belief in kept["beliefs"])
    for kind in ("goals", "intentions", "questions", "holds"):
        state.apply(kept[kind])
    for history in kept["steps"]:
        state.apply(history)
    return state
