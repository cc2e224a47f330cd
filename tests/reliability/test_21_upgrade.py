"""Fault 21: new code takes over what an earlier release has left. Asked: the newest code resumes all of it.

Each release leaves the mind of an assistant, or the home of a whole company, in the middle of its work under
`tests/fixtures`. Here each is opened; what each then does, day by day, is in
`tests/employees/executive_assistant/test_release_*.py` and `tests/scenarios/test_release_*.py`, and how a migration
killed at any statement ends in `tests/store/test_migrations.py`.
"""

import gzip
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from empla import __version__
from empla.engine.loading import load
from empla.engine.upgrading import breaks
from empla.store.opening import open_store
from runtime.employee import library

FIXTURES = Path(__file__).parents[1] / "fixtures"
RELEASES = sorted(FIXTURES.glob("release-*"))


def minds(release: Path, folder: Path) -> list[Path]:
    """Unpack the minds that a release has left."""
    if (release / "mind.db.gz").exists():
        (folder / "mind.db").write_bytes(gzip.decompress((release / "mind.db.gz").read_bytes()))
    if (release / "home.tar.gz").exists():
        with tarfile.open(release / "home.tar.gz") as kept:
            kept.extractall(folder, filter="data")
    return sorted(folder.rglob("mind.db"))


def test_every_release_before_this_one_has_left_something() -> None:
    minor = int(__version__.split(".")[1])
    assert {release.name for release in RELEASES} >= {f"release-0.{number}" for number in range(1, minor)}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_whatever_was_under_way_goes_on(release: Path, tmp_path: Path) -> None:
    found = minds(release, tmp_path)
    assert found
    for path in found:
        slug = "ada" if path.parent == tmp_path else path.parent.name
        with closing(open_store(path, slug)) as store:
            state = load(store)
            assert breaks(store, library("executive_assistant")) == []
            waiting = store.find("percept", {"state": "new"}, ("key",))
            assert state.intentions or waiting, "nothing was under way in what this release has left"
        assert len([*path.parent.glob("mind.db.before-*")]) == 1, "a copy is kept of what was before"
