"""The unit in deploy/systemd, held to systemd's own opinion of it and to what the code does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.supervisor import keeper

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "systemd" / "empla.service"
ANALYZE = shutil.which("systemd-analyze", path="/usr/bin:/bin:/usr/sbin:/usr/local/bin")

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def setting(name: str) -> str:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)[-1]


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with this installation's program in place of that of /opt/empla."""
    program = Path(sys.executable).with_name("empla")
    made = tmp_path / "empla.service"
    made.write_text(UNIT.read_text().replace("/opt/empla/.venv/bin/empla", str(program)))
    return made


@needs_systemd
def test_systemd_has_nothing_against_it(unit: Path):
    said = subprocess.run([ANALYZE, "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert (said.returncode, said.stderr.strip()) == (0, "")


@needs_systemd
def test_systemd_finds_it_well_shut(unit: Path):
    said = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--threshold=25", str(unit)], capture_output=True, text=True
    )
    if "unrecognized option" in said.stderr:
        pytest.skip("this systemd cannot look at a file")
    assert said.returncode == 0, said.stdout[-500:]


def test_its_times_fit_what_the_supervisor_does():
    assert float(setting("WatchdogSec")) > 3 * keeper.HANG_S, "what hangs is ended before the watchdog ends everything"
    assert float(setting("TimeoutStopSec")) > 25
    assert setting("Type") == "notify"
    assert set(setting("Delegate").split()) == {"cpu", "memory"}
    assert setting("NoNewPrivileges") == "yes"
