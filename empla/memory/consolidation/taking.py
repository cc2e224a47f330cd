"""From claims to knowledge: whom a claim names, and its fact, with the label of whose words they are.

A claim of an outsider is recorded as what somebody outside said, and stays that: nothing here makes a preference or a
rule of it (law 5). Whom only a first name names is looked for among those who took part, and else left alone: a fact
about the wrong person is worse than none.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from empla.capabilities.email.reading.nicknames import FORMAL
from empla.errors import InputError
from empla.memory.consolidation.claims import Claim, Named, Turn
from empla.memory.knowledge.entities import called, entity_called
from empla.memory.knowledge.names import folded, is_full, is_shared_box, words_of
from empla.memory.knowledge.recording import end_fact, record_fact
from empla.memory.knowledge.resolving import entity_of
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis
from empla.store.store import Store


def take(store: Store, turn: Turn, claims: Iterable[Claim], at: datetime) -> None:
    """Record what was claimed in a turn, in the current transaction; the same claims again change nothing."""
    for claim in claims:
        subject = _entity(store, turn, claim.subject, at)
        if not subject:
            continue
        thing = _entity(store, turn, claim.object, at) if isinstance(claim.object, Named) else 0
        words = claim.object.words if isinstance(claim.object, Named) else claim.object
        if (isinstance(claim.object, Named) and not thing) or thing == subject:
            continue
        if claim.ends and thing and _ended(store, turn, claim, subject, thing, at):
            continue
        statement = Statement(
            key=_key(turn, claim, words),
            subject=subject,
            predicate=claim.predicate,
            object=words,
            object_entity=thing,
            basis=Basis.OBSERVED,
            confidence=claim.confidence,
            said_by=turn.author,
            valid_from=claim.valid_from,
            valid_to=turn.at if claim.ends else claim.valid_to,
            rests_on=(turn.id,),
            visibility=turn.visibility,
            source=turn.source,
        )
        record_fact(store, statement, at)


def _key(turn: Turn, claim: Claim, words: str) -> str:
    about = claim.subject.address or claim.subject.words
    told = hashlib.sha256(f"{about}|{words}".encode()).hexdigest()[:12]
    return f"read:{turn.id}:{claim.predicate}:{told}"


def _ended(store: Store, turn: Turn, claim: Claim, subject: int, thing: int, at: datetime) -> bool:
    """Note that what was so is over; return whether it was known to be so."""
    names = ("works_for", "contact_at") if claim.predicate == "works_for" else (claim.predicate,)
    by = {"subject": subject, "object_entity": thing, "closed_at": ""}
    found = store.find("fact", by, ("seq", "valid_to"), one_of=("predicate", names))
    rows = [row for row in found if not row.valid_to]
    for row in rows:
        end_fact(store, row.seq, turn.at, at, rests_on=(turn.id,))
    return bool(rows)


# who is meant --------------------------------------------------------------------------------------------------------


def _entity(store: Store, turn: Turn, named: Named, at: datetime) -> int:
    """Return the entity that is named, 0 if nobody can tell."""
    try:
        if named.address:
            shown = named.words if "@" not in named.words else ""
            return (
                0
                if is_shared_box(named.address)
                else entity_of(store, named.address, at, shown=shown, evidence=turn.id)
            )
        if named.kind == "person":
            return _person(store, turn, named.words, at)
        return entity_called(store, named.kind, named.words, at, evidence=turn.id)
    except InputError:
        return 0  # words that are no name


def _person(store: Store, turn: Turn, words: str, at: datetime) -> int:
    there = dict.fromkeys(_called_so(store, turn, words, at))
    if len(there) == 1:
        return min(there)
    known = called(store, "person", words)
    if len(known) == 1 and (is_full(words) or not there):
        return int(known[0])
    return entity_called(store, "person", words, at, evidence=turn.id) if is_full(words) and not there else 0


def _called_so(store: Store, turn: Turn, words: str, at: datetime) -> Iterable[int]:
    """Yield those who took part and may be called so: by a known name, or by their address."""
    parts = words_of(words)
    for address in turn.people:
        if not parts or is_shared_box(address):
            continue
        rows = store.find("alias", {"value": address, "kind": "address", "closed_at": ""}, ("entity",))
        names = {
            n.shown for row in rows for n in store.find("alias", {"entity": row.entity, "kind": "name"}, ("shown",))
        }
        names.add(" ".join(_local_words(address)))
        if any(_may_be(parts, words_of(name)) for name in names if name):
            yield entity_of(store, address, at, evidence=turn.id)


def _local_words(address: str) -> list[str]:
    return folded(address.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ")).split()


def _may_be(said: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Return whether somebody of this name may be called so: the first names agree, and the last if both have one."""
    if not name:
        return False
    first = said[0] == name[0] or bool(
        FORMAL.get(said[0], frozenset({said[0]})) & FORMAL.get(name[0], frozenset({name[0]}))
    )
    return first and (len(said) == 1 or len(name) == 1 or said[-1] == name[-1])
