"""Who is who: persons by their addresses and names, companies by their domains, and who is one with whom.

A merge is a fact, `same_as`, with its evidence. So it stands while its evidence does, is overruled by somebody's word,
is part of the proof of all that follows from it, and is taken back like any fact.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from empla.errors import InputError
from empla.memory.knowledge.desk import Desk
from empla.memory.knowledge.entities import add_entity, called, learn_kind, name_entity, roots, vaguely_called
from empla.memory.knowledge.names import (
    company_domain,
    company_name,
    fits_address,
    folded,
    is_full,
    is_shared_box,
    name_in_address,
    same_name,
    words_of,
)
from empla.memory.knowledge.predicates import DIFFERENT, DOMAIN, MAIL_DOMAIN, SAME
from empla.memory.knowledge.recording import record_fact, withdraw
from empla.memory.knowledge.settling import Settled
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis, Visibility
from empla.mind.values import Source
from empla.store.store import Store, instant

ONE_COMPANY: Final = 0.9
"""How sure it is that two of one full name with addresses of one company are one person."""
ONLY_ONE: Final = 0.6
"""How sure it is that the private address that is made of a full name belongs to the only one known of that name."""
_GUESSED: Final = 0.5
"""How sure a name is that an address or a domain spells."""


def entity_of(store: Store, address: str, at: datetime, *, shown: str = "", evidence: str = "") -> int:
    """Return who an address belongs to, as what stands for them: known by now, or a new person.

    `shown` is the name that was shown with the address, `evidence` the episode that has both. What a company's domain
    says is recorded, and persons who are evidently one are merged.
    """
    address = address.strip().lower()
    if "@" not in address:
        raise InputError(f"{address!r} is no address")
    rows = store.find("alias", {"value": address, "kind": "address", "closed_at": ""}, ("entity",))
    known = roots(store, (row.entity for row in rows))
    shown = "" if is_shared_box(address) else shown
    name = shown if is_full(shown) else ""
    if known:
        person = rows[0].entity
        is_new = bool(name) and name_entity(store, person, "name", name, at, evidence=evidence)
    else:
        person = _added(store, address, name or shown, at, evidence)
        is_new = True
    if is_new:
        _merge_alike(store, person, at, evidence)
    _note_domain(store, person, address, at, evidence)
    return _root(store, person)


def company_of(store: Store, domain: str, at: datetime, *, name: str = "", evidence: str = "") -> int:
    """Return the company that has a domain, a new one if there is none; 0 for one where anybody gets an address."""
    domain = company_domain(f"@{domain}")
    if not domain:
        return 0
    facts = store.find("fact", {"predicate": DOMAIN, "object": domain, "closed_at": ""}, ("subject",))
    if facts:
        company = int(facts[0].subject)
        if name:
            name_entity(store, company, "name", name, at, evidence=evidence)
        return _root(store, company)
    guess = name or company_name(domain)
    found = called(store, "company", guess) or vaguely_called(store, "company", guess)
    sure = 1.0 if name else _GUESSED
    company = (
        learn_kind(store, found[0], "company")
        if found
        else add_entity(store, "company", guess, at, evidence=evidence, confidence=sure)
    )
    record_fact(store, _own(f"domain:{domain}:{evidence}", company, DOMAIN, domain, evidence), at)
    return _root(store, company)


def note_alias(store: Store, entity: int, name: str, at: datetime, *, evidence: str = "", by: str = "") -> int:
    """Let an entity be called so, too ("Bob, aka Robert"), or have this address; return what stands for it.

    An address that is somebody's already makes the two one.
    """
    if "@" in name:
        other = entity_of(store, name, at, evidence=evidence)
        if other != _root(store, entity):
            merge_entities(store, entity, other, at, by=by, rests_on=(evidence,) if evidence else ())
        return _root(store, entity)
    if name_entity(store, entity, "name", name, at, evidence=evidence):
        _merge_alike(store, entity, at, evidence)
    return _root(store, entity)


def merge_entities(
    store: Store,
    one: int,
    other: int,
    at: datetime,
    *,
    basis: Basis = Basis.STATED,
    confidence: float = 1.0,
    by: str = "",
    rests_on: Sequence[str] = (),
) -> int:
    """Let two entities be one; return the number of the fact that says so, 0 where it is known that they are not.

    A word on it (stated, corrected) goes before what was said to the contrary until then; an observation does not.
    InputError for two of different kinds.
    """
    desk = Desk(store, at)
    if desk.kind(one) != desk.kind(other):
        raise InputError(f"a {desk.kind(one)} and a {desk.kind(other)} are not one")
    first, second = sorted((one, other))
    contrary = _between(desk, one, other, DIFFERENT)
    if contrary and basis not in (Basis.STATED, Basis.CORRECTED):
        return 0
    if contrary:
        withdraw(store, contrary, "somebody said that they are one", at)
    statement = Statement(
        key=f"same:{first}:{second}:{basis}:{instant(at)}:{','.join(rests_on)}",
        subject=second,
        predicate=SAME,
        object=f"n{first}",
        object_entity=first,
        basis=basis,
        confidence=confidence,
        said_by=by,
        rests_on=tuple(rests_on),
        visibility=Visibility.COMPANY,
        source=Source.OWN,
    )
    return record_fact(store, statement, at)


def separate_entities(
    store: Store, one: int, other: int, at: datetime, *, by: str = "", rests_on: Sequence[str] = ()
) -> Settled:
    """Let two entities be two, whatever made them one; what rested on their being one is closed."""
    first, second = sorted((one, other))
    if first == second:
        raise InputError("one entity cannot be told from itself")
    desk = Desk(store, at)
    settled = withdraw(store, _between(desk, one, other, SAME), "they are two", at)
    statement = Statement(
        key=f"different:{first}:{second}:{instant(at)}",
        subject=second,
        predicate=DIFFERENT,
        object=f"n{first}",
        object_entity=first,
        basis=Basis.STATED,
        confidence=1.0,
        said_by=by,
        rests_on=tuple(rests_on),
        visibility=Visibility.COMPANY,
        source=Source.OWN,
    )
    record_fact(store, statement, at)
    return settled


def _between(desk: Desk, one: int, other: int, predicate: str) -> list[int]:
    """Return the facts that join two entities: for `same_as`, all by which they hang together."""
    if predicate == SAME:
        group = desk.members(one)
        if desk.root(one) != desk.root(other):
            return []
        return sorted({f.seq for e in group for f in desk.same(e) if {f.subject, f.object_entity} & {one, other}})
    left, right = set(desk.members(one)), set(desk.members(other))
    facts = [f for e in sorted(left | right) for f in desk.find(subject=e, predicate=predicate) if f.is_believed]
    return [
        f.seq
        for f in facts
        if (f.subject in left and f.object_entity in right) or (f.subject in right and f.object_entity in left)
    ]


# persons -------------------------------------------------------------------------------------------------------------


def _added(store: Store, address: str, shown: str, at: datetime, evidence: str) -> int:
    spelt = name_in_address(address)
    guess = " ".join(word.capitalize() for word in spelt.split())
    name = shown if folded(shown) and "@" not in shown else guess or address
    sure = 1.0 if name == shown else _GUESSED
    known = vaguely_called(store, "person", name) if is_full(shown) and not called(store, "person", name) else []
    person = (
        learn_kind(store, known[0], "person")
        if known
        else add_entity(store, "person", name, at, evidence=evidence, confidence=sure)
    )
    name_entity(store, person, "address", address, at, evidence=evidence)
    if guess and not same_name(guess, name) and not shown:
        name_entity(store, person, "name", guess, at, evidence=evidence, confidence=_GUESSED)
    return person


def _note_domain(store: Store, person: int, address: str, at: datetime, evidence: str) -> None:
    domain = company_domain(address)
    if not domain:
        return
    known = store.find("fact", {"subject": person, "predicate": MAIL_DOMAIN, "closed_at": ""}, ("object",))
    if not any(row.object == domain for row in known):
        company_of(store, domain, at, evidence=evidence)
        record_fact(store, _own(f"{address}:{evidence}", person, MAIL_DOMAIN, domain, evidence), at)


def _own(key: str, subject: int, predicate: str, obj: str, evidence: str) -> Statement:
    rests_on = _resting_on(evidence)
    return Statement(
        key=f"{predicate}:{key}",
        subject=subject,
        predicate=predicate,
        object=obj,
        confidence=0.95,
        rests_on=rests_on,
        visibility=Visibility.COMPANY,
        source=Source.RECORD,
    )


def _resting_on(evidence: str) -> tuple[str, ...]:
    """Return what a fact rests on by the evidence of a name: a memory; who said so is no memory."""
    return (evidence,) if evidence[:1] in ("e", "f") and evidence[1:].isdecimal() else ()


def _merge_alike(store: Store, person: int, at: datetime, evidence: str) -> None:
    """Merge a person with those who evidently are the same, and part those of whom that has become doubtful."""
    names, addresses = _known_by(store, person)
    for name in sorted(names):
        for other in _named_alike(store, name, person):
            if (sure := _sameness(store, name, addresses, other, person)) > 0:
                rests_on = _resting_on(evidence)
                merge_entities(store, other, person, at, basis=Basis.OBSERVED, confidence=sure, rests_on=rests_on)
        _part_guessed(store, name, at)


def _named_alike(store: Store, name: str, person: int) -> list[int]:
    """Return the other persons whose full name may be the same, by the last word of it."""
    last = words_of(name)[-1] if is_full(name) else ""
    if not last:
        return []
    values = sorted({row.value for row in _names_ending(store, last) if same_name(name, row.shown)})
    rows = (
        store.find("alias", {"kind": "name", "closed_at": ""}, ("entity",), one_of=("value", values)) if values else []
    )
    root = _root(store, person)
    return [other for other in roots(store, (row.entity for row in rows), "person") if other != root]


def _names_ending(store: Store, last: str) -> list[Any]:
    ending = "%" + re.sub(r"([!%_])", r"!\1", last) + "%"
    return store.select(_NAMES_ENDING, {"ending": ending}, ("value", "shown"), reads=("alias",))


_NAMES_ENDING: Final = (
    "SELECT a.value, a.shown FROM alias a WHERE a.tenant_id = :by_tenant_id AND a.employee_id = :by_employee_id"
    " AND a.kind = 'name' AND a.closed_at = '' AND a.value LIKE :ending ESCAPE '!'"
)


def _known_by(store: Store, person: int) -> tuple[set[str], set[str]]:
    """Return the full names and the addresses of a person, of all that are one with it."""
    root = _root(store, person)
    merged = store.find("entity", {"stands_for": root}, ("seq",))
    group = [root, *(row.seq for row in merged)]
    rows = store.find("alias", {"closed_at": ""}, ("kind", "shown", "value"), one_of=("entity", group))
    names = {row.shown for row in rows if row.kind == "name" and is_full(row.shown)}
    return names, {row.value for row in rows if row.kind == "address"}


def _sameness(store: Store, name: str, addresses: set[str], other: int, person: int) -> float:
    """Return how sure it is that two of one full name are one person, 0 if it is not enough to say so."""
    _, others = _known_by(store, other)
    ours, theirs = {company_domain(a) for a in addresses} - {""}, {company_domain(a) for a in others} - {""}
    if ours & theirs:
        numbered = any(_are_numbered(a, b) for a in addresses for b in others)
        return 0.0 if numbered else ONE_COMPANY
    private = addresses if not ours else others if not theirs else set()
    is_made_of_it = any(fits_address(name, address) for address in private)
    is_only_one = len(_named_alike(store, name, person)) == 1
    return ONLY_ONE if private and is_made_of_it and is_only_one and (ours or theirs) else 0.0


def _are_numbered(one: str, other: str) -> bool:
    """Return whether two addresses differ in digits only: so a company tells apart two of one name."""
    return re.sub(r"\d+(?=@)", "", one) == re.sub(r"\d+(?=@)", "", other) and one != other


def _part_guessed(store: Store, name: str, at: datetime) -> None:
    """Take back merges that stood because nobody else had a name, now that somebody has."""
    desk = Desk(store, at)
    values = {row.value for row in _names_ending(store, words_of(name)[-1]) if same_name(name, row.shown)}
    rows = store.find("alias", {"kind": "name", "closed_at": ""}, ("entity",), one_of=("value", sorted(values)))
    namesakes = roots(store, (row.entity for row in rows), "person")
    if len(namesakes) < 2:
        return
    merges = {f.seq: f for n in namesakes for e in desk.members(n) for f in desk.same(e)}
    guessed = [n for n, f in sorted(merges.items()) if f.basis == Basis.OBSERVED and f.confidence <= ONLY_ONE]
    if guessed:
        withdraw(store, guessed, "somebody else has that name, too", at)


def _root(store: Store, entity: int) -> int:
    rows = store.find("entity", {"seq": entity}, ("stands_for",))
    if not rows:
        raise InputError(f"there is no entity n{entity}")
    return int(rows[0].stands_for or entity)
