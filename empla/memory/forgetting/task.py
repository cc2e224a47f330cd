"""One forgetting under way: kept in the table of cursors, so that a process that dies goes on where it was.

While it is under way its row holds the words, for they are looked for; with the entry in the ledger they go from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from empla.memory.forgetting.words import Words
from empla.mind import codec
from empla.mind.codec import registered
from empla.store.store import Store

SENSOR: Final = "forgetting:"
"""With the run's name: under which the table of cursors keeps it."""
BEGIN: Final = "forgetting"
"""Under which it keeps the cycle after which a replay begins: what was before is not whole any more."""

MIND, ROWS, SNAPSHOT, BLOBS, ENTRY, INDEXES, WIPING, DONE = (
    "mind", "rows", "snapshot", "blobs", "entry", "indexes", "wiping", "done",
)  # fmt: skip
"""How far it has come, in this order; rows of memory were erased in the transaction that began it."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """How far one has come. `table` and `upto` say which rows were looked through, `kept` what is still needed.

    `hashes` are the salted hashes of what was erased, by what it was; `own` the percepts and acts that are theirs
    whole; `percept` is what the mind was told.
    """

    run: str
    by: str
    salt: str = ""
    terms: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    also_open: bool = False
    stage: str = MIND
    percept: str = ""
    table: str = ""
    upto: int = 0
    blobs: tuple[str, ...] = ()
    hashes: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    def words(self) -> Words:
        """Return what tables are looked through for."""
        return Words(
            salt=self.salt,
            terms=self.terms,
            lines=frozenset(self.lines),
            keys=frozenset(self.keys),
            blobs=set(self.blobs),
        )

    def without_words(self) -> "Forgetting":
        """Return it with nothing in it by which anybody could tell what it was about."""
        return replace(self, salt="", terms=(), lines=(), keys=(), own=(), blobs=(), hashes=(), percept="")


def keep(store: Store, known: Forgetting) -> None:
    """Write how far it has come, in the current transaction."""
    row = {"sensor": f"{SENSOR}{known.run}", "body": codec.dumps(known)}
    store.put("cursor", ("sensor",), ("body",), row)


def known(store: Store, run: str) -> Forgetting | None:
    """Return one forgetting, None if there is none of this name."""
    rows = store.find("cursor", {"sensor": f"{SENSOR}{run}"}, ("body",))
    found: Forgetting | None = codec.loads(rows[0].body) if rows else None
    return found


def under_way(store: Store) -> Forgetting | None:
    """Return the oldest that is not over, None if all are."""
    for row in store.find("cursor", (), ("sensor", "body")):
        if row.sensor.startswith(SENSOR):
            found: Forgetting = codec.loads(row.body)
            if found.stage != DONE:
                return found
    return None


def keep_beginning(store: Store, cycle: int) -> None:
    """Note the cycle after which a replay begins from now on, in the current transaction."""
    store.put("cursor", ("sensor",), ("body",), {"sensor": BEGIN, "body": codec.dumps({"cycle": cycle})})


def beginning(store: Store) -> int:
    """Return the cycle after which a replay begins, 0 if nothing was ever erased."""
    rows = store.find("cursor", {"sensor": BEGIN}, ("body",))
    return int(codec.loads(rows[0].body)["cycle"]) if rows else 0
