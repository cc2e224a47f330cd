"""Facts that people tell, correct and edit: what `command:memory` does to knowledge, each undone by `undo`.

Fields of the percept, besides `do`; all texts, but `confidence` and the times, which are instants:

    add       subject, predicate, object, and perhaps kind (of the subject: person, company, topic, ...), by, source
              (a Source), visibility (a name), valid_from, valid_to, rests_on (ids), key
    correct   fact ("f7") or subject and predicate (of which the one that counts is meant), object ("": it is just
              wrong), by, why, source, rests_on
    rules     rules: the rules of inference of the employee's role, all of them
    edit      memory ("f7") and what shall be otherwise: object, valid_from, valid_to, visibility (a name), confidence;
              or memory ("n3") and name, address or phone to add, `same_as` or `different_from` ("n5"); by, why

A subject is "n3", an address or a name. The old fact is closed with the reason, the new one says which it replaces;
what changed is kept in `consolidation`, with who, when, and how it was before. What somebody outside says (source
"percept") is one more observation: it closes nothing, and overrules nobody's word.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from empla.errors import InputError
from empla.memory.consolidation.changes import recorded
from empla.memory.knowledge.desk import Desk, Held
from empla.memory.knowledge.entities import (
    KINDS,
    UNKNOWN,
    add_entity,
    called,
    learn_kind,
    name_entity,
    roots,
    vaguely_called,
)
from empla.memory.knowledge.facts import Facts
from empla.memory.knowledge.names import folded
from empla.memory.knowledge.predicates import predicate, predicate_name
from empla.memory.knowledge.recording import correct_fact, record_fact, set_rules, show_fact, withdraw
from empla.memory.knowledge.resolving import entity_of, merge_entities, note_alias, separate_entities
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis, Visibility
from empla.mind import codec
from empla.mind.values import Source
from empla.store.store import Store, instant

_FROM_OUTSIDE: Final = 0.8
"""How sure what somebody outside says is."""


def add(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Record a fact that somebody tells."""
    with _noted(store, fields, "add", at):
        name = predicate_name(_text(fields, "predicate"))
        subject = _subject(store, fields, name, at)
        record_fact(store, _statement(store, fields, subject, name, Basis.STATED, at), at)


def correct(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Put what is so in place of a fact that is wrong, or just close that."""
    with _noted(store, fields, "correct", at):
        old = _meant(store, fields, at)
        if _is_outside(fields):
            if not _text(fields, "object"):
                raise InputError("somebody outside cannot close a fact", next_step="the manager may say what is so")
            subject, name = (old.subject, old.predicate) if old is not None else _place(store, fields, at)
            record_fact(store, _statement(store, fields, subject, name, Basis.OBSERVED, at), at)
        elif old is None:  # nothing was wrong: it is told for the first time
            subject, name = _place(store, fields, at)
            record_fact(store, _statement(store, fields, subject, name, Basis.STATED, at), at)
        elif not _text(fields, "object"):
            withdraw(store, [old.seq], _why(fields, "wrong"), at)
        elif not _text(fields, "fact") and _says_that(store, old, fields):
            if old.basis not in (Basis.STATED, Basis.CORRECTED):  # it was right, and is somebody's word now
                record_fact(store, _statement(store, fields, old.subject, old.predicate, Basis.STATED, at), at)
        else:
            new = _statement(store, fields, old.subject, old.predicate, Basis.CORRECTED, at, Visibility(old.visibility))
            correct_fact(store, old.seq, new, _why(fields, "corrected"), at)


def _says_that(store: Store, old: Held, fields: Mapping[str, Any]) -> bool:
    """Return whether a fact that is known says what is told."""
    text = _text(fields, "object")
    return old.object_entity in called(store, "", text) if old.object_entity else folded(old.object) == folded(text)


def edit(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Change what is said of a fact, or what an entity is called and with whom it is one."""
    memory = _text(fields, "memory")
    with _noted(store, fields, "edit", at):
        if _numbered(memory, "f"):
            _edit_fact(store, Desk(store, at).fact(int(memory[1:])), fields, at)
        elif _numbered(memory, "n"):
            _edit_entity(store, int(memory[1:]), fields, at)
        else:
            raise InputError(f"{memory!r} is no fact and no entity", next_step="give its number, such as f7 or n3")


def rules(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Let the rules of its role be these; a later command with the former ones takes that back."""
    set_rules(store, tuple(fields["rules"]), at)


def _edit_fact(store: Store, old: Held, fields: Mapping[str, Any], at: datetime) -> None:
    if any(name in fields for name in ("object", "valid_from", "valid_to")):
        kept = {"object": old.object, "valid_from": _when(old.valid_from), "valid_to": _when(old.valid_to), **fields}
        new = _statement(store, kept, old.subject, old.predicate, Basis.CORRECTED, at, Visibility(old.visibility))
        correct_fact(store, old.seq, new, _why(fields, "edited"), at)
        return
    if old.basis == Basis.DERIVED:
        raise InputError(f"f{old.seq} follows from others", next_step="edit those, or say what is so instead")
    visibility = _visibility(fields, Visibility(old.visibility))
    show_fact(store, old.seq, at, visibility=visibility, confidence=fields.get("confidence"))


def _edit_entity(store: Store, entity: int, fields: Mapping[str, Any], at: datetime) -> None:
    by = _by(fields)
    for field in ("name", "address"):
        if _text(fields, field):
            note_alias(store, entity, _text(fields, field), at, evidence=by, by=by)
    if phone := _text(fields, "phone"):
        name_entity(store, entity, "phone", phone, at, evidence=by)
        told = {**fields, "object": phone}
        record_fact(store, _statement(store, told, entity, "phone", Basis.STATED, at), at)
    for field, join in (("same_as", merge_entities), ("different_from", separate_entities)):
        if other := _text(fields, field):
            if not _numbered(other, "n"):
                raise InputError(f"{other!r} is no entity", next_step="give its number, such as n5")
            join(store, entity, int(other[1:]), at, by=by)


# what the fields say -------------------------------------------------------------------------------------------------


def _statement(
    store: Store,
    fields: Mapping[str, Any],
    subject: int,
    name: str,
    basis: Basis,
    at: datetime,
    visibility: Visibility = Visibility.PRIVATE,
) -> Statement:
    kind = predicate(name).object_kind
    text = _text(fields, "object")
    if not text:
        raise InputError("a fact needs an object", next_step="say what is so")
    is_outside = _is_outside(fields)
    return Statement(
        key=_text(fields, "key") or f"told:{_digest(fields, at)}",
        subject=subject,
        predicate=name,
        object="" if kind else text,
        object_entity=_entity(store, text, kind, at, _by(fields)) if kind else 0,
        basis=Basis.OBSERVED if is_outside else basis,
        confidence=_FROM_OUTSIDE if is_outside else 1.0,
        said_by=_by(fields),
        valid_from=fields.get("valid_from"),
        valid_to=fields.get("valid_to"),
        rests_on=tuple(fields.get("rests_on") or ()),
        visibility=_visibility(fields, visibility),
        source=_source(fields),
    )


def _meant(store: Store, fields: Mapping[str, Any], at: datetime) -> Held | None:
    """Return the fact that is to be corrected; None where nothing is known of that yet."""
    given = _text(fields, "fact")
    desk = Desk(store, at)
    if given:
        if not _numbered(given, "f"):
            raise InputError(f"{given!r} is no fact", next_step="give its number, such as f7")
        return desk.fact(int(given[1:]))
    name = predicate_name(_text(fields, "predicate"))
    found = _known(store, _text(fields, "subject"), _text(fields, "kind"), predicate(name).subject_kind)
    facts = Facts(store).about(found, predicates=(name,)) if found else ()
    if len(facts) > 1:
        which = ", ".join(f"f{fact.number} ({fact.object})" for fact in facts[:10])
        raise InputError(f"several facts may be meant: {which}", next_step="give the number of the one that is wrong")
    return desk.fact(facts[0].number) if facts else None


def _place(store: Store, fields: Mapping[str, Any], at: datetime) -> tuple[int, str]:
    name = predicate_name(_text(fields, "predicate"))
    return _subject(store, fields, name, at), name


def _subject(store: Store, fields: Mapping[str, Any], name: str, at: datetime) -> int:
    """Return of what something is told: where it is new, of the kind of which such things are said."""
    kind, likely = _text(fields, "kind"), predicate(name).subject_kind
    return _entity(store, _text(fields, "subject"), kind, at, _by(fields), likely)


def _entity(store: Store, text: str, kind: str, at: datetime, by: str, likely: str = "") -> int:
    """Return the entity that a text means, a new one if nothing is known of that name: of its kind, or the likely."""
    if known := _known(store, text, kind, likely):
        return learn_kind(store, known, kind or likely or UNKNOWN)
    if "@" in text:
        return entity_of(store, text, at, evidence=by)
    return add_entity(store, kind or likely or UNKNOWN, text, at, evidence=by)


def _known(store: Store, text: str, kind: str, likely: str = "") -> int:
    """Return the entity that a text means, 0 if none is known; InputError if it may mean several.

    One of the kind `kind`; where any will do and several are called so, the one of the kind `likely`.
    """
    if not text:
        raise InputError("it is not said of whom or of what", next_step="a name, an address, or a number such as n3")
    if kind and kind not in KINDS:
        raise InputError(f"there are no entities of kind {kind!r}", next_step=f"one of {', '.join(KINDS)}")
    if _numbered(text, "n"):
        if numbered := roots(store, [int(text[1:])]):
            return numbered[0]
        raise InputError(f"there is no entity {text}")
    found = called(store, kind, text) or (vaguely_called(store, kind, text) if kind else [])
    if len(found) > 1 and likely:
        found = called(store, likely, text) or found
    if len(found) > 1:
        which = ", ".join(f"n{number}" for number in found[:10])
        raise InputError(f"several are called {text!r}: {which}", next_step="give the number of the one that is meant")
    return found[0] if found else 0


def _numbered(text: str, letter: str) -> bool:
    return text[:1] == letter and text[1:].isascii() and text[1:].isdecimal()


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(fields.get(name) or "").strip()


def _by(fields: Mapping[str, Any]) -> str:
    return _text(fields, "by").lower()


def _why(fields: Mapping[str, Any], otherwise: str) -> str:
    return ": ".join(part for part in (otherwise, _text(fields, "why")) if part)


def _when(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _source(fields: Mapping[str, Any]) -> Source:
    given = _text(fields, "source")
    try:
        return Source(given) if given else Source.MANAGER
    except ValueError:
        raise InputError(f"{given!r} is no source", next_step=f"one of {', '.join(Source)}") from None


def _is_outside(fields: Mapping[str, Any]) -> bool:
    return _source(fields) is Source.PERCEPT


def _visibility(fields: Mapping[str, Any], otherwise: Visibility) -> Visibility:
    given = _text(fields, "visibility")
    if not given:
        return otherwise
    if given.upper() not in Visibility.__members__:
        names = ", ".join(name.lower() for name in Visibility.__members__)
        raise InputError(f"nothing is {given!r} to see", next_step=f"one of {names}")
    return Visibility[given.upper()]


def _digest(fields: Mapping[str, Any], at: datetime) -> str:
    return hashlib.sha256(f"{instant(at)} {codec.dumps(dict(fields))}".encode()).hexdigest()[:24]


@contextmanager
def _noted(store: Store, fields: Mapping[str, Any], step: str, at: datetime) -> Iterator[None]:
    """Keep what was before, so that `undo` can put it back."""
    with recorded(store, f"told:{_digest(fields, at)}", f"{step} by {_by(fields) or 'somebody'}", at):
        yield
