"""A percept that kills the process is set aside at its second crash, and the others are handled (law 8)."""

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


def test_a_percept_that_kills_the_process_is_set_aside_and_the_rest_goes_on(warm: WarmProcess, folder: Path) -> None:
    prepare(folder)
    store = open_store(folder / "mind.db", "ada")
    for number, kind in enumerate(("harmless", "poison", "harmless", "harmless")):
        percept = Percept(key=f"p{number}", kind=kind, fields={"number": number}, origin=OWN)
        inbox.send(store, percept, MONDAY)
    store.close()
    trial = warm.run("poison", folder, [NEVER] * 4, {"progress": True})
    assert trial.deaths == 2, "the third process sets it aside before it thinks"
    mind = Mind(folder)
    told = set(mind.rows("SELECT key, state FROM percept WHERE key LIKE 'p_'"))
    assert told == {("p0", "handled"), ("p1", "quarantined"), ("p2", "handled"), ("p3", "handled")}
    beliefs = [b for b in mind.left().beliefs if b[0] in ("handled", "told")]
    assert [b[1] for b in beliefs if b[0] == "told"] == ['["p1","the process died 2 times while handling it"]']
    assert sorted(b[1] for b in beliefs if b[0] == "handled") == ["[0]", "[2]", "[3]"]
