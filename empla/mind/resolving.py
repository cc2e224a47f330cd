"""Outcomes: how a step that waits learns what came of it, and what around it is complete by that."""

from collections.abc import Sequence
from dataclasses import replace

from empla.mind import codec
from empla.mind.authority import sources_of
from empla.mind.intentions import Intention, StepRecord
from empla.mind.percepts import Outcome, Status
from empla.mind.steps import Either
from empla.mind.thinking import Thinking

LARGEST_OUTCOME = 64 * 1024
"""Characters of canonical JSON that one outcome may have (contract 15)."""

DONE = Outcome(status=Status.DONE)


def failed(code: str, sentence: str) -> Outcome:
    """Return the outcome of a step that did not work."""
    return Outcome(status=Status.FAILED, code=code, sentence=sentence)


def bounded(outcome: Outcome) -> Outcome:
    """Return the outcome, or a failure that says it is too large to keep (contract 15)."""
    value = outcome.value
    if value is None or isinstance(value, bool | int | float) or len(codec.dumps(value)) <= LARGEST_OUTCOME:
        return outcome
    return failed("outcome-too-large", f"the outcome has more than {LARGEST_OUTCOME} characters")


def resolve(t: Thinking, step_id: str, outcome: Outcome, reads: tuple[str, ...] = ()) -> None:
    """Record the outcome of a waiting step, and of the step around it when that is complete.

    `reads` is what a sub-intention has read, whose label its result carries.
    """
    record = t.draft.step(step_id)
    if record is None or record.outcome is not None:
        return
    t.draft.put_step(record.ended(bounded(outcome)))
    intention = t.draft.intention(record.intention)
    if intention is None:
        return
    intention = has_read(t, intention, (*reads, *sources_of(outcome.value)))
    outer, _, _ = record.index.rpartition(".")
    if not outer:
        t.make_ready(intention)
        return
    around = t.draft.step(f"{record.intention}.{outer}")
    if around is not None and isinstance(around.step, Either) and outcome.status is not Status.DONE:
        t.make_ready(intention)  # the next of them is tried when it is this intention's turn
        return
    joined = joined_outcome(around, parts_of(t, record.intention, outer))
    if joined is not None:
        resolve(t, f"{record.intention}.{outer}", joined)


def parts_of(t: Thinking, intention: str, index: str) -> list[StepRecord]:
    """Return the steps begun inside the one at `index`, in order."""
    found = [r for i, r in t.draft.history(intention).items() if i.rpartition(".")[0] == index]
    return sorted(found, key=lambda r: r.place)


def joined_outcome(around: StepRecord | None, parts: Sequence[StepRecord]) -> Outcome | None:
    """Return what came of a step that is made of others, None while that is open."""
    if around is not None and isinstance(around.step, Either):
        last = parts[-1].outcome if parts else failed("nothing-to-try", "there was nothing to choose among")
        over = last is not None and (last.status is Status.DONE or len(parts) >= len(around.step.steps))
        return last if over else None
    return joined([r.outcome for r in parts])


def joined(outcomes: Sequence[Outcome | None]) -> Outcome | None:
    """Return the outcome of steps done together, None while one is missing."""
    known = [o for o in outcomes if o is not None]
    if len(known) < len(outcomes):
        return None
    unsuccessful = next((o for o in known if o.status is not Status.DONE), None)
    return unsuccessful or Outcome(status=Status.DONE, value=tuple(o.value for o in known))


def has_read(t: Thinking, intention: Intention, sources: tuple[str, ...]) -> Intention:
    """Return the intention with these kinds of source among what it has read."""
    if not sources or all(source in intention.reads for source in sources):
        return intention
    return put(t, replace(intention, reads=tuple(sorted({*intention.reads, *sources}))))


def put(t: Thinking, intention: Intention) -> Intention:
    """Record an intention as it is now, and return it."""
    t.draft.put_intention(intention)
    return intention
