"""`empla doctor` on who may open what lies in a home."""

from pathlib import Path

import pytest

from empla.config import Home
from runtime.cli.health import _rights


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.mark.parametrize(
    "name", ["secret.key", "bus.secret", "metrics.token", "bus.sock", "control.sock", "office/relay.secret", "left"]
)
def test_a_secret_that_others_may_open_is_told_and_closed(home: Home, name: str):
    path = home.root / name
    if name == "left":
        path.mkdir()
    else:
        path.touch()
    path.chmod(0o755)
    found = _rights(home)
    assert not found.ok
    assert f"home/{name} (755)" in found.evidence
    assert found.fix is not None
    found.fix()
    assert _rights(home).ok
