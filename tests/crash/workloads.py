"""What a trial does: one employee's process, from opening its store until nothing is left to do.

Everything here runs in a child of the warm process (see `warm.py`). The engine, the mind, the gate, the e-mail
capability and the SMTP client are the real ones; time is virtual, so that waiting for evidence takes none.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from empla.capabilities import registry
from empla.capabilities.contract import Arguments, Effect, Idempotency, Operation, Place, Risk
from empla.capabilities.email import perceiving
from empla.capabilities.email.delegated import MANAGER_MAIL_ARRIVED, DelegatedSensor
from empla.capabilities.email.mailbox import Evidence, FetchedMail, MailCursor
from empla.capabilities.email.reading import read
from empla.capabilities.email.sensor import MAIL_ARRIVED, InboxSensor
from empla.capabilities.email.steps import send
from empla.clock import pause
from empla.engine import inbox
from empla.engine.crashes import LastProcess
from empla.engine.employee import EmployeeEngine, Mindset
from empla.engine.guard import BodyGuard, install
from empla.engine.schedule import Schedule, Setting
from empla.governance.permit import Payload, Permit
from empla.mind import common_kinds
from empla.mind.bodies import unguarded
from empla.mind.grants import GRANT_CHANGED, GrantKind
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary, Trigger, occurred, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Do, Scope, Together, Wait
from empla.mind.tasks import TASK_ASSIGNED
from empla.mind.triggers import SKIP, Cron, late
from empla.mind.values import OWN, Address, Origin, Source
from empla.store.opening import open_store
from empla.store.store import Store
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import MONDAY, VirtualClock
from empla.testing.employee import ADA, MARIA, POLICY, PROFILE
from empla.testing.mailbox import MemoryMailbox, letter
from empla.testing.place import MemoryBlobs, MemoryDirectory, person
from empla.workplace.accounts import Account, Endpoint
from empla.workplace.blobs import FileBlobs
from empla.workplace.mailbox import StandardMailbox
from empla.workplace.place import connect
from employees.executive_assistant import plans as assistant
from runtime import progress
from runtime.office import mailboxes

BOB = "bob@office.example"
SOON = timedelta(hours=1)
"""What is due within this time is waited for; what is due later (a meeting, say) is left."""
SENSORS = (InboxSensor(), DelegatedSensor())
_ARRIVALS = (MAIL_ARRIVED, MANAGER_MAIL_ARRIVED)
OPERATIONS = registry.operations(registry.installed())


# the employee --------------------------------------------------------------------------------------------------------

library = PlanLibrary()
library.include(perceiving.library)


@library.plan(on("mail"), goal="answer")
def answer(event: Trigger) -> Any:
    """Answer the manager, and let a colleague know."""
    mail = event.mail
    manager, colleague = Address(MARIA, Origin(Source.POLICY)), Address(BOB, Origin(Source.DIRECTORY))
    yield Believe(functor="asked", arguments=(mail.key, mail.subject))
    yield Scope(people=(manager, colleague))
    arguments = {"to": (manager,), "cc": (colleague,), "subject": f"Re: {mail.subject}", "text": "It is done."}
    yield Do(operation="email.send", arguments={**arguments, "answering": mail})
    yield Believe(functor="answered", arguments=(mail.key,))


@dataclass(frozen=True, slots=True)
class Start:
    """One start of one trial: where its home is, and how many processes died before it."""

    home: Path
    before: int
    params: Mapping[str, Any]


def prepare(home: Path, *more: Percept) -> None:
    """Make a fresh home: a store with the profile, and more percepts, in its inbox; every trial gets a copy of it."""
    home.mkdir(exist_ok=True)
    store = open_store(home / "mind.db", "ada")
    for told in (Percept(key="profile", kind="profile", fields=PROFILE, origin=POLICY), *more):
        inbox.send(store, told, VirtualClock().now())
    store.close()


SEES_INVITATIONS = Percept(
    key="grant:1",
    kind=GRANT_CHANGED,
    fields={"kind": GrantKind.INVITATIONS, "owner": Address(MARIA, POLICY), "holds": True},
    origin=OWN,
)
"""What tells an employee that it may see its manager's invitations."""


async def live(start: Start, place: Place, clock: VirtualClock, plans: PlanLibrary, mails: int) -> None:
    """Be the employee until `mails` have arrived and nothing is left to do."""
    store = open_store(start.home / "mind.db", "ada")
    store.take_lease(_epoch(store) + 1, f"start {start.before}")
    _settle(store, start, clock)
    stopping = asyncio.Event()

    page = _Progress(start.home / "progress", _epoch(store), clock.now()) if start.params.get("progress") else None

    def beat(_cycle: int, percept: str, _intention: str) -> None:
        if page is not None:
            page.mark(percept)
        if percept or not engine.idle:
            return
        due = engine.next_due(clock.now())
        if due is not None and due < MONDAY + SOON:
            clock.move_to(due)
        elif sum(len(store.find("percept", {"kind": kind}, ("seq",))) for kind in _ARRIVALS) == mails:
            stopping.set()

    secret = str(start.params.get("secret", "secret")).encode()
    mindset = Mindset(library=plans, operations=OPERATIONS, sensors=SENSORS, secret=secret)
    guarded = BodyGuard(page.enter) if page is not None else unguarded
    engine = EmployeeEngine(store, place, mindset, beat=beat, guard=guarded)
    if page is not None and page.last is not None:
        engine.succeeds(page.last)
    await engine.run(stopping)
    store.close()


class _Progress:
    """The progress page of the employee's process: `last` is what the former one had in hand when it died by itself."""

    def __init__(self, path: Path, epoch: int, at: datetime) -> None:
        before = progress.read(path)
        self.last: LastProcess | None = None
        if before is not None:
            busy = {"percept": before.percept, "intention": before.intention} if before.busy else {}
            died = {"how": "killed by SIGKILL", "counts": True}
            self.last = LastProcess(at=at, epoch=before.epoch, phase=before.phase, **died, **busy)
        self._page = progress.ProgressPage(path, epoch=epoch)

        self.enter = self._page.enter

    def mark(self, percept: str) -> None:
        self._page.mark(progress.CYCLE if percept else progress.IDLE, percept=percept)


def _epoch(store: Store) -> int:
    known = store.find("lease", {}, ("epoch",))
    return int(known[0].epoch) if known else 0


def _settle(store: Store, start: Start, clock: VirtualClock) -> None:
    """Give a person's word on what is unknown, as the command line does."""
    for action, happened in start.params.get("settle", {}).items():
        fields = {"action": action, "happened": happened, "by": MARIA}
        key = f"settle:{action}:{start.params['word']}"
        inbox.send(store, Percept(key=key, kind="command:settle", fields=fields, origin=OWN), clock.now())


# one mail, one answer, at a plain SMTP server ------------------------------------------------------------------------


class PlainMailbox(StandardMailbox):
    """A mailbox in two files: `inbox.eml`, and `sent`, where the server notes what it took."""

    def __init__(self, home: Path, evidence: Evidence, port: int, clock: VirtualClock) -> None:
        end = Endpoint(host="127.0.0.1", port=port)
        super().__init__(
            Account(
                address=ADA,
                password=SecretStr("ada"),
                imap=end,
                smtp=end,
                evidence=evidence,
                authserv_id="office.example",
                taking_s=0.05,
            )
        )
        self._home = home
        self._clock = clock

    async def fetch_after(self, cursor: MailCursor | None, limit: int = 50) -> list[FetchedMail]:
        if cursor is not None:
            return []
        raw = (self._home / "inbox.eml").read_bytes()
        return [FetchedMail(MailCursor(1, 1), raw, self._clock.now())]

    async def wait_for_change(self, timeout_s: float) -> None:
        await asyncio.Event().wait()

    async def told_to_look(self, timeout_s: float) -> None:
        await asyncio.Event().wait()

    async def find_sent(self, message_id: str) -> bool:
        await self._sessions_closed()
        taken = self._home / "sent"
        return self.evidence is not Evidence.NONE and taken.exists() and message_id in taken.read_text().split()

    async def _sessions_closed(self) -> None:
        """Wait until the server has seen the end of every connection: absence proves nothing before (contract 8).

        In the world that takes a few seconds, and the engine waits for them; here time is virtual and does not pass.
        """
        sessions = self._home / "sessions"
        while sessions.exists() and (seen := sessions.read_text()).count("+") > seen.count("-"):
            await pause(0.001)


async def plain(start: Start) -> None:
    """Answer the mail in `inbox.eml`."""
    clock = VirtualClock()
    evidence = Evidence(start.params["evidence"])
    mailbox = PlainMailbox(start.home, evidence, start.params["port"], clock)
    place = Place(
        mailbox=mailbox,
        calendars=MemoryCalendars({ADA, MARIA}),
        directory=MemoryDirectory(),
        blobs=FileBlobs(start.home / "blobs"),
        clock=clock,
    )
    await live(start, place, clock, library, mails=1)
    await mailbox.close()


WORKLOADS: dict[str, Callable[[Start], Any]] = {"plain": plain}


async def rehearse(home: Path) -> None:
    """Do once, in memory, what every start does, so that the warm process has compiled and loaded what that needs."""
    clock = VirtualClock()
    mailbox = MemoryMailbox(clock)
    mailbox.deliver(letter(MARIA, "Please do it.", vouched=MARIA))
    calendars = MemoryCalendars({ADA, MARIA})
    place = Place(mailbox=mailbox, calendars=calendars, directory=MemoryDirectory(), blobs=MemoryBlobs(), clock=clock)
    await live(Start(home, 0, {}), place, clock, library, mails=1)


# at the real office -------------------------------------------------------------------------------------------------


async def at_the_office(start: Start, plans: PlanLibrary, mails: int = 1) -> None:
    """Handle the new mails in Ada's INBOX at the office, until so many have come."""
    params = start.params
    clock = VirtualClock()
    account = Account(
        address=ADA,
        password=SecretStr(params["password"]),
        imap=Endpoint(host=params["host"], port=params["imap"]),
        smtp=Endpoint(host=params["host"], port=params["smtp"]),
        caldav=params["caldav"],
        evidence=Evidence.AUTHORITATIVE,
        authserv_id="office.example",
        sent_folder="Sent",
        delegated_path=mailboxes.DELEGATED,
    )
    directory = MemoryDirectory([person("Maria Mitchell", MARIA), person("Bob Bright", BOB)])
    directory.grant(GrantKind.INVITATIONS, MARIA, ADA, MONDAY)
    place = connect(account, directory, FileBlobs(start.home / "blobs"), clock)
    await live(start, place, clock, plans, mails=mails)
    await place.mailbox.close()
    await place.calendars.close()


async def office(start: Start) -> None:
    """Answer the mail, and let Bob know."""
    await at_the_office(start, library)


async def booking(start: Start) -> None:
    """Do what the executive assistant does with a request for a meeting."""
    await at_the_office(start, assistant.library)


async def errand(start: Start) -> None:
    """Ask somebody for something, and pass on what comes."""
    await at_the_office(start, assistant.library, mails=2)


async def invited(start: Start) -> None:
    """See to an invitation to the manager, with a rule that came by an earlier mail."""
    await at_the_office(start, assistant.library, mails=2)


ARRANGE = "Book half an hour with Bob on Wednesday at 14:00, about the budget."


def assigned(words: str) -> Percept:
    """Return the percept by which whoever runs the employee assigns it a task with these words."""
    mail = Mail(key="task", message_id="", blob="", subject="", sender=None, authenticated=None, text=words)
    reading = read(mail, VirtualClock().now(), "UTC", "", source=Source.POLICY)
    fields = {"id": "t1", "text": words, "kind": "", "due": None, "creditor": None, "by": MARIA, "reading": reading}
    return Percept(key="task:t1", kind=TASK_ASSIGNED, fields=fields, origin=OWN)


async def assign(start: Start) -> None:
    """Do a task that lies in the inbox, once the manager has said yes to it."""
    await at_the_office(start, assistant.library, mails=2)


async def stranger(start: Start) -> None:
    """Ask the manager about somebody's request, offer what is allowed, and book what is chosen."""
    await at_the_office(start, assistant.library, mails=3)


# what the clock makes due -------------------------------------------------------------------------------------------

scheduled = PlanLibrary()
scheduled.include(common_kinds.library)
scheduled.trigger(
    Cron(name="standup", when="20,40 8 * * mon-fri", zone="UTC"),
    Cron(name="report", when="0 7 * * *", zone="UTC", policy=late(timedelta(hours=30))),
    Cron(name="often", when="*/10 * * * *", zone="UTC", policy=SKIP),
)
NOT_THERE = timedelta(days=3)


def tell_manager(event: Trigger) -> Any:
    """Write to the manager what is due, and what was not done before."""
    missed = len(event.missed) + event.more
    yield send(Address(MARIA, POLICY), f"{event.trigger} {event.due:%d %H:%M}", f"{missed} others did not happen.")


for _name in ("standup", "report"):
    scheduled.plan(occurred(_name), name=f"tell-{_name}", goal="tell the manager")(tell_manager)


def was_away(home: Path) -> None:
    """Let an employee have begun to wait for its triggers some days ago, and have been gone since."""
    store = open_store(home / "mind.db", "ada")
    store.take_lease(1, "before")
    with store.transaction("before"):
        Schedule(store, scheduled.triggers).settle(Setting("UTC", frozenset()), MONDAY - NOT_THERE)
    store.close()


class EmptyMailbox(PlainMailbox):
    """A mailbox to which nothing comes."""

    async def fetch_after(self, cursor: MailCursor | None, limit: int = 50) -> list[FetchedMail]:
        return []


async def schedule(start: Start) -> None:
    """Do what three days have made due, and what becomes due within the hour."""
    clock = VirtualClock()
    mailbox = EmptyMailbox(start.home, Evidence.AUTHORITATIVE, start.params["port"], clock)
    calendars, blobs = MemoryCalendars({ADA, MARIA}), FileBlobs(start.home / "blobs")
    place = Place(mailbox=mailbox, calendars=calendars, directory=MemoryDirectory(), blobs=blobs, clock=clock)
    await live(start, place, clock, scheduled, mails=0)
    await mailbox.close()


# poison --------------------------------------------------------------------------------------------------------------

poisoned = PlanLibrary()


@poisoned.plan(on("poison"))
def die(event: Trigger) -> Any:
    """End the process, as a fault in a library written in C does."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield Believe(functor="survived", arguments=())


@poisoned.plan(on("harmless"))
def live_on(event: Trigger) -> Any:
    yield Believe(functor="handled", arguments=(event.number,))


@poisoned.plan(on("percept-set-aside"))
def hear(event: Trigger) -> Any:
    yield Believe(functor="told", arguments=(event.percept, event.reason))


@poisoned.plan(on("poisonous-plan"))
def die_later(event: Trigger) -> Any:
    """Wait, and then end the process, whatever percept it is that has it go on."""
    yield Wait(kind="bell")
    os.kill(os.getpid(), signal.SIGKILL)
    yield Believe(functor="survived", arguments=())


@poisoned.plan(on("poisonous-act"))
def act(event: Trigger) -> Any:
    """Ask for an act that ends the process, and for some that do not."""
    yield Together(steps=tuple(Do(operation="poison.act", arguments={"kills": kills}) for kills in (0, 1, 0)))


@poisoned.plan(on("intention-set-aside"))
def hear_of_intention(event: Trigger) -> Any:
    yield Believe(functor="told", arguments=(event.intention, event.plan, event.reason))


class Poison(Arguments):
    """Whether it is."""

    kills: int


async def _act(permit: Permit, place: Place, _on_wire: Any) -> str:
    if permit.payload.target["kills"]:
        os.kill(os.getpid(), signal.SIGKILL)
    await pause(0.02)
    return "survived"


POISON = Operation(
    name="poison.act",
    summary="Kill, or not.",
    arguments=Poison,
    effect=Effect.READ,
    risk=Risk.NONE,
    idempotency=Idempotency.PURE,
    prepare=lambda arguments, _facts: Payload({"kills": arguments.kills}),
    perform=_act,
)
OPERATIONS["poison.act"] = POISON


async def poison(start: Start) -> None:
    """Handle what lies in the inbox."""
    install()
    clock = VirtualClock()
    mailbox = MemoryMailbox(clock)
    place = Place(
        mailbox=mailbox, calendars=MemoryCalendars(set()), directory=MemoryDirectory(), blobs=MemoryBlobs(), clock=clock
    )
    await live(start, place, clock, poisoned, mails=0)


WORKLOADS |= {
    "office": office,
    "booking": booking,
    "errand": errand,
    "assign": assign,
    "invited": invited,
    "stranger": stranger,
    "poison": poison,
    "schedule": schedule,
}
