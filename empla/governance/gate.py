"""The gate: the one place between outbox and adapters that every action passes.

`decide` is a pure function, called in the cycle's transaction, of what is asked for (`Request`) and what is known
(`Facts`). Its rules in order: known operation, schema, reading, manners and limits, data flow, autonomy. In the
transaction that claims a row `wait` checks again what may have changed; `admit` alone makes permits.

A fresh employee is *assisted* (contract 7): an outward act goes without asking only if it belongs to an intention that
began with an authenticated request of the manager, and stays within the people and times of that request. To its
manager it may always write.

An invitation to the manager names its organizer, whose address only came from outside. It is answered, and entered into
the manager's calendar, without asking if the manager has granted that invitations are seen, the answer goes to nobody
but the organizer of that very invitation, and one of these decides it:

- the manager's authenticated word: the intention that acts began with it, after the question about this invitation;
- a standing rule. Which answers the rules allow is worked out from the rules themselves and from the invitation's own
  bytes (`empla.engine.invited`), never taken from the plan. This counts only if the receiving server vouches that the
  mail came from the organizer: who writes as somebody else is answered by nobody's rule.

Entered without an answer, so that the manager sees it, it may be by the grant alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from empla.errors import InternalError
from empla.governance import manners
from empla.governance.manners import Conduct
from empla.governance.permit import _SEAL, Payload, Permit
from empla.mind.intentions import Authority
from empla.mind.values import Address, FileRef, Source

QUIET_HOURS = "manners:quiet-hours"
UNASKED = "to-manager:unasked"


class Answer(StrEnum):
    """What the gate says."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"
    DEFER = "defer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The gate's answer, the rule that made it, and a sentence for a person."""

    answer: Answer
    rule: str
    why: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The invitation that an action answers, as the tables know it.

    `vouched`: the server vouches that its mail came from its organizer. `granted`: it came to the manager, who lets
    invitations be seen. `wanted` is the answer that the action gives (PARTSTAT of RFC 5545, COUNTER, or empty for
    none), `answers` are those that the standing rules allow, by the word of `rule`, a rule's number.
    """

    organizer: str
    vouched: bool
    granted: bool
    wanted: str
    answers: frozenset[str] = frozenset()
    rule: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. `effect` is the operation's effect class; `fault` says why the schema refused it.

    `addresses` are all addresses among the arguments, with their origins; `files` are what goes out with it.
    `automatic` says why the mail that is being answered must not be answered. `invitation` is set if one is answered.
    """

    operation: str
    effect: str
    authority: Authority
    fault: str = ""
    target: Mapping[str, Any] | None = None
    addresses: tuple[Address, ...] = ()
    files: tuple[FileRef, ...] = ()
    answers: str = ""
    automatic: str = ""
    correspondent: str = ""
    invitation: Invitation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when deciding."""

    at: datetime
    address: str
    manager: str
    zone: str
    conduct: Conduct


def decide(request: Request, facts: Facts) -> Decision:
    """Return whether an action is allowed, must be asked about, waits, or is refused; and by which rule."""
    if not request.effect:
        return _refuse("operation:unknown", f"there is no operation {request.operation!r}")
    if request.fault:
        return _refuse("operation:schema", request.fault)
    if request.effect in ("think", "read", "own"):
        return Decision(answer=Answer.ALLOW, rule=f"effect:{request.effect}")
    if request.effect != "tell":
        return _authorised(request, facts)
    answers, to_manager = bool(request.answers), reaches_only(request, facts.manager, facts.address)
    objection = manners.objection(request.automatic, facts.conduct, answers=answers, to_manager=to_manager)
    if objection is not None:
        return _refuse(*objection)
    decision = _authorised(request, facts)
    if decision.answer is Answer.ALLOW and facts.conduct.this_minute >= manners.PER_MINUTE:
        why = f"{facts.conduct.this_minute} mails in a minute"
        return Decision(answer=Answer.DEFER, rule="limits:minute", why=why, until=facts.at + timedelta(minutes=1))
    return decision


def reaches_only(request: Request, *addresses: str) -> bool:
    """Return whether an action reaches somebody, and nobody but these."""
    reached = _reached(request)
    return bool(reached) and reached <= set(addresses)


def _authorised(request: Request, facts: Facts) -> Decision:
    """Hold an outward act to the request behind it: its people, its times, and where its targets come from."""
    reached = _reached(request)
    if not reached:
        return _refuse("target:none", "the action names nobody whom it concerns")
    # The same address may stand in several places: in the mail that is answered it always comes from outside.
    known = {a.value for a in request.addresses if a.origin.source is not Source.PERCEPT}
    authority = request.authority
    known |= {a.value for a in authority.granted}  # from outside, but opened by the manager's own answer
    foreign = sorted(reached - known - {facts.manager})
    covered = {facts.manager, facts.address, *(p.value for p in authority.people)}
    if request.effect == "tell" and reaches_only(request, facts.manager, facts.address):
        return _to_manager(request, facts)
    if request.invitation is not None:
        return _answering(request.invitation, request, facts)
    if foreign:
        return _ask("origin:percept", f"{foreign[0]} stands only in what came from outside")
    if from_outside := [f.name or "a file" for f in request.files if f.origin.source is Source.PERCEPT]:
        return _ask("origin:file", f"{from_outside[0]} came with a mail of somebody else")
    if authority.principal != "manager":
        return _ask("assisted:no-request", "no request of the manager covers this")
    if authority.mail_only and request.effect != "tell":
        return _ask("assisted:operations", "the manager's answer was a no")
    if beyond := sorted(reached - covered):
        return _ask("assisted:people", f"the manager's request does not cover {beyond[0]}")
    if not _within(request.target or {}, authority):
        return _ask("assisted:window", "the time lies outside the manager's request")
    return Decision(answer=Answer.ALLOW, rule="assisted:within-request")


def _answering(invitation: Invitation, request: Request, facts: Facts) -> Decision:
    """Let an invitation to the manager be answered by the manager's word or a standing rule; see the module."""
    if not invitation.granted:
        return _ask("invitation:no-grant", "the manager does not let me see to such invitations")
    if not invitation.organizer or not reaches_only(request, invitation.organizer, facts.manager):
        return _ask("invitation:organizer", f"it would not go to {invitation.organizer or 'any organizer'}")
    if request.authority.principal == "manager":
        return Decision(answer=Answer.ALLOW, rule="invitation:manager")
    if not invitation.vouched:
        return _ask("invitation:unvouched", f"nobody vouches that it came from {invitation.organizer}")
    if not invitation.wanted:
        return Decision(answer=Answer.ALLOW, rule="invitation:entered")
    if invitation.wanted in invitation.answers:
        return Decision(answer=Answer.ALLOW, rule=f"invitation:rule-{invitation.rule}")
    return _ask("invitation:no-rule", "no standing rule of the manager decides about this invitation")


def _to_manager(request: Request, facts: Facts) -> Decision:
    """Let the manager be written to; at night only if it is an answer, or comes of a request that somebody made."""
    if request.answers or request.authority.principal:
        return Decision(answer=Answer.ALLOW, rule="to-manager")
    if quiet := manners.quiet_until(facts.at, facts.zone):
        return Decision(answer=Answer.DEFER, rule=QUIET_HOURS, why="quiet hours", until=quiet)
    return Decision(answer=Answer.ALLOW, rule=UNASKED)


def _reached(request: Request) -> set[str]:
    target = request.target or {}
    return {*target.get("recipients", ()), *((target["owner"],) if "owner" in target else ())}


def _within(target: Mapping[str, Any], authority: Authority) -> bool:
    if "start" not in target:
        return True
    try:
        start, end = (datetime.fromisoformat(target[name]) for name in ("start", "end"))
    except (KeyError, ValueError):
        return False
    if start.tzinfo is None or end.tzinfo is None:
        return False  # nobody knows when that is
    return (authority.start is None or authority.start <= start) and (authority.end is None or end <= authority.end)


def _ask(rule: str, why: str) -> Decision:
    return Decision(answer=Answer.ASK, rule=rule, why=why)


def _refuse(rule: str, why: str) -> Decision:
    return Decision(answer=Answer.REFUSE, rule=rule, why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An outbox row about to be carried out, and the rule that allowed it."""

    action: str
    operation: str
    payload: Payload
    payload_hash: str
    decided: str
    rule: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a row has to wait, and until when if that is known."""

    why: str
    until: datetime | None = None


def wait(
    claim: Claim, *, at: datetime, zone: str, paused: bool = False, circuit: datetime | None = None
) -> Wait | None:
    """Return why a row that is due must not be claimed now, None if it may: what held when it was decided may not now.

    A mail that nobody waits for must not go at night because it could not by day. `circuit` is until when the operation
    is left alone because it has failed again and again.
    """
    if paused:
        return Wait("paused")
    if circuit is not None:
        return Wait("circuit", circuit)
    if claim.rule in (UNASKED, QUIET_HOURS):
        quiet = manners.quiet_until(at, zone)
        return Wait("quiet hours", quiet) if quiet else None
    return None


def admit(claim: Claim, *, epoch: int) -> Permit:
    """Return the permit for a row that is being claimed, or was before. InternalError if it was never allowed.

    `epoch` is that of the lease, which the transaction around this has just checked.
    """
    if claim.decided != Answer.ALLOW:
        raise InternalError(f"action {claim.action} was not allowed and cannot be carried out")
    return Permit(
        action=claim.action,
        operation=claim.operation,
        payload=claim.payload,
        payload_hash=claim.payload_hash,
        epoch=epoch,
        attempt=claim.attempt,
        seal=_SEAL,
    )
