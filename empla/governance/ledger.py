"""The ledger: acts and decisions in an append-only chain of hashes (law 6).

Each record is canonical JSON; its hash covers the hash before it, so a changed or missing record shows. Bodies stand in
it only as salted hashes; erasing the salt erases the body's trace without breaking the chain.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from empla.mind.codec import dumps

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One record, linked to the one before."""

    prev: str
    hash: str
    record: bytes


def entry(prev: str, record: Mapping[str, Any]) -> Entry:
    """Return the ledger entry for `record` after the entry with hash `prev`."""
    content = dumps(record).encode()
    return Entry(prev, link(prev, content), content)


def link(prev: str, content: bytes) -> str:
    """Return the hash of a record that follows `prev`."""
    return hashlib.sha256(prev.encode() + content).hexdigest()


def salted(salt: str, payload_hash: str) -> str:
    """Return the hash under which a payload stands in the ledger."""
    return hashlib.sha256(f"{salt}:{payload_hash}".encode()).hexdigest()


def first_break(entries: Iterable[Entry]) -> int | None:
    """Return the position (from 0) of the first entry that does not follow from the one before, None if all do."""
    prev = BEGINNING
    for position, found in enumerate(entries):
        if found.prev != prev or found.hash != link(prev, found.record):
            return position
        prev = found.hash
    return None
