"""Truth maintenance: what is kept true in the transaction of every change.

1. *Belief.* A fact that was recorded rests on proofs, sets of episodes and facts; it is believed while one of them is
   whole, or where it needs none, and nobody has denied it. Whatever may be concerned is taken back and established
   again from what is left, so facts that only rest on each other go (well-founded support; the delete-and-rederive of
   Gupta, Mumick and Subrahmanian, 1993).
2. *Merges.* Entities joined by `same_as` facts that are believed are one; the first of them stands for all.
3. *Policy.* Of several statements about one thing those count that `policy` says, for their spans.
4. *Inference.* What rules derived stands while a proof of it has facts that count, for the very span for which they do;
   what has come to count is joined with the rest.

Each step looks only at those before it and, rules being without negation, at its own growing result: so there is one
answer, whatever the order in which things came.
"""

import json
import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from empla.memory.knowledge import policy
from empla.memory.knowledge.chaining import Chaining, Conclusion, Value, proof_of
from empla.memory.knowledge.desk import UNSUPPORTED, Desk, Held
from empla.memory.knowledge.predicates import SAME, SINGLE
from empla.memory.knowledge.rules import FactRule, rule_ids, rules_of, stop_rule
from empla.memory.model import Basis, Visibility
from empla.mind import codec

MOST_AT_ONCE: Final = 20_000
"""Facts that one rule may add in one change; one from which more follows is stopped, and said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a change came to: numbers of facts that are believed no longer, that are again, and that were derived."""

    closed: tuple[int, ...] = ()
    opened: tuple[int, ...] = ()
    derived: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Standing:
    """By what is left of its proofs: who may see a fact however private it is, how visible and how sure it is."""

    people: frozenset[str]
    visibility: int
    confidence: float

    def joined(self, other: "_Standing") -> "_Standing":
        return _Standing(
            self.people | other.people,
            max(self.visibility, other.visibility),
            max(self.confidence, other.confidence),
        )


class Settling:
    """Brings the facts of a desk to rest after a change."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rules = rules_of(desk.store)
        self._holding = rule_ids(desk.store)  # with those that are applied no more: what they have derived stays
        self._stopped: set[str] = set()
        self._alike: dict[tuple[int, str], dict[Value, list[Held]]] = {}
        self._chaining = Chaining(desk, self._rules)
        self._fresh: set[int] = set()
        self._made: dict[str, int] = defaultdict(int)
        self._standings: dict[int, _Standing] = {}

    def settle(self, touched: Iterable[int], *, fresh: Iterable[int] = (), everything: bool = False) -> Settled:
        """Make true what follows from a change of these facts; those in `fresh` were recorded just now.

        With `everything` all rules are applied to all facts, too.
        """
        desk = self._desk
        touched = set(touched) | set(fresh)
        self._fresh = set(fresh)
        base = desk.closure(touched, derived=False)
        self._believe(base)
        joined = self._merge(base)
        judged = self._judge(base, joined)
        concerned = {n for n in {*base, *judged} if self._is_otherwise(n)} | joined
        derived = set(desk.closure(concerned, derived=True)) | {n for n in touched if desk.fact(n).is_derived}
        if everything:
            derived |= {f.seq for f in desk.find(basis=Basis.DERIVED)}
        self._establish(sorted(derived))
        begin = concerned | {n for n in derived if self._is_otherwise(n)}
        if everything:
            begin |= {f.seq for rule in self._rules for part in rule.body for f in desk.find(predicate=part.functor)}
        made = self._chain(sorted(begin))
        return self._end(made)

    def _is_otherwise(self, number: int) -> bool:
        """Return whether a fact counts otherwise than it did before this change, or is otherwise seen or sure."""
        fact = self._desk.fact(number)
        row = fact.row
        before = (bool(row["closed_at"] or row["overruled_by"]), *(row[c] for c in _STANDS))
        return number in self._fresh or before != (not fact.counts, *(getattr(fact, c) for c in _STANDS))

    def _end(self, made: list[int]) -> Settled:
        desk = self._desk
        looked_at = desk.here()
        closed = tuple(f.seq for f in looked_at if f.closed_at and not f.row["closed_at"])
        opened = tuple(f.seq for f in looked_at if not f.closed_at and f.row["closed_at"])
        desk.write()
        derived = tuple(n for n in sorted(made) if desk.fact(n).is_believed)
        return Settled(closed=closed, opened=opened, derived=derived)

    # belief ---------------------------------------------------------------------------------------------------

    def _believe(self, base: list[int]) -> None:
        desk = self._desk
        desk.load_proofs(base)
        within = {n: desk.fact(n) for n in base}
        established = self._fixpoint(within)
        for number, fact in within.items():
            standing = established.get(number)
            if standing is not None:
                fact.people = _listed(standing.people)
                if fact.closed_at:
                    desk.reopen(fact)
            elif fact.is_believed:
                desk.close(fact, UNSUPPORTED)

    def _fixpoint(self, within: Mapping[int, Held]) -> dict[int, _Standing]:
        """Return those of some facts that are supported from outside of them, with what they come to have by it."""
        established: dict[int, _Standing] = {}
        waiting = deque(sorted(within))
        queued = set(waiting)
        while waiting:
            number = waiting.popleft()
            queued.discard(number)
            standing = self._supported(within[number], within, established)
            if standing is None or standing == established.get(number):
                continue
            established[number] = standing
            for dependent in self._desk.dependents([f"f{number}"]):
                if dependent in within and dependent not in queued:
                    waiting.append(dependent)
                    queued.add(dependent)
        return established

    def _supported(
        self, fact: Held, within: Mapping[int, Held], established: Mapping[int, _Standing]
    ) -> _Standing | None:
        """Return what a fact has by its whole proofs, None if it has none."""
        if fact.is_denied:
            return None
        proofs = self._desk.proofs(fact.seq)
        said = frozenset({fact.said_by} - {""})
        if not proofs and not fact.is_derived:
            return _Standing(said, fact.visibility, fact.confidence)
        found: _Standing | None = None
        for proof, supporters in proofs.items():
            standings = [self._standing_of(fact, s, within, established) for s in supporters]
            if any(s is None for s in standings) or not self._is_of_use(fact, proof, supporters):
                continue
            whole = _together([s for s in standings if s is not None], fact)
            found = whole if found is None else found.joined(whole)
        return None if found is None else _Standing(found.people | said, found.visibility, found.confidence)

    def _standing_of(
        self, fact: Held, supporter: str, within: Mapping[int, Held], established: Mapping[int, _Standing]
    ) -> _Standing | None:
        if supporter.startswith("e"):
            people = self._desk.took_part(supporter)
            return None if people is None else _Standing(people, Visibility.PUBLIC, 1.0)
        number = int(supporter[1:])
        other = self._desk.fact(number)
        if number in within:
            standing = established.get(number)
            if standing is None or (fact.is_derived and (other.overruled_by or not self._not_itself(other))):
                return None
        elif not (self._chaining.counts(other) if fact.is_derived and other.predicate != SAME else other.is_believed):
            return None
        else:
            standing = _Standing(frozenset(json.loads(other.people)), other.visibility, other.confidence)
        # Who is one with whom is no secret, and adds no doubt of its own kind.
        return _Standing(_ALL, Visibility.PUBLIC, standing.confidence) if other.predicate == SAME else standing

    def _not_itself(self, fact: Held) -> bool:
        root = self._desk.root
        return not fact.object_entity or root(fact.subject) != root(fact.object_entity)

    def _is_of_use(self, fact: Held, proof: str, supporters: Iterable[str]) -> bool:
        """Return whether a proof by a rule is of one that holds, and for the very span of the fact."""
        if not fact.is_derived:
            return True
        premises = [self._desk.fact(int(s[1:])) for s in supporters]
        spans = _common([p for p in premises if p.predicate != SAME])
        return proof.partition(":")[0] in self._holding and spans == (fact.valid_from, fact.valid_to)

    # merges ---------------------------------------------------------------------------------------------------

    def _merge(self, base: Iterable[int]) -> set[int]:
        """Let entities stand for others as it is believed now; return the facts about those concerned."""
        desk = self._desk
        merges = [f for f in map(desk.fact, base) if f.predicate == SAME and self._is_otherwise(f.seq)]
        entities = {m for f in merges for end in (f.subject, f.object_entity) for m in desk.members(end)}
        while (reached := self._reached(entities)) != entities:
            entities = reached
        for entity, root in self._components(entities).items():
            if desk.root(entity) != root:
                desk.stand_for(entity, root)
        for entity in sorted(entities):
            desk.touch(entity)
        facts = [f for e in sorted(entities) for f in (*desk.find(subject=e), *desk.find(object_entity=e))]
        return {f.seq for f in facts}

    def _reached(self, entities: Iterable[int]) -> set[int]:
        ends = {e for entity in entities for f in self._desk.same(entity) for e in (f.subject, f.object_entity)}
        return {*entities, *ends}

    def _components(self, entities: Iterable[int]) -> dict[int, int]:
        """Return for each entity the smallest that it is one with."""
        roots: dict[int, int] = {}
        for entity in sorted(entities):
            if entity not in roots:
                edge, found = [entity], {entity}
                while edge:
                    edge = sorted(self._reached(edge) - found)
                    found.update(edge)
                roots |= dict.fromkeys(found, entity)
        return roots

    # policy ---------------------------------------------------------------------------------------------------

    def _judge(self, base: Iterable[int], joined: Iterable[int]) -> set[int]:
        """Say anew which statements count; return the facts that were looked at."""
        desk = self._desk
        facts = [desk.fact(n) for n in {*base, *joined}]
        groups = {(desk.root(f.subject), f.predicate) for f in facts if f.predicate in SINGLE}
        return {n for root, name in sorted(groups) for n in self._judge_group(root, name)}

    def _judge_group(self, root: int, name: str) -> list[int]:
        group = self._desk.about(root, name)
        competing = [_said(f) for f in group if f.is_believed or f.is_derived]
        counted = policy.counted(competing)
        for fact in group:
            how = counted.get(fact.seq) or policy.alone(_said(fact))
            fact.begins, fact.ends, fact.overruled_by = how.begins, how.ends, how.overruled_by
        return [fact.seq for fact in group]

    # inference ------------------------------------------------------------------------------------------------

    def _establish(self, derived: list[int]) -> None:
        """Let of these derived facts those be believed that still follow."""
        desk = self._desk
        desk.load_proofs(derived)
        within = {n: desk.fact(n) for n in derived}
        established = self._fixpoint(within)
        for number, fact in within.items():
            standing = established.get(number)
            if standing is not None:
                fact.people, fact.visibility = _listed(standing.people), standing.visibility
                fact.confidence = standing.confidence
                if fact.closed_at:
                    desk.reopen(fact)
            elif fact.is_believed:
                desk.close(fact, UNSUPPORTED)

    def _chain(self, begin: list[int]) -> list[int]:
        """Apply the rules to facts that have come to count, and to what follows; return the facts that were made."""
        waiting = deque(begin)
        made: list[int] = []
        proved: set[int] = set()
        while waiting:
            fact = self._desk.fact(waiting.popleft())
            for conclusion in self._chaining.following(fact):
                found, is_new = self._conclude(conclusion)
                if found is None:
                    continue
                if is_new:
                    made.append(found.seq)
                    waiting.append(found.seq)
                elif found.seq not in proved:
                    proved.add(found.seq)
                    if not found.is_believed:
                        waiting.append(found.seq)
                        self._desk.reopen(found)
        if proved:
            self._establish(self._desk.closure(proved, derived=True))
        return made

    def _conclude(self, conclusion: Conclusion) -> tuple[Held | None, bool]:
        """Write down what follows; return the fact if it is believed since or has a new proof, and if it is new."""
        desk, rule = self._desk, conclusion.rule
        span = _common(conclusion.premises)
        alike = self._derived_alike(conclusion)
        if span is None or rule.id in self._stopped or any(f.is_denied for f in alike):
            return None, False
        supporters = self._chaining.supporters(conclusion)
        proof = proof_of(rule, supporters)
        for fact in alike:
            if fact.subject == conclusion.subject and (fact.valid_from, fact.valid_to) == span:
                added = desk.add_proof(fact, proof, supporters)
                return (fact, False) if added or not fact.is_believed else (None, False)
        return self._made_of(conclusion, span, proof, supporters)

    def _derived_alike(self, conclusion: Conclusion) -> list[Held]:
        """Return what rules have derived to the same effect, in whatever span; what is made is put into it, too."""
        about = (conclusion.subject, conclusion.rule.head.functor)
        if about not in self._alike:
            found: dict[Value, list[Held]] = defaultdict(list)
            for fact in self._desk.about(*about):
                if fact.is_derived:
                    found[self._chaining.ends(fact)[1]].append(fact)
            self._alike[about] = found
        return self._alike[about][conclusion.object]

    def _made_of(
        self, conclusion: Conclusion, span: tuple[str, str], proof: str, supporters: tuple[str, ...]
    ) -> tuple[Held | None, bool]:
        desk, rule = self._desk, conclusion.rule
        self._made[rule.id] += 1
        if self._made[rule.id] > MOST_AT_ONCE:
            self._stop(rule)
            return None, False
        is_entity = isinstance(conclusion.object, int)
        shown = desk.name(conclusion.object) if isinstance(conclusion.object, int) else conclusion.object
        values: dict[str, Any] = {
            "key": f"rule:{conclusion.subject}:{conclusion.object}:{span[0]}:{span[1]}:{proof}",
            "subject": conclusion.subject,
            "predicate": rule.head.functor,
            "object": shown,
            "object_entity": conclusion.object if is_entity else 0,
            "basis": Basis.DERIVED.value,
            "confidence": 0.0,
            "valid_from": span[0],
            "valid_to": span[1],
            "rule": rule.text,
            "visibility": int(Visibility.PRIVATE),
            "source": "own",
        }
        fact = desk.add(values)
        desk.add_proof(fact, proof, supporters)
        self._alike[conclusion.subject, rule.head.functor][conclusion.object].append(fact)
        standing = self._supported(fact, {}, {})
        if standing is not None:
            fact.people, fact.visibility = _listed(standing.people), standing.visibility
            fact.confidence = standing.confidence
        if fact.predicate in SINGLE:
            self._judge_group(desk.root(fact.subject), fact.predicate)
        return fact, True

    def _stop(self, rule: FactRule) -> None:
        """Apply a rule no more from which too much follows; what it has derived so far stays while its proofs hold."""
        desk = self._desk
        self._stopped.add(rule.id)
        stop_rule(desk.store, rule)
        said = {"rule": rule.text, "most": MOST_AT_ONCE}
        desk.store.add(
            "consolidation",
            {
                "run": "rules",
                "step": "stop",
                "at": desk.at,
                "memory": "",
                "what": f"more than {MOST_AT_ONCE} facts at once followed from a rule; it is applied no more",
                "before": codec.dumps(said),
                "after": "",
            },
        )


_STANDS: Final = ("begins", "ends", "people", "visibility", "confidence")
"""Columns of which what follows from a fact depends, besides whether it counts."""
_ALL: Final = frozenset({"*"})
"""In place of people: everybody who may see the other premises."""


def _together(standings: list[_Standing], fact: Held) -> _Standing:
    """Return what a fact has by one proof: seen by who sees all of it; a conclusion as the least visible."""
    held = [s.people for s in standings if s.people != _ALL]
    people = frozenset.intersection(*held) if held else frozenset()
    if not fact.is_derived:
        return _Standing(people, fact.visibility, fact.confidence)
    confidence = round(math.prod(s.confidence for s in standings), 6)
    return _Standing(people, min(s.visibility for s in standings), confidence)


def _common(premises: Iterable[Held]) -> tuple[str, str] | None:
    """Return the span in which all of these count, None if there is none."""
    spans = [p.span for p in premises]
    begins = max((begin for begin, _ in spans), default="")
    ends = min((end for _, end in spans if end), default="")
    return None if begins and ends and begins >= ends else (begins, ends)


def _said(fact: Held) -> policy.Said:
    return policy.Said(fact.seq, fact.basis, fact.valid_from, fact.valid_to, fact.recorded_at)


def _listed(people: Iterable[str]) -> str:
    return json.dumps(sorted(people))
