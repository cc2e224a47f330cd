"""Leaving: what is open is handed over, and an employee is let go for good.

A saga (`empla.hr.saga`): killed at any moment and begun again with the same words it goes on where it stood. The
mailbox and the folder are kept; the address is never given to another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from empla.config import load_settings
from empla.errors import InputError
from empla.hr import mailboxes, saga
from empla.hr.grants import revoke_all
from empla.hr.hiring import set_fields
from empla.hr.profiles import found
from empla.hr.staffing import Staffing
from empla.memory.sharing.pools import Pools
from empla.memory.sharing.publishing import leave as withdraw_from_team
from empla.store.company import EmployeeRow, Status
from empla.store.departing import take_out
from empla.store.minds import in_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What leaving needs of the processes around it.

    `hand_over` (slug) has the employee itself hand over what is open and returns when it has; None: nothing is handed
    over. `halt` (slug) returns once no process is that employee.
    """

    hand_over: Callable[[str], None] | None
    halt: Callable[[str], None]


def key_of(slug: str) -> str:
    """Return the key of an employee's leaving in the records."""
    return f"leave:{slug}"


def plan(staffing: Staffing, name: str, hands: Hands) -> list[dict[str, str]]:
    """Return the steps of a leaving, for `--plan`: key and sentence of each, and whether it is done."""
    row = _checked(staffing, name)
    with staffing.store.reading() as company:
        done = company.steps_done(key_of(row.slug))
    return [
        {"step": s.key, "does": s.sentence, "state": "done" if s.key in done else "to do"}
        for s in _steps(staffing, row, hands)
    ]


def leave(staffing: Staffing, name: str, hands: Hands, *, told: saga.Told = saga.untold) -> EmployeeRow:
    """Let an employee go: hand over, stop it, take back its rights, close its account, archive its folder.

    At a server that is not ours nothing is closed, but the password is forgotten. InputError if there is no such
    employee or it has left.
    """
    row = _checked(staffing, name)
    steps = _steps(staffing, row, hands)
    saga.run(staffing.store, staffing.clock, key_of(row.slug), {"address": row.address}, steps, told)
    with staffing.store.reading() as company:
        return found(company, row.slug)


def _checked(staffing: Staffing, name: str) -> EmployeeRow:
    with staffing.store.reading() as company:
        row = found(company, name)
    if row.status == Status.OFFBOARDED:
        raise InputError(f"{row.name} has left already")
    return row


def _steps(staffing: Staffing, row: EmployeeRow, hands: Hands) -> Sequence[saga.Step]:
    slug, address = row.slug, row.address
    with staffing.store.reading() as company:
        elsewhere = mailboxes.kept_settings(company, address) is not None
    hand_over = hands.hand_over
    first = []
    if hand_over is not None:
        sentence = f"have it hand over to {row.manager} what is open"
        first = [saga.Step("leave.hand-over", sentence, lambda: hand_over(slug))]
    closing = f"forget the password of {address}" if elsewhere else f"close {address}"
    return [
        *first,
        saga.Step("leave.pause", f"pause {row.name}", lambda: set_fields(staffing, slug, status=Status.PAUSED)),
        saga.Step("leave.halt", "stop the process", lambda: hands.halt(slug)),
        saga.Step("leave.revoke", "take back what was granted to it", lambda: revoke_all(staffing, address)),
        saga.Step("leave.account", closing, lambda: _close(staffing, address, elsewhere=elsewhere)),
        saga.Step("leave.archive", "archive its folder", lambda: _archive(staffing, slug)),
        saga.Step("leave.offboard", "take it out of the directory", lambda: _offboard(staffing, slug)),
    ]


def _close(staffing: Staffing, address: str, *, elsewhere: bool) -> None:
    if elsewhere:
        mailboxes.forget(staffing, address)
    else:
        staffing.close_account(address)


def _archive(staffing: Staffing, slug: str) -> None:
    folder = staffing.home.employee(slug)
    archive = staffing.home.archive(slug)
    archive.parent.mkdir(mode=0o700, exist_ok=True)
    with staffing.store.reading() as company:
        row = company.employee(slug)
    if row is not None:
        withdraw_from_team(slug, Pools.of(staffing.home), row.manager, staffing.clock.now())
    if folder.exists() and in_database(staffing.home):
        take_out(staffing.home, slug)
        from empla.memory.text.postgres import drop_index  # its driver is there only where minds are in a database

        drop_index(load_settings(staffing.home).database, slug)
    if folder.exists():
        folder.rename(archive)


def _offboard(staffing: Staffing, slug: str) -> None:
    set_fields(staffing, slug, status=Status.OFFBOARDED, listed=False, secret=None, left_at=staffing.clock.now())
