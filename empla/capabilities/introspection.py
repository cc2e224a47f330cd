"""The `self` capability: what the employee itself has done and undertaken, for honest answers about its work.

    self.history   since: datetime
                   -> History(acts: (Act, ...), undertakings: (Undertaking, ...), set_aside: (PutAside, ...),
                              integrations: (Integration, ...))   THINK

The facts come from the employee's own tables. They are taken while the action is prepared, in the cycle's transaction
(`PrepareFacts.history`), and only handed over here, so a replay tells the same and this capability touches no store.
"""

from dataclasses import dataclass, field
from datetime import datetime

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
from empla.governance.permit import Payload, Permit
from empla.mind.codec import LATER, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row of the outbox that has an effect on the world, and how far it got (`state`, see the outbox)."""

    intention: str
    operation: str
    state: str
    to: tuple[str, ...]
    about: str
    thread: str
    asked_at: datetime
    ended_at: datetime | None = None
    why: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """One intention: what for, since when, how far; `parent` is the step that waits for it.

    `waits_for` is the address of somebody whose answer it waits for, `asked` the subject of the mail that asked.
    """

    id: str
    goal: str
    plan: str
    stage: str
    since: datetime
    asked_by: str = ""
    parent: str = ""
    waits_for: str = ""
    asked: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class PutAside:
    """A percept that could not be handled: when it came, what it was, and why."""

    at: datetime
    kind: str
    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One connection to the world and how it stands (`empla.mind.health`), since when, and why."""

    name: str
    state: str
    since: datetime
    why: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was done, undertaken and set aside, oldest first, only the newest where there is much; and what it could
    reach."""

    acts: tuple[Act, ...] = ()
    undertakings: tuple[Undertaking, ...] = ()
    set_aside: tuple[PutAside, ...] = ()
    integrations: tuple[Integration, ...] = field(default=(), metadata=LATER)


class HistoryArguments(Arguments):
    """From when on."""

    since: datetime


def _prepare(arguments: HistoryArguments, facts: PrepareFacts) -> Payload:
    return Payload(facts.history(arguments.since))


async def _history(permit: Permit, _place: Place, _on_wire: OnWire) -> History:
    told = permit.payload.target
    acts = (
        Act(
            **{
                **act,
                "to": tuple(act["to"]),
                "asked_at": datetime.fromisoformat(act["asked_at"]),
                "ended_at": datetime.fromisoformat(act["ended_at"]) if act["ended_at"] else None,
            }
        )
        for act in told["acts"]
    )
    undertakings = (Undertaking(**{**u, "since": datetime.fromisoformat(u["since"])}) for u in told["undertakings"])
    set_aside = (PutAside(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in told.get("set_aside", ()))
    integrations = (
        Integration(**{**one, "since": datetime.fromisoformat(one["since"])}) for one in told.get("integrations", ())
    )
    return History(
        acts=tuple(acts),
        undertakings=tuple(undertakings),
        set_aside=tuple(set_aside),
        integrations=tuple(integrations),
    )


capability = Capability(
    name="self",
    operations=(
        Operation(
            name="self.history",
            summary="Recall what was done and undertaken.",
            arguments=HistoryArguments,
            effect=Effect.THINK,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=_prepare,
            perform=_history,
            timeout_s=10.0,
        ),
    ),
)
