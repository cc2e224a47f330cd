"""One employee's process: from its profile to a running engine.

Everything that employees share is imported here at the top, so that the zygote has it before it forks; roles and heavy
SDKs are imported on first use.
"""

import asyncio
import functools
import importlib
import signal
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from empla import __version__
from empla.capabilities import registry
from empla.capabilities.calendar import coming
from empla.capabilities.contract import Blobs, Place
from empla.capabilities.initiative import plans as initiative
from empla.capabilities.tasks import plans as tasks
from empla.config import Home, load_settings
from empla.engine import guard, inbox
from empla.engine.beginning import note_beginning
from empla.engine.crashes import LastProcess
from empla.engine.employee import STORE_TROUBLE, EmployeeEngine, Mindset
from empla.engine.memory import Recalls
from empla.engine.telemetry import SILENT, Several, Telemetry
from empla.errors import InputError, InternalError
from empla.hr import roles
from empla.hr.grants import tell_all
from empla.hr.mailboxes import EXTERNAL, account_of
from empla.hr.profiles import Profile, load_profile
from empla.memory.memory import Memory
from empla.memory.sharing.pools import Pools
from empla.mind import common_kinds
from empla.mind.percepts import Percept
from empla.mind.plans import PlanLibrary
from empla.mind.triggers import STANDING, Around
from empla.mind.values import OWN
from empla.store.company import CompanyStore
from empla.store.leasing import LeaseLost
from empla.store.minds import in_database, open_mind
from empla.store.secrets import Cipher
from empla.store.store import Store
from empla.workplace.accounts import Account
from empla.workplace.blobs import FileBlobs, StoredBlobs
from empla.workplace.directory import CompanyDirectory
from empla.workplace.place import connect
from runtime import tenure
from runtime.bus.contract import Bus
from runtime.bus.employed import of, on_the_bus, own_end
from runtime.bus.events import Growth
from runtime.bus.messages import Kind
from runtime.hiring import office_account
from runtime.metrics.counts import Counts
from runtime.metrics.traces import Traces
from runtime.personas import tell_of_role, tell_of_rules
from runtime.progress import CYCLE, ENDED, IDLE, STARTING, WAITING
from runtime.seat import SUCCEEDED, Seat

PLUGINS: Final = registry.found()
"""Loaded once, in the zygote."""

log = structlog.get_logger()


async def run(seat: Seat) -> None:
    """Be one employee until told to stop; SystemExit with `SUCCEEDED` where another host has become it meanwhile.

    A database that is away is waited for. Where there is none, what a store raises is this process's end.
    """
    tries = 0
    while not seat.stopping.is_set():
        tries += 1
        try:
            with closing(open_mind(seat.home, seat.slug)) as store:
                await _hold(seat, store)
            return
        except STORE_TROUBLE as error:
            if not in_database(seat.home):
                raise
            log.error("the database is away", why=error.sentence, tries=tries)
        await tenure.rest(seat, tries)


async def _hold(seat: Seat, store: Store) -> None:
    """Work while this process has the lease, and give it back in good order."""
    taken = await tenure.take_turn(seat, store)
    if taken is None:
        return
    engines: list[EmployeeEngine] = []
    try:
        await _work(seat, store, taken, engines.append)
    except LeaseLost as error:
        tenure.note_loss(seat, store, engines[0].given_up if engines else (), error)
        raise SystemExit(SUCCEEDED) from error
    tenure.hand_back(store)


async def _work(seat: Seat, store: Store, taken: tenure.Taken, told: Callable[[EmployeeEngine], None]) -> None:
    profile = _profile(seat.home, seat.slug)
    directory = CompanyDirectory(seat.home.company_db)
    blobs, end_blobs = _blobs(seat, store)
    place = connect(_account(seat.home, profile), directory, blobs, seat.clock)
    try:
        bus = own_end(seat)
        telemetry = _telemetry(seat, store, bus)
        engine = begin(seat, store, place, profile, telemetry=telemetry)
        told(engine)
        tenure.settle_in(seat, store, engine, taken)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, engine.wake)
        seat.advances = engine.advances
        log.info("begins", epoch=seat.epoch, role=profile.role)
        _tell_refused(profile.role)
        async with on_the_bus(seat, bus, engine.wake), tenure.kept(seat, store, engine):
            try:
                await engine.run(seat.stopping)
            finally:
                telemetry.close()
        log.info("ends")
    finally:
        await asyncio.gather(place.mailbox.close(), place.calendars.close(), return_exceptions=True)
        directory.close()
        end_blobs()


def _telemetry(seat: Seat, store: Store, bus: Bus) -> Telemetry:
    """Return who hears of its work: whoever follows its tables, and where a port is set whoever counts."""
    listeners: list[Telemetry] = [Growth(store, functools.partial(bus.publish, of(seat.slug, Kind.EVENTS)))]
    settings = load_settings(seat.home)
    if settings.otlp:
        try:
            listeners.append(Traces(store, seat.clock, settings.otlp, employee=seat.slug, epoch=seat.epoch))
        except InputError as error:  # without its libraries; nobody stops working for that
            log.error("traces are not sent", why=error.sentence, next_step=error.next_step)
    if settings.metrics_port:
        told = of(seat.slug, Kind.TELEMETRY)
        listeners.append(Counts(store, seat.clock, lambda families: bus.publish(told, {"families": families})))
    return Several(*listeners)


def _blobs(seat: Seat, store: Store) -> tuple[Blobs, Callable[[], None]]:
    """Return where mails are kept, and what ends it: files, or the database where another host has to find them."""
    if not in_database(seat.home):
        return FileBlobs(seat.home.employee(seat.slug) / "blobs"), lambda: None
    second = open_mind(seat.home, seat.slug)
    second.epoch = store.epoch  # fenced as all it writes; renewals are the first connection's
    return StoredBlobs(second, seat.clock), second.close


def begin(seat: Seat, store: Store, place: Place, profile: Profile, *, telemetry: Telemetry = SILENT) -> EmployeeEngine:
    """Return the engine of a process that has the lease, once its inbox says what it has to know of its beginning.

    That is what is granted to it, its role and version, for how long nobody was there, and what the process before it
    died over. Real processes and simulated ones begin with this.
    """
    _tell_grants(seat, store, profile)
    alive_at = seat.last.alive_at if seat.last is not None else None
    tell_of_role(store, profile.role, seat.clock.now())
    tell_of_rules(store, profile.role, seat.clock.now())
    note_beginning(store, seat.clock.now(), version=version_of(profile.role), alive_at=alive_at)
    engine = _engine(seat, store, place, profile, telemetry)
    _note_crash(seat, engine)
    return engine


def _tell_grants(seat: Seat, store: Store, profile: Profile) -> None:
    """Have it hear what is granted to it, if a command died before it told or the grant is older than the telling."""

    def told(_slug: str, key: str, kind: str, fields: Mapping[str, Any]) -> None:
        inbox.send(store, Percept(key=key, kind=kind, fields=fields, origin=OWN), seat.clock.now())

    with CompanyStore(seat.home.company_db) as company:
        tell_all(company, profile.address, seat.slug, told)


def _engine(seat: Seat, store: Store, place: Place, profile: Profile, telemetry: Telemetry) -> EmployeeEngine:
    guard.install()
    mindset = Mindset(
        library=library(profile.role),
        operations=registry.operations(PLUGINS.capabilities),
        sensors=[sensor for capability in PLUGINS.capabilities for sensor in capability.sensors],
        secret=profile.secret.get_secret_value().encode(),
        integrations=registry.integrations(PLUGINS.capabilities),
    )

    def beat(cycle: int, percept: str, intention: str) -> None:
        seat.progress.mark(CYCLE if percept else IDLE, cycle=cycle, percept=percept, intention=intention)

    body_guard = guard.BodyGuard(seat.progress.enter)
    settings = load_settings(seat.home)
    days = settings.memory_retention_days
    recalls = Recalls(
        opens=lambda: Memory.of(seat.home, seat.slug),
        eager=settings.embeddings != "none",
        retention=timedelta(days=days) if days else None,
    )
    return EmployeeEngine(
        store,
        place,
        mindset,
        beat=beat,
        guard=body_guard,
        telemetry=telemetry,
        recalls=recalls,
        pools=Pools.of(seat.home),
    )


def _note_crash(seat: Seat, engine: EmployeeEngine) -> None:
    """Take the former process's progress page as evidence of what it died over (contract 10)."""
    last, death = seat.last, seat.death
    if last is None or last.phase == ENDED:
        return
    engine.succeeds(
        LastProcess(
            at=last.alive_at or seat.clock.now(),
            epoch=last.epoch,
            phase=last.phase,
            worked=last.phase not in (STARTING, WAITING),
            how=death.how if death is not None else "",
            counts=death is not None and death.counts,
            cycle=last.cycle,
            percept=last.percept if last.busy else "",
            intention=last.intention if last.busy else "",
        )
    )


def version_of(role: str) -> str:
    """Return which version of code and role an employee works with."""
    return f"{__version__}/{roles.role(role).version}"


def library(role: str) -> PlanLibrary:
    """Return the plans of a role: its own, those of tasks and initiative that everybody has, and what plug-ins bring.

    With them come the kinds of belief that they declare, and those that are in every mind.
    """
    return plans(role)[0]


@functools.cache  # made once, in the zygote: all employees of a role share it, and nobody changes it
def plans(role: str) -> tuple[PlanLibrary, registry.Found]:
    """Return the plans of a role, and the plug-ins that were asked for more of them."""
    try:
        module = importlib.import_module(f"employees.{role}.plans")
    except ModuleNotFoundError as error:
        raise InputError(f"the role {role!r} has no plans", next_step="see `empla hire --help`") from error
    own = module.library
    if not isinstance(own, PlanLibrary):
        raise InternalError(f"employees.{role}.plans.library is not a PlanLibrary")
    both = PlanLibrary()
    both.include(own)
    both.include(common_kinds.library)
    both.include(tasks.library)
    both.include(initiative.library)
    both.trigger(*STANDING, *(declared.declared() for declared in roles.role(role).trigger))
    everything, found = registry.with_plans_of_others(role, both)
    if any(isinstance(trigger, Around) for trigger in everything.triggers.values()):
        everything.include(coming.library)
    return everything, found


def _tell_refused(role: str) -> None:
    """Note the plug-ins that are left out, and why; `empla doctor` says the same."""
    for refused in (*PLUGINS.refused, *plans(role)[1].refused):
        log.error("plug-in is not loaded", plugin=refused.plugin.name, package=refused.plugin.package, why=refused.why)


def mind_file(home: Home, slug: str) -> Path:
    """Return the file of one employee's store."""
    return home.mind_file(slug)


def _profile(home: Home, slug: str) -> Profile:
    with CompanyStore(home.company_db) as company:
        return load_profile(company, Cipher(home.key), slug)


def _account(home: Home, profile: Profile) -> Account:
    if profile.account_kind == EXTERNAL:
        return account_of(profile)
    return office_account(home, profile.address, profile.password)
