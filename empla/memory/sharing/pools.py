"""Where employees of one company keep what they share: one pool for the company, and one for each team.

A pool is a store like an employee's, with an index of words beside it: whoever may read it may read all of it, so that
who sees what is decided by which pools are asked, and within them by the visibility of each row, in the query. A team
is all who work for one manager. In `shared/company` and `shared/team-...` of the home; where minds lie in a database,
rows of that database under names that no employee can have.

Only who has a pool's lease writes to it: each writer takes it for one transaction, and one that comes between loses and
tries again later.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from empla.config import MIND_FILE, Home, Settings, load_settings
from empla.memory.model import Visibility
from empla.store.leasing import Seen
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store

COMPANY: Final = "company"
_HOLDER: Final = "sharing"
_FOLDER: Final = "shared"


def team(manager: str) -> str:
    """Return the name of the pool of those who work for a manager; it does not tell who that is."""
    return f"team-{hashlib.sha256(manager.strip().lower().encode()).hexdigest()[:16]}"


def pool_of(visibility: int, manager: str) -> str:
    """Return the pool in which a memory is shared, "" for one that is private."""
    if visibility >= Visibility.COMPANY:
        return COMPANY
    return team(manager) if visibility == Visibility.TEAM and manager else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """The pools of one home."""

    root: Path
    settings: Settings

    @classmethod
    def of(cls, home: Home) -> "Pools":
        """Return those of a home."""
        return cls(root=home.root / _FOLDER, settings=load_settings(home))

    def exists(self, pool: str) -> bool:
        """Return whether anything was ever shared there."""
        return bool(self.settings.database) or (self.folder(pool) / MIND_FILE).exists()

    def folder(self, pool: str) -> Path:
        """Return the folder of a pool's files."""
        return self.root / pool

    def open(self, pool: str) -> Store:
        """Open a pool to read."""
        return open_inbox(self._place(pool), _name(pool))

    @contextmanager
    def writing(self, pool: str) -> Iterator[Store]:
        """Give a pool to write, with its lease; it is made if there is none. LeaseLost if another writer was faster."""
        if not self.settings.database:
            self.folder(pool).mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(open_store(self._place(pool), _name(pool))) as store:
            seen: Seen | None = store.seen_lease()
            store.take_lease(1 + (seen.epoch if seen is not None else 0), _HOLDER)
            yield store

    def _place(self, pool: str) -> str | Path:
        return self.settings.database or self.folder(pool) / MIND_FILE


def _name(pool: str) -> str:
    """Return under which name a pool's rows are kept: the colon is in no employee's."""
    return f"shared:{pool}"


def shared_key(owner: str, memory: str) -> str:
    """Return how a memory is known in pools, and cited: whose it is, and its id there."""
    return f"{owner}/{memory}"
