"""One start of an employee's process that knows a plug-in only by its entry points; see `test_rooms.py`.

Forked from the process that read the orders, as the crash tests do it: one JSON object a line comes in, and one goes
out when the child is over.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog

from empla import faults
from empla.capabilities import registry
from empla.capabilities.contract import Place
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.engine import inbox
from empla.engine.employee import EmployeeEngine, Mindset
from empla.mind.percepts import Percept
from empla.mind.values import OUTSIDE
from empla.store.opening import open_store
from empla.store.store import Store
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import MONDAY, VirtualClock
from empla.testing.employee import ADA, MARIA, POLICY, PROFILE
from empla.testing.mailbox import MemoryMailbox, letter
from empla.testing.place import MemoryDirectory, person
from empla.workplace.blobs import FileBlobs
from runtime.employee import library

PATIENCE_S = 30
ROLE = "executive_assistant"


async def live(home: Path, order: dict[str, Any]) -> None:
    """Do all that is due; with `until` besides watch by the sensors until a percept of this kind has come."""
    clock = VirtualClock()
    mailbox = MemoryMailbox(clock)
    place = Place(
        mailbox=mailbox,
        calendars=MemoryCalendars({ADA, MARIA}),
        directory=MemoryDirectory([person("Maria Mitchell", MARIA)]),
        blobs=FileBlobs(home / "blobs"),
        clock=clock,
    )
    store = open_store(home / "mind.db", "ada")
    known = store.find("lease", {}, ("epoch",))
    store.take_lease(known[0].epoch + 1 if known else 1, "test")
    _tell(store, place, order["mail"])
    plugins = registry.found()
    mindset = Mindset(
        library=library(ROLE),
        operations=registry.operations(plugins.capabilities),
        sensors=[s for c in plugins.capabilities for s in c.sensors if s.name.startswith("rooms.")],
        secret=b"secret",
    )
    engine = EmployeeEngine(store, place, mindset)
    await engine.until_idle()
    while (due := engine.next_due(clock.now())) is not None and (due - MONDAY).total_seconds() < 3600:
        clock.move_to(due)
        await engine.until_idle()
    if until := order.get("until"):
        stopping = asyncio.Event()
        running = asyncio.create_task(engine.run(stopping))
        while not (store.find("percept", {"kind": until, "state": "handled"}, ("seq",)) and engine.idle):
            await asyncio.wait([running], timeout=0.02)
        stopping.set()
        engine.wake()
        await running
    with (home / "taken").open("a") as taken:
        taken.writelines(f"{json.dumps(str(mail.get_content()))}\n" for mail in mailbox.taken)
    store.close()


def _tell(store: Store, place: Place, text: str) -> None:
    """Have the profile and the manager's mail in the inbox: once, however often it is told."""
    raw = letter(MARIA, text, vouched=MARIA)
    key = percept_key(raw)
    fields = {"key": key, "blob": place.blobs.keep(raw), "received": MONDAY}
    for percept in (
        Percept(key="profile", kind="profile", fields=PROFILE, origin=POLICY),
        Percept(key=key, kind=MAIL_ARRIVED, fields=fields, origin=OUTSIDE),
    ):
        inbox.send(store, percept, MONDAY)


def child(home: Path, order: dict[str, Any]) -> None:
    """Be one process of the employee, and end."""
    signal.alarm(PATIENCE_S)
    code = 1
    try:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory((home / "log").open("a")))
        faults.arm(home / "faults")
        asyncio.run(live(home, order))
        code = 0
    except BaseException:
        (home / "error").write_text(traceback.format_exc())
    finally:
        os._exit(code)


def main() -> None:
    """Fork a child for each order."""
    answers, sys.stdout = sys.stdout, sys.stderr
    library(ROLE)
    for line in sys.stdin:
        order = json.loads(line)
        home = Path(order["home"])
        faults.create(home / "faults", order["die_at"])
        pid = os.fork()
        if pid == 0:
            child(home, order)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        answer = {"code": code, "passed": faults.passed(home / "faults")}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
