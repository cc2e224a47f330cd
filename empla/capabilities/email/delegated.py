"""Mails in the manager's own inbox that the employee may see: noticing them, and what they become.

The sensor looks into the folders of the employee's account in which mails of others lie, as long as that is granted,
and no longer: it asks before every look, and again before it hands anything on. Of what lies there it takes what came
since the grant was made, and of that, where only invitations are granted, the calendar messages.

Such a mail becomes the event `manager-mail`. It never is a request to the employee, whoever wrote it, and it is never
answered by itself: it was written to somebody else (`Mail.inbox_of`). One that came to the employee as well is noted
here and handled there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog

from empla.capabilities.contract import Noticed, Place
from empla.capabilities.email.calendar_message import is_calendar_message
from empla.capabilities.email.mailbox import FetchedMail, Folder, MailCursor
from empla.capabilities.email.sensor import LOOK_AGAIN_S, percept_key
from empla.capabilities.email.sorting import sort
from empla.capabilities.email.triage import MailKind, Triage
from empla.clock import pause
from empla.errors import ExternalError, PermissionDenied
from empla.mind.grants import GRANT_CHANGED, GRANTED, MAIL_KINDS, GrantKind
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Raise, SetAside, Step, query
from empla.mind.values import Address

MANAGER_MAIL_ARRIVED = "manager-mail-arrived"
"""Kind of the percept; fields as of `mail-arrived`, and `owner`, whose inbox it came to."""
MANAGER_MAIL = "manager-mail"
"""Kind of the event that such a mail is once it was read; field `mail`."""
MANAGER_MAIL_SUSPICIOUS = "manager-mail-suspicious"
"""Kind of the event that such a mail may mean harm; fields `mail` and `reason`."""
KEY_PREFIX = "manager-"
"""What its percept's key has before the key that the employee's own copy of the mail would have."""

SHUT_S = 300.0
"""Seconds after which a folder that cannot be read is tried again, while others can."""

library = PlanLibrary()
_log = structlog.get_logger(__name__)
Deliver = Callable[[Sequence[Noticed]], Awaitable[None]]


class DelegatedSensor:
    """Watches the folders with others' mails, by an integration of its own: these folders are another's.

    Its cursor says how far each was read, by owner.
    """

    name = "delegated"
    integration = "delegated"

    async def watch(self, place: Place, cursor: Mapping[str, Any] | None, deliver: Deliver) -> None:
        """Run until cancelled: one task follows each folder that is open now, none those that are not.

        One that cannot be read is tried again after a while and keeps nobody else's closed; if none can, it is raised.
        """
        seen = dict(cursor or {})
        following: dict[str, asyncio.Task[None]] = {}
        failed: set[str] = set()
        told: asyncio.Task[None] | None = None
        try:
            while True:
                opened = {owner.value: owner for owner in _open_to(place)}
                for name in following.keys() - opened.keys():
                    following.pop(name).cancel()
                for name in sorted(opened.keys() - following.keys()):
                    folder = place.mailbox.delegated(name)
                    if folder is not None:
                        after_s = SHUT_S if name in failed else 0.0
                        follows = _follow(place, opened[name], folder, seen, deliver, after_s)
                        following[name] = asyncio.create_task(follows)
                if told is None or told.done():
                    told = asyncio.create_task(place.mailbox.told_to_look(LOOK_AGAIN_S))
                await asyncio.wait([told, *following.values()], return_when=asyncio.FIRST_COMPLETED)
                for name in [name for name, task in following.items() if task.done()]:
                    try:
                        following.pop(name).result()
                    except (ExternalError, PermissionDenied) as error:
                        failed.add(name)
                        if failed.issuperset(opened):
                            raise
                        _log.warning("a folder with others' mails is out of reach", owner=name, why=error.sentence)
        finally:
            tasks = [*following.values(), *((told,) if told is not None else ())]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(
    place: Place, owner: Address, folder: Folder, seen: dict[str, Any], deliver: Deliver, after_s: float
) -> None:
    """Hand on what comes into one folder, for as long as it is open."""
    try:
        if after_s:
            await pause(after_s)
        while (since := _since(place, owner)) is not None:
            known = seen.get(owner.value)
            cursor = MailCursor(known["uidvalidity"], known["uid"]) if known is not None else None
            mails = await folder.fetch_after(cursor, since=since)
            if not mails:
                await deliver(())
                await folder.wait_for_change(LOOK_AGAIN_S)
                continue
            noticed = []
            for mail in mails:
                seen[owner.value] = {"uidvalidity": mail.cursor.uidvalidity, "uid": mail.cursor.uid}
                if _may_see(place, owner, mail):
                    noticed.append(_noticed(place, owner, mail, dict(seen)))
            await deliver(noticed)
    finally:
        with suppress(ExternalError):
            await folder.close()


def _open_to(place: Place) -> list[Address]:
    """Return whose mails may be seen now."""
    granted = place.directory.granted(place.mailbox.address)
    return [g.owner for g in granted if g.kind in MAIL_KINDS]


def _since(place: Place, owner: Address) -> datetime | None:
    """Return from when on mails of `owner` may be seen, None if none may."""
    granted = place.directory.granted(place.mailbox.address)
    return min((g.since for g in granted if g.owner.value == owner.value and g.kind in MAIL_KINDS), default=None)


def _may_see(place: Place, owner: Address, mail: FetchedMail) -> bool:
    """Return whether one mail may be seen now: it came under a grant that holds and covers it."""
    for grant in place.directory.granted(place.mailbox.address):
        # Servers tell only the second in which a mail came.
        if grant.owner.value != owner.value or mail.received < grant.since.replace(microsecond=0):
            continue
        if grant.kind == GrantKind.INBOX or (grant.kind == GrantKind.INVITATIONS and is_calendar_message(mail.raw)):
            return True
    return False


def _noticed(place: Place, owner: Address, mail: FetchedMail, cursor: Mapping[str, Any]) -> Noticed:
    key = KEY_PREFIX + percept_key(mail.raw)
    fields = {
        "key": key,
        "blob": place.blobs.keep(mail.raw),
        "received": mail.received,
        "account": place.mailbox.address,
        "size": len(mail.raw),
        "owner": owner,
    }
    return Noticed(key=key, kind=MANAGER_MAIL_ARRIVED, fields=fields, cursor=cursor)


@library.plan(on(GRANT_CHANGED), goal="note what is granted", quiet=True)
def note_grant(changed: Trigger) -> Generator[Step, Any, None]:
    """Believe what is granted now, and have the folders looked at that this opens or closes."""
    if changed.holds:
        yield Believe(functor=GRANTED, arguments=(changed.kind, changed.owner))
    else:
        yield Forget(functor=GRANTED, pattern=(changed.kind, changed.owner))
    if changed.kind in MAIL_KINDS:
        yield Do(operation="email.look_again", arguments={})


@library.plan(on(MANAGER_MAIL_ARRIVED), goal="see what came to the manager", priority=4, quiet=True)
def perceive_manager_mail(arrived: Trigger) -> Generator[Step, Any, None]:
    """Have the mail read and raise what it is; the employee's own copy of the same mail goes before it."""
    arguments = {"key": arrived.key, "blob": arrived.blob, "received": arrived.received, "inbox_of": arrived.owner}
    try:
        mail: Mail = yield Do(operation="email.read", arguments=arguments)
    except ActionFailed as failure:
        yield SetAside(percept=arrived.key, reason=failure.outcome.sentence)
        return
    known = dict((yield query("profile")))
    sender = mail.sender.value if mail.sender is not None else ""
    if mail.automatic == "own":
        yield Believe(functor="noted", arguments=(mail.key, "own", sender))
    elif known["address"].value in {to.value for to in (*mail.to, *mail.cc)}:
        yield Believe(functor="noted", arguments=(mail.key, "own-copy", sender))
    else:
        found: Triage = yield from sort(mail, arrived.received)
        yield Raise(kind=MANAGER_MAIL, fields={"mail": mail})
        if found.kind is MailKind.SUSPICIOUS:
            yield Raise(kind=MANAGER_MAIL_SUSPICIOUS, fields={"mail": mail, "reason": found.reason})
