"""Belief revision: what comes to be held, what goes with what it rested on, and which of two words counts.

    believe      hold a proposition; said again, its supports are joined; one that contradicts others is weighed
    forget       hold it no longer, nor what rested on it alone; the word that it had overruled counts again
    withdraw     take back a support (a percept, an intention): what rested on it alone goes

Truth maintenance after Doyle (1979), with alternatives as in de Kleer (1986) but one level deep: a belief stands while
it has no supporters, or while all of one alternative hold. Support in a circle is refused. What stands by itself never
goes with another. Each function records its changes in the draft and returns the events that somebody listens to:
`belief-added:FUNCTOR`, `belief-removed:FUNCTOR` and `belief-changed:FUNCTOR`.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import Belief, BeliefBase, Support, is_valid, rests_on_beliefs, support_key, supports
from empla.mind.draft import Draft
from empla.mind.kinds import BeliefKind, as_declared, standing
from empla.mind.percepts import Percept
from empla.mind.propositions import Key, Proposition, key, order_of
from empla.mind.values import Origin, Source

Kinds = Mapping[str, BeliefKind]
Listens = Callable[[str], bool]

MOST_SUPPORTERS = 8
"""Alternatives that one belief keeps, the newest: what is said again and again must not grow."""
TIME_IS_OVER = "its time is over"
CHANGED = "its source says otherwise now"
OVERRULED = "a better word overrules it"


def believe(draft: Draft, belief: Belief, kinds: Kinds, listens: Listens, by: Origin | None = None) -> list[Percept]:
    """Hold a belief as its kind says, and return the events of it.

    `by` is on whose word, and because of which percept, it changes: the origin of the events, that of the belief where
    it is not given. ValidationError if it rests on what is not held, or on itself.
    """
    kind = kinds.get(belief.functor)
    if kind is not None:
        belief = as_declared(belief, kind, draft.at)
    if (kind is None or kind.key is None) and not rests_on_beliefs(belief):
        known = draft.believe(belief)
        if known is None:
            return _events("added", belief, {"arguments": belief.arguments}, listens, by)
        if is_valid(known, draft.at):
            joined = _joined(known, belief, kind, draft.at)
            if joined is not belief:
                draft.believe(joined)
            return []
        draft.believe(known)  # its time was over: it goes before it comes again
    known = draft.beliefs.get(belief.functor, belief.arguments)
    belief = _grounded(draft, belief)
    revision = _Revision(draft, kinds, listens, by)
    if known is not None and not is_valid(known, draft.at):
        revision.let_go(known, TIME_IS_OVER)
        revision.run()
        known = None
    said = belief
    if known is not None:
        belief = _joined(known, said, kind, draft.at)
    if kind is not None and kind.key is not None:
        revision.weigh(belief, said, known, kind)
    else:
        draft.believe(belief)
        if known is None:
            revision.tell("added", belief, {"arguments": belief.arguments})
    return revision.run()


def forget(
    draft: Draft, belief: Belief, reason: str, kinds: Kinds, listens: Listens, by: Origin | None = None
) -> list[Percept]:
    """Hold a belief no longer, nor what rested on it alone, and return the events of it."""
    kind = kinds.get(belief.functor)
    if not draft.beliefs.bears and (kind is None or kind.key is None):
        draft.forget(belief, reason)
        return _events("removed", belief, {"arguments": belief.arguments, "reason": reason}, listens, by)
    if draft.beliefs.get(belief.functor, belief.arguments) is None:
        return []  # it went with another, just before
    revision = _Revision(draft, kinds, listens, by)
    revision.let_go(belief, reason)
    return revision.run()


def withdraw(
    draft: Draft, support: Support, reason: str, kinds: Kinds, listens: Listens, by: Origin | None = None
) -> list[Percept]:
    """Take back a percept, an intention or a proposition as a support: what rested on it alone goes.

    What stands on something else as well stays; if it had its origin from what is withdrawn, it is from now on taken as
    data from outside, for whoever said the rest may have been anybody (law 5).
    """
    revision = _Revision(draft, kinds, listens, by)
    revision.fallen.append((support, reason))
    return revision.run()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What several say of one thing: the belief that counts, and those that it overrules, the next best first."""

    current: Belief
    overruled: tuple[Belief, ...]


def contradictions(beliefs: BeliefBase, kind: BeliefKind, at: datetime) -> list[Contradiction]:
    """Return the contradictions that stand at `at` among the beliefs of a kind, by what the current ones say."""
    if kind.key is None:
        return []
    together: dict[Any, list[Belief]] = {}
    for belief in beliefs.matching(kind.functor, at=at, overruled=True):
        together.setdefault(_place(belief, kind.key), []).append(belief)
    found = []
    for said in together.values():
        current = [b for b in said if not b.overruled]
        overruled = sorted((b for b in said if b.overruled), key=lambda b: standing(b, kind.policy, at))
        if current and overruled:
            found.append(Contradiction(current[0], tuple(overruled)))
    return sorted(found, key=lambda c: order_of(c.current.arguments))


# the work ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Revision:
    """One revision under way.

    `fallen` are supports whose dependents have not been looked at yet, `gone` what went and was not told yet, `doubted`
    what is less trusted than it was.
    """

    draft: Draft
    kinds: Kinds
    listens: Listens
    by: Origin | None
    events: list[Percept] = field(default_factory=list)
    gone: list[tuple[Belief, str]] = field(default_factory=list)
    doubted: list[Belief] = field(default_factory=list)
    fallen: deque[tuple[Support, str]] = field(default_factory=deque)

    def run(self) -> list[Percept]:
        """Let go whatever rested on what has fallen, until nothing does; then let others count in its place."""
        while self.fallen or self.gone or self.doubted:
            while self.fallen:
                support, reason = self.fallen.popleft()
                for belief in self.draft.beliefs.resting_on(support):
                    self._without(belief, support, reason)
            gone, self.gone = self.gone, []
            for belief, reason in gone:
                self._follow(belief, reason)
            doubted, self.doubted = self.doubted, []
            for belief in doubted:
                self._weigh_again(belief)
        return self.events

    def _without(self, belief: Belief, support: Support, reason: str) -> None:
        """Take one support from a belief."""
        left = tuple(a for a in belief.supporters if not _names(a, support))
        if not left:
            self.let_go(belief, f"it rested on {support}: {reason}")
            return
        origin = belief.origin
        if isinstance(support, str) and origin.ref == support:
            origin = Origin(Source.PERCEPT, next((a for a in reversed(left) if isinstance(a, str)), ""))
            self.doubted.append(belief)
        self.draft.believe(replace(belief, supporters=left, origin=origin))

    def let_go(self, belief: Belief, reason: str) -> None:
        """Hold a belief no longer."""
        self.draft.forget(belief, reason)
        self.fallen.append((belief.proposition, reason))
        if not belief.overruled:  # an overruled one nobody saw
            self.gone.append((belief, reason))

    def _follow(self, gone: Belief, reason: str) -> None:
        """Let the best of what a gone belief had overruled count, and say so; else say that it is gone."""
        kind = self.kinds.get(gone.functor)
        if kind is not None and kind.key is not None:
            rivals = [r for r in _rivals(self.draft, gone, kind.key) if is_valid(r, self.draft.at)]
            if rivals and all(r.overruled for r in rivals):
                heir = min(rivals, key=lambda r: standing(r, kind.policy, self.draft.at))
                self.draft.believe(replace(heir, overruled=False))
                self.tell("changed", heir, {"arguments": heir.arguments, "before": gone.arguments})
                return
        self.tell("removed", gone, {"arguments": gone.arguments, "reason": reason})

    def _weigh_again(self, belief: Belief) -> None:
        """See whether what is less trusted than it was still counts."""
        kind = self.kinds.get(belief.functor)
        if belief.overruled or kind is None or kind.key is None:
            return
        held = self.draft.beliefs.get(belief.functor, belief.arguments)
        if held is None or held.overruled:
            return
        rivals = [r for r in _rivals(self.draft, held, kind.key) if is_valid(r, self.draft.at)]
        best = min((held, *rivals), key=lambda b: standing(b, kind.policy, self.draft.at))
        if best is not held:
            self.draft.believe(replace(held, overruled=True))
            self.draft.believe(replace(best, overruled=False))
            self._succeeds(best, held)

    def _succeeds(self, best: Belief, before: Belief) -> None:
        self.fallen.append((before.proposition, OVERRULED))
        self.tell("changed", best, {"arguments": best.arguments, "before": before.arguments})

    def weigh(self, belief: Belief, said: Belief, known: Belief | None, kind: BeliefKind) -> None:
        """Hold a belief that may contradict others: the same source changes its word, of several sources one counts.

        `said` is what was said just now, `known` the same as it was held before, and `belief` what the two make.
        """
        at, place = self.draft.at, kind.key or ()
        rivals = _rivals(self.draft, belief, place)
        if over := [r for r in rivals if not is_valid(r, at)]:
            for rival in over:
                self.let_go(rival, TIME_IS_OVER)
            self.run()
            rivals = _rivals(self.draft, belief, place)
        mine = [r for r in rivals if r.origin.source is said.origin.source]
        if any(_is_later(r, said) for r in mine):
            return  # an older word of the same source: it has said otherwise since
        before = next((b for b in (known, *rivals) if b is not None and not b.overruled), None)
        for outdated in mine:
            self.draft.forget(outdated, CHANGED)
            self.fallen.append((outdated.proposition, CHANGED))
        held = [belief, *(r for r in rivals if r not in mine)]
        best = min(held, key=lambda b: standing(b, kind.policy, at)) if len(held) > 1 else belief
        for one in held:
            overruled = one is not best
            if one.overruled is not overruled:
                self.draft.believe(replace(one, overruled=overruled))
            elif one is belief:
                self.draft.believe(one)
        if before is None:
            self.tell("added", best, {"arguments": best.arguments})
        elif before.proposition.key != best.proposition.key:
            self._succeeds(best, before)

    def tell(self, how: str, belief: Belief, fields: dict[str, Any]) -> None:
        """Raise what happened to a belief, if somebody listens."""
        self.events += _events(how, belief, fields, self.listens, self.by)


def _events(how: str, belief: Belief, fields: dict[str, Any], listens: Listens, by: Origin | None) -> list[Percept]:
    kind = f"belief-{how}:{belief.functor}"
    if not listens(kind):
        return []
    origin = by or belief.origin
    return [Percept(key=origin.ref or kind, kind=kind, fields=fields, origin=origin)]


def _grounded(draft: Draft, belief: Belief) -> Belief:
    """Return the belief with those of its alternatives that hold; ValidationError if none does, or one is a circle."""
    if not rests_on_beliefs(belief):
        return belief
    own = belief.proposition.key
    waiting = [s for s in supports(belief) if isinstance(s, Proposition)]
    seen = {own}
    for proposition in waiting:  # grows while it is walked
        if proposition.key == own:
            raise ValidationError(f"{belief.proposition} would rest on itself")
        if proposition.key in seen:
            continue
        seen.add(proposition.key)
        below = draft.beliefs.get(proposition.functor, proposition.arguments)
        if below is not None:
            waiting += [s for s in supports(below) if isinstance(s, Proposition)]
    holding = tuple(a for a in belief.supporters if all(_holds(draft, s) for s in _each(a)))
    if not holding:
        raise ValidationError(f"what {belief.proposition} is to rest on is not held")
    return belief if holding == belief.supporters else replace(belief, supporters=holding)


def _holds(draft: Draft, support: Support) -> bool:
    if isinstance(support, str):
        return True
    held = draft.beliefs.get(support.functor, support.arguments)
    return held is not None and not held.overruled and is_valid(held, draft.at)


def _joined(known: Belief, said: Belief, kind: BeliefKind | None, at: datetime) -> Belief:
    """Return a proposition that is said again, with the supports of both.

    What else is held of it is what the kind's policy prefers; where no kind is declared, what was said last.
    """
    better = said if kind is None else min(said, known, key=lambda b: standing(b, kind.policy, at))
    alternatives: dict[Any, Support | tuple[Support, ...]] = {}
    if known.supporters and said.supporters:  # else it stands by itself
        for alternative in (*known.supporters, *said.supporters):
            name = tuple(support_key(s) for s in _each(alternative))
            alternatives.pop(name, None)
            alternatives[name] = alternative
    supporters = tuple(alternatives.values())[-MOST_SUPPORTERS:]
    if better.supporters == supporters and not better.overruled:
        return better
    return replace(better, supporters=supporters, overruled=False)  # whether it is overruled is weighed anew


def _each(alternative: Support | tuple[Support, ...]) -> tuple[Support, ...]:
    return alternative if isinstance(alternative, tuple) else (alternative,)


def _names(alternative: Support | tuple[Support, ...], support: Support) -> bool:
    wanted = support_key(support)
    return any(support_key(s) == wanted for s in _each(alternative))


def _rivals(draft: Draft, belief: Belief, places: tuple[int, ...]) -> list[Belief]:
    """Return the other beliefs with the same key, overruled or not, by what they say."""
    if places and max(places) >= len(belief.arguments):
        return []
    keys = _place(belief, places)
    own = belief.proposition.key
    found = [
        b
        for b in draft.beliefs.candidates(belief.functor, places, keys)
        if _place(b, places) == keys and b.proposition.key != own
    ]
    return sorted(found, key=lambda b: order_of(b.arguments)) if len(found) > 1 else found


def _place(belief: Belief, places: tuple[int, ...]) -> tuple[Key, ...]:
    return tuple(key(belief.arguments[place]) if place < len(belief.arguments) else () for place in places)


def _is_later(known: Belief, belief: Belief) -> bool:
    if known.observed_at is None or belief.observed_at is None:
        return False
    return known.observed_at > belief.observed_at
