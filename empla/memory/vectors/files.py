"""The files of a mapped index: columns that grow at their ends, and the head that says how far they count.

    head                 model, generation, how many rows, how far the truth was read; replaced as a whole
    lock                 held (flock) by whoever writes
    3-numbers, 3-means   the columns of generation 3

What was appended counts from the instant at which a head says so; what a process that died left behind it is cut off by
the next that writes. A head that is damaged, or says more than there is in a column, counts for nothing: the index is
empty then. Compacting and clearing make a new generation, so what a reader has mapped never changes under it but for
rows that are erased.
"""

import fcntl
import json
import mmap
import os
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from empla.errors import Delayed, ResourceError
from empla.faults import point
from empla.memory.text.index import Mark
from empla.store.syncing import sync_folder

LABEL: Final = np.dtype(
    [
        ("at", "<i8"),
        ("kind", "<u4"),
        ("tokens", "<u4"),
        ("first", "<i8"),
        ("visibility", "u1"),
        ("dead", "u1"),
        ("", "V6"),
    ]
)
"""What is kept of a row besides its vectors: when (microseconds), kind, how many tokens from where, who may see it."""

PERSON: Final = np.dtype([("who", "<u8"), ("row", "<i8")])
"""That somebody took part in a row."""

_FORMAT: Final = 1
_BEGINNING: Final = Mark()
_STEP_S: Final = 0.005
_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How much of each column of a generation counts. `gone` are rows that count no more and are yet to be erased."""

    model: str = ""
    dims: int = 0
    generation: int = 0
    rows: int = 0
    tokens: int = 0
    people: int = 0
    mark: Mark = _BEGINNING
    gone: tuple[int, ...] = ()

    def lengths(self) -> Mapping[str, int]:
        """Return how many rows of each column count."""
        counts = {"tokens": self.tokens, "people": self.people}
        return {name: counts.get(name, self.rows) for name in COLUMNS}


COLUMNS: Final = ("numbers", "means", "signs", "labels", "tokens", "people")


def row_type(column: str, dims: int) -> np.dtype[Any]:
    """Return the type of one row of a column, for vectors of `dims` dimensions."""
    vectors = {"numbers": "<i8", "means": f"({dims},)<f4", "signs": f"({-(-dims // 64)},)<u8", "tokens": f"({dims},)i1"}
    return np.dtype(vectors[column]) if column in vectors else {"labels": LABEL, "people": PERSON}[column]


class Files:
    """The files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._head = folder / "head"

    def head(self) -> bytes:
        """Return the head as it lies there; empty if there is none. It is another whenever something else counts."""
        try:
            return self._head.read_bytes()
        except FileNotFoundError:
            return b""

    def read(self) -> tuple[bytes, Head, dict[str, NDArray[Any]]]:
        """Return the head, as it lies there and parsed, and the columns it speaks of, mapped.

        It is an empty one if there is none that counts.
        """
        raw = self.head()
        for _ in range(_TRIES):
            head = _parsed(raw) or self.empty()
            try:
                return raw, head, {name: self._map(head, name, count) for name, count in head.lengths().items()}
            except FileNotFoundError:  # compacted meanwhile; or lost, and then it stays so
                raw = self.head()
            except ValueError:
                break
        head = self.empty()
        return raw, head, {name: self._map(head, name, 0) for name in COLUMNS}

    def empty(self) -> Head:
        """Return the head of a new generation: one whose files nobody has mapped."""
        found = [int(start) for file in self.folder.glob("*-*") if (start := file.name.partition("-")[0]).isdecimal()]
        return Head(generation=max(found, default=0) + 1)

    @contextmanager
    def writing(self, *, wait_s: float = 0.0) -> Iterator[None]:
        """Hold the lock of who writes.

        Delayed if somebody else has it for longer than `wait_s` seconds, ResourceError if the disk does not take what
        is written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.folder / "lock").open("w") as file:
                _lock(file.fileno(), wait_s)
                yield
        except OSError as error:
            raise ResourceError(
                f"vectors cannot be written in {self.folder}: {error.strerror}", next_step="make room on the disk"
            ) from error

    def append(self, head: Head, rows: Mapping[str, NDArray[Any]]) -> Head:
        """Write rows behind those that count, and return the head that will have them count."""
        for name, count in head.lengths().items():
            values = np.ascontiguousarray(rows[name], row_type(name, head.dims).base)
            with self._opened(head, name) as file:
                size = count * row_type(name, head.dims).itemsize
                os.ftruncate(file, size)  # what somebody who died had begun
                point(f"vectors {name} cut")
                _write(file, values.tobytes(), size)
                point(f"vectors {name} written")
                os.fdatasync(file)
        grown = {name: head.lengths()[name] + len(rows[name]) for name in ("numbers", "tokens", "people")}
        return replace(head, rows=grown["numbers"], tokens=grown["tokens"], people=grown["people"])

    def commit(self, head: Head) -> None:
        """Have this head count, once what it speaks of is on the disk."""
        text = json.dumps({"format": _FORMAT, **asdict(head)}).encode()
        fresh = self._head.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(_check(text) + b" " + text)
            file.flush()
            os.fsync(file.fileno())
        point("vectors head written")
        fresh.replace(self._head)
        sync_folder(self.folder)
        point("vectors head counts")

    def erase(self, head: Head, column: str, spans: Iterable[tuple[int, int]]) -> None:
        """Write zeros over these rows of a column, each span the first and how many: they count no more."""
        size = row_type(column, head.dims).itemsize
        self.overwrite(head, column, ((first, bytes(size * count)) for first, count in spans))

    def overwrite(self, head: Head, column: str, rows: Iterable[tuple[int, bytes]]) -> None:
        """Write over rows of a column, from each one on."""
        with self._opened(head, column) as file:
            for row, content in rows:
                _write(file, content, row * row_type(column, head.dims).itemsize)
            os.fdatasync(file)

    def sweep(self, head: Head) -> None:
        """Remove the files of other generations."""
        for file in self.folder.glob("*-*"):
            if not file.name.startswith(f"{head.generation}-"):
                with suppress(FileNotFoundError):
                    file.unlink()

    def _map(self, head: Head, column: str, count: int) -> NDArray[Any]:
        """Return a column, mapped; ValueError if it is shorter than it should be."""
        kind = row_type(column, head.dims)
        if not count:
            return np.zeros(0, kind)
        with self._path(head, column).open("rb") as file:
            mapped = mmap.mmap(file.fileno(), count * kind.itemsize, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, kind)

    def _path(self, head: Head, column: str) -> Path:
        return self.folder / f"{head.generation}-{column}"

    @contextmanager
    def _opened(self, head: Head, column: str) -> Iterator[int]:
        file = os.open(self._path(head, column), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield file
        finally:
            os.close(file)


def let_go(column: NDArray[Any]) -> None:
    """Have a mapped column's pages be no part of this process until they are looked at again."""
    base: Any = column
    while isinstance(base, np.ndarray):
        base = base.base
    mapped = base.obj if isinstance(base, memoryview) else base
    if isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)


def _parsed(raw: bytes) -> Head | None:
    """Return the head that lies there; None if it is damaged, or of another format."""
    checked, _, text = raw.partition(b" ")
    if checked != _check(text):
        return None
    told = json.loads(text)
    if told.pop("format") != _FORMAT:
        return None
    return Head(**{**told, "mark": Mark(*told["mark"]), "gone": tuple(told["gone"])})


def _lock(file: int, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Delayed("another process writes vectors at this moment") from None
        time.sleep(_STEP_S)


def _check(text: bytes) -> bytes:
    return f"{zlib.crc32(text):08x}".encode()


def _write(file: int, content: bytes, at: int) -> None:
    left = memoryview(content)
    while left:
        written = os.pwrite(file, left, at)
        left, at = left[written:], at + written
