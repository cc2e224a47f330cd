"""What the kernel sees to with promises, whatever plans do: each has a carrier, and none goes without a record.

A promise is carried by the intention that made it, then by whatever plan takes over from that one, then by the
intention that waits for it. Where nobody is left it is *orphaned*: what is proven by then counts as kept; a commitment
is broken; an expectation with a clock stays open, for its debtor still owes it, and one without is let go. One that was
forgotten and not replaced in the same cycle is put back, as broken, with the reason. Each of these is told by an event.
"""

from dataclasses import replace
from datetime import timedelta

from empla.mind.authority import label_of, raised_by, word_of
from empla.mind.beliefs import Belief
from empla.mind.commitments import (
    CLOSED,
    COMMITMENT,
    LOST,
    ORPHANED,
    BeliefHeld,
    Commitment,
    Standing,
    is_open,
)
from empla.mind.evidence import Witness
from empla.mind.intentions import Intention
from empla.mind.logic import functors_read
from empla.mind.percepts import Outcome, Percept, Status
from empla.mind.revising import believe, forget
from empla.mind.thinking import Thinking
from empla.mind.values import OWN

RELEASED = "released"
"""Code of the outcome of an intention that is given up because what it carried was released."""
REMEMBERED = timedelta(days=90)
"""How long a promise that is over is remembered."""


def key_of(functor: str, promise: str) -> str:
    """Return how a promise is named in `Intention.carries`: "commitment:ID"."""
    return f"{functor}:{promise}"


def promise_held(t: Thinking, functor: str, promise: str) -> Belief | None:
    """Return the belief that a promise is, as it stands; also one forgotten in this very cycle."""
    found = t.draft.beliefs.matching(functor, promise)
    if found and isinstance(found[-1].arguments[-1], Commitment):
        return found[-1]
    return t.draft.loose.get((functor, promise))


def witness(t: Thinking, intention: Intention) -> Witness:
    """Return what an intention can show."""
    return Witness(intention, t.draft.history(intention.id).values(), t.draft.beliefs)


# holding -------------------------------------------------------------------------------------------------------------


def hold(t: Thinking, functor: str, promise: str, made: Commitment, by: Intention | None) -> None:
    """Hold a promise as it is now, in place of how it was held; see that its carrier knows of it, or no longer does."""
    before = promise_held(t, functor, promise)
    origin = label_of(by) if by is not None else before.origin if before is not None else OWN
    belief = Belief(
        functor=functor,
        arguments=(promise, made),
        origin=origin,
        observed_at=before.observed_at if before is not None else t.draft.at,
        valid_until=None if made.open else t.draft.at + REMEMBERED,
        supporters=before.supporters if before is not None else (by.percept,) if by is not None else (),
    )
    by_whom = word_of(by) if by is not None else OWN
    for old in t.draft.beliefs.matching(functor, promise):
        if old.arguments != belief.arguments:
            t.raise_all(forget(t.draft, old, "it stands otherwise now", t.library.kinds, t.listens, by_whom))
    t.raise_all(believe(t.draft, belief, t.library.kinds, t.listens, by_whom))
    t.draft.loose.pop((functor, promise), None)
    _carry(t, made, key_of(functor, promise))


def _carry(t: Thinking, made: Commitment, key: str) -> None:
    """Have the carrier of a promise know of it while it is open, and watch the beliefs that may end it."""
    intention = t.draft.intention(made.carrier) if made.carrier else None
    if intention is None:
        return
    others = tuple(k for k in intention.carries if k != key)
    if made.open:
        watches = tuple(dict.fromkeys((*intention.watches, *_watched(t, made))))
        carries = intention.carries if key in intention.carries else (*others, key)
    else:
        watches, carries = intention.watches, others
    if carries != intention.carries or watches != intention.watches:
        t.draft.put_intention(replace(intention, carries=carries, watches=watches))


def _watched(t: Thinking, made: Commitment) -> list[str]:
    """Return the functors whose beliefs may release a promise, or show that it is kept."""
    read = sorted(functors_read(made.drop, t.library.rules)) if made.drop is not None else []
    return [*read, made.wants.functor] if isinstance(made.wants, BeliefHeld) else read


def finish(t: Thinking, functor: str, promise: str, standing: Standing, sentence: str, evidence: str = "") -> None:
    """End a promise, and tell that it is over."""
    belief = promise_held(t, functor, promise)
    if belief is None:
        return
    made: Commitment = belief.arguments[1]
    over = replace(made, standing=standing, ended=sentence, evidence=evidence)
    hold(t, functor, promise, over, None)
    tell(t, functor, promise, over, CLOSED, sentence)


def tell(
    t: Thinking, functor: str, promise: str, made: Commitment, happened: str, reason: str, *, reported: bool = False
) -> None:
    """Raise the event that tells what happened to a promise, with no more authority than its carrier has."""
    kind = f"{functor}-{happened}"
    if not t.listens(kind):
        return
    fields = {"id": promise, "made": made, "functor": functor, "reason": reason, "reported": reported}
    carrier = t.draft.known(made.carrier)
    own = Percept(key=key_of(functor, promise), kind=kind, fields=fields, origin=OWN)
    t.raise_all([own if carrier is None else raised_by(carrier, kind, fields)])


# carriers ------------------------------------------------------------------------------------------------------------


def hand_on(t: Thinking, former: Intention, heir: str) -> None:
    """Let an intention carry what the one that it takes over from has carried."""
    for functor, promise, made in _carried(t, former):
        hold(t, functor, promise, replace(made, carrier=heir), None)


def leave_behind(t: Thinking, intention: Intention, outcome: Outcome, *, reported: bool = False) -> None:
    """See to what an intention carries that is over and that no other plan takes over from.

    Its owner carries it on; without one it is orphaned. `reported`: its failure is told as `intention-failed` besides.
    """
    if not intention.carries:
        return
    owner = t.draft.intention(intention.parent.partition(".")[0]) if intention.parent else None
    if owner is not None:
        hand_on(t, intention, owner.id)
        return
    seen = witness(t, intention)
    how = outcome.sentence or outcome.code or "it ended without a word about it"
    for functor, promise, made in _carried(t, intention):
        evidence = seen.found(made.wants, t.draft.at) if outcome.status is Status.DONE else ""
        if evidence:
            finish(t, functor, promise, Standing.KEPT, "it was done", evidence)
        elif outcome.code == RELEASED:
            finish(t, functor, promise, Standing.RELEASED, how)
        else:
            _orphan(t, functor, promise, made, f"{intention.plan}: {how}", reported=reported)


def _orphan(t: Thinking, functor: str, promise: str, made: Commitment, how: str, *, reported: bool) -> None:
    if functor == COMMITMENT:
        left = replace(made, standing=Standing.BROKEN, ended=how)
    elif made.clock and made.due is not None and made.due > t.draft.at:
        left = replace(made, carrier="")
    else:
        left = replace(made, standing=Standing.RELEASED, ended=f"nobody waits for it any more ({how})")
    hold(t, functor, promise, left, None)
    tell(t, functor, promise, replace(left, carrier=made.carrier), ORPHANED, how, reported=reported)


def _carried(t: Thinking, intention: Intention) -> list[tuple[str, str, Commitment]]:
    """Return the open promises that an intention carries."""
    found = []
    for key in intention.carries:
        functor, _, promise = key.partition(":")
        belief = promise_held(t, functor, promise)
        if belief is not None and is_open(belief) and belief.arguments[1].carrier == intention.id:
            found.append((functor, promise, belief.arguments[1]))
    return found


# nothing is lost -----------------------------------------------------------------------------------------------------


def put_back(t: Thinking) -> None:
    """Hold promises again that were forgotten in this cycle and not replaced: an open one as broken, with the reason.

    Where something that their carrier did has failed, that is the reason; else they are told as lost.
    """
    loose, t.draft.loose = t.draft.loose, {}
    for (functor, promise), belief in loose.items():
        if t.draft.beliefs.matching(functor, promise):
            continue
        made: Commitment = belief.arguments[1]
        t.draft.loose[functor, promise] = belief  # so that it keeps its origin and its age
        if not made.open:  # it ended in this very cycle: how it did is to be known
            hold(t, functor, promise, made, None)
            continue
        carrier = t.draft.known(made.carrier)
        failure = witness(t, carrier).failure() if carrier is not None else ""
        how = failure or "it was forgotten without a word about it"
        broken = replace(made, standing=Standing.BROKEN, ended=how)
        hold(t, functor, promise, broken, None)
        tell(t, functor, promise, broken, CLOSED if failure else LOST, how)
