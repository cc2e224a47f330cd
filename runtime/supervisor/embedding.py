"""The embedder's process, as the supervisor sees it: started where the settings want one, and never waited for.

While it does not answer everybody recalls by words alone, so nothing else depends on it: what keeps it from starting is
told in the log and in `empla status`, and it is tried again, ever more seldom.
"""

import os
import sys
from typing import Any, Final

from empla.config import Home
from empla.errors import EmplaError
from runtime.embedder import PAGE
from runtime.progress import ProgressView
from runtime.supervisor import lease
from runtime.supervisor.child import Child, spawn
from runtime.supervisor.readiness import ready
from runtime.supervisor.restarts import RestartRule

READY_S: Final = 120.0
"""Seconds that it has to build what it builds once, and to answer."""
RULE: Final = RestartRule(limit=0)
"""It is never given up, and waited for up to five minutes."""

_NEXT: Final = "read logs/embedder.jsonl, or ask `empla doctor`"


class Embedding:
    """The embedder of one home. `start` may be called again when it has ended."""

    def __init__(self, home: Home, *, lifeline_fd: int) -> None:
        self._home = home
        self._lifeline_fd = lifeline_fd
        self._page = ProgressView(home.embedder / PAGE)
        self._answers = False
        self._model = ""
        self._reason = ""
        self.name = "embedder"
        self.child: Child | None = None

    async def start(self) -> None:
        """Start it and wait until it answers. ResourceError with its own words if it cannot, TimedOut if it is slow."""
        self._home.embedder.mkdir(mode=0o700, exist_ok=True)
        reading, writing = os.pipe2(os.O_CLOEXEC)
        try:
            with await lease.obtain(self._home.embedder / lease.LOCK) as held:
                command = [sys.executable, "-P", "-m", "runtime.embedder", "--home", str(self._home.root)]
                command += ["--lifeline", str(self._lifeline_fd), "--ready", str(writing)]
                self.child = spawn(self.name, command, self._lifeline_fd, writing, held.fd)
                held.sign(self.child.pid)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        try:
            said = await ready(self.child, reading, within_s=READY_S, next_step=_NEXT)
        except EmplaError as error:
            self._reason = f"{error.sentence}; {error.next_step}" if error.next_step else error.sentence
            raise
        self._answers, self._model, self._reason = True, str(said["model"]), ""

    def lost(self) -> None:
        """Note that it has ended."""
        self._answers = False

    def beat(self, at: float) -> int:
        """Return a number that stands still while it does not get on, looked at at the monotonic instant `at`."""
        page = self._page.read() if self.child is not None and self._answers else None
        watched = page is not None and self.child is not None and page.epoch == self.child.pid
        return page.beat_ns if page is not None and watched else int(at * 1e9)

    def status(self) -> dict[str, Any]:
        """Return what `empla status --json` shows of it."""
        shown = {"answers": self._answers, "model": self._model, "reason": self._reason}
        return {name: value for name, value in shown.items() if value != ""}
