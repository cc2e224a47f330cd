"""Whether any file still holds words that were to be forgotten: every file of a folder, byte by byte.

A file is looked through as UTF-8 and with JSON's escapes undone; what is packed in it (zlib, gzip, zip) is unpacked
first, and a mail is read in every part, however it is encoded for transport. Of a SQLite file the rows are read as
well, for a long one lies in pieces, and what is packed in them is unpacked.
"""

import gzip
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from pathlib import Path
from typing import Final

from empla.memory.forgetting.words import pattern
from empla.store.store import Store
from empla.store.tables import EMPLOYEE

_SQLITE: Final = b"SQLite format 3\0"
_LARGEST: Final = 64 << 20
"""Bytes that are unpacked of one thing: more is no mail and no row of ours."""
_AT_ONCE: Final = 200
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})|\\([nrt\"\\/])")
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Words were found: in which file, and in which table of it ("" for the bytes themselves)."""

    path: Path
    where: str = ""


def scan(folder: Path, terms: tuple[str, ...]) -> Iterator[Found]:
    """Iterate over the files in a folder, and below, that hold any of the terms."""
    sought = pattern(terms)
    if sought is None:
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield from _in_file(path, sought)


def tables_with(store: Store, terms: tuple[str, ...]) -> Iterator[str]:
    """Iterate over the tables of a store in which a value has any of the terms: where it lies in no file of ours."""
    sought = pattern(terms)
    if sought is None:
        return
    for name, table in EMPLOYEE.tables.items():
        columns = tuple(c.name for c in table.columns if c.name not in ("tenant_id", "employee_id"))
        last = 0
        while rows := store.find(name, (), columns, at_least={"seq": last + 1}, limit=_AT_ONCE):
            if any(sought.search(text) for row in rows for value in row for text in _values(value)):
                yield name
                break
            last = rows[-1].seq


def _in_file(path: Path, sought: re.Pattern[str]) -> Iterator[Found]:
    try:
        content = path.read_bytes()
    except OSError:
        return  # gone since it was listed: a log that was emptied, say
    if any(sought.search(text) for text in _texts(content)):
        yield Found(path=path)
    if content.startswith(_SQLITE):
        for table in _rows_with(path, sought):
            yield Found(path=path, where=table)


def _rows_with(path: Path, sought: re.Pattern[str]) -> Iterator[str]:
    """Iterate over the tables of a SQLite file in which a value has any of it."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA query_only = ON")
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            with suppress(sqlite3.DatabaseError):
                rows = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name out of the file's own schema
                if any(sought.search(text) for row in rows for value in row for text in _values(value)):
                    yield name


def _values(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        if "\\" in value:
            yield _unescaped(value)
    elif isinstance(value, bytes | memoryview):
        yield from _texts(bytes(value))


def _texts(content: bytes) -> Iterator[str]:
    """Iterate over the texts that bytes may be read as."""
    text = content.decode(errors="replace")
    yield text
    if "\\" in text:
        yield _unescaped(text)
    for unpacked in _unpacked(content):
        yield from _texts(unpacked)
    if b"\nContent-T" in content or content[:9].lower() == b"received:":
        yield from _mail(content)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _PLAIN.get(m[2], m[2]), text)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:2] in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(content, _LARGEST)
    elif content[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.GzipFile(fileobj=io.BytesIO(content)).read(_LARGEST)
    elif content[:4] == b"PK\x03\x04":
        with suppress(zipfile.BadZipFile, RuntimeError, zlib.error), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if entry.file_size <= _LARGEST:
                    yield archive.read(entry)


def _mail(content: bytes) -> Iterator[str]:
    """Iterate over the headers and parts of a mail, decoded."""
    with suppress(MessageError, ValueError, LookupError, TypeError):
        message = message_from_bytes(content, policy=policy.default)
        for part in message.walk():
            for value in part.values():
                yield str(value)
            body = part.get_payload(decode=True) if not part.is_multipart() else None
            if isinstance(body, bytes):
                yield body.decode(errors="replace")
