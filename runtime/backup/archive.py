"""A backup as a file: a compressed tar archive that says what it holds, and with which digests.

    manifest.json       {"format", "made_at", "version", "company", "with_key", "employees", "files": {path: sha256}}
    home/...            the files of the home
    home/minds/NAME.db  the employees' minds, where the settings keep them in a database

Left out are logs, what only a running empla needs (locks, sockets, pages), copies made before migrations, what is made
again of the rest (indexes of what is remembered, the model that makes vectors), and `secret.key` unless somebody asks
for it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from empla import __version__
from empla.clock import Clock
from empla.config import Home, load_settings
from empla.errors import InputError, ResourceError
from empla.hr.profiles import roster
from empla.store.company import CompanyStore
from empla.store.copying import copy_mind
from empla.store.minds import in_database
from empla.store.syncing import sync_folder
from runtime.backup.cutting import cut
from runtime.office import calendars
from runtime.supervisor.notices import pickup_folder

FORMAT: Final = 1
"""The version of what an archive looks like."""

MANIFEST: Final = "manifest.json"
INSIDE: Final = "home"
"""The folder in the archive under which the files of the home lie."""

MINDS: Final = "minds"
"""The folder, in the home of the archive, of minds that come from a database."""

_RUNNING: Final = frozenset(
    {"home.lock", "control.sock", "bus.sock", "lease.lock", "calendars.lock", "progress", "metrics.token"}
)
_INDEXES: Final = "recall"
"""The folder of an employee's indexes, in its own."""
_BESIDE: Final = ("-wal", "-shm", "-journal")

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


class Manifest(BaseModel):
    """What an archive holds; `files` are digests (SHA-256) by path below the home."""

    model_config = ConfigDict(frozen=True)

    format: int
    made_at: str
    version: str
    company: str
    with_key: bool
    employees: list[str]
    files: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made."""

    archive: Path
    manifest: Manifest
    size: int


def back_up(home: Home, archive: Path, clock: Clock, *, with_key: bool, progress: Progress) -> Made:
    """Write a backup of `home`, running or not, into the new file `archive`.

    InputError if the file is there already, lies in the home, or cannot be made, ResourceError if there is no room for
    it or a database cannot be held or copied. A backup that is not finished leaves no file behind.
    """
    if archive.exists():
        raise InputError(f"{archive} is there already", next_step="name another file")
    if archive.resolve().is_relative_to(home.root.resolve()):  # the next one would hold it, and the one after both
        raise InputError(f"{archive} would lie in the home itself", next_step="name a file outside, on another disk")
    if not archive.parent.is_dir():
        raise InputError(f"{archive} cannot be made", next_step="make its folder first")
    try:
        with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".empla-backup-") as staging:
            manifest = _stage(home, Path(staging), clock, with_key=with_key, progress=progress)
            _pack(Path(staging)).replace(archive)
    except OSError as error:
        raise ResourceError(
            f"the backup could not be written: {error.strerror or error}", next_step="make room, or name another place"
        ) from error
    sync_folder(archive.parent)
    return Made(archive=archive, manifest=manifest, size=archive.stat().st_size)


def _stage(home: Home, staging: Path, clock: Clock, *, with_key: bool, progress: Progress) -> Manifest:
    """Copy the files of a home as they are at one instant into `staging`."""
    minds = [] if in_database(home) else _minds(home)
    others = (*minds, *_left(home), *_shared(home))
    databases = [path for path in (home.company_db, home.office / "office.db", *others) if path.exists()]
    target = staging / INSIDE
    of_the_office = (calendars.storage(home), pickup_folder(home))
    employees = [path.parent.name for path in minds] if minds else _hired(home)

    def meanwhile() -> None:
        for folder in of_the_office:
            if folder.exists():
                shutil.copytree(folder, target / folder.relative_to(home.root), copy_function=_copy_if_there)
        if in_database(home):
            for slug in employees:
                copy_mind(home, slug, _inside(target, home, home.root / MINDS / f"{slug}.db"))

    target.mkdir(mode=0o700)
    with cut(databases, meanwhile) as views:
        made_at = clock.now().isoformat()
        files = [path for path in _files(home, with_key=with_key) if not {*of_the_office} & {*path.parents}]
        whole = sum(views.size(path) for path in databases) + sum(map(_size, files))
        done = 0

        def copied(more: int) -> None:
            nonlocal done
            done += more
            progress(done, whole)

        for database in databases:
            views.copy(database, _inside(target, home, database), copied)
    for path in files:
        _copy_if_there(path, _inside(target, home, path))
        copied(_size(path))
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at,
        version=__version__,
        company=load_settings(home).company,
        with_key=with_key and home.key.exists(),
        employees=employees,
        files={str(path.relative_to(target)): digest(path) for path in sorted(target.rglob("*")) if path.is_file()},
    )
    (staging / MANIFEST).write_text(json.dumps(manifest.model_dump(), indent=1))
    return manifest


def _inside(target: Path, home: Home, path: Path) -> Path:
    found = target / path.relative_to(home.root)
    found.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def _copy_if_there(path: str | Path, to: str | Path) -> None:
    """Copy a file as it is; one that has gone since it was found is left out."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(path, to)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _hired(home: Home) -> list[str]:
    with CompanyStore(home.company_db) as company:
        return [entry.slug for entry in roster(company)]


def _minds(home: Home) -> list[Path]:
    return sorted(home.employees.glob("*/mind.db"))


def _left(home: Home) -> list[Path]:
    """Return the minds of those who have left: what one of them that was killed had written may lie beside its file."""
    return sorted(home.archive("").glob("*/mind.db"))


def _shared(home: Home) -> list[Path]:
    """Return what employees share with one another."""
    return sorted((home.root / "shared").glob("*/mind.db"))


def _files(home: Home, *, with_key: bool) -> list[Path]:
    """Return the files that are copied as they are: all but the databases that the cut copies, and what is left out."""
    live = {home.company_db, home.office / "office.db", *_minds(home), *_left(home), *_shared(home)}

    def kept(path: Path) -> bool:
        named = path.name not in _RUNNING and not path.name.endswith((*_BESIDE, ".new", ".part"))
        key = path == home.key and not with_key
        beside = ".before-" in path.name or home.logs in path.parents
        again = home.embedder in path.parents or path.relative_to(home.root).parts[2:3] == (_INDEXES,)
        out = key or beside or again or path in live
        return path.is_file() and not path.is_symlink() and named and not out

    return [path for path in sorted(home.root.rglob("*")) if kept(path)]


def _pack(staging: Path) -> Path:
    """Return the archive, synced: the manifest first, so that a look at it is quick, then the files."""
    to = staging / "packed"

    def nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as packed:
            packed.add(staging / MANIFEST, MANIFEST, filter=nobodys)
            packed.add(staging / INSIDE, INSIDE, filter=nobodys)
        file.flush()
        os.fsync(file.fileno())
    return to


def read_manifest(archive: Path) -> Manifest:
    """Return what an archive says of itself; InputError if it is no backup, or one of a newer empla."""
    try:
        with tarfile.open(archive, "r:gz") as packed:
            first = packed.next()
            content = packed.extractfile(first) if first is not None and first.name == MANIFEST else None
            found: Any = json.loads(content.read()) if content is not None else None
            manifest = Manifest.model_validate(found)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {archive}") from error
    except (OSError, EOFError, tarfile.TarError, ValueError, ValidationError) as error:
        raise InputError(f"{archive} is not a backup of empla") from error
    if manifest.format > FORMAT:
        raise InputError(f"{archive} was made by a newer empla ({manifest.version})", next_step="install that version")
    return manifest


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Iterate over what is missing, damaged or too much in an unpacked archive, in words."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    for name in sorted(found ^ manifest.files.keys()):
        yield f"{name} is {'missing' if name in manifest.files else 'not in its list'}"
    for name in sorted(found & manifest.files.keys()):
        if digest(folder / name) != manifest.files[name]:
            yield f"{name} is damaged"
