"""Kept bytes: raw mails and attachments, named by their sha256; in files, or in the database that several hosts share.

A blob is written and fsynced before the inbox row that names it is committed, so a row never names bytes that a power
cut took away. Writing the same bytes twice is harmless; a file under its final name is always whole.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

from empla import faults
from empla.clock import Clock
from empla.errors import ExternalError, NotKept, ResourceError
from empla.store.store import Store, instant
from empla.store.syncing import sync_folder

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileBlobs:
    """Blobs in `folder`, fanned out over 256 folders by the first two digits. Implements `contract.Blobs`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _make_folder(folder)

    def read(self, sha256: str) -> bytes:
        """Return the bytes; ResourceError if they are gone or are not what they were."""
        path = self._path(sha256)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ResourceError(
                f"the kept bytes {sha256} cannot be read: {error.strerror}", next_step="restore them from a backup"
            ) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ResourceError(f"the kept bytes {sha256} are damaged", next_step="restore them from a backup")
        return content

    def keep(self, content: bytes) -> str:
        """Write and fsync the bytes, return their sha256; ResourceError if the disk does not take them."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        faults.point("blob.keep.before")
        try:
            # A file of the right length was renamed into place whole, and a damaged one is found out by `read`.
            if not path.exists() or path.stat().st_size != len(content):
                _write(path, content)
            else:
                sync_folder(path.parent)  # the one who wrote it may have died between rename and sync
        except OSError as error:
            raise NotKept(
                f"bytes cannot be kept in {self._folder}: {error.strerror}", next_step="make room on the disk"
            ) from error
        faults.point("blob.keep.after")
        return sha256

    def erase(self, sha256: str) -> None:
        """Overwrite and delete the bytes; nothing if they are not there."""
        path = self._path(sha256)
        try:
            if path.exists():
                with path.open("r+b") as file:
                    file.write(bytes(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
                sync_folder(path.parent)
        except OSError as error:
            raise ResourceError(f"the kept bytes {sha256} cannot be erased: {error.strerror}") from error

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ResourceError(f"{sha256!r} names no kept bytes")
        return self._folder / sha256[:2] / sha256[2:]


class StoredBlobs:
    """Blobs as rows of the employee's store, where another host has to find them when it takes over.

    `store` is a connection of their own, with the epoch of the process: each blob is a commit of its own, before that
    of the inbox row. Raises what a store raises, LeaseLost too. Implements `contract.Blobs`.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def read(self, sha256: str) -> bytes:
        """Return the bytes; ResourceError if they are gone or are not what they were."""
        content = stored(self._store, sha256)
        if content is None:
            raise ResourceError(f"the kept bytes {sha256} are gone", next_step="restore them from a backup")
        return content

    def keep(self, content: bytes) -> str:
        """Commit the bytes, return their sha256."""
        sha256 = hashlib.sha256(content).hexdigest()
        faults.point("blob.keep.before")
        row = {"sha256": sha256, "size": len(content), "kept_at": instant(self._clock.now()), "content": content}
        try:
            with self._store.transaction("blob"):
                self._store.add_new("blob", ("sha256",), row)
        except (ResourceError, ExternalError) as error:
            raise NotKept(error.sentence, next_step=error.next_step) from error
        faults.point("blob.keep.after")
        return sha256

    def erase(self, sha256: str) -> None:
        """Let the bytes go; nothing if they are not there."""
        with self._store.transaction("blob"):
            self._store.change("blob", {"sha256": sha256}, {"content": None})


def stored(store: Store, sha256: str) -> bytes | None:
    """Return bytes that are kept in a store itself, None if they are not; ResourceError if they are damaged."""
    rows = store.find("blob", {"sha256": sha256}, ("content",))
    if not rows or rows[0].content is None:
        return None
    content = bytes(rows[0].content)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ResourceError(f"the kept bytes {sha256} are damaged", next_step="restore them from a backup")
    return content


def _write(path: Path, content: bytes) -> None:
    _make_folder(path.parent)
    temporary = path.parent / f".{path.name[:16]}.{secrets.token_hex(8)}"
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
