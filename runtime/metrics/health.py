"""Whether a company lives, and whether it is ready.

It lives while the supervisor's loop advances, which an answer proves. It is ready when the office listens, no employee
is starting, and what must be written can be: the company's file, and anything at all on its disk.
"""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

from empla.config import Home
from runtime.room import is_full
from runtime.supervisor.supervisor import Supervisor

_BUSY_S = 2.0


async def health(supervisor: Supervisor, home: Home) -> dict[str, Any]:
    """Return whether the company lives and is ready, and what is against it."""
    against = []
    if not supervisor.office_ready.is_set():
        against.append("the office does not listen")
    if not supervisor.ready:
        against += [f"{keeper.entry.name} is starting" for keeper in supervisor.keepers if not keeper.settled]
    if why := await asyncio.to_thread(_unwritable, home):
        against.append(why)
    return {"live": True, "ready": supervisor.ready and not against, "against": against}


def _unwritable(home: Home) -> str:
    """Return why nothing can be written, empty if it can."""
    try:
        if home.company_db.exists():
            with closing(sqlite3.connect(home.company_db, timeout=_BUSY_S, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        return "the disk is full" if is_full(home.root) else ""
    except (sqlite3.Error, OSError) as error:
        return f"nothing can be written: {error}"
