"""A role says in its file what follows from what its employees know; each hears of it when it begins."""

import pytest

from empla.hr import roles
from empla.hr.roles import Remembering
from empla.memory import commands
from empla.memory.commands import MEMORY
from empla.mind import codec
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from runtime.personas import tell_of_rules
from tests.memory.knowledge.conftest import Known

RULES = ("vouches_for(X, Y) :- reports_to(Y, X)",)


def begin(known: Known) -> int:
    """Let the employee's process begin, and handle what it is told; return how many commands that were."""
    known.today += 1
    tell_of_rules(known.store, "executive_assistant", known.at)
    waiting = known.store.find("percept", {"kind": MEMORY, "state": "new"}, ("key", "body"))
    for row in waiting:
        percept = Percept(key=row.key, kind=MEMORY, fields=codec.loads(row.body)["fields"], origin=OWN)
        with known.store.transaction():
            commands.run(known.store, percept, known.at)
            known.store.change("percept", {"key": row.key}, {"state": "handled"})
    return len(waiting)


def test_rules_of_a_role_hold_from_the_next_beginning_on_and_are_told_once(known: Known, monkeypatch):
    role = roles.role("executive-assistant")
    known.say("Bob", "reports_to", "Ann", to="person")
    assert begin(known) == 0

    with monkeypatch.context() as changed:
        changed.setattr(roles, "role", lambda _: role.model_copy(update={"memory": Remembering(rules=RULES)}))
        assert begin(known) == 1
        assert known.values("Ann", "vouches_for") == ["Bob"]
        assert begin(known) == 0

    assert begin(known) == 1
    assert known.values("Ann", "vouches_for") == []


def test_a_role_with_a_rule_that_cannot_be_applied_is_refused():
    with pytest.raises(ValueError, match="nothing in the body says what Y is"):
        Remembering(rules=("vouches_for(X, Y) :- person(X)",))
