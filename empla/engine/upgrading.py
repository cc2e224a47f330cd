"""Before new code runs: would every live intention still be understood? (contract 15)

An intention records plan and version, and its steps with fingerprints. New code may still end a version that has
drained, but must not change the steps of one that runs: such an intention would fail loudly into its recovery. This
tells beforehand, by replaying all of them and changing nothing.
"""

from dataclasses import dataclass

from empla.engine.loading import load
from empla.mind.bodies import Ended, Guard, replay, unguarded
from empla.mind.intentions import Intention, StepRecord
from empla.mind.plans import PlanLibrary
from empla.store.store import Store


@dataclass(frozen=True, slots=True)
class Break:
    """One live intention that the code would break, and why."""

    intention: str
    plan: str
    version: int
    why: str


def breaks(store: Store, library: PlanLibrary, guard: Guard = unguarded) -> list[Break]:
    """Return the live intentions that cannot go on with the plans of `library`; the store is only read."""
    state = load(store)
    found = []
    for intention in state.intentions.values():
        why = _why(intention, state.histories.get(intention.id, {}), library, guard)
        if why:
            found.append(Break(intention.id, intention.plan, intention.version, why))
    return found


def _why(intention: Intention, history: dict[str, StepRecord], library: PlanLibrary, guard: Guard) -> str:
    plan = library.get(intention.plan, intention.version)
    body = None if plan is None else plan.recovery if intention.recovering else plan.body
    if body is None:
        return f"version {intention.version} of the plan is gone"
    steps = sorted((r for r in history.values() if "." not in r.index), key=lambda r: int(r.index))
    running, turn = replay(body, intention.bindings, [(r.fingerprint, r.outcome) for r in steps], guard)
    running.live.close()
    changed = isinstance(turn, Ended) and turn.outcome.code == "body-changed"
    return turn.outcome.sentence if changed and isinstance(turn, Ended) else ""
