"""A mind's beliefs under revision: each move is a cycle of its own, applied as it is read back from a store."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from empla.mind import codec
from empla.mind.beliefs import Belief, Support
from empla.mind.draft import Draft
from empla.mind.kinds import BeliefKind
from empla.mind.percepts import Percept
from empla.mind.propositions import Proposition
from empla.mind.revising import TIME_IS_OVER, believe, forget, withdraw
from empla.mind.state import Delta, MindState
from empla.mind.values import OWN, Origin, Source

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
FROM = {source.value: Origin(source, f"by-{source.value}") for source in Source}


@dataclass
class Beliefs:
    """Beliefs, what was declared of them, and the events that their revision raised."""

    kinds: dict[str, BeliefKind] = field(default_factory=dict)
    state: MindState = field(default_factory=MindState)
    at: datetime = START
    events: list[Percept] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)

    def declare(self, functor: str, **more: Any) -> BeliefKind:
        """Declare a kind."""
        self.kinds[functor] = BeliefKind(functor=functor, **more)
        return self.kinds[functor]

    def believe(
        self, functor: str, *arguments: Any, by: Origin = OWN, on: tuple[Any, ...] = (), **more: Any
    ) -> list[str]:
        """Believe something, resting on `on`; return what is raised."""
        more.setdefault("observed_at", self.at)
        belief = Belief(functor=functor, arguments=arguments, origin=by, supporters=on, **more)
        return self._revise(lambda draft: believe(draft, belief, self.kinds, _all))

    def forget(self, functor: str, *arguments: Any, reason: str = "because") -> list[str]:
        """Forget one belief."""
        belief = self.state.beliefs.get(functor, arguments)
        assert belief is not None
        return self._revise(lambda draft: forget(draft, belief, reason, self.kinds, _all))

    def withdraw(self, support: Support, reason: str = "it was withdrawn") -> list[str]:
        """Withdraw a support."""
        return self._revise(lambda draft: withdraw(draft, support, reason, self.kinds, _all))

    def wait(self, span: timedelta) -> list[str]:
        """Let time pass, and let go what is over, as a cycle does first."""
        self.at += span

        def pass_away(draft: Draft) -> list[Percept]:
            raised: list[Percept] = []
            for belief in draft.state.beliefs.ended(draft.at, 100):
                raised += forget(draft, belief, TIME_IS_OVER, self.kinds, _all)
            return raised

        return self._revise(pass_away)

    def _revise(self, move: Callable[[Draft], list[Percept]]) -> list[str]:
        self.at += timedelta(seconds=1)
        draft = Draft(self.state, self.at)
        raised = move(draft)
        delta = draft.delta()
        self.state.apply(codec.loads(codec.dumps(delta.changes)))
        self.deltas.append(delta)
        self.events += raised
        return [told(event) for event in raised]

    def held(self, functor: str = "") -> list[str]:
        """Return what is held, of one functor or all; what is overruled in brackets."""
        found = sorted((b for b in self.state.beliefs if functor in ("", b.functor)), key=lambda b: str(b.proposition))
        return [f"({b.proposition})" if b.overruled else str(b.proposition) for b in found]


def _all(_kind: str) -> bool:
    return True


def told(event: Percept) -> str:
    """Return an event in a few words: "+f(1)", "-f(1)", "f(1)->f(2)"."""
    how, _, functor = event.kind.partition(":")
    now = str(Proposition(functor, event.fields["arguments"]))
    if how == "belief-changed":
        return f"{Proposition(functor, event.fields['before'])}->{now}"
    return {"belief-added": "+", "belief-removed": "-"}[how] + now
