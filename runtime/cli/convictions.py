"""Beliefs in words: where each comes from, how sure it is by now, what it rests on, and what contradicts it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from empla.mind.beliefs import Belief, supports
from empla.mind.intentions import Intention
from empla.mind.kinds import BeliefKind, Preference, confidence_at, standing
from empla.mind.propositions import Proposition, proposition_key
from empla.mind.steps import Believe
from empla.mind.values import Source
from runtime.cli import minds, printing
from runtime.cli.nodes import Node, grouped, node
from runtime.cli.stories import Stories
from runtime.cli.wording import of_belief, of_proposition, of_value

SOURCES: Final = {
    Source.OWN: "its own conclusion",
    Source.POLICY: "the company",
    Source.MANAGER: "the manager",
    Source.DIRECTORY: "the directory",
    Source.RECORD: "an account",
    Source.PERCEPT: "outside",
}
_BETTER = {
    Preference.AUTHORITY: "its source is trusted more",
    Preference.RECENCY: "it is newer",
    Preference.CONFIDENCE: "it is surer",
}


def source(belief: Belief) -> str:
    """Return who says so."""
    return SOURCES[Source(belief.origin.source)]


def sure(belief: Belief, at: datetime) -> str:
    """Return how sure a belief is by now, in per cent."""
    return f"{confidence_at(belief, at):.0%}"


def as_data(belief: Belief, at: datetime) -> dict[str, Any]:
    """Return a belief as plain data; `confidence` is that at `at`."""
    return {
        "id": belief.id,
        "functor": belief.functor,
        "arguments": [_plain(argument) for argument in belief.arguments],
        "text": of_proposition(belief.functor, belief.arguments),
        "source": belief.origin.source.value,
        "because_of": belief.origin.ref,
        "confidence": round(confidence_at(belief, at), 4),
        "confidence_observed": belief.confidence,
        "observed_at": belief.observed_at.isoformat() if belief.observed_at is not None else None,
        "until": belief.valid_until.isoformat() if belief.valid_until is not None else None,
        "supporters": [_support(s) for s in supports(belief)],
        "overruled": belief.overruled,
    }


def _plain(argument: Any) -> Any:
    if argument is None or isinstance(argument, bool | int | float):
        return argument
    return of_value(argument)


def _support(support: str | Proposition) -> str:
    return support if isinstance(support, str) else of_proposition(support.functor, support.arguments)


# contradictions -----------------------------------------------------------------------------------------------------


def rivals(belief: Belief, kind: BeliefKind | None, held: list[Belief]) -> list[Belief]:
    """Return the other beliefs of a kind of which only one can be current, those that speak of the same thing."""
    if kind is None or kind.key is None:
        return []
    mine = _place(belief, kind.key)
    return [b for b in held if _place(b, kind.key) == mine and b.id != belief.id]


def _place(belief: Belief, places: tuple[int, ...]) -> Any:
    known = belief.arguments
    return len(known), proposition_key("", tuple(known[place] for place in places if place < len(known)))


def why_current(current: Belief, other: Belief, kind: BeliefKind, at: datetime) -> str:
    """Return by what one of two beliefs that contradict each other is preferred."""
    for preference in kind.policy:
        mine, theirs = (standing(b, (preference,), at)[0] for b in (current, other))
        if mine != theirs:
            return _BETTER[preference]
    return "they are told apart by their words only"


# why ----------------------------------------------------------------------------------------------------------------


def of_conviction(stories: Stories, belief_id: str, kinds: Mapping[str, BeliefKind]) -> Node:
    """Return why a belief is held, or was."""
    mind, at = stories.mind, stories.at
    belief = mind.belief(belief_id)
    assert belief is not None
    then = f", {belief.confidence:.0%} when it was observed" if confidence_at(belief, at) != belief.confidence else ""
    return node(
        "belief" if mind.is_held(belief_id) else "belief, held no longer",
        of_proposition(belief.functor, belief.arguments),
        [
            *_formed(stories, belief),
            *_rests(stories, belief),
            *_bears(mind, belief),
            *_contradicts(mind, belief, kinds.get(belief.functor), at),
        ],
        id=belief_id,
        source=source(belief) + (f", {belief.origin.ref}" if belief.origin.ref else ""),
        sure=sure(belief, at) + then,
        observed=_moment(belief.observed_at, stories.zone),
        until=_moment(belief.valid_until, stories.zone),
        overruled="by a better word; it counts again when that goes" if belief.overruled else "",
    )


def _moment(at: datetime | None, zone: str) -> str:
    return printing.moment(at.isoformat(), zone) if at is not None else ""


def _formed(stories: Stories, belief: Belief) -> list[Node]:
    """Return the steps that came to it, and what they had read."""
    keys = dict.fromkeys(s for s in (*supports(belief), belief.origin.ref) if isinstance(s, str) and s)
    found = []
    for intention in (i for key in keys for i in stories.mind.intentions(percept=key)):
        for record in stories.mind.steps(intention.id):
            if isinstance(record.step, Believe) and _says(record.step, belief):
                found.append(stories.step(intention, record.id))
    return grouped("formed by", f"{len(found)} step{'s' * (len(found) != 1)}", found[-3:])


def _says(step: Believe, belief: Belief) -> bool:
    mine = proposition_key(step.functor, step.arguments)
    return bool(mine == proposition_key(belief.functor, belief.arguments))


def _rests(stories: Stories, belief: Belief) -> list[Node]:
    """Return what it rests on: one of several alternatives, each with all that must hold."""
    found = []
    for alternative in belief.supporters:
        each = alternative if isinstance(alternative, tuple) else (alternative,)
        found.append(
            node("rests on", "this alone" if len(each) == 1 else "all of these", [_ground(stories, s) for s in each])
        )
    return found


def _ground(stories: Stories, support: str | Proposition) -> Node:
    if isinstance(support, str):
        intention = stories.mind.intention(support.removeprefix("intention:")) if ":" in support else None
        return _briefly(intention) if intention is not None else _noticed(stories, support)
    return node("belief", of_proposition(support.functor, support.arguments))


def _noticed(stories: Stories, key: str) -> Node:
    shown = stories.percept(key)
    return {**shown, "below": []}


def _briefly(intention: Intention) -> Node:
    return node("intention", f"{intention.id} {intention.plan}, {intention.stage.value}")


def _bears(mind: minds.Mind, belief: Belief) -> list[Node]:
    """Return what rests on it: beliefs that would go with it, intentions whose condition found it."""
    mine = belief.proposition.key
    others = [
        node("belief", of_belief(b))
        for b in mind.beliefs(held=1)
        if b.supporters and any(isinstance(s, Proposition) and s.key == mine for s in supports(b))
    ]
    adopted = [_briefly(i) for i in mind.open_intentions() if belief.id in i.because]
    return grouped("bears", f"{len(others) + len(adopted)}", [*others, *adopted])


def _contradicts(mind: minds.Mind, belief: Belief, kind: BeliefKind | None, at: datetime) -> list[Node]:
    others = rivals(belief, kind, mind.beliefs(functor=belief.functor, held=1))
    if kind is None or not others:
        return []
    said = [
        node(
            "overruled" if other.overruled else "current",
            of_belief(other),
            (),
            source=source(other),
            sure=sure(other, at),
            why=why_current(*((belief, other) if other.overruled else (other, belief)), kind, at),
        )
        for other in others
    ]
    return grouped("contradictions", f"{len(said)}", said)
