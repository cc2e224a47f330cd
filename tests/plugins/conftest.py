"""Plug-ins installed from folders of their own, as a third party's are: found by their entry points, nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "empla-rooms"


def install(folder: Path, target: Path, work: Path) -> None:
    """Install a package from its folder into `target`, as `pip install --target` does, but without a network.

    The folder is copied first: building leaves nothing in it.
    """
    copy = work / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    target.mkdir(exist_ok=True)
    setup = [sys.executable, "-c", "from setuptools import setup; setup()", "-q"]
    words = ["egg_info", "--egg-base", str(target), "build_py", "--build-lib", str(target)]
    done = subprocess.run([*setup, *words], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def environment(target: Path, **more: str) -> Mapping[str, str]:
    """Return the environment of a process that has these plug-ins besides all the rest."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(target), str(ROOT))), **more}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the example was installed."""
    work = tmp_path_factory.mktemp("plugins")
    install(EXAMPLE, work / "site", work)
    return work / "site"
