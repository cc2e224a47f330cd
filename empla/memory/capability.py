"""The memory capability: what the employee's plans may ask of what it remembers, and have changed in it.

    memory.ask       question, by (who asks: told is what they may see), mail (key of the question's own mail)
                     -> Answer                                       THINK
    memory.correct   memory ("f7", "e12"), value ("": it is just wrong), instead (of whom, in an episode), by, mail
                     -> key of the change                            OWN
    memory.add       subject, predicate, value, by, mail, kind (of the subject, "": what the predicate is said of)
                     -> key of the change                            OWN
    memory.changed   key (of a change), memory -> Followed           THINK

Changes are told by keyed percepts, so each happens once over any crash; only the manager has anything changed. What was
answered is the recorded outcome, so a replay tells the same.
"""

import json
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
)
from empla.capabilities.email.mailbox import OnWire
from empla.errors import PermissionDenied
from empla.governance.permit import Payload, Permit
from empla.memory.asking.answers import Answer, Said
from empla.memory.asking.asker import ask
from empla.memory.asking.following import Followed, followed
from empla.memory.asking.looking import Looking
from empla.memory.knowledge.predicates import predicate
from empla.memory.model import EVERYTHING
from empla.memory.sharing.viewing import addresses_of, viewer_of
from empla.mind.values import Address, Source

NO_MEMORY = "I have no memory here to look that up in."
"""The answer where no memory is, as in a simulation without one."""
LONGEST = 1_000
"""Characters of a question or a value."""


class AskArguments(Arguments):
    """Answer `question` with what `by` may see; `mail` is the key of the mail that asks."""

    question: str
    by: Address
    mail: str = ""


class CorrectArguments(Arguments):
    """Have a fact or an episode corrected on the word of `by` in the mail with the key `mail`."""

    memory: str
    value: str
    by: Address
    mail: str
    instead: str = ""


class AddArguments(Arguments):
    """Have a fact remembered on the word of `by` in the mail with the key `mail`."""

    subject: str
    predicate: str
    value: str
    by: Address
    mail: str
    kind: str = ""


class ChangedArguments(Arguments):
    """Tell what the change with this key, of this memory, has come to."""

    key: str
    memory: str


def _prepare_ask(arguments: AskArguments, facts: PrepareFacts) -> Payload:
    return Payload(
        {
            "question": arguments.question[:LONGEST],
            "by": arguments.by.value,
            "mail": arguments.mail,
            "employee": facts.address,
            "zone": facts.zone,
            "at": facts.at.isoformat(),
        }
    )


async def _ask(permit: Permit, place: Place, _on_wire: OnWire) -> Answer:
    asked = permit.payload.target
    if not place.memory.is_there:
        return Answer(question=asked["question"], kind="", known=False, said=(Said(text=NO_MEMORY),))
    memory = place.memory.opened()
    also = addresses_of(memory.store, asked["by"])
    answer = ask(
        memory,
        asked["question"],
        viewer=viewer_of(place.directory, asked["employee"], asked["by"], also=also),
        at=datetime.fromisoformat(asked["at"]),
        zone=asked["zone"],
        asker=(asked["by"], *also),
        without=asked["mail"],
    )
    if answer.cites:
        place.memory.tell(f"memory:used:{permit.action}", {"do": "used", "memories": list(answer.cites)})
    return answer


def _managers_alone(by: Address, facts: PrepareFacts) -> None:
    """Refuse a change that is not on the manager's word, or the company's for whom it stands."""
    if by.value != facts.manager:
        raise PermissionDenied(f"{by} may not have memory changed", next_step="the manager may")


def _prepare_correct(arguments: CorrectArguments, facts: PrepareFacts) -> Payload:
    _managers_alone(arguments.by, facts)
    fields: dict[str, Any] = {"by": arguments.by.value, "source": Source.MANAGER.value}
    if arguments.memory.startswith("e"):
        fields |= {"do": "edit", "memory": arguments.memory, "who": arguments.value, "instead": arguments.instead}
    else:
        fields |= {"do": "correct", "fact": arguments.memory, "object": arguments.value[:LONGEST]}
    return _told(f"memory:correct:{facts.unique[:16]}", fields)


def _prepare_add(arguments: AddArguments, facts: PrepareFacts) -> Payload:
    _managers_alone(arguments.by, facts)
    fields = {
        # Of what has one value at a time the manager says what is so now: what was so until now is over.
        "do": "correct" if predicate(arguments.predicate).single else "add",
        "kind": arguments.kind,
        "subject": arguments.subject,
        "predicate": arguments.predicate,
        "object": arguments.value[:LONGEST],
        "by": arguments.by.value,
        "source": Source.MANAGER.value,
    }
    return _told(f"memory:add:{facts.unique[:16]}", fields)


def _told(key: str, fields: dict[str, Any]) -> Payload:
    """Return a change as it is told; its words are no target, so that they stand in no list of acts."""
    return Payload({"key": key}, json.dumps(fields, sort_keys=True).encode())


async def _tell(permit: Permit, place: Place, _on_wire: OnWire) -> str:
    key: str = permit.payload.target["key"]
    place.memory.tell(key, json.loads(permit.payload.content))
    return key


def _prepare_changed(arguments: ChangedArguments, facts: PrepareFacts) -> Payload:
    return Payload({"key": arguments.key, "memory": arguments.memory, "at": facts.at.isoformat()})


async def _changed(permit: Permit, place: Place, _on_wire: OnWire) -> Followed:
    asked = permit.payload.target
    memory = place.memory.opened()
    rows = memory.store.find("percept", {"key": asked["key"]}, ("state", "reason"))
    if not rows or rows[0].state != "handled":
        return Followed(why=rows[0].reason if rows and rows[0].reason else "it was not taken up")
    looking = Looking(memory.store, memory.recall, EVERYTHING, datetime.fromisoformat(asked["at"]))
    return followed(memory.store, looking, asked["memory"])


capability = Capability(
    name="memory",
    operations=(
        Operation(
            name="memory.ask",
            summary="Answer a question out of what is remembered, with what it rests on.",
            arguments=AskArguments,
            effect=Effect.THINK,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare_ask,
            perform=_ask,
            timeout_s=30.0,
        ),
        Operation(
            name="memory.correct",
            summary="Have what is remembered corrected, on the manager's word.",
            arguments=CorrectArguments,
            effect=Effect.OWN,
            risk=Risk.LOW,
            idempotency=Idempotency.PURE,
            prepare=_prepare_correct,
            perform=_tell,
            integration="",
            timeout_s=10.0,
        ),
        Operation(
            name="memory.add",
            summary="Have a fact remembered, on the manager's word.",
            arguments=AddArguments,
            effect=Effect.OWN,
            risk=Risk.LOW,
            idempotency=Idempotency.PURE,
            prepare=_prepare_add,
            perform=_tell,
            integration="",
            timeout_s=10.0,
        ),
        Operation(
            name="memory.changed",
            summary="Tell what a change of memory has come to, and what followed from it.",
            arguments=ChangedArguments,
            effect=Effect.THINK,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare_changed,
            perform=_changed,
            timeout_s=10.0,
        ),
    ),
)
