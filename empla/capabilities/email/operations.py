"""The e-mail capability: reading a mail that arrived, and sending one.

Operations, with their arguments and what they return:

    email.read   key: str, blob: str, received: datetime, inbox_of: Address | None = None
                 -> Mail (with its reading)                                                THINK
    email.look_again                -> None: what may be read has changed                  READ
    email.send   to: (Address, ...), cc: (Address, ...) = (), subject: str, text: str,
                 answering: Mail | None = None, follows: Sent | None = None, attachments: (FileRef, ...) = ()
                 -> Sent(message_id, thread, recipients, refused)                      TELL

`follows` is an earlier mail of ours in whose thread this one goes. Attachments are kept files, 20 MB of them together;
what is more is named in the text. A file of somebody else's mail goes to the manager; to others only after a yes.

A mail that cannot be read at all fails `email.read` with the code "unreadable".
"""

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import InstanceOf

from empla.capabilities.contract import (
    Arguments,
    Capability,
    Effect,
    Idempotency,
    Operation,
    Place,
    PrepareFacts,
    Risk,
    Settled,
)
from empla.capabilities.email import compose, submitting
from empla.capabilities.email.delegated import DelegatedSensor
from empla.capabilities.email.forwarded import forwarded_in
from empla.capabilities.email.mailbox import SUBMISSION, OnWire
from empla.capabilities.email.marks import marks_of
from empla.capabilities.email.reading import parse, read
from empla.capabilities.email.reading.absence import away_until
from empla.capabilities.email.reading.responses import with_reply
from empla.capabilities.email.reading.times.zones import zone_of_sender
from empla.capabilities.email.results import Sent
from empla.capabilities.email.sensor import InboxSensor
from empla.capabilities.email.wording import worded
from empla.governance.permit import Payload, Permit
from empla.mind import codec
from empla.mind.readings import Mail
from empla.mind.values import Address, FileRef, Origin, Source

LONGEST_TEXT = 16_000
"""Characters of a mail's new text that are kept in the mind; the whole mail stays as a blob."""
MOST_NAMED = 50
"""Recipients, copied and attachments of a mail that are kept in the mind, of each."""


class _Reader:
    """Reads one mail after the other: several large ones at once would fill the memory, and so would a heap per thread.

    A process that is forked has none of its parent's threads, so it begins with a thread of its own.
    """

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self.thread = ThreadPoolExecutor(1, "reading")


_reader = _Reader()


def end_reading() -> None:
    """End the thread that reads mails, if there is one: for a process that is to have none. It comes back by itself."""
    _reader.thread.shutdown()
    _reader.renew()


class ReadArguments(Arguments):
    """What `email.read` needs: which mail."""

    key: str
    blob: str
    received: datetime
    inbox_of: InstanceOf[Address] | None = None


class LookArguments(Arguments):
    """What `email.look_again` needs: nothing."""


class SendArguments(Arguments):
    """What `email.send` needs. Recipients carry their origin; a plain string is refused."""

    to: tuple[InstanceOf[Address], ...]
    cc: tuple[InstanceOf[Address], ...] = ()
    subject: str
    text: str
    answering: InstanceOf[Mail] | None = None
    follows: InstanceOf[Sent] | None = None
    attachments: tuple[InstanceOf[FileRef], ...] = ()


def _prepare_read(arguments: ReadArguments, facts: PrepareFacts) -> Payload:
    target = {
        "key": arguments.key,
        "blob": arguments.blob,
        "received": arguments.received.isoformat(),
        "address": facts.address,
        "manager": facts.manager,
        "zone": facts.zone,
    }
    if arguments.inbox_of is not None:
        target["inbox_of"] = codec.encode(arguments.inbox_of)
    return Payload(target)


def _prepare_look(_arguments: LookArguments, _facts: PrepareFacts) -> Payload:
    return Payload({})


async def _look_again(_permit: Permit, place: Place, _on_wire: OnWire) -> None:
    place.mailbox.look_again()


async def _read(permit: Permit, place: Place, _on_wire: OnWire) -> Mail:
    return await asyncio.get_running_loop().run_in_executor(_reader.thread, _read_now, permit.payload.target, place)


def _read_now(target: Mapping[str, Any], place: Place) -> Mail:
    raw = place.blobs.read(target["blob"])
    vouched = place.mailbox.authenticated_sender(raw)
    mail = parse(raw, target["key"], authenticated=vouched, own=(target["address"],), keep=place.blobs.keep)
    passed_on = forwarded_in(mail, place.blobs.read) if vouched == target["manager"] else None
    mail = _bounded(mail)
    # In somebody else's inbox nobody speaks to the employee, so that nothing there is its manager's word.
    manager = "" if "inbox_of" in target else target["manager"]
    if "inbox_of" in target:
        mail = replace(mail, inbox_of=codec.decode(target["inbox_of"]))
    elif vouched == manager:
        own = Origin(Source.MANAGER, mail.key, "attachment")
        mail = replace(mail, attachments=tuple(replace(file, origin=own) for file in mail.attachments))
    received = datetime.fromisoformat(target["received"])
    if mail.automatic == "auto-reply":
        mail = replace(mail, away_until=away_until(mail.subject, mail.text, received, target["zone"]))
    zone = target["zone"] if vouched == target["manager"] else _zone_of(mail, target["zone"], place)
    reading = read(mail, received, zone, manager, home=target["zone"])
    if vouched != target["manager"] and "inbox_of" not in target:
        reading = with_reply(reading, mail, received, zone)
    if passed_on is not None and "inbox_of" not in target:
        inside = read(passed_on, received, _zone_of(passed_on, target["zone"], place), "", home=target["zone"])
        mail = replace(mail, forwarded=replace(passed_on, reading=inside))
    marks = marks_of(raw, mail, place.directory, place.mailbox.failed_checks(raw))
    return replace(mail, blob=target["blob"], reading=reading, marks=marks)


def _zone_of(mail: Mail, home: str, place: Place) -> str:
    """Return the zone in which somebody else speaks of times: that in the directory, else that of the mail's Date."""
    vouched = mail.authenticated
    known = place.directory.by_address(vouched.value) if vouched is not None else None
    return zone_of_sender(mail.sent, known.zone if known is not None else "", home)


def _bounded(mail: Mail) -> Mail:
    """Return as much of a mail as the mind keeps; the whole of it stays as a blob."""
    if len(mail.text) > LONGEST_TEXT:
        mail = replace(mail, text=mail.text[:LONGEST_TEXT], defects=(*mail.defects, "the text was cut"))
    if max(len(mail.to), len(mail.cc), len(mail.attachments)) > MOST_NAMED:
        mail = replace(
            mail,
            to=mail.to[:MOST_NAMED],
            cc=mail.cc[:MOST_NAMED],
            attachments=mail.attachments[:MOST_NAMED],
            defects=(*mail.defects, "the recipients or files were cut"),
        )
    return mail


def _prepare_send(arguments: SendArguments, facts: PrepareFacts) -> Payload:
    to = tuple(dict.fromkeys(a.value for a in arguments.to))
    cc = tuple(a for a in dict.fromkeys(a.value for a in arguments.cc) if a not in to)
    answering, follows = arguments.answering, arguments.follows
    said = worded(arguments.text, (*to, *cc), facts.employee, facts.wishes)
    content = compose.render(
        facts,
        to=to,
        cc=cc,
        subject=arguments.subject,
        text=said.text,
        answering=answering,
        follows=follows,
        files=arguments.attachments,
        rest=said.rest,
    )
    own = compose.message_id(facts)
    before = answering or follows
    target = {
        **submitting.envelope(facts, [*to, *cc], own),
        "subject": arguments.subject,
        "thread": before.thread if before is not None else own,
    }
    return Payload(target, content)


def _lane(arguments: SendArguments) -> str:
    before = arguments.answering or arguments.follows
    return f"thread:{before.thread}" if before is not None else ""


async def _send(permit: Permit, place: Place, on_wire: OnWire) -> Sent:
    submission = await submitting.submit(permit, place, on_wire)
    return replace(_sent(permit), refused=submitting.refused(submission) or None)


def _sent(permit: Permit) -> Sent:
    target = permit.payload.target
    recipients = tuple(target["recipients"])
    return Sent(message_id=target["message_id"], thread=target["thread"], recipients=recipients)


async def _settle_send(permit: Permit, place: Place) -> tuple[Settled, Sent | None]:
    found = await submitting.settle(permit, place)
    return found, _sent(permit) if found is Settled.DONE else None


capability = Capability(
    name="email",
    operations=(
        Operation(
            name="email.read",
            summary="Understand a mail that arrived.",
            arguments=ReadArguments,
            effect=Effect.THINK,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare_read,
            perform=_read,
            timeout_s=30.0,
        ),
        Operation(
            name="email.look_again",
            summary="Look which mails may be read.",
            arguments=LookArguments,
            effect=Effect.READ,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare_look,
            perform=_look_again,
            timeout_s=10.0,
            integration="",
        ),
        Operation(
            name="email.send",
            summary="Send a mail.",
            arguments=SendArguments,
            effect=Effect.TELL,
            risk=Risk.MEDIUM,
            idempotency=Idempotency.MESSAGE_ID,
            prepare=_prepare_send,
            perform=_send,
            settle=_settle_send,
            lane=_lane,
            timeout_s=120.0,
            integration=SUBMISSION,
        ),
    ),
    sensors=(InboxSensor(), DelegatedSensor()),
)
