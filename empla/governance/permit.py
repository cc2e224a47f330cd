"""A permit: the only thing an adapter acts upon.

Only `empla.governance.gate` makes one, for one outbox row and the exact bytes that were decided about. An adapter that
wants to act without the gate would have to forge the seal, which a test and a reader both see.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from empla.errors import InternalError


@dataclass(frozen=True, slots=True)
class Payload:
    """Exactly what will go out: where to (`target`, plain JSON data) and the bytes (a mail, an iCalendar object)."""

    target: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""

    def digest(self) -> str:
        """Return the sha256 over target and content, in hex."""
        head = json.dumps(self.target, sort_keys=True, separators=(",", ":")).encode()
        return hashlib.sha256(len(head).to_bytes(8, "big") + head + self.content).hexdigest()


class _Seal:
    """Held by the gate alone."""


_SEAL = _Seal()


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to perform one outbox row once: its id, operation, payload with hash, and the lease's epoch."""

    action: str
    operation: str
    payload: Payload
    payload_hash: str
    epoch: int
    attempt: int
    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise InternalError("a permit was made outside the gate")
        if self.payload.digest() != self.payload_hash:
            raise InternalError(f"the payload of action {self.action} is not the one that was decided about")
