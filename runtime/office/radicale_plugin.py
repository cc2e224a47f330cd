"""What Radicale loads into its own process: who may sign in, and what they may touch, straight from office.db.

Radicale reads rights files only when it starts and would need a copy of every password hash; with this it asks the
one place where accounts and grants stand, at every request. It finds `Auth` and `Rights` by their names (its
documented plug-in interface); this module imports nothing of Radicale, and nothing else of ours imports this module.

The permissions it hands out are Radicale's letters: `R`/`W` folders, `r`/`w` calendars, `f` when somebody is busy,
`d`/`o` forbid to delete or replace a calendar as a whole.
"""

import os
import socketserver
import threading
from typing import Any

from empla.config import Home, load_settings
from runtime.office import calendars, database, passwords

OWN_CALENDAR = "rwdo"
OWN_FOLDER = "RrWw"
GRANTED = "rwdo"
FREE_BUSY = "f"
FOLDERS = "R"


class Auth:
    """Checks names and passwords; a person is known by the full address, whichever way they sign in."""

    def __init__(self, configuration: Any) -> None:
        home = Home.find()
        self._db = database.connect(home)
        self._lock = threading.Lock()
        self._sign_in = passwords.SignIn(self._db, load_settings(home).domain)

    def get_external_login(self, environ: Any) -> tuple[()]:
        """Say that HTTP's own authentication is used."""
        return ()

    def login(self, login: str, password: str, context: Any) -> tuple[str, str, set[str]]:
        """Return (address, how, groups); an empty address if name or password are wrong."""
        with self._lock:
            account = self._sign_in.account(login)
        if not self._sign_in.matches(account, password) or account is None:
            return "", "office", set()
        return account.address, "office", set()


class Rights:
    """Everybody owns what lies under their address, sees when others are busy, and uses what was granted."""

    def __init__(self, configuration: Any) -> None:
        self._db = database.connect(Home.find())
        self._lock = threading.Lock()

    def authorization(self, user: str, user_groups: set[str], path: str) -> str:
        """Return the permissions of `user` (an address, empty if not signed in) at `path`."""
        parts = [part for part in path.split("/") if part]
        if not user:
            return ""
        if not parts:
            return FOLDERS
        owner, *below = parts
        if owner == user:
            return OWN_CALENDAR if below[:1] == [calendars.NAME] else OWN_FOLDER
        if not below:
            return FOLDERS
        if below == [calendars.NAME]:
            return GRANTED if self._granted(owner, user) else FREE_BUSY
        return ""  # an event: the calendar's permissions decide

    def _granted(self, owner: str, user: str) -> bool:
        with self._lock:
            row = self._db.execute(
                "SELECT 1 FROM calendar_grant WHERE owner = ? AND grantee = ?", (owner, user)
            ).fetchone()
        return row is not None


def _die_with_the_office() -> None:
    """End this process when the office has ended, however: then the other end of standard input is closed."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _settle_in() -> None:
    threading.Thread(target=_die_with_the_office, daemon=True).start()
    # Radicale's server writes head and body of an answer apart; with Nagle's algorithm the second waits about 40 ms for
    # the first one's acknowledgement.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    # By default five connections may wait to be accepted: with more employees than that the system drops some.
    socketserver.TCPServer.request_queue_size = 128


if os.environ.get("EMPLA_OFFICE_CHILD") == "radicale":
    _settle_in()
