"""A copy of the company under a real `empla up`, whose processes a test stops and kills."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import NotRunning
from runtime import control
from runtime.client import Client
from runtime.office.process import read_ports
from runtime.supervisor.up import status
from tests.runtime.supervisor.conftest import Company, until
from tests.scenarios.conftest import MONDAY
from tests.scenarios.conftest import Company as Office


class Running:
    """One home, and the `up` that runs it, if one does."""

    def __init__(self, crew: Company, office: Office, folder: Path) -> None:
        self.home = Home(folder / "copy")
        shutil.copytree(office.home.root, self.home.root)
        SystemClock.set_to(self.home.clock, MONDAY)
        self.assistant = office.assistant
        self._office = office
        self._crew = crew
        self.up: subprocess.Popen[str] | None = None

    def start(self, *, hang_s: float = 30.0) -> subprocess.Popen[str]:
        """Start `up`, without waiting for it."""
        self.up = self._crew.start_real(self.home, hang_s=hang_s)
        return self.up

    def is_ready(self) -> None:
        """Wait until everything is ready."""
        until(lambda: self.state()["ready"] or self.up.poll() is not None, within_s=60)
        assert self.up.poll() is None, (self.home.logs / "up.err").read_text()
        self._crew.look()

    def state(self) -> Mapping[str, Any]:
        """Return what `empla status` says; not ready if nobody answers."""
        try:
            return status(self.home)
        except NotRunning:
            return {"ready": False, "office": {}, "employees": []}

    def pid(self, name: str) -> int | None:
        """Return the process of this name, None while there is none."""
        try:
            return next((p["pid"] for p in control.call(self.home, "processes") if p["name"] == name), None)
        except NotRunning:
            return None

    @property
    def slug(self) -> str:
        """The assistant's folder, and the name of its process."""
        return self.assistant.partition("@")[0]

    def manager(self) -> Client:
        """Return the manager's mail client."""
        ports = read_ports(self.home)
        assert ports is not None
        address, password = self._office.passwords["Anna Berg"]
        return Client(ports, address, "Anna Berg", password, SystemClock(self.home.clock).now)
