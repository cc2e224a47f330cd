"""A brief that an earlier version has begun goes on by that version's steps (contract 15)."""

from datetime import timedelta

from empla.engine.upgrading import breaks
from empla.mind.plans import PlanLibrary
from empla.testing.employee import MARIA
from empla.testing.mailbox import Server
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import Desk, said
from tests.employees.executive_assistant.test_release_0_1 import failures

SINCE = {("send-brief", 2), ("brief-now", 2)}


def as_before() -> PlanLibrary:
    """Return the assistant's plans without the versions that came with what it notices by itself."""
    own = PlanLibrary()
    own.include(library)
    before = PlanLibrary()
    for plan in own.plans.values():
        if (plan.name, plan.version) not in SINCE:
            before.add(plan)
    before.kinds.update(own.kinds)
    return before


def test_a_brief_under_way_is_sent_by_the_steps_it_began_with(desk: Desk) -> None:
    newest = desk.ada.mindset
    desk.ada.mindset = type(newest)(
        library=as_before(), operations=newest.operations, sensors=newest.sensors, secret=newest.secret
    )
    desk.ada.restart()
    desk.ada.mailbox.script = [Server.DELAYS] * 3
    assert desk.write("Please send me the brief now.") == []
    under_way = [(i.plan, i.version) for i in desk.ada.engine.state.intentions.values() if i.plan == "brief-now"]
    assert under_way == [("brief-now", 1)]
    desk.ada.mindset = newest
    desk.ada.restart()
    assert breaks(desk.ada.store, library) == []
    sent = [m for _ in range(10) for m in desk.goes_on(timedelta(minutes=1)) if m["To"] == MARIA]
    assert len(sent) == 1
    assert "Today" in said(sent[0]) or "Nothing" in said(sent[0])
    assert failures(desk) == []
