"""Signing in as a person of the office: the passwords lie encrypted in company.db, and only here are they opened."""

from empla.capabilities.directory import Person
from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError, NotRunning
from empla.hr.names import nearest
from empla.store.company import CompanyStore
from empla.store.secrets import Cipher
from empla.workplace.directory import CompanyDirectory
from runtime.client import Client
from runtime.office.process import read_ports
from runtime.supervisor import homelock


def person(home: Home, words: str) -> Person:
    """Return the one person or employee meant by a name or an address, the owner of the home if it is empty."""
    wanted = words or load_settings(home).owner
    directory = CompanyDirectory(home.company_db)
    try:
        found = directory.find(wanted)
        everybody = directory.everybody()
    finally:
        directory.close()
    if len(found) == 1:
        return found[0]
    if found:
        names = " or ".join(f"{p.name} <{p.address}>" for p in found)
        raise InputError(f"{wanted!r} may be {names}", next_step="give the address")
    known = {key: p for p in everybody for key in (p.address.value, p.name.lower(), p.name.lower().split()[0])}
    near = nearest(wanted.lower(), list(known))
    raise InputError(
        f"nobody in the office is {wanted!r}",
        next_step=f"did you mean {known[near].address}?" if near else "see `empla people` and `empla list`",
    )


def sign_in(home: Home, who: Person) -> Client:
    """Return a mail and calendar client of this person; NotRunning if the office does not run."""
    running = homelock.holder(home)
    ports = read_ports(home)
    if running is None or running.what != homelock.UP or ports is None:
        raise NotRunning(f"empla does not run on {home.root}", next_step="start it with `empla up --detach`")
    with CompanyStore(home.company_db) as store, store.reading() as company:
        account = company.account(who.address.value, "office")
        if account is None or account.closed_at is not None:
            raise InputError(f"{who.name} has no account in the office", next_step="see `empla people`")
        password = Cipher(home.key).decrypt(account.password)
    return Client(ports, who.address.value, who.name, password, SystemClock(home.clock).now)
