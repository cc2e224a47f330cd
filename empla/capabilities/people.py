"""The people capability: looking somebody up in the directory.

    people.find   words: str -> Found(words, people: (Person, ...))   READ

All who fit are returned, best first; none if nobody does. Whom a plan may reach is not decided here.
"""

import asyncio
from dataclasses import dataclass

from empla.capabilities.contract import (
    Arguments,
    Capability,
    Effect,
    Idempotency,
    Operation,
    Place,
    PrepareFacts,
    Risk,
)
from empla.capabilities.directory import Person
from empla.capabilities.email.mailbox import OnWire
from empla.governance.permit import Payload, Permit
from empla.mind.codec import registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whom the words may mean."""

    words: str
    people: tuple[Person, ...] = ()


class FindArguments(Arguments):
    """Look up whom `words` may mean: an address, a full name, a first or last name."""

    words: str


def _prepare(arguments: FindArguments, _facts: PrepareFacts) -> Payload:
    return Payload({"words": arguments.words})


async def _find(permit: Permit, place: Place, _on_wire: OnWire) -> Found:
    words = permit.payload.target["words"]
    people = await asyncio.to_thread(place.directory.find, words)
    return Found(words=words, people=tuple(people))


capability = Capability(
    name="people",
    operations=(
        Operation(
            name="people.find",
            summary="Look up whom a name or an address may mean.",
            arguments=FindArguments,
            effect=Effect.READ,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare,
            perform=_find,
            timeout_s=10.0,
            integration="directory",
        ),
    ),
)
