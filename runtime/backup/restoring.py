"""Restoring a home from a backup: checked whole before anything is touched, then put in place by one rename."""

import contextlib
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from empla.clock import Clock
from empla.config import Home, load_settings
from empla.errors import InputError, ResourceError, ValidationError
from empla.store.copying import take_in
from runtime.backup.archive import INSIDE, MINDS, Manifest, Progress, differences, read_manifest
from runtime.supervisor import homelock

_UIDS_LEFT_OUT: Final = 100_000
"""What mail clients have seen since the backup was made must not be taken for what comes now: RFC 3501 wants numbers
that only rise, so the next ones begin far beyond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A home that was restored. `aside` is where the one that was there lies now; `key` says whether it can sign in."""

    manifest: Manifest
    aside: Path | None
    key: bool


def restore(archive: Path, home: Home, clock: Clock, *, replace: bool, progress: Progress) -> Restored:
    """Make `home` what it was when the backup was made.

    What is there already is put aside with `replace`, never deleted; else InputError. HomeInUse while it is run.
    ValidationError if the archive is damaged; then nothing was touched.
    """
    manifest = read_manifest(archive)
    there = home.company_db.exists()
    if not replace and (there or (home.root.exists() and any(home.root.iterdir()))):
        raise InputError(
            f"there is a home at {home.root}" if there else f"{home.root} is not empty",
            next_step="name another with --home, or put this one aside with --replace",
        )
    with contextlib.ExitStack() as held:
        if there:
            held.enter_context(homelock.take(home, "restore"))
        with _folder_beside(home) as made:
            fresh = Path(made) / INSIDE
            _unpack(archive, Path(made), manifest, progress)
            _check(fresh, manifest, archive)
            _begin_numbers_anew(fresh / "office" / "office.db")
            aside = _put_aside(home, clock) if home.root.exists() else None
            kept = aside / home.key.name if aside is not None else None
            if kept is not None and kept.exists() and not (fresh / home.key.name).exists():
                shutil.copy2(kept, fresh / home.key.name)  # of the home that was there: the same key, as a rule
            fresh.rename(home.root)
    home.create()
    _take_in_minds(home, replace=replace)
    return Restored(manifest=manifest, aside=aside, key=home.key.exists())


def _folder_beside(home: Home) -> tempfile.TemporaryDirectory[str]:
    """Return a new folder on the file system of the home, so that its content takes the home's place by one rename."""
    try:
        home.root.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=home.root.parent, prefix=".empla-restore-")
    except OSError as error:
        raise ResourceError(
            f"nothing can be written beside {home.root}: {error.strerror}",
            next_step="run it as a user who may, or name another home with --home",
        ) from error


def _take_in_minds(home: Home, *, replace: bool) -> None:
    """Write minds that came from a database into the one that the settings name now, else into files of their own."""
    kept = home.root / MINDS
    database = load_settings(home).database
    for file in sorted(kept.glob("*.db")):
        if database:
            take_in(file, database, file.stem, replace=replace)
            file.unlink()
        else:
            home.mind_file(file.stem).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.rename(home.mind_file(file.stem))
    if kept.exists():
        shutil.rmtree(kept)


def _unpack(archive: Path, to: Path, manifest: Manifest, progress: Progress) -> None:
    try:
        with tarfile.open(archive, "r:gz") as packed:
            for number, entry in enumerate(packed):
                packed.extract(entry, to, filter="data")
                progress(min(number, len(manifest.files)), len(manifest.files))
    except (EOFError, tarfile.TarError) as error:
        raise ValidationError(
            f"{archive} is damaged: it cannot be unpacked", next_step="take another backup"
        ) from error
    except OSError as error:
        raise ResourceError(f"{archive} cannot be unpacked: {error}", next_step="make room") from error


def _check(folder: Path, manifest: Manifest, archive: Path) -> None:
    wrong = next(differences(folder, manifest), None)
    if wrong is not None:
        raise ValidationError(f"{archive} is damaged: {wrong}", next_step="take another backup; nothing was changed")
    for database in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(database)) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise ValidationError(f"{archive} is damaged: {database.name}: {said}", next_step="take another backup")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    folder.chmod(0o700)


def _begin_numbers_anew(office: Path) -> None:
    if not office.exists():
        return
    with closing(sqlite3.connect(office)) as database, database:
        database.execute("UPDATE mailbox SET next_uid = next_uid + ?", (_UIDS_LEFT_OUT,))


def _put_aside(home: Home, clock: Clock) -> Path:
    aside = home.root.with_name(f"{home.root.name}.before-restore-{clock.now():%Y%m%dT%H%M%S}")
    home.root.rename(aside)
    return aside
