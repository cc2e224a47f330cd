"""What is meant by a person, a topic, a document, a time, or ids: which rows of memory, and which words.

A person is meant with all their addresses, names of more than one word and numbers; what they wrote, got or are spoken
of in is theirs. A first name alone is nobody's. Read only: a dry run asks the same.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from empla.errors import InputError
from empla.memory.forgetting.words import SHORTEST_SUBJECT, Words, lines_of
from empla.memory.knowledge.names import fits_address, folded, folded_phone, is_full, name_in_address
from empla.memory.model import EpisodeKind, Kept
from empla.mind import codec
from empla.store.store import Store, instant

_PAGE: Final = 500
_EPISODE: Final = (
    *("seq", "key", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale"),
    *("percept", "intention", "action", "document", "state", "stands_for"),
)
_FACT: Final = ("seq", "subject", "object", "object_entity", "said_by", "people", "key", "state", "closed_why")
_NAME: Final = re.compile(r'"name\\*":\\*"([^"\\]+)')
"""How a sender's name stands in a step, also in one that is packed."""
_TABLES: Final = {"e": "episode", "f": "fact", "d": "document", "n": "entity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a person asked to have forgotten; exactly one of the first four, or a time."""

    person: str = ""
    topic: str = ""
    document: str = ""
    ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Target":
        """Return the target that a command's fields name; InputError if they name none, or several."""
        named = [n for n in ("person", "topic", "document", "ids") if fields.get(n)]
        timed = bool(fields.get("since") or fields.get("until"))
        if len(named) + timed != 1:
            raise InputError(
                "say what shall be forgotten: one of a person, a topic, a document, a time, or ids",
                next_step="see `empla memory forget --help`",
            )
        return cls(
            person=str(fields.get("person") or "").strip(),
            topic=" ".join(str(fields.get("topic") or "").split()),
            document=str(fields.get("document") or "").strip(),
            ids=tuple(str(one).strip() for one in fields.get("ids") or ()),
            since=fields.get("since"),
            until=fields.get("until"),
        )


@dataclass(slots=True, kw_only=True)
class Meant:
    """What that comes to. `own` are the percepts and acts that are theirs whole, whatever rests on them too."""

    terms: tuple[str, ...] = ()
    episodes: set[int] = field(default_factory=set)
    facts: set[int] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    @property
    def is_nothing(self) -> bool:
        """Whether memory has nothing of it."""
        return not (self.episodes or self.facts or self.entities or self.documents)

    def words(self, salt: str) -> Words:
        """Return what other tables are looked through for."""
        words = Words(salt=salt, terms=self.terms)
        return Words(
            salt=salt,
            terms=self.terms,
            lines=frozenset(words.line(line) for line in self.lines),
            keys=frozenset(self.keys),
        )


def find(store: Store, target: Target) -> Meant:
    """Return what is meant by a target now; InputError for an id that is not there."""
    meant = _named(store, target)
    return _gathered(store, target, meant, Words(salt="", terms=meant.terms))


def find_again(store: Store, words: Words) -> Meant:
    """Return what has come meanwhile with words that are being forgotten: what was given up was remembered, too."""
    meant = Meant(terms=words.terms)
    return _gathered(store, Target(), meant, words)


def _gathered(store: Store, target: Target, meant: Meant, words: Words) -> Meant:
    """Return all that belongs to what is named."""
    if meant.terms:
        spoken = store.find("alias", (), ("entity", "value", "shown"))
        named = {row.entity for row in spoken if words.are_in(row.value) or words.are_in(row.shown)}
        meant.entities |= _together(store, named)
    for row in store.find("document", (), ("seq", "name", "place", "state")):
        if row.state != Kept.FORGOTTEN and (words.are_in(row.name) or words.are_in(row.place)):
            meant.documents.add(row.seq)
    addresses = {term.lower() for term in meant.terms if "@" in term}
    threads: set[str] = set()
    others: list[_Other] = []
    for row in _pages(store, "episode", _EPISODE):
        if row.state == Kept.FORGOTTEN:
            continue
        is_theirs = row.author in addresses
        if is_theirs or _is_meant(row, target, meant, words):
            meant.episodes.add(row.seq)
            _note(meant, row, own=is_theirs or not meant.terms)
            if row.thread:
                threads.add(row.thread)
        else:
            thread = row.thread if row.kind == EpisodeKind.SUMMARY else ""
            others.append(_Other(row.seq, thread, row.stands_for, row.percept, frozenset(_lines(row))))
    others = _those_with_them(meant, others, threads)
    meant.lines.difference_update(*(other.lines for other in others))
    meant.keys |= {f"e{number}" for number in meant.episodes}
    _find_facts(store, meant, words)
    meant.keys |= {f"f{number}" for number in meant.facts}
    return meant


# what is named --------------------------------------------------------------------------------------------------------


def _named(store: Store, target: Target) -> Meant:
    meant = Meant()
    if target.person or target.topic:
        said = target.person or target.topic
        meant.entities = _called(store, said)
        terms = {said}
        if target.person:
            terms |= set(_known_as(store, said, meant.entities))
        meant.terms = tuple(sorted(terms))
    elif target.document:
        meant.documents.add(_number(store, target.document, "d"))
    for one in target.ids:
        number = _number(store, one, "")
        of = {"e": meant.episodes, "f": meant.facts, "d": meant.documents, "n": meant.entities}
        of[one[:1]].add(number)
    return meant


def _number(store: Store, one: str, letter: str) -> int:
    table = _TABLES.get(one[:1])
    if table is None or not one[1:].isdecimal() or (letter and one[:1] != letter):
        kinds = "a document such as d2" if letter else "ids such as e12, f7 or d2"
        raise InputError(f"{one!r} is no id of a memory", next_step=f"give {kinds}")
    if not store.find(table, {"seq": int(one[1:])}, ("seq",)):
        raise InputError(f"there is no {one}", next_step="see `empla memory search`")
    return int(one[1:])


def _called(store: Store, said: str) -> set[int]:
    """Return the entities that are called so, with all that are one with them."""
    values = sorted({folded(said), said.strip().lower(), folded_phone(said)} - {""})
    found = {row.entity for row in store.find("alias", (), ("entity",), one_of=("value", values))}
    return _together(store, found)


def _together(store: Store, found: set[int]) -> set[int]:
    if not found:
        return set()
    rows = store.find("entity", (), ("seq", "stands_for"), one_of=("seq", sorted(found)))
    roots = sorted({row.stands_for or row.seq for row in rows})
    merged = store.find("entity", (), ("seq",), one_of=("stands_for", roots)) if roots else ()
    return found | set(roots) | {row.seq for row in merged}


def _known_as(store: Store, said: str, entities: set[int]) -> Iterator[str]:
    """Iterate over what tells somebody from everybody else: addresses, numbers, names of more than one word.

    A name that somebody else has too is no such thing: a stranger may call itself as the manager is called.
    """
    found = {said} if "@" in said else set()
    for entity in sorted(entities):
        for row in store.find("alias", {"entity": entity}, ("kind", "value", "shown")):
            if row.kind != "name" or (is_full(row.shown or row.value) and not _is_others(store, row.value, entities)):
                found |= {row.value, row.shown}
    for address in [text for text in found if "@" in text]:
        names = {name_in_address(address), *_calls_itself(store, address)}
        found |= {name for name in names if is_full(name) and not _is_others(store, folded(name), entities)}
    yield from sorted(found - {""})


def _is_others(store: Store, name: str, entities: set[int]) -> bool:
    """Return whether somebody else is called so: another entity, the employee itself, or its manager."""
    rows = store.find("alias", {"value": name, "kind": "name"}, ("entity",))
    if any(row.entity not in entities for row in rows):
        return True
    held = store.find("belief", {"functor": "profile", "held": 1}, ("body",))
    return any(folded(str(codec.loads(row.body).arguments[1])) == name for row in held)


def _calls_itself(store: Store, address: str) -> Iterator[str]:
    """Iterate over the names that mails of an address came under, where they fit the address."""
    for episode in store.find("episode", {"author": address.lower()}, ("action",)):
        rows = store.find("step", {"id": episode.action}, ("body",)) if episode.action else ()
        packed = store.find("packed_steps", {"intention": episode.action.partition(".")[0]}, ("body",))
        texts = [row.body for row in rows] + [zlib.decompress(row.body).decode() for row in packed]
        for text in texts:
            yield from (name for name in _NAME.findall(text) if fits_address(name, address))


# episodes -------------------------------------------------------------------------------------------------------------


def _is_meant(row: Any, target: Target, meant: Meant, words: Words) -> bool:
    if row.seq in meant.episodes or (row.document and row.document in meant.documents):
        return True
    if target.since is not None or target.until is not None:
        since, until = (instant(t) if t is not None else "" for t in (target.since, target.until))
        return row.at >= since and (not until or row.at < until)
    if not (words.terms or words.lines):
        return False
    texts = (row.subject, row.text, row.outcome, row.rationale, row.author, row.people, row.thread, row.key)
    return any(words.are_in(text) for text in texts)


def _note(meant: Meant, row: Any, *, own: bool) -> None:
    meant.lines.update(_lines(row))
    keys = {key for key in (row.percept, row.action) if key}
    keys |= {f"outcome:{row.action}"} if row.action else set()
    meant.keys |= keys
    if own:
        meant.own |= keys


def _lines(row: Any) -> Iterator[str]:
    yield from lines_of(row.text)
    yield from lines_of(row.subject, SHORTEST_SUBJECT)


class _Other(NamedTuple):
    """An episode that is not meant by itself."""

    seq: int
    thread: str
    stands_for: int
    percept: str
    lines: frozenset[str]


def _those_with_them(meant: Meant, others: Sequence[_Other], threads: set[str]) -> list[_Other]:
    """Take with them the summaries of their threads, what was merged into them, and what they led to that quotes them.

    Returns those that stay.
    """
    stay = []
    for other in others:
        quotes = other.percept in meant.keys and not other.lines.isdisjoint(meant.lines)
        if (other.thread and other.thread in threads) or other.stands_for in meant.episodes or quotes:
            meant.episodes.add(other.seq)
        else:
            stay.append(other)
    return stay


# facts ----------------------------------------------------------------------------------------------------------------


def _find_facts(store: Store, meant: Meant, words: Words) -> None:
    """Find the facts about whom is meant, in their words, or that rest on nothing but what is forgotten."""
    rows = {row.seq: row for row in _pages(store, "fact", _FACT) if row.state != Kept.FORGOTTEN}
    proofs: dict[int, dict[str, list[str]]] = {}
    for row in _pages(store, "support", ("seq", "fact", "proof", "supporter")):
        proofs.setdefault(row.fact, {}).setdefault(row.proof, []).append(row.supporter)
    for row in rows.values():
        of = row.subject in meant.entities or row.object_entity in meant.entities
        if of or any(words.are_in(text) for text in (row.object, row.said_by, row.people, row.key, row.closed_why)):
            meant.facts.add(row.seq)
    gone = {f"e{number}" for number in meant.episodes} | {f"f{number}" for number in meant.facts}
    more = True
    while more:
        fresh = {
            seq
            for seq in rows
            if f"f{seq}" not in gone and proofs.get(seq) and all(gone & set(p) for p in proofs[seq].values())
        }
        more = bool(fresh)
        meant.facts |= fresh
        gone |= {f"f{seq}" for seq in fresh}


def _pages(store: Store, table: str, columns: tuple[str, ...]) -> Iterator[Any]:
    """Iterate over all rows of a table, some at a time."""
    last = 0
    while rows := store.find(table, (), columns, at_least={"seq": last + 1}, limit=_PAGE):
        yield from rows
        last = rows[-1].seq
