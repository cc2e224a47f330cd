"""Taking an employee who leaves out of a database that all share: its rows go along as a file."""

import time
from contextlib import closing
from typing import Final

from empla.config import MIND_FILE, Home, load_settings
from empla.errors import ResourceError
from empla.store.copying import export
from empla.store.leasing import LEFT, Holder, Seen, Watch, boot_s
from empla.store.minds import open_mind
from empla.store.store import Store
from empla.store.syncing import sync_folder

_LOOK_S: Final = 0.5
_EXPORT_S: Final = 600
"""Seconds in which rows can be written to a file; nobody else begins to be the employee meanwhile."""

_OURS: Final = Holder(host="offboard", pid=0)


def take_out(home: Home, slug: str) -> None:
    """Write an employee's rows into `mind.db` in its folder, then delete them.

    What is left is its lease, which says that it has left, so that no other host begins to be it. Called again it goes
    on where it stood. ResourceError if another host is that employee.
    """
    with closing(open_mind(home, slug)) as store:
        seen = store.seen_lease()
        if seen is not None and seen.holder == LEFT:
            return
        if seen is None or seen.holder != str(_OURS):
            seen = _unheld(store, slug, load_settings(home).lease_s)
        store.take_over(seen, _OURS, _EXPORT_S)
        fresh = home.mind_file(slug).with_name(f"{MIND_FILE}.new")
        fresh.unlink(missing_ok=True)
        export(store, fresh)
        fresh.replace(home.mind_file(slug))
        sync_folder(home.employee(slug))
        store.leave()


def _unheld(store: Store, slug: str, for_s: int) -> Seen | None:
    """Return the lease once nobody can hold it any more."""
    watch, began = Watch("", for_s), boot_s()
    while not watch.is_free(seen := store.seen_lease(), at := boot_s()):
        if at - began > 2 * for_s and seen is not None:
            raise ResourceError(
                f"another host ({seen.holder.partition('@')[0]}) is {slug}",
                next_step=f"there `empla pause {slug}` first; then give the same command again",
            )
        time.sleep(_LOOK_S)
    return seen
