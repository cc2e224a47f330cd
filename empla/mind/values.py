"""Values that say where they came from (law 5).

An address, an amount or an instant that an action uses must carry its *origin*: the percept and field it was read
from, the directory, the manager's own words, a policy, or our own code. Operation schemas require these types and
refuse a plain string, so a value cannot lose its origin on the way from a mail to an act.

They are made only by readings, directories and stores.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """Where a value came from, most trusted first."""

    OWN = "own"  # made by our own code
    POLICY = "policy"  # stands in the company's or the role's policy
    MANAGER = "manager"  # the manager's own words, authenticated
    DIRECTORY = "directory"  # looked up in the company's directory
    RECORD = "record"  # read back from an account the employee works in
    PERCEPT = "percept"  # came from outside: data, never authority


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: the kind of source, the row it stands in (a percept key, say) and the field."""

    source: Source
    ref: str = ""
    field: str = ""


OWN = Origin(Source.OWN)
OUTSIDE = Origin(Source.PERCEPT)


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address, lower-cased (addr-spec of RFC 5322, without display name)."""

    value: str
    origin: Origin

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time, aware, and the zone in which a person would say it."""

    value: datetime
    zone: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money: minor units and ISO 4217 currency."""

    minor: int
    currency: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Url:
    """A web address."""

    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class FileRef:
    """A kept file: the sha256 of its bytes in the blob store, its name and media type as given, its size in bytes."""

    sha256: str
    name: str
    media_type: str
    origin: Origin
    size: int = 0


@dataclass(frozen=True, slots=True)
class EventRef:
    """A calendar event: its UID (RFC 5545) and the SEQUENCE it was seen at."""

    uid: str
    sequence: int
    origin: Origin
