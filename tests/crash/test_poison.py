"""What kills the process is set aside at its second crash, and the others are handled (law 8)."""

from pathlib import Path

from empla.engine import inbox
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.opening import open_store
from empla.testing.clock import MONDAY
from tests.crash.harness import Mind, WarmProcess
from tests.crash.workloads import prepare

NEVER = 1_000_000
"""A fault point that no start reaches: whoever dies did it by itself."""


def _send(folder: Path, *kinds: str) -> None:
    store = open_store(folder / "mind.db", "ada")
    for number, kind in enumerate(kinds):
        percept = Percept(key=f"p{number}", kind=kind, fields={"number": number}, origin=OWN)
        inbox.send(store, percept, MONDAY)
    store.close()


def _beliefs(mind: Mind, functor: str) -> list[str]:
    return sorted(b[1] for b in mind.left().beliefs if b[0] == functor)


def test_a_percept_that_kills_the_process_is_set_aside_and_the_rest_goes_on(warm: WarmProcess, folder: Path) -> None:
    prepare(folder)
    _send(folder, "harmless", "poison", "harmless", "harmless")
    trial = warm.run("poison", folder, [NEVER] * 4, {"progress": True})
    assert trial.deaths == 2, "the third process sets it aside before it thinks"
    mind = Mind(folder)
    told = set(mind.rows("SELECT key, state FROM percept WHERE key LIKE 'p_'"))
    assert told == {("p0", "handled"), ("p1", "quarantined"), ("p2", "handled"), ("p3", "handled")}
    reason = "the process died 2 times while handling it (the last time: killed by SIGKILL)"
    assert _beliefs(mind, "told") == [f'["p1","{reason}"]']
    assert _beliefs(mind, "handled") == ["[0]", "[2]", "[3]"]
    crashes = mind.rows("SELECT phase, percept, intention, counts FROM crash")
    assert crashes == [("body", "p1", "i2?", 1)] * 2, "its plan had never been committed to"


def test_an_intention_that_kills_the_process_is_set_aside_and_the_percept_is_handled(
    warm: WarmProcess, folder: Path
) -> None:
    prepare(folder)
    _send(folder, "poisonous-plan", "bell", "harmless")
    trial = warm.run("poison", folder, [NEVER] * 4, {"progress": True})
    assert trial.deaths == 2
    mind = Mind(folder)
    assert mind.rows("SELECT DISTINCT state FROM percept") == [("handled",)], "the bell is innocent"
    ((intention, stage),) = mind.rows("SELECT id, stage FROM intention WHERE plan = 'die-later'")
    assert stage == "quarantined"
    assert mind.rows("SELECT percept, intention FROM crash") == [("p1", f"{intention}?"), ("p1", intention)]
    (told,) = _beliefs(mind, "told")
    assert f'"{intention}","die-later","the process died 2 times while its plan ran' in told
    assert _beliefs(mind, "handled") == ["[2]"]


def test_an_act_that_kills_the_process_is_found_among_others_and_its_intention_set_aside(
    warm: WarmProcess, folder: Path
) -> None:
    prepare(folder)
    _send(folder, "poisonous-act", "harmless")
    trial = warm.run("poison", folder, [NEVER] * 5, {"progress": True})
    assert trial.deaths == 2, "the second time the acts that were under way go one by one"
    mind = Mind(folder)
    (stage,) = mind.rows("SELECT stage FROM intention WHERE plan = 'act'")
    assert stage == ("quarantined",)
    (told,) = _beliefs(mind, "told")
    assert "while the action" in told and ".0.1 was under way" in told, "the second of the three"
    assert mind.rows("SELECT action FROM crash ORDER BY seq")[-1][0].endswith(".0.1")
    assert _beliefs(mind, "handled") == ["[1]"]
