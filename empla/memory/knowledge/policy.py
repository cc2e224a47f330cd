"""Which of several statements counts, and from when to when: a pure function of what is believed.

Of the statements about one thing that has one value at a time (whom somebody works for, say) one counts at a time.
Explicit ones go before observed ones, those before derived ones, in whatever order they came; of equal ones the later
takes the place of the earlier from its beginning on. Nothing is deleted: what was overruled stays, and counts again
when what overrules it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from empla.memory.model import Basis

_RANKS: Final[Mapping[str, int]] = {
    Basis.DERIVED: 0,
    Basis.OBSERVED: 1,
    Basis.TAUGHT: 2,
    Basis.STATED: 3,
    Basis.CORRECTED: 4,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One statement, in the text form of instants ("": not known, or still)."""

    number: int
    basis: str
    valid_from: str
    valid_to: str
    recorded_at: str

    @property
    def order(self) -> str:
        """From when on it counts among others: its beginning, or when it was heard while it still was so."""
        if self.valid_from:
            return self.valid_from
        return min(self.recorded_at, self.valid_to) if self.valid_to else self.recorded_at


@dataclass(frozen=True, slots=True)
class Counted:
    """From when to when a statement counts, and which one counts in its place from its beginning on (0: none)."""

    begins: str
    ends: str
    overruled_by: int


def alone(said: Said) -> Counted:
    """Return how a statement counts that competes with no other."""
    return Counted(said.valid_from, said.valid_to, 0)


def counted(group: Sequence[Said]) -> dict[int, Counted]:
    """Return how each statement of a group counts of which one at a time does."""
    ends = {s.number: _end(s, group) for s in group}
    overruled = {s.number: _overruled_by(s, group, ends) for s in group}
    kept = [s for s in group if not overruled[s.number]]
    return {s.number: Counted(_beginning(s, kept), ends[s.number], overruled[s.number]) for s in group}


def _beats(one: Said, other: Said) -> bool:
    ranks = _RANKS[one.basis], _RANKS[other.basis]
    if ranks[0] != ranks[1]:
        return ranks[0] > ranks[1]
    # What rules derive stays side by side: else a conclusion could depend on its own absence.
    return ranks[0] > 0 and (one.order, one.number) > (other.order, other.number)


def _end(said: Said, group: Sequence[Said]) -> str:
    later = [w.order for w in group if w.order > said.order and _beats(w, said)]
    return min([*later, *([said.valid_to] if said.valid_to else [])], default="")


def _overruled_by(said: Said, group: Sequence[Said], ends: Mapping[int, str]) -> int:
    over = [
        w
        for w in group
        if w.order <= said.order and (not ends[w.number] or ends[w.number] > said.order) and _beats(w, said)
    ]
    best = max(over, key=lambda w: (_RANKS[w.basis], w.order, w.number), default=None)
    return 0 if best is None else best.number


def _beginning(said: Said, kept: Sequence[Said]) -> str:
    """Return from when on it counts: where nobody knows since when it is so, not before what was so until then."""
    if said.valid_from or all(w.order >= said.order for w in kept):
        return said.valid_from
    return said.order
