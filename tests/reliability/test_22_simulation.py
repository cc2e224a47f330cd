"""Fault 22: what nobody thought of. A seed decides everything, so that what it finds can be found again.

Figure: same seed, same trace, whatever the hash seed of the process; 200 seeds x 30 days within 20 minutes in process
(`make proof`), ten seeds in every test run (`tests/proof`); a failing seed is printed with the command that repeats it.
And the oracle must see what it is there for: here an employee is broken in known ways, and each has to be noticed.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from empla.capabilities.email.mailbox import FetchedMail, MailCursor
from empla.engine.timers import Timers
from runtime.cli.main import main
from runtime.simulation.desk import DeskFolder, Trouble
from runtime.simulation.inside import examine
from runtime.simulation.misfortune import LEVEL, Level
from runtime.simulation.play import Outcome, a_home, play
from runtime.simulation.reading import parse
from runtime.simulation.scenario import Scenario
from runtime.simulation.world import Office
from tests.proof.conftest import SMALL

TRACE = f"""
from runtime.simulation.play import a_home, play
from runtime.simulation.reading import parse
with a_home() as home:
    outcome = play(parse({SMALL!r}), seed=SEED, days=2, crashes="many", home=home)
    print(outcome.trace, sum(len(lived.deaths) for lived in outcome.employees))
"""
ROOT = Path(__file__).resolve().parents[2]


def trace(seed: int, hash_seed: int) -> str:
    """Play in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)}
    script = TRACE.replace("SEED", str(seed))
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def played(scenario: Scenario, seed: int = 1, days: int = 2, crashes: str = "many") -> tuple[Outcome, Counter[str]]:
    """Play and examine; return what is wrong, by kind."""
    with a_home() as home:
        outcome = play(scenario, seed=seed, days=days, crashes=crashes, home=home)
        examine(outcome)
    return outcome, Counter(fault.kind for fault in outcome.faults)


@pytest.fixture
def small() -> Scenario:
    return parse(SMALL)


def test_the_same_seed_gives_the_same_trace_whatever_the_hash_seed_and_another_seed_another(small: Scenario) -> None:
    here, _ = played(small, 5)
    other, _ = played(small, 6, days=1)
    assert trace(5, 1) == f"{here.trace} {len(here.employees[0].deaths)}\n"
    assert here.trace != other.trace


def test_a_death_loses_what_was_not_committed_and_nothing_else(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = Level(at_commits=0.01, at_effects=0.04, trouble=Trouble(unseen=0.2, lost=0.2, raced=0.2, again=0.2))
    monkeypatch.setitem(LEVEL, "many", often)
    outcome, wrong = played(small)
    (lived,) = outcome.employees
    assert not wrong, outcome.faults
    assert lived.lives > len({where for _, where in lived.deaths}) > 8, "it died in many places"
    assert any(delivered.again for delivered in outcome.office.delivered)


# the oracle notices ---------------------------------------------------------------------------------------------------


def test_a_mail_that_nobody_notices_is_a_lost_percept(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = DeskFolder.fetch_after

    async def without_the_third(self: DeskFolder, cursor: MailCursor | None, limit: int = 50, **more: object) -> object:
        found: list[FetchedMail] = await fetch(self, cursor, limit, **more)
        return [mail for mail in found if mail.cursor.uid != 3]

    monkeypatch.setattr(DeskFolder, "fetch_after", without_the_third)
    _, wrong = played(small, crashes="none")
    assert wrong["lost percept"] == 1


def test_an_attempt_that_is_repeated_without_evidence_is_seen_at_the_office(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office itself spares everybody the second copy; it counts it."""

    async def never(*_: object) -> bool:
        return False

    monkeypatch.setattr("runtime.simulation.desk.DeskMailbox.find_sent", never)
    monkeypatch.setitem(LEVEL, "many", Level(trouble=Trouble(unseen=0.5)))
    outcome, _ = played(small)
    assert outcome.office.suppressed > 0


def test_an_office_that_takes_everything_shows_what_would_have_come_twice(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        return False

    def submit(office: Office, account: str, raw: bytes, recipients: Sequence[str]) -> None:
        office._deliver(tuple(recipients), office._kept(raw, account, account), account, "")

    monkeypatch.setattr("runtime.simulation.desk.DeskMailbox.find_sent", never)
    monkeypatch.setattr(Office, "submit", submit)
    monkeypatch.setitem(LEVEL, "many", Level(trouble=Trouble(unseen=0.5)))
    _, wrong = played(small)
    assert wrong["duplicate mail"] > 0


def test_an_occurrence_that_is_not_decided_is_lost(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = Timers._decide

    def on_no_tuesday(timers: Timers, setting: object, now: object) -> None:
        decide(timers, setting, now)
        timers._store.remove("occurrence", {"trigger": "daily-priorities", "state": "fired"})

    monkeypatch.setattr(Timers, "_decide", on_no_tuesday)
    _, wrong = played(small, crashes="none")
    assert wrong["lost occurrence"] > 0


def test_a_process_that_fails_by_itself_is_told(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Timers.look
    calls: Counter[str] = Counter()

    def once(timers: Timers, now: object) -> bool:
        calls["looks"] += 1
        if calls["looks"] == 20:
            raise RuntimeError("a fault of ours")
        return look(timers, now)

    monkeypatch.setattr(Timers, "look", once)
    _, wrong = played(small, crashes="none")
    assert wrong["crash"] == 1


# the command ----------------------------------------------------------------------------------------------------------


def test_the_command_plays_a_file_writes_a_report_and_fails_if_the_oracle_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    words = ["simulate", "--scenario", str(file), "--days", "1", "--seed", "3"]
    assert main([*words, "--report", str(tmp_path / "report")]) == 0
    said = capsys.readouterr().out
    assert "Nothing is wrong." in said
    assert f"--scenario {file} --days 1 --seed 3 --crashes none" in said
    assert {"report.md", "report.json"} <= {path.name for path in (tmp_path / "report").iterdir()}
    file.write_text(SMALL.replace('"Ben Stone" = "1+"', '"Ben Stone" = "7+"'))
    assert main([*words[:-3], "3", "--seed", "3"]) == 1
    assert "got 1 mails, not at least 7" in capsys.readouterr().out


def test_the_command_writes_a_scenario_to_begin_with(tmp_path: Path) -> None:
    assert main(["simulate", "--example", str(tmp_path / "month.toml")]) == 0
    assert parse((tmp_path / "month.toml").read_text()).employees
    assert main(["simulate", "--example", str(tmp_path / "month.toml")]) != 0, "it goes over nothing"
    assert main(["simulate"]) != 0
