"""The peer: python-agentspeak, in a virtual environment and a process of its own.

It is under the GPL, so nothing here imports it: it is installed under `build/`, and `agentspeak_peer.py` is run there.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PACKAGE = "agentspeak==0.2.2"
ENVIRONMENT = Path("build/bench/agentspeak")
PROGRAM = Path(__file__).with_name("agentspeak_peer.py")
LONGEST_S = 120


class Peer:
    """Runs the peer's workloads; where it cannot be installed, it has no figures and `notes` says why."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._python = self._installed()

    def measured(self, workload: str, **parameters: int) -> dict[str, float]:
        """Return what the peer needed for a workload; empty if there is no peer, or it did not get through."""
        if self._python is None:
            return {}
        command = [str(self._python), str(PROGRAM), workload, json.dumps(parameters)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired:
            self.notes.append(f"{PACKAGE} did not get through {workload!r} in {LONGEST_S} s")
            return {}
        if done.returncode:
            self.notes.append(f"{PACKAGE} failed in {workload!r}: {done.stderr.strip().splitlines()[-1]}")
            return {}
        found: dict[str, float] = json.loads(done.stdout)
        return found

    def _installed(self) -> Path | None:
        python = ENVIRONMENT / "bin" / "python"
        try:
            if not python.exists():
                _run(sys.executable, "-m", "venv", str(ENVIRONMENT))
            known: Any = subprocess.run(
                [str(python), "-c", "import agentspeak"], capture_output=True, check=False
            ).returncode
            if known:
                _run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", PACKAGE)
        except (OSError, subprocess.SubprocessError) as error:
            self.notes.append(f"without a peer: {PACKAGE} cannot be installed ({type(error).__name__})")
            return None
        return python


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=True)
