"""What `empla doctor` says of accounts at other servers: whether they let the employee in."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from empla.config import Home
from empla.errors import EmplaError
from empla.hr.mailboxes import EXTERNAL
from empla.store.company import CompanyStore, Status
from empla.store.secrets import Cipher
from empla.workplace import smtp
from empla.workplace.accounts import Account
from empla.workplace.caldav import StandardCalendars
from empla.workplace.imap import ImapSession
from runtime.cli.findings import Finding

_PATIENCE_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    account: Account


def examined(home: Home) -> Iterator[Finding]:
    """Sign in to each account elsewhere of an employee who has not left, all at once, changing nothing."""
    try:
        known = list(_known(home))
    except EmplaError as error:
        yield Finding(name="mailboxes elsewhere", ok=False, evidence=error.sentence, mend=error.next_step)
        return
    if known:
        yield from asyncio.run(_all(known))


def _known(home: Home) -> Iterator[_Known]:
    cipher = Cipher(home.key)
    with CompanyStore(home.company_db) as store, store.reading() as company:
        for row in company.employees():
            account = company.account(row.address, EXTERNAL)
            if row.status != Status.OFFBOARDED and account is not None and account.closed_at is None:
                opened = Account.restored(account.settings, cipher.decrypt(account.password))
                yield _Known(row.name, opened.model_copy(update={"timeout_s": min(opened.timeout_s, _PATIENCE_S)}))


async def _all(known: list[_Known]) -> list[Finding]:
    return list(await asyncio.gather(*(_one(each) for each in known)))


async def _one(known: _Known) -> Finding:
    name, account = f"mailbox of {known.name}", known.account
    try:
        session = await ImapSession.open(account)
        await session.close()
        await smtp.sign_in(account)
        await _calendar(account)
    except EmplaError as error:
        again = f'empla mailbox set "{known.name}" FILE'
        mend = f"{error.next_step}; then: {again}" if error.next_step else f"if that lasts: {again}"
        return Finding(name=name, ok=False, evidence=error.sentence, mend=mend)
    return Finding(name=name, ok=True, evidence=f"{account.address} can sign in at {account.imap} and {account.smtp}")


async def _calendar(account: Account) -> None:
    """Ask the calendar for something that is not there."""
    calendars = StandardCalendars(account)
    try:
        await calendars.get(account.address, "empla-doctor")
    finally:
        await calendars.close()
