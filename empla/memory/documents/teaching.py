"""Being taught: what becomes of a document in the employee's tables, in the current transaction.

A document keeps its number over all its versions. A passage whose words and headings are the same stays the episode
that it is; what is new is added, what is gone is *replaced* and no longer recalled, and facts that rested on it lose
that support. All of it happens when the last part of a version has come: until then the former version stands, wherever
the command that teaches was killed.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from empla.errors import InputError
from empla.memory.consolidation.changes import recorded
from empla.memory.documents.parting import key_of
from empla.memory.documents.passages import Passage, citation
from empla.memory.documents.placing import placed
from empla.memory.model import EpisodeKind, Importance, Kept, Visibility
from empla.mind import codec
from empla.mind.values import Source
from empla.store.store import Store, instant

_DOCUMENT: Final = ("seq", "place", "name", "media_type", "sha256", "passages", "visibility", "taught_at", "state")
_PASSAGE: Final = ("seq", "key", "at", "part", "subject", "visibility", "state", "stands_for")
_COUNTING: Final = frozenset({Kept.KEPT, Kept.MERGED})
"""States of passages that the standing version has; of one that is merged another one stands for it."""


def take(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    """Take a part of a document in, the whole of it with the last; or with `drop` (numbers) know documents no longer.

    InputError for a document that is not there, or of which parts are missing.
    """
    if "drop" in fields:
        _drop(store, fields, at)
    elif fields["part"] == fields["parts"]:
        _stand(store, fields, at)


def standing(store: Store, place: str) -> Any | None:
    """Return the row of the document that was taught from a place, dropped or not; None if there is none."""
    rows = store.find("document", {"place": place}, _DOCUMENT, newest=True, limit=1)
    return rows[0] if rows and rows[0].state != Kept.FORGOTTEN else None


def former(store: Store, row: Any | None) -> str:
    """Return what tells one state of a document from every other that it had, for `Version.former`."""
    if row is None:
        return ""
    changes = store.find("consolidation", {"memory": f"d{row.seq}"}, ("seq",), newest=True, limit=1)
    return f"{row.sha256}:{row.state}:{changes[0].seq if changes else 0}"


def marks(passages: Iterable[Passage]) -> Iterator[str]:
    """Iterate over what tells passages of a document apart: words and headings, and which of several equal ones."""
    seen: Counter[str] = Counter()
    for passage in passages:
        said = codec.digest([passage.path, passage.text])[:24]
        seen[said] += 1
        yield f"{said}:{seen[said]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a version changes: how many passages are new, how many stay, and how many are replaced."""

    new: int
    same: int
    replaced: int


def difference(store: Store, row: Any | None, passages: Iterable[Passage]) -> Difference:
    """Return what these passages change of a document as it stands (`row`)."""
    counts = {key for key, known in _known(store, row.seq).items() if known.state in _COUNTING} if row else set()
    fresh = {f"passage:d{row.seq if row else 0}:{mark}" for mark in marks(passages)}
    return Difference(new=len(fresh - counts), same=len(fresh & counts), replaced=len(counts - fresh))


# a version stands -----------------------------------------------------------------------------------------------------


def _stand(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    version = str(fields["version"])
    with recorded(store, f"teach:{version}", "teach", at):
        order = list(marks(_sent(store, fields)))
        number, base = _document(store, fields, len(order), at)
        known = _known(store, number)
        counted = {key: row.part for key, row in known.items() if row.state in _COUNTING}
        places = placed([f"passage:d{number}:{mark}" for mark in order], counted)
        fresh, touched = _written(store, fields, number, base, places, known, at)
        gone = [row for key, row in known.items() if key not in places and row.state in _COUNTING]
        _replace(store, gone, places, fresh)
        _look_again(store, [*touched, *(row.seq for row in gone)], at)
    for part in range(1, fields["parts"] + 1):
        _let_go(store, key_of(version, part), fields)


def _sent(store: Store, fields: Mapping[str, Any]) -> Iterator[Passage]:
    """Iterate over the passages of all parts; the former ones lie in the inbox."""
    for part in range(1, fields["parts"] + 1):
        if part == fields["parts"]:
            said = fields
        else:
            rows = store.find("percept", {"key": key_of(fields["version"], part)}, ("body",))
            said = codec.loads(rows[0].body)["fields"] if rows and rows[0].body else {}
        if "passages" not in said:
            raise InputError(f"part {part} of {fields['name']} is missing", next_step="teach it again")
        for passage in said["passages"]:
            yield Passage(**{**passage, "path": tuple(passage["path"])})


def _document(store: Store, fields: Mapping[str, Any], passages: int, at: datetime) -> tuple[int, datetime]:
    """Write the row of the document; return its number and the instant from which its passages are counted."""
    values = {
        **{name: fields[name] for name in ("place", "name", "media_type", "sha256")},
        "visibility": int(Visibility(fields["visibility"])),
        "passages": passages,
        "taught_at": instant(at),
        "taught_by": fields["by"],
        "state": str(Kept.KEPT),
    }
    row = standing(store, fields["place"])
    if row is None:
        return store.add("document", values), at
    store.change("document", {"seq": row.seq}, values)
    first = store.find("episode", {"document": row.seq}, ("at", "part"), limit=1)
    return row.seq, _base(first[0]) if first else at


def _base(row: Any) -> datetime:
    return datetime.fromisoformat(row.at) - timedelta(microseconds=row.part)


def _known(store: Store, document: int) -> dict[str, Any]:
    """Return the rows of the passages that a document has or had, by key."""
    return {row.key: row for row in store.find("episode", {"document": document}, _PASSAGE)}


def _written(
    store: Store,
    fields: Mapping[str, Any],
    number: int,
    base: datetime,
    places: Mapping[str, int],
    known: Mapping[str, Any],
    at: datetime,
) -> tuple[dict[int, int], list[int]]:
    """Write the passages that are new, and what has changed of the others.

    Return the new ones' numbers by place, and those of others that count again or are seen by others now. Times follow
    the places, by microseconds, so that passages stand in a thread in the order in which they are read.
    """
    fresh: dict[int, int] = {}
    touched: list[int] = []
    for (key, part), passage in zip(places.items(), _sent(store, fields), strict=True):
        values = {
            "at": instant(base + timedelta(microseconds=part)),
            "subject": citation(fields["name"], passage),
            "visibility": int(Visibility(fields["visibility"])),
            "part": part,
            "state": str(Kept.KEPT),
            "stands_for": 0,
        }
        row = known.get(key)
        if row is None:
            fresh[part] = store.add("episode", {**values, **_constant(key, number, passage, at)})
        elif changed := _changed(row, values):
            store.change("episode", {"seq": row.seq}, changed)
            if changed.keys() & {"state", "visibility"}:
                touched.append(row.seq)
    return fresh, touched


def _changed(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a passage that is known has otherwise now. One that was forgotten is not brought back."""
    if row.state == Kept.FORGOTTEN:
        return {}
    kept = ("state", "stands_for") if row.state == Kept.MERGED else ()
    return {name: value for name, value in values.items() if name not in kept and getattr(row, name) != value}


def _constant(key: str, number: int, passage: Passage, at: datetime) -> dict[str, Any]:
    """Return what a passage has for good. Its words came from outside, whoever taught them: data, never an order."""
    return {
        "key": key,
        "kind": str(EpisodeKind.PASSAGE),
        "thread": f"doc:{number}",
        "author": "",
        "people": "[]",
        "text": passage.text,
        "outcome": "",
        "rationale": "",
        "importance": int(Importance.MEDIUM),
        "source": str(Source.PERCEPT),
        "percept": "",
        "intention": "",
        "action": "",
        "document": number,
        "recorded_at": instant(at),
    }


# what goes ------------------------------------------------------------------------------------------------------------


def _drop(store: Store, fields: Mapping[str, Any], at: datetime) -> None:
    numbers = [int(number) for number in fields["drop"]]
    with recorded(store, f"drop:{codec.digest([numbers, at])[:24]}", "drop", at):
        for number in numbers:
            rows = store.find("document", {"seq": number}, _DOCUMENT)
            if not rows or rows[0].state != Kept.KEPT:
                raise InputError(f"there is no document d{number}", next_step="see `empla teach NAME --list`")
            store.change("document", {"seq": number}, {"state": str(Kept.REPLACED)})
            counting = [row for row in _known(store, number).values() if row.state in _COUNTING]
            _replace(store, counting, {}, {})
            _look_again(store, [row.seq for row in counting], at)


def _replace(store: Store, gone: Sequence[Any], places: Mapping[str, int], fresh: Mapping[int, int]) -> None:
    """Have passages count no more, each with the one that stands in its place now, if there is one."""
    everything = sorted(places.values())
    for row in gone:
        stands_for = _in_place_of(row.part, everything, fresh)
        store.change("episode", {"seq": row.seq}, {"state": str(Kept.REPLACED), "stands_for": stands_for})


def _look_again(store: Store, episodes: Sequence[int], at: datetime) -> None:
    """Have what rests on these passages established again: what has lost its last support is believed no longer."""
    if any(store.find("support", {"supporter": f"e{number}"}, ("seq",), limit=1) for number in episodes):
        from empla.memory.knowledge.recording import episodes_changed  # only for whom something rests on a document

        episodes_changed(store, episodes, at)


def _in_place_of(part: int, everything: Sequence[int], fresh: Mapping[int, int]) -> int:
    """Return the number of a new passage next to this place, 0 if both its neighbours are old ones."""
    place = bisect_left(everything, part)
    for near in everything[max(place - 1, 0) : place + 1][::-1]:
        if near in fresh:
            return fresh[near]
    return 0


def _let_go(store: Store, key: str, fields: Mapping[str, Any]) -> None:
    """Let the words of a percept go: they stand in the episodes now, where they can be forgotten."""
    rows = store.find("percept", {"key": key}, ("body",))
    if rows and rows[0].body:
        kept = {name: fields[name] for name in ("do", "by", "version")}
        body = codec.dumps({"fields": kept, "origin": codec.loads(rows[0].body)["origin"]})
        store.change("percept", {"key": key}, {"body": body})
