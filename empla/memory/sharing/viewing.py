"""On whose behalf something is recalled: what the company's directory says of who asks.

The levels of `empla.memory.model.Visibility`, by who asks an employee:

    its manager, the home's owner, itself    everything
    a colleague who works for the same manager    what is shared with the team
    anybody else in the directory    what is shared with the company
    everybody else    what is public

and, besides, each what they took part in themselves. All of it rests on the address for which the receiving server
vouches (contract 6) and on the directory alone: nothing that a mail says can widen what its sender sees.
"""

import re
from collections.abc import Collection
from typing import Final

from empla.capabilities.directory import Directory
from empla.memory.model import EVERYTHING, Viewer, Visibility
from empla.mind.values import Source
from empla.store.store import Store

NOBODY: Final = Viewer(least=Visibility.PUBLIC)
"""Somebody for whom nobody vouches."""

_TRUSTED: Final = frozenset({Source.OWN, Source.POLICY, Source.MANAGER, Source.DIRECTORY})
"""Whose word makes an address another one of somebody's: else who writes "I am also the boss" would see the boss's."""
_EVIDENCE: Final = re.compile(r"([ef])(\d+)")


def viewer_of(
    company: Directory, employee: str, address: str, *, owner: str = "", also: Collection[str] = ()
) -> Viewer:
    """Return what somebody with an authenticated `address` may see of what the employee with that address remembers.

    `owner` is the address of who runs the home. `also` are other addresses of who asks (see `addresses_of`): they widen
    only what counts as having taken part. For an `address` that is empty, nobody vouches.
    """
    asks = address.strip().lower()
    if not asks:
        return NOBODY
    own = company.by_address(employee)
    manager = own.assists.value if own is not None and own.assists is not None else ""
    if asks in {employee.strip().lower(), manager, owner.strip().lower()}:
        return EVERYTHING
    known = company.by_address(asks)
    if known is None:
        least = Visibility.PUBLIC
    elif manager and known.assists is not None and known.assists.value == manager:
        least = Visibility.TEAM
    else:
        least = Visibility.COMPANY
    return Viewer(addresses=tuple(dict.fromkeys((asks, *(a.strip().lower() for a in also)))), least=least)


def addresses_of(store: Store, address: str) -> tuple[str, ...]:
    """Return the other addresses of whoever has this one, as far as somebody who may decide it has said so.

    An address that only a mail of outside claims to be the same person's is none of them.
    """
    mine = _entities(store, address.strip().lower())
    found = {
        row.value
        for number in mine
        for row in store.find("alias", {"entity": number, "kind": "address", "closed_at": ""}, ("value", "evidence"))
        if _is_trusted(store, row.evidence)
    }
    return tuple(sorted(found - {address.strip().lower()}))


def _entities(store: Store, address: str) -> tuple[int, ...]:
    """Return the entities that have an address on a word that is trusted, each with those it stands for."""
    rows = store.find("alias", {"value": address, "closed_at": ""}, ("entity", "kind", "evidence"))
    first = {row.entity for row in rows if row.kind == "address" and _is_trusted(store, row.evidence)}
    return tuple(sorted(first))


def _is_trusted(store: Store, evidence: str) -> bool:
    """Return whether what an alias rests on comes from somebody whose word decides."""
    rests = _EVIDENCE.fullmatch(evidence)
    if rests is None:
        return bool(evidence)  # who said so: a command, which only the manager and the owner can give
    table = "episode" if rests[1] == "e" else "fact"
    rows = store.find(table, {"seq": int(rests[2])}, ("source",))
    return bool(rows) and rows[0].source in _TRUSTED
