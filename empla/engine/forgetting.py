"""Carrying a forgetting through, a piece at a time, each in a transaction with how far it has come.

    mind        beliefs that have the words are let go by a cycle, which a percept with their ids asks for
    rows        every table is looked through (`empla.memory.forgetting.rows`)
    snapshot    the mind as it is now is kept anew, older snapshots go, and a replay begins here from now on: what was
                before is not whole any more
    blobs       the kept bytes of what was erased, and salts of acts
    entry       the ledger's entry; with it the words go from the task itself
    indexes     the employee's indexes learn of it
    wiping      the store is written anew, without free pages, and its log emptied

A process that dies goes on where it was: done twice, each piece comes to the same.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from empla.capabilities.contract import Blobs
from empla.engine import inbox
from empla.engine.journal import Journal
from empla.engine.loading import load
from empla.errors import EmplaError
from empla.faults import point
from empla.memory.forgetting import proving, task
from empla.memory.forgetting.command import forget_news
from empla.memory.forgetting.rows import TABLES, Looking
from empla.memory.forgetting.task import Forgetting
from empla.memory.forgetting.words import Words, hashed
from empla.mind import codec
from empla.mind.commitments import PROMISES, is_open
from empla.mind.intentions import OVER, Stage
from empla.mind.percepts import MEMORY_FORGOTTEN, Percept
from empla.mind.values import OWN
from empla.store.store import Store

log = structlog.get_logger()

_HANDLED: Final = frozenset({"handled", "quarantined", "dropped"})
_PROFILE: Final = "profile"


class Forgetter:
    """Carries through what an employee was told to forget. `reload` has the mind taken from its tables again.

    `index` has the indexes of memory learn what is gone. Without anything to do it costs nothing.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        *,
        reload: Callable[[], None],
        index: Callable[[], None],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._reload = reload
        self._index = index
        self._is_due = True  # until it was looked: the process before may have died over it
        self._stages = {
            task.MIND: self._mind,
            task.ROWS: self._rows,
            task.SNAPSHOT: self._snapshot,
            task.BLOBS: self._blobs_gone,
            task.ENTRY: self._entry,
            task.INDEXES: self._indexes,
            task.WIPING: self._wiping,
        }

    def told(self) -> None:
        """Look again whether there is something to forget."""
        self._is_due = True

    def piece(self, at: datetime) -> bool:
        """Do one piece; return whether there may be more that can be done at once."""
        if not self._is_due:
            return False
        known = task.under_way(self._store)
        if known is None:
            self._is_due = False
            return False
        return self._stages[known.stage](known, at)

    # the mind -------------------------------------------------------------------------------------------------

    def _mind(self, known: Forgetting, at: datetime) -> bool:
        """Ask for a cycle that lets beliefs go, and wait for it."""
        if known.percept:
            rows = self._store.find("percept", {"key": known.percept}, ("state",))
            if not rows or rows[0].state in _HANDLED:
                with self._store.transaction("forget"):
                    task.keep(self._store, replace(forget_news(self._store, known, at), stage=task.ROWS, percept=""))
                return True
            return False  # its turn comes with the next percept
        words = known.words()
        beliefs = [row for row in self._held() if _is_meant(row, words, known)]
        going = [row for row in beliefs if not _is_promised(row)]
        fields = {
            "beliefs": tuple(sorted(row.id for row in going)),
            "intentions": self._given_up(words) if known.also_open else (),
            "by": known.by,
        }
        told = Percept(key=f"{MEMORY_FORGOTTEN}:{known.run}", kind=MEMORY_FORGOTTEN, fields=fields, origin=OWN)
        following = replace(
            known,
            percept=told.key,
            kept=tuple(f"belief {row.id}" for row in beliefs if row not in going),
            counts={**known.counts, **({"belief": len(going)} if going else {})},
            hashes=(*known.hashes, *((f"belief {row.id}", hashed(known.salt, row.body)) for row in going)),
        )
        with self._store.transaction("forget"):
            inbox.insert(self._store, told, at)
            task.keep(self._store, following)
        return True

    def _held(self) -> Sequence[Any]:
        return self._store.find("belief", {"held": 1}, ("id", "functor", "body"))

    def _given_up(self, words: Words) -> tuple[str, ...]:
        """Return the open intentions that have the words, in themselves or in a step."""
        found = []
        for stage in Stage:
            for row in (
                self._store.find("intention", {"stage": stage.value}, ("id", "body")) if stage not in OVER else ()
            ):
                steps = self._store.find("step", {"intention": row.id}, ("id", "body"))
                texts = (row.body, *(step.body for step in steps))
                if any(words.text(text) != text for text in texts) or any(step.id in words.keys for step in steps):
                    found.append(row.id)
        return tuple(sorted(found))

    # rows -----------------------------------------------------------------------------------------------------

    def _rows(self, known: Forgetting, _at: datetime) -> bool:
        """Look through the next rows."""
        words = known.words()
        table = known.table or TABLES[0]
        with self._store.transaction("forget"):
            looked = Looking(self._store, words, also_open=known.also_open).piece(table, known.upto)
            for name, _ in looked.changed:
                if name.startswith("action "):
                    self._store.change("salt", {"action": name.removeprefix("action ")}, {"salt": ""})
            counts = {**known.counts, table: known.counts.get(table, 0) + len(looked.changed)}
            following = replace(
                known,
                upto=looked.upto,
                table=table,
                counts={name: number for name, number in counts.items() if number},
                kept=tuple(dict.fromkeys((*known.kept, *looked.needed))),
                hashes=(*known.hashes, *((name, hashed(known.salt, was)) for name, was in looked.changed)),
                blobs=tuple(sorted(words.blobs)),
            )
            if not looked.more:
                place = TABLES.index(table) + 1
                following = (
                    replace(following, table=TABLES[place], upto=0)
                    if place < len(TABLES)
                    else replace(following, stage=task.SNAPSHOT, table="", upto=0)
                )
            task.keep(self._store, following)
            point("forget:rows")
        return True

    # what is kept of the mind ---------------------------------------------------------------------------------

    def _snapshot(self, known: Forgetting, _at: datetime) -> bool:
        """Keep the mind as its tables have it now, and let every older snapshot go."""
        with self._store.transaction("forget"):
            journal = Journal(self._store)
            if journal.cycle:
                journal.keep(load(self._store))
                task.keep_beginning(self._store, journal.cycle)
                for row in self._store.find("snapshot", (), ("seq", "cycle")):
                    if row.cycle != journal.cycle:
                        self._store.remove("snapshot", {"seq": row.seq})
            task.keep(self._store, replace(known, stage=task.BLOBS))
        self._reload()
        return True

    def _blobs_gone(self, known: Forgetting, _at: datetime) -> bool:
        """Erase the raw mails and files of what was erased; those that something still needs are needed with it."""
        hashes = []
        for sha256 in known.blobs:
            self._blobs.erase(sha256)
            hashes.append((f"blob {hashed(known.salt, sha256)[:12]}", hashed(known.salt, sha256)))
            point("forget:blob")
        counts = {**known.counts, **({"blob": len(hashes)} if hashes else {})}
        self._drop_copies()
        with self._store.transaction("forget"):
            following = replace(known, stage=task.ENTRY, hashes=(*known.hashes, *hashes), counts=counts)
            task.keep(self._store, following)
        return True

    def _drop_copies(self) -> None:
        """Delete the copies of the store that were made before it was brought up to date: they have it all."""
        path = Path(self._store.place)
        if path.is_file():
            for copy in path.parent.glob(f"{path.name}.before-*"):
                copy.unlink(missing_ok=True)

    # the end --------------------------------------------------------------------------------------------------

    def _entry(self, known: Forgetting, at: datetime) -> bool:
        """Enter what was done in the ledger; from here on nothing in the store tells whose it was."""
        with self._store.transaction("forget"):
            proving.enter(self._store, known, at)
            task.keep(self._store, replace(known.without_words(), stage=task.INDEXES))
        log.info("something was forgotten", run=known.run, rows=sum(known.counts.values()), kept=len(known.kept))
        return True

    def _indexes(self, known: Forgetting, _at: datetime) -> bool:
        try:
            self._index()
        except EmplaError as error:  # an index that cannot be used is made anew, or a person looks after it
            log.error("an index could not be told what was forgotten", why=error.sentence, next_step=error.next_step)
        with self._store.transaction("forget"):
            task.keep(self._store, replace(known, stage=task.WIPING))
        return True

    def _wiping(self, known: Forgetting, _at: datetime) -> bool:
        if not self._store.wipe():
            return False  # somebody reads: with the next turn
        with self._store.transaction("forget"):
            task.keep(self._store, replace(known, stage=task.DONE))
        return True


def _is_meant(row: Any, words: Words, known: Forgetting) -> bool:
    """Return whether a belief has the words, or comes from something that is forgotten whole."""
    if row.functor == _PROFILE:
        return False
    return words.text(row.body) != row.body or json.loads(row.body)["origin"]["ref"] in known.own


def _is_promised(row: Any) -> bool:
    """Return whether a belief is a promise that is open: it ends by being kept, or by whoever may release it."""
    return row.functor in PROMISES and is_open(codec.loads(row.body))
