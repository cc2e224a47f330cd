"""The outbox: from an action that a cycle asked for to the outcome that the mind learns (contracts 1 and 8).

    proposed -> awaiting_approval | deferred | ready -> claimed -> on_wire -> done | failed | unknown
    also: refused, cancelled

In the cycle's transaction `accept` prepares the exact bytes, asks the gate, and writes row, decision and ledger entry.
Later, in transactions of their own, a row is claimed, comes on the wire, and ends; its outcome is a percept that is
written in the transaction that ends it.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import ValidationError

from empla.capabilities.contract import Operation, PrepareFacts
from empla.clock import Clock
from empla.engine import inbox, invited, recollecting
from empla.engine.entries import Entries
from empla.errors import EmplaError
from empla.governance import gate
from empla.governance.gate import Answer, Decision
from empla.governance.manners import Conduct
from empla.governance.permit import Payload, Permit
from empla.mind import codec
from empla.mind.beliefs import BeliefBase
from empla.mind.bodies import said
from empla.mind.intentions import HeldSpan
from empla.mind.percepts import APPROVAL_NEEDED, OUTCOME, Outcome, Percept, Status
from empla.mind.preferences import Wishes
from empla.mind.state import Asked, Decided
from empla.mind.values import OWN, Address
from empla.store.store import Store, instant

log = structlog.get_logger()

UNCLAIMED = ("awaiting_approval", "deferred", "ready")
"""States that end when the intention behind the row ends."""
OPEN = ("ready", "deferred", "claimed", "on_wire")
"""States in which it is still for the employee itself to do something."""
_STATES = {
    Answer.ALLOW: "ready",
    Answer.ASK: "awaiting_approval",
    Answer.DEFER: "deferred",
    Answer.REFUSE: "refused",
}


class Outbox:
    """The outbox of one employee. Every method but `now` runs inside a transaction of the store."""

    def __init__(
        self,
        store: Store,
        operations: Mapping[str, Operation],
        beliefs: BeliefBase,
        secret: bytes,
        clock: Clock,
        kept: Callable[[str], bytes],
    ) -> None:
        self._store = store
        self._kept = kept
        self._operations = operations
        self._secret = secret
        self._clock = clock
        self._entries = Entries(store, clock)
        self.beliefs = beliefs
        self.at: datetime = clock.now()

    def now(self) -> datetime:
        """Return the mind's time: that of the cycle being written."""
        return self.at

    # accepting ------------------------------------------------------------------------------------------------

    def accept(self, asked: Asked, holds: Iterable[HeldSpan]) -> None:
        """Prepare an action that a cycle asks for, have the gate decide, and write what it said."""
        operation = self._operations.get(asked.operation)
        arguments, fault = _validated(operation, asked.arguments)
        payload = Payload()
        if operation is not None and not fault:
            payload, fault = self._prepared(operation, arguments, asked.action, holds)
        request = self._request(asked, operation, arguments, payload, fault)
        decision = gate.decide(request, self._facts(request))
        self._store.add("action", self._row(asked, operation, arguments, payload, decision))
        log.info("decided", action=asked.action, operation=asked.operation, answer=decision.answer, rule=decision.rule)
        of = {"operation": asked.operation, "effect": request.effect, "payload_hash": payload.digest()}
        facts = {"decision": decision.answer, "rule": decision.rule}
        self._entries.enter(asked.action, "decided", **of, facts=facts)
        self._after(asked, request, decision)

    def _prepared(
        self, operation: Operation, arguments: Any, action: str, holds: Iterable[HeldSpan]
    ) -> tuple[Payload, str]:
        """Return the exact bytes of an action, or why there are none."""
        unknown = [name for name in ("address", "name", "manager", "zone") if name not in self._profile()]
        if unknown:
            return Payload(), f"the employee does not know its own {unknown[0]} yet"
        try:
            return operation.prepare(arguments, self._prepare_facts(action, holds)), ""
        except EmplaError as error:
            return Payload(), error.sentence
        except Exception as error:  # a plug-in's own code: its fault costs this action, not the process
            return Payload(), f"{operation.name} cannot be prepared: {type(error).__name__}: {said(error)}"

    def _row(
        self, asked: Asked, operation: Operation | None, arguments: Any, payload: Payload, decision: Decision
    ) -> dict[str, Any]:
        return {
            "id": asked.action,
            "intention": asked.action.partition(".")[0],
            "operation": asked.operation,
            "effect": operation.effect.value if operation else "",
            "percept": asked.percept,
            "arguments": codec.dumps(asked.arguments),
            "state": _STATES[decision.answer],
            "lane": operation.lane(arguments) if operation and arguments is not None else "",
            "target": json.dumps(payload.target, sort_keys=True),
            "content": payload.content,
            "payload_hash": payload.digest(),
            "decision": Answer.ALLOW.value if decision.answer is Answer.DEFER else decision.answer.value,
            "rule": decision.rule,
            "why": decision.why,
            "asked_at": instant(self.at),
            "due": instant(decision.until) if decision.until else "",
        }

    def _after(self, asked: Asked, request: gate.Request, decision: Decision) -> None:
        if decision.answer is not Answer.REFUSE and request.effect == "tell":
            self._count(asked.action, request)
        if decision.answer is Answer.ASK:
            summary = _summary(asked.operation, request.target or {})
            fields = {"action": asked.action, "operation": asked.operation, "summary": summary, "why": decision.why}
            needed = Percept(key=f"approval:{asked.action}", kind=APPROVAL_NEEDED, fields=fields, origin=OWN)
            self._deliver(needed, asked.percept)
        elif decision.answer is Answer.REFUSE:
            refusal = Outcome(status=Status.REFUSED, code=decision.rule, sentence=decision.why)
            self._store.change("action", {"id": asked.action}, {"outcome": codec.dumps(refusal)})
            self._tell(asked.action, refusal)

    def _prepare_facts(self, action: str, holds: Iterable[HeldSpan]) -> PrepareFacts:
        profile = self._profile()
        intention = action.partition(".")[0]
        others = [h for h in holds if h.intention != intention]
        address = profile["address"].value
        return PrepareFacts(
            at=self.at,
            employee=profile["name"],
            address=address,
            manager=profile["manager"].value,
            zone=profile["zone"],
            unique=self._unique(action),
            domain=address.rpartition("@")[2],
            disclosure=profile.get("disclosure", profile["name"]),
            copy_to=address if profile.get("copy_to_self") else "",
            holds=[{"start": h.start.isoformat(), "end": h.end.isoformat(), "uid": h.intention} for h in others],
            kept=self._kept,
            wishes=Wishes(self.beliefs),
            history=lambda since: recollecting.history(self._store, since, without=intention),
        )

    def _unique(self, action: str) -> str:
        """Return an id for this step of this intention that nobody outside can guess (contract 8)."""
        return hmac.new(self._secret, f"{self._store.employee}:{action}".encode(), hashlib.sha256).hexdigest()[:40]

    def _profile(self) -> dict[str, Any]:
        # One belief counts for each name, so their order does not matter; putting them in order is most of the work.
        held = self.beliefs.candidates("profile", (), ())
        return {b.arguments[0]: b.arguments[1] for b in held if not b.overruled}

    def _request(
        self, asked: Asked, operation: Operation | None, arguments: Any, payload: Payload, fault: str
    ) -> gate.Request:
        answering = getattr(arguments, "answering", None)
        recipients = payload.target.get("recipients", ())
        return gate.Request(
            operation=asked.operation,
            effect=operation.effect.value if operation else "",
            authority=asked.authority,
            fault=fault,
            target=payload.target,
            addresses=tuple(_addresses(asked.arguments)),
            files=tuple(getattr(arguments, "attachments", ())),
            answers=answering.key if answering is not None else "",
            automatic=answering.automatic if answering is not None else "",
            correspondent=recipients[0] if recipients else "",
            invitation=invited.invitation_of(self._store, asked, arguments, self.beliefs, self.at),
        )

    def _facts(self, request: gate.Request) -> gate.Facts:
        profile = self._profile()
        return gate.Facts(
            at=self.at,
            address=profile["address"].value if "address" in profile else "",
            manager=profile["manager"].value if "manager" in profile else "",
            zone=profile.get("zone", "UTC"),
            conduct=self._conduct(request) if request.effect == "tell" else Conduct(),
        )

    # manners --------------------------------------------------------------------------------------------------

    def _conduct(self, request: gate.Request) -> Conduct:
        day, minute = instant(self.at - timedelta(days=1)), instant(self.at - timedelta(minutes=1))
        thread = (request.target or {}).get("thread", "")
        return Conduct(
            answered=bool(request.answers) and self._counted("answered", request.answers, "") > 0,
            in_thread=self._counted("thread", thread, day) if thread else 0,
            to_correspondent=self._counted("correspondent", request.correspondent, day),
            today=self._counted("sent", "", day),
            notices_today=self._counted("notice", "", day),
            this_minute=self._counted("sent", "", minute),
        )

    def _counted(self, kind: str, subject: str, since: str) -> int:
        return len(self._store.find("conduct", {"kind": kind, "subject": subject}, ("seq",), at_least={"at": since}))

    def _count(self, action: str, request: gate.Request) -> None:
        profile = self._profile()
        notice = not request.answers and gate.reaches_only(request, profile["manager"].value, profile["address"].value)
        subjects = [("notice" if notice else "sent", "")]
        subjects += [("correspondent", r) for r in (request.target or {}).get("recipients", ())]
        if thread := (request.target or {}).get("thread", ""):
            subjects.append(("thread", thread))
        if request.answers:
            subjects.append(("answered", request.answers))
        for kind, subject in subjects:
            self._store.add("conduct", {"kind": kind, "subject": subject, "at": instant(self.at), "action": action})

    def _uncount(self, action: str, kind: str = "") -> None:
        """Let what was counted for an action count no more, for it was not sent; only one `kind` of it if given."""
        by = {"action": action, "kind": kind} if kind else {"action": action}
        self._store.change("conduct", by, {"kind": "not-sent"})

    # changing -------------------------------------------------------------------------------------------------

    def withdraw(self, intention: str) -> None:
        """Cancel the rows of an intention that nobody has claimed yet."""
        for state in UNCLAIMED:
            for row in self._store.find("action", {"intention": intention, "state": state}, ("id",)):
                self._store.change("action", {"id": row.id}, {"state": "cancelled"})
                self._uncount(row.id)
                self.enter(row.id, "cancelled")

    def recall(self, action: str) -> None:
        """Cancel a row that nobody has claimed yet, and tell its step; one that is under way is left alone."""
        for state in UNCLAIMED:
            if self._store.change("action", {"id": action, "state": state}, {"state": "cancelled"}):
                self._uncount(action)
                self.enter(action, "cancelled")
                self._tell(action, Outcome(status=Status.CANCELLED, code="recalled", sentence="it was called off"))

    def decided(self, word: Decided) -> None:
        """Take a person's word on an action that awaits approval; anything else is left alone."""
        if word.approved:
            allowed = {"state": "ready", "decision": Answer.ALLOW.value, "rule": f"approved:{word.by}"}
            changed = self._store.change("action", {"id": word.action, "state": "awaiting_approval"}, allowed)
        else:
            changed = self._store.change(
                "action", {"id": word.action, "state": "awaiting_approval"}, {"state": "refused"}
            )
        if not changed:
            return
        self.enter(word.action, "approved" if word.approved else "rejected", by=word.by)
        if not word.approved:
            self._uncount(word.action)
            self._tell(word.action, Outcome(status=Status.REFUSED, code="rejected", sentence=f"{word.by} said no"))

    def claim(self, row: Any, *, paused: bool, circuit: datetime | None = None) -> Permit | None:
        """Claim a row that is due and return its permit; None if it has to wait, until an hour that is then noted.

        `circuit` is until when its integration is left alone.
        """
        claim = self._claim(row, row.attempt + 1)
        zone = self._profile()["zone"]
        waiting = gate.wait(claim, at=self._clock.now(), zone=zone, paused=paused, circuit=circuit)
        if waiting is not None:
            if waiting.until is not None:
                held_s = (waiting.until - self._clock.now()).total_seconds() if waiting.until == circuit else 0.0
                self.later(row.id, waiting.until, state="deferred", waited_s=held_s)
            return None
        permit = gate.admit(claim, epoch=self._epoch)
        values = {"state": "claimed", "attempt": permit.attempt, "epoch": permit.epoch, "due": ""}
        self._store.change("action", {"id": row.id}, values)
        return permit

    def permit(self, row: Any) -> Permit:
        """Return the permit for a row that was claimed before, to look for evidence of that attempt."""
        return gate.admit(self._claim(row, row.attempt), epoch=self._epoch)

    @property
    def _epoch(self) -> int:
        return self._store.epoch if self._store.epoch is not None else -1

    def _claim(self, row: Any, attempt: int) -> gate.Claim:
        return gate.Claim(
            action=row.id,
            operation=row.operation,
            payload=Payload(json.loads(row.target), row.content),
            payload_hash=row.payload_hash,
            decided=row.decision,
            rule=row.rule,
            attempt=attempt,
        )

    def on_wire(self, action: str, replies: Mapping[str, Any]) -> None:
        """Note that the other side may own the effect from here on."""
        text = json.dumps({to: [reply.code, reply.text] for to, reply in replies.items()}, sort_keys=True)
        values = {"state": "on_wire", "on_wire_at": instant(self._clock.now()), "replies": text}
        self._store.change("action", {"id": action}, values)

    def later(self, action: str, due: datetime, state: str = "ready", *, waited_s: float = 0.0) -> None:
        """Have a row looked at again, not before `due`; `waited_s` counts towards how long it is tried."""
        values: dict[str, Any] = {"state": state, "due": instant(due)}
        if waited_s:
            values["tried_s"] = self.row(action).tried_s + round(waited_s)
        self._store.change("action", {"id": action}, values)

    def uncertain(self, action: str, since: datetime, due: datetime) -> None:
        """Have evidence looked for again at `due`; `since` is when it became uncertain what the other side did."""
        values = {"state": "on_wire", "on_wire_at": instant(since), "due": instant(due)}
        self._store.change("action", {"id": action}, values)

    def end(self, action: str, state: str, outcome: Outcome, how: str = "") -> None:
        """End a row and tell the mind what came of it."""
        text = codec.dumps(outcome)
        ended = {"state": state, "ended_at": instant(self._clock.now()), "outcome": text}
        self._store.change("action", {"id": action}, ended)
        if state == "failed":
            self._uncount(action, "answered")  # that message still has no answer
        self.enter(action, state, code=outcome.code, how=how)
        self._tell(action, outcome)

    def revive(self, action: str, by: str) -> None:
        """Have the very bytes of an action that failed for good tried once more, on a person's word."""
        again = {"state": "ready", "due": "", "tried_s": 0, "ended_at": "", "outcome": ""}
        if self._store.change("action", {"id": action, "state": "failed"}, again):
            self._store.change("conduct", {"action": action, "kind": "not-sent"}, {"kind": "answered"})
            self.enter(action, "retried", by=by)

    def bury(self, action: str, by: str) -> None:
        """Leave an action that failed for good, on a person's word."""
        if self._store.change("action", {"id": action, "state": "failed"}, {"state": "cancelled"}):
            self.enter(action, "dropped", by=by)

    def unknown(self, action: str, why: str) -> None:
        """Set a row to unknown and let plans tell the manager; its step goes on waiting for somebody's word."""
        self._store.change("action", {"id": action}, {"state": "unknown", "why": why})
        self.enter(action, "unknown", why=why)
        row = self.row(action)
        fields = {
            "action": action,
            "operation": row.operation,
            "summary": _summary(row.operation, json.loads(row.target)),
        }
        # A row that was settled as not sent, and tried again, may be unknown again: that is news.
        key = f"unknown:{action}:{row.attempt}"
        self._deliver(Percept(key=key, kind="action-unknown", fields=fields, origin=OWN), row.percept)

    def _tell(self, action: str, outcome: Outcome) -> None:
        fields = {"action": action, "outcome": outcome}
        told = Percept(key=f"outcome:{action}", kind=OUTCOME, fields=fields, origin=OWN)
        self._deliver(told, self.row(action).percept)

    def _deliver(self, percept: Percept, because: str) -> None:
        inbox.insert(self._store, percept, self._clock.now(), because=because)

    # ledger ---------------------------------------------------------------------------------------------------

    def enter(self, action: str, event: str, **facts: Any) -> None:
        """Enter what became of an action in the ledger, if it is one that has an effect on the world."""
        row = self.row(action)
        of = {"operation": row.operation, "effect": row.effect, "payload_hash": row.payload_hash}
        self._entries.enter(action, event, **of, facts=facts)

    # reading --------------------------------------------------------------------------------------------------

    ROW = (
        "seq", "id", "intention", "operation", "effect", "state", "lane", "target", "content", "payload_hash",
        "decision", "rule", "due", "attempt", "epoch", "on_wire_at", "asked_at", "percept", "tried_s",
    )  # fmt: skip

    def row(self, action: str) -> Any:
        """Return one row of the outbox."""
        return self._store.find("action", {"id": action}, self.ROW)[0]

    def open_rows(self) -> list[Any]:
        """Return the rows that are ready, deferred, claimed or on the wire, in the order they were asked for."""
        return list(self._store.find("action", (), self.ROW, one_of=("state", OPEN)))


def _validated(operation: Operation | None, arguments: Mapping[str, Any]) -> tuple[Any, str]:
    if operation is None:
        return None, ""
    try:
        return operation.arguments.model_validate(dict(arguments)), ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return None, f"{operation.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}"


def _addresses(value: Any) -> list[Address]:
    if isinstance(value, Address):
        return [value]
    if isinstance(value, Mapping):
        return [a for part in value.values() for a in _addresses(part)]
    if isinstance(value, tuple | list):
        return [a for part in value for a in _addresses(part)]
    if is_dataclass(value) and not isinstance(value, type):
        return [a for f in fields_of(value) for a in _addresses(getattr(value, f.name))]
    return []


def _summary(operation: str, target: Mapping[str, Any]) -> str:
    """Return what an action would do, in a line for a person."""
    who = ", ".join(target.get("recipients", ())) or target.get("owner", "")
    about = target.get("subject") or target.get("title") or ""
    return f"{operation} to {who}" + (f": {about}" if about else "")
