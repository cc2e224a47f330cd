"""What an employee can do with meeting rooms: find one (READ), reserve it and give it back (ACT).

Results are plain data, no dataclasses of our own: what an employee has kept can then be read also where this plug-in
is not installed any more.
"""

from datetime import datetime
from typing import Any

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
from empla.capabilities.email.mailbox import OnWire
from empla.governance.permit import Payload, Permit
from empla.mind.values import Address
from empla_rooms import site
from empla_rooms.sensor import ChangesSensor


class FindArguments(Arguments):
    """Which rooms with so many seats are free from `start` to `end`."""

    seats: int
    start: datetime
    end: datetime


class ReserveArguments(Arguments):
    """Reserve `room` from `start` to `end` for `owner`: an address with its origin, never a plain string."""

    owner: Address
    room: str
    start: datetime
    end: datetime


class ReleaseArguments(Arguments):
    """Give back what was reserved for `owner` under this number."""

    owner: Address
    number: str


# prepare: pure, in the cycle's transaction. What it returns is what the gate decides about, and what goes out.


def _prepare_find(wanted: FindArguments, _facts: PrepareFacts) -> Payload:
    return Payload({"seats": wanted.seats, "start": wanted.start.isoformat(), "end": wanted.end.isoformat()})


def _prepare_reserve(wanted: ReserveArguments, facts: PrepareFacts) -> Payload:
    # `owner`, `start` and `end` are what the gate holds to the manager's request. The number is the same at every
    # attempt of this step, and nobody outside can guess it: so a reservation under it can only be ours.
    return Payload(
        {
            "owner": wanted.owner.value,
            "title": wanted.room,
            "room": wanted.room,
            "start": wanted.start.isoformat(),
            "end": wanted.end.isoformat(),
            "number": facts.unique,
        }
    )


def _prepare_release(wanted: ReleaseArguments, _facts: PrepareFacts) -> Payload:
    return Payload({"owner": wanted.owner.value, "title": "give the room back", "number": wanted.number})


# perform: outside every transaction, permit in hand. settle: what became of an attempt that broke off.


async def _find(permit: Permit, _place: Place, _on_wire: OnWire) -> list[dict[str, Any]]:
    target = permit.payload.target
    return await site.free(target["seats"], target["start"], target["end"])


async def _reserve(permit: Permit, _place: Place, _on_wire: OnWire) -> dict[str, Any]:
    target = permit.payload.target
    body = {name: target[name] for name in ("room", "start", "end")} | {"by": target["owner"]}
    reserved = await site.reserve(target["number"], body)
    return {"reserved": reserved, "number": target["number"], "room": target["room"]}


async def _is_reserved(permit: Permit, _place: Place) -> tuple[Settled, Any]:
    target = permit.payload.target
    found = await site.reservation(target["number"])
    if found is None:
        return Settled.NOT_DONE, None
    return Settled.DONE, {"reserved": True, "number": target["number"], "room": found["room"]}


async def _release(permit: Permit, _place: Place, _on_wire: OnWire) -> dict[str, Any]:
    await site.release(permit.payload.target["number"])
    return {"released": True}


async def _is_released(permit: Permit, _place: Place) -> tuple[Settled, Any]:
    found = await site.reservation(permit.payload.target["number"])
    return (Settled.DONE, {"released": True}) if found is None else (Settled.NOT_DONE, None)


capability = Capability(
    name="rooms",
    operations=(
        Operation(
            name="rooms.find",
            summary="Find free meeting rooms.",
            arguments=FindArguments,
            effect=Effect.READ,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare_find,
            perform=_find,
            timeout_s=15.0,
        ),
        Operation(
            name="rooms.reserve",
            summary="Reserve a meeting room.",
            arguments=ReserveArguments,
            effect=Effect.ACT,
            risk=Risk.LOW,
            idempotency=Idempotency.CONDITIONAL,
            prepare=_prepare_reserve,
            perform=_reserve,
            settle=_is_reserved,
            lane=lambda wanted: f"room:{wanted.room}",
            reversible=True,
            inverse="rooms.release",
            timeout_s=15.0,
        ),
        Operation(
            name="rooms.release",
            summary="Give a meeting room back.",
            arguments=ReleaseArguments,
            effect=Effect.ACT,
            risk=Risk.LOW,
            idempotency=Idempotency.CONDITIONAL,
            prepare=_prepare_release,
            perform=_release,
            settle=_is_released,
            timeout_s=15.0,
        ),
    ),
    sensors=(ChangesSensor(),),
)
