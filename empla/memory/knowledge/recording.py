"""Recording, withdrawing and correcting facts, each with everything that follows, in the current transaction.

Every function here brings knowledge to rest (`settling`) before it returns: no commit ever shows a fact without
support, or a statement that another has taken the place of.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from empla.errors import InputError
from empla.memory.knowledge.desk import Desk, Held
from empla.memory.knowledge.entities import entity_called
from empla.memory.knowledge.predicates import predicate
from empla.memory.knowledge.rules import check_rules, keep_rules, role_rules
from empla.memory.knowledge.settling import Settled, Settling
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis, Visibility
from empla.mind.values import Source
from empla.store.store import Store, instant

LONGEST: Final = 500
"""Characters that the object of a fact may have."""
_SUREST: Final = 0.99
"""How sure a fact becomes that several say."""


def record_fact(store: Store, statement: Statement, at: datetime) -> int:
    """Record a fact, unless its key is known; return its number (see `record_facts`)."""
    return record_facts(store, [statement], at)[0]


def record_facts(store: Store, statements: Iterable[Statement], at: datetime) -> list[int]:
    """Record facts and what follows from them, those whose key is new; return their numbers in order.

    What says the same as a fact that is believed, on the same basis, is one more proof of it, and has its number. What
    was observed is not recorded if somebody denied it and it is no newer than that. InputError for a subject that there
    is not, or an object that is too long.
    """
    desk = Desk(store, at)
    fresh: list[int] = []
    touched: list[int] = []
    numbers = []
    for statement in statements:
        number, is_new = _recorded(desk, statement)
        numbers.append(number)
        if is_new:
            fresh.append(number)
        else:
            touched.append(number)
    Settling(desk).settle(touched, fresh=fresh)
    return numbers


def withdraw(store: Store, facts: Iterable[int], why: str, at: datetime) -> Settled:
    """Let facts be believed no longer, because somebody says so, and what rests on them; `why` is kept."""
    desk = Desk(store, at)
    touched = []
    for number in facts:
        fact = desk.fact(number)
        if not fact.is_denied:
            fact.closed_at = fact.closed_at or desk.at
            fact.closed_why = why or "withdrawn"
            touched.append(number)
    return Settling(desk).settle(touched)


def restore(store: Store, facts: Iterable[int], at: datetime) -> Settled:
    """Take back that facts were withdrawn: they are believed again if they are supported, with what rests on them."""
    desk = Desk(store, at)
    touched = []
    for number in facts:
        fact = desk.fact(number)
        if fact.is_denied and fact.state != "forgotten":
            desk.reopen(fact)
            touched.append(number)
    return Settling(desk).settle(touched)


def correct_fact(
    store: Store,
    fact: int,
    statement: Statement | None,
    why: str,
    at: datetime,
) -> tuple[int, Settled]:
    """Close a fact as wrong, with what rests on it, and record what is so instead, if that is known.

    The new one replaces the old: it holds from where the old one did, if it does not say. Returns the new number (0:
    none), and what else came of it.
    """
    desk = Desk(store, at)
    old = desk.fact(fact)
    old.closed_at = old.closed_at or desk.at
    old.closed_why = why or "corrected"
    if statement is None:
        return 0, Settling(desk).settle([fact])
    begins = statement.valid_from or (datetime.fromisoformat(old.valid_from) if old.valid_from else None)
    new, is_new = _recorded(desk, replace(statement, replaces=fact, valid_from=begins))
    settled = Settling(desk).settle([fact, new], fresh=[new] if is_new else [])
    return new, settled


def end_fact(store: Store, fact: int, valid_to: datetime, at: datetime, *, rests_on: Sequence[str] = ()) -> int:
    """Note that a fact is over since some time; return the number of the fact that says so in its place."""
    desk = Desk(store, at)
    old = desk.fact(fact)
    proof = tuple(rests_on) or next(iter(desk.proofs(fact).values()), ())
    statement = Statement(
        key=f"{old.key}:until:{instant(valid_to)}",
        subject=old.subject,
        predicate=old.predicate,
        object=old.object,
        object_entity=old.object_entity,
        basis=Basis.OBSERVED if old.is_derived else Basis(old.basis),
        confidence=old.confidence,
        said_by=old.said_by,
        valid_from=datetime.fromisoformat(old.valid_from) if old.valid_from else None,
        valid_to=valid_to,
        rests_on=proof,
        visibility=Visibility(old.visibility),
        source=Source(old.source or "percept"),
    )
    new, _ = correct_fact(store, fact, statement, "over", at)
    return new


def show_fact(
    store: Store, fact: int, at: datetime, *, visibility: Visibility | None = None, confidence: float | None = None
) -> Settled:
    """Let a fact be seen by others, or be more or less sure, and what follows from it accordingly."""
    desk = Desk(store, at)
    held = desk.fact(fact)
    if visibility is not None:
        held.visibility = int(visibility)
    if confidence is not None:
        held.confidence = min(1.0, max(0.0, confidence))
    return Settling(desk).settle([fact])


def look_again(store: Store, facts: Iterable[int], entities: Iterable[int], at: datetime) -> Settled:
    """Bring knowledge to rest after rows of it were put back as they once were, and have indexes look at them."""
    desk = Desk(store, at)
    numbers = sorted(set(facts))
    for number in numbers:
        desk.note(desk.fact(number))
    for entity in sorted(set(entities)):
        desk.touch(entity)
    return Settling(desk).settle(numbers, fresh=numbers)


def episodes_changed(store: Store, episodes: Iterable[int], at: datetime) -> Settled:
    """Look again at what rests on episodes that were forgotten, replaced or brought back."""
    desk = Desk(store, at)
    return Settling(desk).settle(desk.dependents(f"e{number}" for number in episodes))


def forget_facts(store: Store, facts: Iterable[int], at: datetime) -> Settled:
    """Erase the words of facts and let go of what rests on them; the rows stay, as numbers without words."""
    desk = Desk(store, at)
    touched = []
    for number in facts:
        fact = desk.fact(number)
        fact.closed_at = fact.closed_at or desk.at
        fact.closed_why, fact.state = "forgotten", "forgotten"
        fact.object, fact.said_by = "", ""
        touched.append(number)
    return Settling(desk).settle(touched)


def set_rules(store: Store, texts: Sequence[str], at: datetime) -> Settled:
    """Let these be the rules of the role, besides those built in; what follows no longer is closed.

    ValidationError, in a sentence, for one that cannot be applied. The same rules again change nothing.
    """
    check_rules(texts)
    if tuple(texts) == role_rules(store):
        return Settled()
    keep_rules(store, texts, ())
    return Settling(Desk(store, at)).settle((), everything=True)


# what is recorded ----------------------------------------------------------------------------------------------------


def _recorded(desk: Desk, statement: Statement) -> tuple[int, bool]:
    """Write a statement down, unless it is known; return the number of its fact, and whether that is new."""
    known = desk.store.find("fact", {"key": statement.key}, ("seq",))
    if known:
        return int(known[0].seq), False
    entity = statement.object_entity
    kind = predicate(statement.predicate).object_kind
    if not entity and kind:
        entity = entity_called(desk.store, kind, statement.object, datetime.fromisoformat(desk.at))
    shown = statement.object or (desk.name(entity) if entity else "")
    if not shown or len(shown) > LONGEST:
        raise InputError(f"the object of a fact is a text of 1 to {LONGEST} characters")
    leaves = tuple(dict.fromkeys(leaf for s in statement.rests_on for leaf in _leaves(desk, s)))
    alike = _saying(desk, statement, entity, shown)
    confirmed = next((f for f in alike if _confirms(desk, f, statement, leaves)), None)
    if confirmed is not None:
        if desk.add_proof(confirmed, statement.key, leaves):
            doubt = (1 - confirmed.confidence) * (1 - statement.confidence)
            confirmed.confidence = max(confirmed.confidence, min(_SUREST, round(1 - doubt, 6)))
        return confirmed.seq, False
    if statement.basis is Basis.OBSERVED and (denied := _denied(desk, alike, leaves)):
        if desk.proofs(denied.seq):  # should the denial be taken back
            desk.add_proof(denied, statement.key, leaves)
        return denied.seq, False
    fact = desk.add(_values(statement, shown, entity))
    desk.add_proof(fact, statement.key, leaves)
    return fact.seq, True


def _values(statement: Statement, shown: str, entity: int) -> dict[str, object]:
    return {
        "key": statement.key,
        "subject": statement.subject,
        "predicate": statement.predicate,
        "object": shown,
        "object_entity": entity,
        "basis": statement.basis.value,
        "confidence": statement.confidence,
        "said_by": statement.said_by,
        "valid_from": instant(statement.valid_from) if statement.valid_from else "",
        "valid_to": instant(statement.valid_to) if statement.valid_to else "",
        "replaces": statement.replaces,
        "visibility": int(statement.visibility),
        "source": statement.source.value,
        "people": json.dumps([statement.said_by] if statement.said_by else []),
    }


def _leaves(desk: Desk, supporter: str) -> list[str]:
    """Return what a supporter comes down to: of what a rule derived, the facts from which.

    So what is recorded never rests on a conclusion, and no conclusion ever takes away its own ground.
    """
    if not supporter.startswith("f"):
        return [supporter]
    found: list[str] = []
    waiting, seen = [supporter], {supporter}
    while waiting:
        one = waiting.pop()
        fact = desk.fact(int(one[1:]))
        if not fact.is_derived:
            found.append(one)
            continue
        proof = next(iter(sorted(desk.proofs(fact.seq).items())), ("", ()))[1]
        fresh = [s for s in proof if s not in seen]
        seen.update(fresh)
        waiting += fresh
    return sorted(found)


def _saying(desk: Desk, statement: Statement, entity: int, shown: str) -> list[Held]:
    """Return the facts that say what a statement does, believed or not."""
    subjects, name = desk.members(statement.subject), statement.predicate
    if entity:
        objects = desk.members(entity)
        return [f for s in subjects for o in objects for f in desk.find(subject=s, predicate=name, object_entity=o)]
    found = [f for s in subjects for f in desk.find(subject=s, predicate=name, object=shown)]
    return [f for f in found if not f.object_entity]


def _confirms(desk: Desk, fact: Held, statement: Statement, leaves: tuple[str, ...]) -> bool:
    """Return whether a statement is one more proof of a fact: of the same, on the same basis, of its time."""
    if not (leaves and desk.proofs(fact.seq)):
        return False
    if statement.key in desk.proofs(fact.seq):
        return True
    begins = instant(statement.valid_from) if statement.valid_from else ""
    is_of_its_time = not (fact.ends or statement.valid_to) and (not begins or begins >= fact.begins)
    is_alike = (fact.basis, fact.visibility, fact.said_by) == (statement.basis, statement.visibility, statement.said_by)
    return fact.counts and is_alike and is_of_its_time and not statement.replaces


def _denied(desk: Desk, alike: Sequence[Held], leaves: tuple[str, ...]) -> Held | None:
    """Return a fact that says the same and was denied by somebody since everything that it is observed in happened."""
    numbers = [int(leaf[1:]) for leaf in leaves if leaf.startswith("e")]
    times = [row.at for n in numbers for row in desk.store.find("episode", {"seq": n}, ("at",))]
    if not times:
        return None
    return next((f for f in alike if f.is_denied and not f.is_derived and f.closed_at >= max(times)), None)
