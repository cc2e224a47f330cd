"""Entities and what they are called: rows of `entity` and `alias`, without a word on who is one with whom."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from empla.errors import InputError
from empla.memory.knowledge.names import folded, folded_company, folded_phone
from empla.store.store import Store, instant

UNKNOWN: Final = "thing"
"""The kind of what is named, and of which nothing is known that says what it is."""
KINDS: Final = ("person", "company", "team", "project", "product", "topic", "place", UNKNOWN)
"""What kinds of entities there are."""
_VAGUE: Final = ("topic", UNKNOWN)
"""Kinds that say little: what was taken for one of them is of another kind as soon as that is learned."""
LONGEST_NAME: Final = 200
"""Characters that a name may have."""


def add_entity(store: Store, kind: str, name: str, at: datetime, *, evidence: str = "", confidence: float = 1.0) -> int:
    """Write a new entity with its name and return its number; InputError for a kind or name that there cannot be."""
    if kind not in KINDS:
        raise InputError(f"there are no entities of kind {kind!r}", next_step=f"one of {', '.join(KINDS)}")
    shown = _shown(name)
    number = store.add(
        "entity", {"kind": kind, "name": shown, "recorded_at": instant(at), "changed": _next_change(store)}
    )
    _add_alias(store, number, "name", compared(kind, "name", shown), shown, evidence, confidence, at)
    return number


def name_entity(
    store: Store, entity: int, kind: str, value: str, at: datetime, *, evidence: str = "", confidence: float = 1.0
) -> bool:
    """Let an entity be known by a further name, address or phone number; return whether that is new.

    It is shown by its surest name, of those the longest. InputError for an entity that there is not.
    """
    rows = store.find("entity", {"seq": entity}, ("kind", "name"))
    if not rows:
        raise InputError(f"there is no entity n{entity}")
    shown = _shown(value)
    key = compared(rows[0].kind, kind, shown)
    known = store.find("alias", {"entity": entity, "kind": kind, "value": key, "closed_at": ""}, ("seq", "confidence"))
    if known and known[0].confidence >= confidence:
        return False
    if known:
        store.change("alias", {"seq": known[0].seq}, {"confidence": confidence, "evidence": evidence, "shown": shown})
    else:
        _add_alias(store, entity, kind, key, shown, evidence, confidence, at)
    names = store.find("alias", {"entity": entity, "kind": "name", "closed_at": ""}, ("shown", "confidence"))
    best = max(names, key=lambda n: (n.confidence, len(n.shown), n.shown)).shown if names else rows[0].name
    store.change("entity", {"seq": entity}, {"name": best, "changed": _next_change(store)})
    return True


def unname_entity(store: Store, entity: int, kind: str, value: str, at: datetime) -> bool:
    """Let an entity be known by a name, address or phone number no longer; return whether it was."""
    rows = store.find("entity", {"seq": entity}, ("kind",))
    by = {"entity": entity, "kind": kind, "value": compared(rows[0].kind if rows else "", kind, value), "closed_at": ""}
    closed = store.change("alias", by, {"closed_at": instant(at)})
    store.change("entity", {"seq": entity}, {"changed": _next_change(store)})
    return bool(closed)


def entity_called(store: Store, kind: str, name: str, at: datetime, *, evidence: str = "") -> int:
    """Return the entity of a kind that a name means, a new one if there is none.

    One name means one thing: what was known by it and of no certain kind is of this kind from now on, and what is named
    without a certain kind is what has that name. Persons of one name may be several: a known one is taken only if it is
    the only one, and the name has a first and a last part or is an address. Of several entities the first.
    """
    found = called(store, kind, name)
    if found and (kind != "person" or (len(found) == 1 and is_whole(name))):
        return found[0]
    known = vaguely_called(store, kind, name) if kind != "person" or is_whole(name) else []
    return learn_kind(store, known[0], kind) if known else add_entity(store, kind, name, at, evidence=evidence)


def is_whole(name: str) -> bool:
    """Return whether a name has a first and a last part, or is an address: so that it may mean one person."""
    return " " in folded(name) or "@" in name


def vaguely_called(store: Store, kind: str, name: str) -> list[int]:
    """Return what has this name and may be of this kind, though it is not known to be: one entity, or none.

    For a certain kind that is what is of no certain kind; for none it is whatever alone has the name. What was written
    about is no person.
    """
    if kind not in _VAGUE:
        return (called(store, UNKNOWN, name) or (called(store, "topic", name) if kind != "person" else []))[:1]
    known = called(store, "", name)
    things = [number for number in known if kind_of(store, number) != "person"] or (known if kind == UNKNOWN else [])
    return things if len(things) == 1 else []


def learn_kind(store: Store, entity: int, kind: str) -> int:
    """Let an entity of no certain kind, with all that are one with it, be of this kind; return what stands for it.

    Its names are compared as that kind's are. One of a certain kind stays what it is.
    """
    root = roots(store, [entity])[0]
    if kind in _VAGUE or kind_of(store, root) not in _VAGUE:
        return root
    for number in [root, *(row.seq for row in store.find("entity", {"stands_for": root}, ("seq",)))]:
        store.change("entity", {"seq": number}, {"kind": kind, "changed": _next_change(store)})
        for alias in store.find("alias", {"entity": number, "kind": "name"}, ("seq", "shown")):
            store.change("alias", {"seq": alias.seq}, {"value": compared(kind, "name", alias.shown)})
    return root


def kind_of(store: Store, entity: int) -> str:
    """Return the kind of an entity."""
    return str(store.find("entity", {"seq": entity}, ("kind",))[0].kind)


def called(store: Store, kind: str, name: str) -> list[int]:
    """Return what stands for the entities of a kind ("" for any) that are called so, in order."""
    values = sorted({folded(name), folded_company(name)} - {""})
    rows = store.find("alias", {"closed_at": ""}, ("entity",), one_of=("value", values)) if values else []
    return roots(store, (row.entity for row in rows), kind)


def roots(store: Store, entities: Iterable[int], kind: str = "") -> list[int]:
    """Return what stands for entities, those of a kind, in order."""
    numbers = sorted(set(entities))
    if not numbers:
        return []
    rows = store.find("entity", {"state": "kept"}, ("seq", "kind", "stands_for"), one_of=("seq", numbers))
    return sorted({row.stands_for or row.seq for row in rows if kind in ("", row.kind)})


def compared(entity_kind: str, kind: str, value: str) -> str:
    """Return a name, address or number as it is compared."""
    if kind == "phone":
        return folded_phone(value)
    if kind == "address":
        return value.strip().lower()
    return folded_company(value) if entity_kind == "company" else folded(value)


def _shown(name: str) -> str:
    shown = " ".join(name.split())
    if not folded(shown) or len(shown) > LONGEST_NAME:
        raise InputError(f"a name is a text of 1 to {LONGEST_NAME} characters, not {shown[:40]!r}")
    return shown


def _add_alias(
    store: Store, entity: int, kind: str, value: str, shown: str, evidence: str, confidence: float, at: datetime
) -> None:
    store.add(
        "alias",
        {
            "entity": entity,
            "kind": kind,
            "value": value,
            "shown": shown,
            "evidence": evidence,
            "confidence": confidence,
            "recorded_at": instant(at),
        },
    )


def _next_change(store: Store) -> int:
    newest = store.find("entity", {}, ("changed",), order="changed", newest=True, limit=1)
    return (newest[0].changed if newest else 0) + 1
