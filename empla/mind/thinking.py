"""What the parts of one cycle share: the draft, the plans, the events still to handle, and who may go on next."""

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

from empla.mind.bodies import Guard
from empla.mind.desiring import priority_of
from empla.mind.draft import Draft
from empla.mind.intentions import Intention, Stage
from empla.mind.percepts import CONTINUE, WAKE, Percept
from empla.mind.plans import PlanLibrary
from empla.mind.state import Continued, Noted, number
from empla.mind.values import OWN

EVENTS_PER_RANK = 10
"""How many events an intention waits for each step of priority that others have over it; then it is its turn. So the
urgent goes first, and nothing that loops keeps anything waiting for ever."""


class Thinking:
    """One cycle under way."""

    __slots__ = ("_queued", "_ready", "draft", "events", "guard", "handled", "library", "noticing", "percept", "told")

    def __init__(self, draft: Draft, library: PlanLibrary, guard: Guard, percept: str = "") -> None:
        self.draft = draft
        self.library = library
        self.noticing = library.noticing
        self.guard = guard
        self.percept = percept
        """Key of the percept that is handled: the cause of all that is noticed meanwhile."""
        self.told: set[tuple[str, ...]] = set()
        """What was told of in this cycle, and is not to be told again in it."""
        self.events: deque[Percept] = deque()
        self.handled = 0
        self._ready: list[tuple[int, int, str]] = []
        self._queued: set[str] = set()

    def listens(self, kind: str) -> bool:
        """Return whether any plan or step could be set off by an event of this kind."""
        return kind in self.library.by_kind or self.draft.awaits(kind)

    def raise_all(self, events: Iterable[Percept]) -> None:
        """Queue events of the mind's own."""
        self.events.extend(events)

    def saved(self) -> tuple[Draft, int]:
        """Return what `go_back` needs."""
        return self.draft.saved(), len(self.events)

    def go_back(self, saved: tuple[Draft, int]) -> None:
        """Undo what was changed and raised since; steps recorded since stay recorded."""
        kept, events = saved
        self.draft.restore(kept)
        while len(self.events) > events:
            self.events.pop()

    def make_ready(self, intention: Intention, waited: int = 0) -> None:
        """Let an intention go on when it is its turn: by priority, and by how many events it waits, in all cycles."""
        if intention.id not in self._queued:
            self._queued.add(intention.id)
            turn = self.handled - waited - self._ahead(intention)
            heappush(self._ready, (turn, number(intention.id), intention.id))

    def _ahead(self, intention: Intention) -> int:
        """Return how many events an intention is ahead of one without any priority."""
        goal = self.draft.goal(intention.goal) if intention.goal else None
        priority = intention.priority if goal is None else intention.priority + priority_of(self.draft, goal)
        return round(priority * EVENTS_PER_RANK)

    def next_ready(self) -> Intention | None:
        """Take the intention whose turn it is; None if there is none that can go on."""
        while self._ready:
            name = heappop(self._ready)[2]
            self._queued.discard(name)
            intention = self.draft.intention(name)
            if intention is not None and intention.stage is Stage.ACTIVE and not intention.held_back:
                return intention
        return None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.events or self._ready)

    def note(self, percept: str, text: str) -> None:
        """Keep a sentence for the history."""
        self.draft.note(Noted(percept=percept, text=text))

    def leave_the_rest(self, percept: Percept) -> None:
        """Leave what is not done yet to a percept of its own; intentions that were ready are woken there by replay."""
        ready = ((turn, self.draft.intention(name)) for turn, _, name in sorted(self._ready))
        woken = tuple(_wake(i, self.handled - turn - self._ahead(i)) for turn, i in ready if i is not None)
        rest = Percept(
            key=f"continue:{percept.key}", kind=CONTINUE, fields={"events": (*woken, *self.events)}, origin=OWN
        )
        self.draft.note(Continued(percept=rest))


def _wake(intention: Intention, waited: int) -> Percept:
    fields = {"intention": intention.id, "waited": waited}
    return Percept(key=f"wake:{intention.id}", kind=WAKE, fields=fields, origin=OWN)
