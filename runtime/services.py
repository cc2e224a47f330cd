"""The commands that change a home, as plain functions: the command line runs them, and so does `empla up`.

Each takes the home, its arguments as plain data and where to report progress, and returns plain data. Only one process
changes a home at a time: while `up` runs, the command goes to it over the control socket; else it runs here, under the
home's lock. Either way it is the same function.

What a function needs is imported inside it: `up` has this table before it has a database.
"""

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from empla.config import Home
from empla.errors import EmplaError, InputError, NotRunning
from runtime import control
from runtime.control import Handler, Report

if TYPE_CHECKING:
    from empla.hr.company import Account, Initialised
    from empla.hr.people import Added
    from empla.hr.saga import Progress
    from empla.mind.grants import GrantKind
    from empla.workplace.accounts import Account as MailAccount

Arguments = Mapping[str, Any]
Service = Callable[[Home, Arguments, Report], Any]

FIRST_PORT: Final = 10143
"""Where the search for ports that mail clients can keep begins."""


def run(home: Home, command: str, arguments: Arguments, on_progress: Report | None = None) -> Any:
    """Run one of `SERVICES` where it may run: in the `empla up` of this home, else here under its lock."""
    local = partial(SERVICES[command], home, arguments)
    return control.run_or_call(home, command, arguments, local, on_progress=on_progress)


def handlers(home: Home) -> dict[str, Handler]:
    """Return the services as handlers of the control socket."""
    return {name: control.in_thread(partial(service, home)) for name, service in SERVICES.items()}


# people and company -------------------------------------------------------------------------------------------------


def init(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Set up a home: `company`, `name`, `zone`, `hours`, `sample`. Done again it completes what is missing."""
    from empla.clock import SystemClock
    from empla.hr import company
    from runtime.hiring import OfficeProvisioner

    provisioner = OfficeProvisioner(home)
    done = company.init(
        home,
        provisioner,
        SystemClock(home.clock),
        company=_text(arguments, "company"),
        owner=_text(arguments, "name"),
        zone=_text(arguments, "zone"),
        hours=_text(arguments, "hours"),
        sample=bool(arguments.get("sample")),
    )
    _choose_ports(home)
    endpoints = provisioner.endpoints()
    return _initialised(done) | (endpoints.as_data() if endpoints is not None else {})


def people_add(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Give a person a mailbox and a calendar: `name`, `zone`, `hours`, `address`."""
    from empla.hr.people import add_person
    from runtime.hiring import staff

    with staff(home) as staffing:
        _choose_ports(home)
        zone, hours, address = (_text(arguments, key) for key in ("zone", "hours", "address"))
        return _added(add_person(staffing, _text(arguments, "name"), zone=zone, hours=hours, address=address))


def people_list(home: Home, _arguments: Arguments, _report: Report) -> list[dict[str, Any]]:
    """Return the people of the office, the owner first. Changes nothing, so it may also be called without the lock."""
    from empla.hr.people import people
    from empla.store.company import row_as_data
    from runtime.hiring import staff

    with staff(home) as staffing:
        return [dict(row_as_data(person, without=["left_at"])) for person in people(staffing)]


def people_remove(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Close a person's account: `address`. What their mailbox holds stays."""
    from empla.hr.people import remove_person
    from runtime.hiring import staff
    from runtime.inboxes import sender

    with staff(home) as staffing:
        remove_person(staffing, _text(arguments, "address"), send_percept=sender(home))
        return {"address": _text(arguments, "address").lower()}


# employees ----------------------------------------------------------------------------------------------------------


def hire(home: Home, arguments: Arguments, report: Report) -> dict[str, Any]:
    """Hire: `role`, `name`, `manager`, `zone`, `mailbox`; with `plan` only say what would be done.

    `mailbox` is an account elsewhere that was tried: its `settings` and `secrets` (for a plan, empty passwords).
    Reports `{"step", "sentence", "stage"}` of each step. A hiring that was interrupted goes on by the same words.
    """
    from empla.hr import hiring
    from runtime.hiring import staff
    from runtime.inboxes import sender

    with staff(home) as staffing:
        manager, zone = (_text(arguments, key) for key in ("manager", "zone"))
        role, name, mailbox = _text(arguments, "role"), _text(arguments, "name"), _mailbox(arguments)
        request = hiring.checked(staffing, role, name, manager=manager, zone=zone, mailbox=mailbox)
        if arguments.get("plan"):
            who = {"name": request.name, "address": request.address, "manager": request.manager}
            return {**who, "steps": hiring.plan(staffing, request)}
        row = hiring.hire(staffing, request, send_percept=sender(home), told=_reporting(report))
        return {"name": row.name, "address": row.address, "manager": row.manager}


def offboard(home: Home, arguments: Arguments, report: Report) -> dict[str, Any]:
    """Let an employee go: `name`, `meetings`, `hand_over`; with `plan` only say what would be done.

    Its mailbox is kept, its folder is archived. Reports steps as `hire` does.
    """
    from runtime import offboarding

    name, meetings = _text(arguments, "name"), _text(arguments, "meetings") or "hand-over"
    hand_over = bool(arguments.get("hand_over", True))
    if arguments.get("plan"):
        return offboarding.plan(home, name, meetings, hand_over=hand_over)
    return offboarding.offboard(home, name, meetings, hand_over=hand_over, told=_reporting(report))


def mailbox_set(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Give the employee `name` a new version of its account elsewhere: `mailbox` as of `hire`; it starts afresh."""
    from empla.hr import mailboxes
    from runtime.hiring import staff
    from runtime.inboxes import sender

    account = _mailbox(arguments)
    if account is None:
        raise InputError("no account was given")
    with staff(home) as staffing:
        row = mailboxes.renew(staffing, _text(arguments, "name"), account, send_percept=sender(home))
    with contextlib.suppress(NotRunning, InputError):
        control.call(home, "restart", {"name": row.address})
    return {"name": row.name, "address": row.address}


def pause(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Let an employee rest, until `resume`, also over a restart of `up`: `name`."""
    return _mark_paused(home, _text(arguments, "name"), paused=True)


def resume(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Let an employee work again, whatever stopped it: `name`."""
    done = _mark_paused(home, _text(arguments, "name"), paused=False)
    with contextlib.suppress(NotRunning, InputError):  # who was given up is on no list but the supervisor's
        control.call(home, "resume", {"name": done["address"]})
    return done


def grant(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Open something (`kind`) of `owner`'s to `to`, each a name or an address; without an owner, of `to`'s manager."""
    from empla.hr.grants import grant
    from runtime.hiring import staff
    from runtime.inboxes import sender

    with staff(home) as staffing:
        kind, owner, to = _grant_of(home, arguments)
        grant(staffing, kind, owner, to, send_percept=sender(home))
    return {"kind": kind.value, "owner": owner, "to": to}


def revoke(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Take it back; arguments as of `grant`. `was_granted` says whether it was open."""
    from empla.hr.grants import revoke
    from runtime.hiring import staff
    from runtime.inboxes import sender

    with staff(home) as staffing:
        kind, owner, to = _grant_of(home, arguments)
        held = revoke(staffing, kind, owner, to, send_percept=sender(home))
    return {"kind": kind.value, "owner": owner, "to": to, "was_granted": held}


def settle(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Say what became of an action whose outcome is unknown: `name`, `action`, `happened`.

    The word goes into the employee's inbox; a working employee takes it up at once. InputError if the outcome of that
    action is known, or if somebody has said the opposite already.
    """
    from empla.config import load_settings
    from empla.engine.commands import SETTLE
    from empla.hr.profiles import found
    from runtime.hiring import staff
    from runtime.inboxes import sender

    action, happened = _text(arguments, "action"), bool(arguments.get("happened"))
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, _text(arguments, "name"))
        slug, name = row.slug, row.name
    key = _settle_key(home, slug, name, action, happened)
    by = load_settings(home).owner
    sender(home)(slug, key, SETTLE, {"action": action, "happened": happened, "by": by})
    return {"name": name, "action": action, "happened": happened, "by": by}


def quarantine(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Say what becomes of what was set aside: `name`, `again` (tried once more, or left), and one of `percept` (its
    key), `intention` and `action`.

    The word goes into the employee's inbox, as that of `settle` does. InputError if it is not set aside.
    """
    from empla.clock import SystemClock
    from empla.config import load_settings
    from empla.engine.commands import QUARANTINE
    from empla.hr.profiles import found
    from runtime.hiring import staff
    from runtime.inboxes import sender

    what = next((name for name in _ASIDE if name in arguments), "percept")
    which, again = _text(arguments, what), bool(arguments.get("again"))
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, _text(arguments, "name"))
        slug, name = row.slug, row.name
    _must_be_aside(home, slug, what, which)
    by = load_settings(home).owner
    key = f"quarantine:{which}:{SystemClock(home.clock).now().isoformat()}"
    sender(home)(slug, key, QUARANTINE, {what: which, "again": again, "by": by})
    return {"name": name, what: which, "again": again, "by": by}


_ASIDE: Mapping[str, tuple[str, str, str]] = {
    "percept": ("key", "state", "quarantined"),
    "intention": ("id", "stage", "quarantined"),
    "action": ("id", "state", "failed"),
}
"""What can be set aside: by which column of its table it is named, and which column says so how."""


def _must_be_aside(home: Home, slug: str, what: str, which: str) -> None:
    from empla.store.minds import open_mind_inbox

    named, column, value = _ASIDE[what]
    with contextlib.closing(open_mind_inbox(home, slug)) as store:
        if not store.find(what, {named: which, column: value}, ("seq",)):
            raise InputError(f"the {what} {which!r} is not set aside", next_step="see `empla quarantine list`")


def rules_list(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Return the standing rules of an employee: `name`. Changes nothing, so it may also be called without the lock."""
    from runtime import rules

    return rules.held(home, _text(arguments, "name"))


def rules_add(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Have an employee keep a standing rule: `name`, `text` (in plain words). InputError if it is not clear."""
    from runtime import rules

    return rules.add(home, _text(arguments, "name"), _text(arguments, "text"))


def rules_drop(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Have an employee drop standing rules: `name`, `numbers`. InputError if there is no such rule."""
    from runtime import rules

    return rules.drop(home, _text(arguments, "name"), [int(n) for n in arguments.get("numbers") or ()])


def preferences_add(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Have an employee keep a preference: `name`, `text` (in plain words). InputError if it is not clear."""
    from runtime import preferences

    return preferences.prefer(home, _text(arguments, "name"), _text(arguments, "text"))


def persona_set(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Set an employee's traits: `name`, `traits` (name to number), `unset` (names). InputError if one is none."""
    from runtime import personas

    traits = {str(trait): float(value) for trait, value in (arguments.get("traits") or {}).items()}
    return personas.changed(home, _text(arguments, "name"), traits, [str(t) for t in arguments.get("unset") or ()])


def goal_settle(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Say what becomes of a goal: `name`, `goal`, `state`, `reason`. InputError if it is not pursued."""
    from runtime import steering

    goal, state, reason = (_text(arguments, key) for key in ("goal", "state", "reason"))
    return steering.settle(home, _text(arguments, "name"), goal, state, reason)


def goal_prioritise(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Say how a goal comes before others: `name`, `goal`, `priority` (None: as computed)."""
    from runtime import steering

    priority = arguments.get("priority")
    number = None if priority is None else float(priority)
    return steering.prioritise(home, _text(arguments, "name"), _text(arguments, "goal"), number)


def trigger_pause(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Let a trigger rest, or be due again: `name`, `trigger`, `paused`. InputError if the employee has none such."""
    from runtime import triggers

    name, trigger = _text(arguments, "name"), _text(arguments, "trigger")
    return triggers.pause(home, name, trigger, paused=bool(arguments.get("paused")))


def task_assign(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Give an employee a task: `name`, `text`, `due` (in words), `kind`, `by` (whom it is for).

    Returns it with its `id`; `running` says whether the employee works just now.
    """
    from runtime import tasks

    due, kind, by = (_text(arguments, key) for key in ("due", "kind", "by"))
    done = tasks.assign(home, _text(arguments, "name"), _text(arguments, "text"), due=due, kind=kind, by=by)
    return {**done, "running": _works(home, done["name"])}


def task_release(home: Home, arguments: Arguments, _report: Report) -> dict[str, Any]:
    """Take a task back: `name`, `id`. InputError if there is no such task, or it is over."""
    from runtime import tasks

    done = tasks.release(home, _text(arguments, "name"), _text(arguments, "id"))
    return {**done, "running": _works(home, done["name"])}


def memory_apply(home: Home, arguments: Arguments, _report: Report) -> int:
    """Have the words to the memory of an employee that does not work carried out: `slug`. Returns how many were."""
    from runtime import memory

    return memory.carry_out(home, _text(arguments, "slug"))


SERVICES: Final[Mapping[str, Service]] = {
    "init": init,
    "people.add": people_add,
    "people.list": people_list,
    "people.remove": people_remove,
    "hire": hire,
    "offboard": offboard,
    "mailbox.set": mailbox_set,
    "employee.pause": pause,
    "employee.resume": resume,
    "grant": grant,
    "revoke": revoke,
    "settle": settle,
    "rules.add": rules_add,
    "rules.drop": rules_drop,
    "preferences.add": preferences_add,
    "persona.set": persona_set,
    "goal.settle": goal_settle,
    "goal.prioritise": goal_prioritise,
    "trigger.pause": trigger_pause,
    "quarantine": quarantine,
    "task.assign": task_assign,
    "task.release": task_release,
    "memory.apply": memory_apply,
}
"""Every command that changes a home, by the name it has on the control socket."""


# parts --------------------------------------------------------------------------------------------------------------


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name) or ""
    if not isinstance(value, str):
        raise InputError(f"{name} must be text, not {value!r}")
    return value


def _mailbox(arguments: Arguments) -> "MailAccount | None":
    """Return the account elsewhere that a command brings, None if it brings none."""
    from pydantic import SecretStr

    from empla.workplace.accounts import Account

    match arguments.get("mailbox"):
        case {"settings": dict() as settings, "secrets": str() as secrets}:
            return Account.restored(settings, SecretStr(secrets))
    return None


def _added(added: "Added | Account") -> dict[str, Any]:
    """Return an account as its owner is shown it, with its password: once, when it is made or set up."""
    shown: dict[str, Any] = {
        "name": added.name,
        "address": added.address,
        "password": added.password.get_secret_value(),
    }
    endpoints = getattr(added, "endpoints", None)
    return shown | (endpoints.as_data() if endpoints is not None else {})


def _initialised(done: "Initialised") -> dict[str, Any]:
    return {
        "company": done.company,
        "zone": done.zone,
        "hours": done.hours,
        "owner": _added(done.owner) | {"made": done.owner.made},
        "colleagues": [_added(account) | {"made": account.made} for account in done.colleagues],
    }


def _reporting(report: Report) -> Callable[["Progress"], None]:
    def told(progress: "Progress") -> None:
        report({"step": progress.step, "sentence": progress.sentence, "stage": progress.stage.value})

    return told


def _address(home: Home, words: str) -> str:
    """Return the address of the one person meant by a name or an address."""
    from empla.hr.names import checked_address
    from empla.workplace.directory import CompanyDirectory

    directory = CompanyDirectory(home.company_db)
    try:
        found = directory.find(words)
    finally:
        directory.close()
    if len(found) > 1:
        raise InputError(
            f"{words!r} may be {' or '.join(p.address.value for p in found)}", next_step="give the address"
        )
    if not found and "@" not in words:
        raise InputError(f"nobody in the office is called {words!r}", next_step="see `empla people` and `empla list`")
    return found[0].address.value if found else checked_address(words)


def _grant_of(home: Home, arguments: Arguments) -> tuple["GrantKind", str, str]:
    """Return what is granted, of whom and to whom."""
    from empla.mind.grants import GrantKind

    kind = _text(arguments, "kind")
    if kind not in set(GrantKind):
        raise InputError(f"{kind!r} cannot be granted", next_step=f"name one of {', '.join(GrantKind)}")
    to = _address(home, _text(arguments, "to"))
    owner = _text(arguments, "owner")
    return GrantKind(kind), _address(home, owner) if owner else _manager_of(home, to), to


def _manager_of(home: Home, address: str) -> str:
    """Return the manager of the employee with this address; InputError if nobody's manager is known."""
    from empla.store.company import CompanyStore

    with CompanyStore(home.company_db) as store, store.reading() as company:
        for row in company.employees():
            if row.address == address:
                return row.manager
    raise InputError(f"{address} is no employee", next_step="say whose it is with --of PERSON")


def _works(home: Home, name: str) -> bool:
    """Return whether an employee has a process just now; who has none looks into its inbox when it begins."""
    with contextlib.suppress(EmplaError):
        found = control.call(home, "status")["employees"]
        return any(one["name"] == name and one["pid"] is not None for one in found)
    return False


def _mark_paused(home: Home, name: str, *, paused: bool) -> dict[str, Any]:
    from empla.hr.profiles import found
    from empla.store.company import Status
    from runtime.hiring import staff

    with staff(home) as staffing, staffing.store.writing() as company:
        row = found(company, name)
        if row.status not in (Status.ACTIVE, Status.PAUSED):
            raise InputError(f"{row.name} does not work here", next_step="see `empla list --all`")
        leaving = company.saga(f"leave:{row.slug}")
        if leaving is not None:
            raise InputError(f"{row.name} is leaving", next_step=f'finish it: empla offboard "{row.name}"')
        row.status = Status.PAUSED if paused else Status.ACTIVE
        return {"name": row.name, "address": row.address}


def _settle_key(home: Home, slug: str, name: str, action: str, happened: bool) -> str:
    """Return the key under which a word on this attempt of the action is kept: there can be one."""
    from empla.engine import inbox
    from empla.store.minds import open_mind_inbox

    with contextlib.closing(open_mind_inbox(home, slug)) as store:
        unknown = store.find("action", {"state": "unknown"}, ("id", "attempt"))
        attempt = next((row.attempt for row in unknown if row.id == action), None)
        if attempt is None:
            known = ", ".join(row.id for row in unknown)
            raise InputError(
                f"{action!r} is no action of {name}'s whose outcome is unknown",
                next_step=f"settle one of {known}" if known else f'there is none: see `empla history "{name}"`',
            )
        key = f"settle:{action}:{attempt}"
        said = store.find("percept", {"key": key}, ("key", "kind", "body"))
        if said and inbox.read(said[0]).fields["happened"] is not happened:
            raise InputError(f"somebody has already said the opposite of {action}", next_step="wait for it to be heard")
        return key


def _choose_ports(home: Home) -> None:
    """Give the office ports that it keeps, so that mail clients can keep them; an office that ran has its own."""
    from empla.config import file_settings, save_settings
    from runtime.office.process import read_ports

    settings = file_settings(home)
    if not settings.ports and read_ports(home) is None:
        save_settings(home, settings.model_copy(update={"ports": _free_ports(settings.host)}))


def _free_ports(host: str) -> int:
    """Return the first of three consecutive ports that nobody listens at, 0 if there are no such three."""
    from runtime.ports import free_port

    first = FIRST_PORT
    while first < 65000:
        taken = next((port for port in reversed(range(first, first + 3)) if free_port(host, port) is None), None)
        if taken is None:
            return first
        first = taken + 1
    return 0
