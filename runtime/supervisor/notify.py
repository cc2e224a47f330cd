"""Telling systemd how things are: the protocol of sd_notify(3), and of its watchdog.

Nothing is told where nobody listens (`NOTIFY_SOCKET` is not set). Names of abstract sockets begin with @.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping, MutableMapping
from typing import Final, Self

_PINGS: Final = 3
"""How often the watchdog is told within its own time."""

_LONGEST_STATUS: Final = 300


class Notifier:
    """Tells whoever started this process as a service. `watchdog_s` is the pause between two pings, 0 for none."""

    def __init__(self, address: str = "", *, watchdog_s: float = 0.0) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._status = ""
        self.watchdog_s = watchdog_s

    @classmethod
    def taken_from(cls, environment: MutableMapping[str, str]) -> Self:
        """Return the one that an environment describes, and take it out: no child of ours shall speak for us."""
        address = environment.pop("NOTIFY_SOCKET", "")
        pid = environment.pop("WATCHDOG_PID", str(os.getpid()))
        every_us = environment.pop("WATCHDOG_USEC", "0")
        ours = address and pid == str(os.getpid()) and every_us.isdecimal()
        return cls(address, watchdog_s=int(every_us) / 1e6 / _PINGS if ours else 0.0)

    @property
    def heard(self) -> bool:
        """Whether somebody listens."""
        return bool(self._address)

    def ready(self, *, detached: bool) -> None:
        """Say that all is up; `detached` says that the process that systemd started is not this one."""
        self._say({"READY": "1"} | ({"MAINPID": str(os.getpid())} if detached else {}))

    def reloading(self) -> None:
        """Say that settings are being read again; `ready` follows."""
        self._say({"RELOADING": "1", "MONOTONIC_USEC": str(time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)})

    def stopping(self) -> None:
        """Say that everything ends."""
        self._say({"STOPPING": "1"})

    def alive(self) -> None:
        """Say that the supervisor's loop advances."""
        self._say({"WATCHDOG": "1"})

    def status(self, text: str) -> None:
        """Say in one line how things are, if it is not what was said last."""
        if text != self._status:
            self._status = text
            self._say({"STATUS": " ".join(text.split())[:_LONGEST_STATUS]})

    def _say(self, what: Mapping[str, str]) -> None:
        if not self._address:
            return
        message = "\n".join(f"{name}={value}" for name, value in what.items()).encode()
        # Whoever started us may have gone, or be slow to listen; that is no reason to stop work, or to wait.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            speaking.setblocking(False)
            speaking.sendto(message, self._address)
