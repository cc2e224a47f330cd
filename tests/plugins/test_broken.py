"""A plug-in that is not whole is left out, says why, and stops nobody else (law 8)."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from empla.capabilities import registry
from runtime import employee
from tests.plugins.conftest import EXAMPLE, environment, install

WHOLE = """
from dataclasses import replace
from empla.capabilities.contract import *
from empla.governance.permit import Payload
from empla.mind.plans import PlanLibrary, on
from empla.mind.steps import Now

async def perform(permit, place, on_wire):
    return None

class Sensor:
    name = "rooms.changes"
    async def watch(self, place, cursor, deliver): ...

one = Operation(
    name="{name}.look", summary="", arguments=Arguments, effect=Effect.READ, risk=Risk.NONE,
    idempotency=Idempotency.PURE, prepare=lambda wanted, facts: Payload(), perform=perform,
)
capability = Capability(name="{name}", operations=(one,))
library = PlanLibrary()
"""

BROKEN = {
    "raises": ("raise RuntimeError('no licence\\nsecond line')", "RuntimeError: no licence"),
    "leaves": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "misspelt": ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
    "nothing": ("capability = None", "None is not a Capability"),
    "plain": ("capability = Capability(name='plain', operations=('look',))", "'look' of 'plain' is not an Operation"),
    "effectless": (
        "capability = Capability(name='effectless', operations=(replace(one, effect='read'),))",
        "no effect",
    ),
    "unsafe": (
        "capability = Capability(name='unsafe', operations=(replace(one, idempotency=None),))",
        "has no idempotency rule",
    ),
    "loose": ("capability = Capability(name='loose', operations=(replace(one, arguments=dict),))", "argument schema"),
    "acting": ("capability = Capability(name='acting', operations=(replace(one, effect=Effect.ACT),))", "(settle)"),
    "twice": ("capability = Capability(name='twice', operations=(one, one))", "is there twice"),
    "borrows": ("capability = Capability(name='email', operations=(one,))", "must be named email.something"),
    "older": ("capability = Capability(name='older')", "TypeError: Capability.__init__() missing 1 required"),
    "zwilling": ("capability = Capability(name='rooms', operations=())", "there is another capability 'rooms'"),
    "watches": (
        "capability = Capability(name='watches', operations=(), sensors=(Sensor(),))",
        "'rooms' has a sensor 'rooms.changes' too",
    ),
    "blind": ("capability = Capability(name='blind', operations=(), sensors=(object(),))", "no name or no `watch`"),
}
"""What each of the packages says after the whole part, and what is said of it."""

PLANS = {
    "shouts": ("library = 'no plans'", "'no plans' is not a PlanLibrary"),
    "swallows": (
        "@library.plan(on('mail'))\ndef swallow(event):\n    try:\n        yield Now()\n    except:\n        pass",
        "has a bare `except:`",
    ),
    "replaces": (
        "@library.plan(on('mail'), name='perceive-mail')\ndef replace_it(event):\n    yield Now()",
        "there are two plans of the name 'perceive-mail'",
    ),
}


def package(work: Path, title: str, brought: Mapping[str, tuple[str, str, str]]) -> None:
    """Write a package and install it: each name stands for what a module says, and its entry point."""
    folder = work / title
    folder.mkdir()
    points: dict[str, str] = {}
    for name, (code, group, leads_to) in brought.items():
        (folder / f"{name}_things.py").write_text(f"{WHOLE.replace('{name}', name)}\n{code}\n")
        points[group] = points.get(group, "") + f'{name} = "{name}_things:{leads_to}"\n'
    entries = "".join(f'[project.entry-points."{group}"]\n{lines}' for group, lines in points.items())
    modules = json.dumps([f"{name}_things" for name in brought])
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{title}"\nversion = "1"\n{entries}[tool.setuptools]\npy-modules = {modules}\n'
    )
    install(folder, work / "site", work / "build")


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What `empla doctor` finds where all of these are installed besides the example and one that is whole."""
    work = tmp_path_factory.mktemp("broken")
    install(EXAMPLE, work / "site", work / "build")
    package(work, "whole-things", {"whole": ("", "empla.capabilities", "capability")})
    capabilities = {name: (code, "empla.capabilities", "capability") for name, (code, _) in BROKEN.items()}
    plans = {name: (code, "empla.plans.executive_assistant", "library") for name, (code, _) in PLANS.items()}
    package(work, "broken-things", capabilities | plans)
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", "--home", str(work / "home"), "doctor", "--json"],
        env=environment(work / "site"),
        capture_output=True,
        text=True,
    )
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


@pytest.mark.parametrize(("name", "why"), [(name, why) for name, (_, why) in (BROKEN | PLANS).items()])
def test_doctor_says_what_is_left_out_and_why(checks: dict[str, dict[str, object]], name: str, why: str) -> None:
    check = checks[f"plug-in {name}"]
    assert not check["ok"]
    assert why in str(check["evidence"]) and "broken-things 1" in str(check["evidence"])
    assert "pip uninstall broken-things" in str(check["mend"])


def test_the_others_are_loaded(checks: dict[str, dict[str, object]]) -> None:
    evidence = str(checks["plug-ins"]["evidence"])
    assert checks["plug-ins"]["ok"]
    assert "rooms of empla-rooms 1.0.0 (capability)" in evidence
    assert "whole of whole-things 1 (capability)" in evidence
    assert "broken-things" not in evidence


def test_an_employee_that_begins_notes_what_it_goes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "broken-things", {"raises": (BROKEN["raises"][0], "empla.capabilities", "capability")})
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(employee, "PLUGINS", registry.found())
    with capture_logs() as said:
        employee._tell_refused("executive_assistant")
    (line,) = said
    assert (line["log_level"], line["event"], line["plugin"]) == ("error", "plug-in is not loaded", "raises")
    assert line["why"] == "RuntimeError: no licence"
    assert {"email", "calendar", "people", "self"} <= {c.name for c in employee.PLUGINS.capabilities}
