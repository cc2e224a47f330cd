"""Teaching an employee documents: files, folders and pages of the web, again as often as they change.

What is strange is read here and in a child (`runtime.documents`), never in the employee's own process: that one is told
passages, by percepts whose keys make it happen once (`empla.memory.documents`).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from empla.config import Home
from empla.errors import EmplaError, InputError
from empla.memory.commands import MEMORY
from empla.memory.documents import teaching
from empla.memory.documents.document import Document, Unreadable
from empla.memory.documents.parting import Version, key_of, parts
from empla.memory.documents.passages import Passage, cut
from empla.memory.model import Kept, Visibility
from empla.mind import codec
from empla.store.company import EmployeeRow
from empla.store.minds import known_mind
from empla.store.store import Store
from runtime import memory
from runtime.documents import fetching
from runtime.documents.finding import content, files_in
from runtime.documents.secluded import Secluded
from runtime.inboxes import sender

Told = Callable[[int, int, str], None]
"""Told how many documents are done, how many there are, and which comes next."""

_ROW: Final = ("seq", "place", "name", "media_type", "passages", "visibility", "taught_at", "taught_by", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be taught, and how. No `visibility`: as it was taught before, else private.

    `prune` drops documents whose files are gone from a folder; `dry_run` reads and changes nothing.
    """

    what: str
    by: str
    visibility: Visibility | None = None
    dry_run: bool = False
    prune: bool = False
    allow_local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where one document comes from: a file, or an address of the web."""

    place: str
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Got:
    """The bytes of a document, and what is known of them before they are read."""

    name: str
    data: bytes
    said: str = ""
    charset: str = ""


def teach(home: Home, name: str, wish: Wish, told: Told) -> dict[str, Any]:
    """Teach what is wished, and return what came of each document as plain data.

    `documents` have a `state`: taught, changed, unchanged, or waiting (for the employee, who will know it when it works
    again); `problems` are those that could not be taught, with the reason; `gone` those whose file is no longer there,
    `dropped` those of them that were dropped. InputError if there is nothing to teach.
    """
    row = memory.employee(home, name)
    sources, left_out = _sources(wish)
    done: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    with Secluded() as secluded:
        for number, source in enumerate(sources):
            told(number, len(sources), source.place)
            try:
                done.append(_taught(home, row, source, wish, secluded))
            except EmplaError as error:
                problems.append({"place": source.place, "why": error.sentence, "next_step": error.next_step})
    told(len(sources), len(sources), "")
    gone = _gone(home, row, wish, {source.place for source in sources})
    if gone and wish.prune and not wish.dry_run:
        drop(home, row.name, [one["id"] for one in gone], by=wish.by)
    return {
        "name": row.name,
        "dry_run": wish.dry_run,
        "documents": done,
        "problems": problems,
        "left_out": [{"place": str(path), "why": why} for path, why in left_out],
        "gone": gone,
        "dropped": [one["id"] for one in gone] if wish.prune and not wish.dry_run else [],
    }


def taught(home: Home, name: str) -> dict[str, Any]:
    """Return the documents that an employee knows, in the order in which they were first taught."""
    row = memory.employee(home, name, also_gone=True)
    return {"name": row.name, "documents": [_shown(found) for found in _known(home, row)]}


def drop(home: Home, name: str, ids: Sequence[str], *, by: str) -> dict[str, Any]:
    """Have an employee know documents no longer, by their ids ("d2"); InputError if one of them is not known."""
    row = memory.employee(home, name)
    known = {f"d{found.seq}": found for found in _known(home, row)}
    for one in ids:
        if one not in known:
            raise InputError(
                f"{row.name} knows no document {one!r}", next_step=f'see `empla teach "{row.name}" --list`'
            )
    numbers = sorted({known[one].seq for one in ids})
    with _mind(home, row) as store:
        states = [teaching.former(store, teaching.standing(store, known[f"d{number}"].place)) for number in numbers]
    key = f"teach:drop:{codec.digest([numbers, states])[:24]}"
    handled = memory.tell(home, row.slug, {"do": "teach", "drop": numbers, "by": by}, key=key)
    _refuse_failed(handled)
    return {"name": row.name, "dropped": [f"d{number}" for number in numbers], "waits": handled.waits}


# one document ---------------------------------------------------------------------------------------------------------


def _sources(wish: Wish) -> tuple[list[_Source], Sequence[tuple[Path, str]]]:
    """Return where what is wished comes from, and what of a folder is left out."""
    if fetching.is_url(wish.what):
        return [_Source(place=fetching.canonical(wish.what))], ()
    path = Path(wish.what).expanduser().resolve()
    if not path.exists():
        raise InputError(f"there is no file or folder {wish.what!r}", next_step="give a path, or https://HOST/PAGE")
    if not path.is_dir():
        return [_Source(place=str(path), path=path)], ()
    found = files_in(path)
    if not found.files and not found.left_out:
        raise InputError(f"{path} holds no documents", next_step="files can be taught whose names tell what they are")
    return [_Source(place=str(file), path=file) for file in found.files], found.left_out


def _taught(home: Home, row: EmployeeRow, source: _Source, wish: Wish, secluded: Secluded) -> dict[str, Any]:
    if not source.place.isprintable():
        raise Unreadable(f"{source.place!a} has a name that cannot be shown", next_step="give the file another name")
    got = _got(source, wish)
    sha256 = hashlib.sha256(got.data).hexdigest()
    with _mind(home, row) as store:
        standing = teaching.standing(store, source.place)
        visibility = wish.visibility
        if visibility is None:
            visibility = Visibility(standing.visibility) if standing is not None else Visibility.PRIVATE
        if standing is not None and _is_unchanged(standing, sha256, visibility):
            return _outcome(standing, source, "unchanged", visibility, same=standing.passages)
    document = secluded.read(got.name, got.data, said=got.said, charset=got.charset)
    passages = cut(document)
    if not passages:
        raise Unreadable(f"{got.name} has no text")
    with _mind(home, row) as store:
        change = teaching.difference(store, standing, passages)
        former = teaching.former(store, standing)
    version = Version(
        place=source.place,
        name=_called(got, document, source),
        media_type=document.media_type,
        sha256=sha256,
        visibility=visibility,
        by=wish.by,
        former=former,
    )
    state = "changed" if standing is not None and standing.state == Kept.KEPT else "taught"
    if not wish.dry_run and _tell(home, row, version, passages).waits:
        state = "waiting"
    with _mind(home, row) as store:
        stands = teaching.standing(store, source.place)
    counts = {"new": change.new, "same": change.same, "replaced": change.replaced}
    return _outcome(stands, source, state, visibility, **counts, name=version.name, defects=document.defects)


def _got(source: _Source, wish: Wish) -> _Got:
    if source.path is not None:
        return _Got(name=source.path.name, data=content(source.path))
    fetched = fetching.fetch(source.place, allow_local=wish.allow_local)
    return _Got(name=fetched.name, data=fetched.data, said=fetched.said, charset=fetched.charset)


def _called(got: _Got, document: Document, source: _Source) -> str:
    """Return by which name a document is cited: a file's own, a page's title."""
    return got.name if source.path is not None else document.title or got.name


def _is_unchanged(standing: Any, sha256: str, visibility: Visibility) -> bool:
    return bool(standing.state == Kept.KEPT and standing.sha256 == sha256 and standing.visibility == visibility)


def _tell(home: Home, row: EmployeeRow, version: Version, passages: Sequence[Passage]) -> memory.Handled:
    """Send a version's parts, and return what became of the last of them, which has it stand."""
    send = sender(home)
    portions = list(parts(_not_set_aside(home, row, version, passages), passages))
    for key, fields in portions[:-1]:
        send(row.slug, key, MEMORY, fields)
    key, fields = portions[-1]
    handled = memory.tell(home, row.slug, fields, key=key)
    _refuse_failed(handled)
    return handled


def _not_set_aside(home: Home, row: EmployeeRow, version: Version, passages: Sequence[Passage]) -> Version:
    """Return the version, by another name if it was sent before and set aside: under its own it would stay so."""
    with _mind(home, row) as store:
        while True:
            last = key_of(version.id, len(list(parts(version, passages))))
            if not store.find("percept", {"key": last, "state": "quarantined"}, ("seq",)):
                return version
            version = replace(version, former=f"{version.former}, again")


def _refuse_failed(handled: memory.Handled) -> None:
    if not handled.done and not handled.waits:
        raise InputError(handled.why or "it was set aside", next_step="teach it again")


def _outcome(
    standing: Any | None,
    source: _Source,
    state: str,
    visibility: Visibility,
    *,
    new: int = 0,
    same: int = 0,
    replaced: int = 0,
    name: str = "",
    defects: Sequence[str] = (),
) -> dict[str, Any]:
    return {
        "id": f"d{standing.seq}" if standing is not None else "",
        "place": source.place,
        "name": name or (standing.name if standing is not None else ""),
        "state": state,
        "visibility": visibility.name.lower(),
        "passages": new + same,
        "new": new,
        "unchanged": same,
        "replaced": replaced,
        "defects": list(defects),
    }


# what is known --------------------------------------------------------------------------------------------------------


@contextmanager
def _mind(home: Home, row: EmployeeRow) -> Iterator[Store]:
    with known_mind(home, row.slug) as store:
        if store is None:
            raise InputError(f"{row.name} has not begun to work", next_step="see `empla status`")
        yield store


def _known(home: Home, row: EmployeeRow) -> Sequence[Any]:
    with _mind(home, row) as store:
        return store.find("document", {"state": str(Kept.KEPT)}, _ROW)


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": f"d{row.seq}",
        "place": row.place,
        "name": row.name,
        "media_type": row.media_type,
        "passages": row.passages,
        "visibility": Visibility(row.visibility).name.lower(),
        "taught_at": row.taught_at,
        "taught_by": row.taught_by,
    }


def _gone(home: Home, row: EmployeeRow, wish: Wish, there: set[str]) -> list[dict[str, Any]]:
    """Return the documents that were taught out of the wished folder and whose files are gone."""
    if fetching.is_url(wish.what):
        return []
    folder = Path(wish.what).expanduser().resolve()
    if not folder.is_dir():
        return []
    return [
        _shown(found)
        for found in _known(home, row)
        if found.place not in there and Path(found.place).is_relative_to(folder) and not Path(found.place).exists()
    ]
