"""Carrying out claimed rows: permit in hand, outside every transaction, one task for each row.

What an error means is decided by its class and by how far the row got:

* nothing is on the wire yet, or nothing can change: try again later, with growing pauses, for a bounded time;
* refused for good: the row fails and the mind learns why;
* on the wire, or a conditional write that may have happened: look for evidence first (law 2). Proof of absence lets it
  be tried again; without proof it is looked for until the account's settle time is over, and then it is *unknown*.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from empla.capabilities.contract import Idempotency, Operation, OutcomeUnknown, Place, Settled
from empla.capabilities.email.mailbox import RecipientsDelayed, SmtpReply, SubmissionDelayed, SubmissionRefused
from empla.engine.circuits import Circuits
from empla.engine.outbox import Outbox
from empla.engine.telemetry import SILENT, Telemetry
from empla.errors import EmplaError, ExternalError, InternalError, PermissionDenied, ResourceError
from empla.faults import point
from empla.governance.permit import Permit
from empla.mind.percepts import Outcome, Status
from empla.store.store import LeaseLost, Store

log = structlog.get_logger()

ATTEMPTS = 55
"""How often an effect is tried before it is reported as failed: some four hours. Nights and waits for a person's word
do not count."""
PATIENCE = timedelta(hours=4)
"""How long evidence of a write is looked for before it is *unknown*; of a mail, the account's settle time."""
ABSENCE_PROVES_AFTER = timedelta(seconds=3)
"""How long after a mail came on the wire its absence proves that it was not taken: until then the server may still be
busy with what the dead connection had already brought it."""
SHORTEST_LOOK, LONGEST_LOOK = timedelta(seconds=1), timedelta(minutes=5)
"""Bounds of the pause between two looks for evidence."""
UNFENCED = "unfenced"
"""Event of the ledger: an attempt whose lease ended between `on_wire` and the reply, so no epoch could hold it back.

Between hosts an attempt ends with its lease (`EmployeeEngine.break_off`), unless its process is stopped in that very
moment, by SIGSTOP or a laptop's lid, and goes on later: what lies in the connection then may still reach the server.
The successor looks for evidence only when the longest such attempt is over. Each is counted, and shown by `empla
doctor`.
"""
_UNKNOWN_S = 600.0  # of an operation of a plug-in that is not installed here
READ_ATTEMPTS = 6
"""How often something that changes nothing is tried before it is reported as failed."""


class Performer:
    """Carries out rows of one employee's outbox."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        operations: Mapping[str, Operation],
        place: Place,
        circuits: Circuits,
        telemetry: Telemetry = SILENT,
    ) -> None:
        self._telemetry = telemetry
        self._store = store
        self._circuits = circuits
        self._outbox = outbox
        self._operations = operations
        self._place = place

    async def perform(self, permit: Permit) -> None:
        """Carry out one claimed row and write what came of it."""
        operation = self._operations[permit.operation]
        if self._may_have_happened(permit, operation) and await self._found(permit):
            return
        point(f"perform:{permit.operation}:before")
        try:
            async with asyncio.timeout(self._longest_s(operation)):
                value = await operation.perform(permit, self._place, self._on_wire(permit))
        except LeaseLost:
            raise
        except (EmplaError, TimeoutError) as error:
            await self._failed(permit, operation, error)
            return
        except Exception as error:  # a plug-in's own code: its fault costs this action, not the process
            log.exception("operation raised", action=permit.action, operation=operation.name)
            await self._failed(permit, operation, InternalError(f"{operation.name} raised {type(error).__name__}"))
            return
        point(f"perform:{permit.operation}:after")
        self._circuits.worked(permit.operation)
        self._end(permit, "done", Outcome(status=Status.DONE, value=value), how="reply")

    def _longest_s(self, operation: Operation) -> float:
        """Return how long an attempt may take: a mail also as long as the account's server may take over it."""
        by_mail = operation.idempotency is Idempotency.MESSAGE_ID
        return operation.timeout_s + (self._place.mailbox.taking_s if by_mail else 0.0)

    def _on_wire(self, permit: Permit) -> Any:
        async def on_wire(replies: Mapping[str, SmtpReply]) -> None:
            self._store.assure_lease()
            with self._store.transaction("on-wire"):
                self._outbox.on_wire(permit.action, replies)
            self._store.assure_lease()  # the commit itself may have been slow

        return on_wire

    def leave_alone(self, row: Any) -> None:
        """Look for evidence of a row on the wire only when an attempt by another host can be under way no more."""
        operation = self._operations.get(row.operation)
        longest = timedelta(seconds=self._longest_s(operation) if operation is not None else _UNKNOWN_S)
        now = self._place.clock.now()
        since = datetime.fromisoformat(row.on_wire_at) if row.on_wire_at else now
        self._outbox.uncertain(row.id, since, now + longest)
        self._outbox.enter(row.id, UNFENCED, why="its lease ended before the reply was known")

    def _end(self, permit: Permit, state: str, outcome: Outcome, how: str = "") -> None:
        with self._store.transaction("outcome"):
            self._outbox.end(permit.action, state, outcome, how)
        log.info("action ended", action=permit.action, operation=permit.operation, state=state, how=how)
        self._telemetry.acted(permit.action, state, how)

    async def _failed(self, permit: Permit, operation: Operation, error: EmplaError | TimeoutError) -> None:
        sentence = (
            getattr(error, "sentence", "") or f"{operation.name} took longer than {self._longest_s(operation):g} s"
        )
        code = getattr(error, "code", "timeout")
        log.warning("action failed", action=permit.action, operation=operation.name, code=code, why=sentence)
        # The other side's own "no" is proof, however far the row got; any other end on the wire proves nothing.
        proven = isinstance(error, SubmissionRefused | SubmissionDelayed | PermissionDenied)
        uncertain = isinstance(error, OutcomeUnknown) or (self._row(permit).state == "on_wire" and not proven)
        waits = isinstance(error, ExternalError | ResourceError | TimeoutError)
        temporary = waits and not isinstance(error, SubmissionRefused)
        if temporary and not isinstance(error, RecipientsDelayed):  # these say nothing of other mails
            self._circuits.failed(permit.operation, sentence)
        if uncertain or (temporary and operation.idempotency is Idempotency.CONDITIONAL):
            await self.settle(permit, sentence)
        elif temporary:
            self._again(permit, operation, code, sentence)
        else:
            self._end(permit, "failed", Outcome(status=Status.FAILED, code=code, sentence=sentence))

    def _again(self, permit: Permit, operation: Operation, code: str, sentence: str) -> None:
        """Let a row be tried again later, or fail it when that has gone on for too long."""
        attempt = self._row(permit).attempt
        if attempt >= (READ_ATTEMPTS if operation.idempotency is Idempotency.PURE else ATTEMPTS):
            self._end(permit, "failed", Outcome(status=Status.FAILED, code=code, sentence=sentence))
            return
        with self._store.transaction("again"):
            self._outbox.later(permit.action, self._place.clock.now() + backoff(attempt))
        self._telemetry.retried(permit.operation, code)

    def _may_have_happened(self, permit: Permit, operation: Operation) -> bool:
        """Whether an earlier attempt may have had its effect after all; then evidence is looked for once more."""
        if operation.idempotency is Idempotency.CONDITIONAL:
            return permit.attempt > 1
        return operation.idempotency is Idempotency.MESSAGE_ID and bool(self._row(permit).on_wire_at)

    async def _found(self, permit: Permit) -> bool:
        """Look for an earlier attempt's effect; end the row and return True if it is there."""
        settled, value = await self._evidence(permit)
        if settled is Settled.DONE:
            self._end(permit, "done", Outcome(status=Status.DONE, value=value), how="evidence")
        return settled is Settled.DONE

    async def settle(self, permit: Permit, why: str) -> None:
        """Find out by evidence what became of an attempt, and go on from there (contract 8)."""
        operation = self._operations[permit.operation]
        settled, value = await self._evidence(permit)
        if settled is Settled.DONE:
            self._end(permit, "done", Outcome(status=Status.DONE, value=value), how="evidence")
            return
        row, now = self._row(permit), self._place.clock.now()
        since = datetime.fromisoformat(row.on_wire_at) if row.on_wire_at else now
        by_mail = operation.idempotency is Idempotency.MESSAGE_ID
        if settled is Settled.NOT_DONE and by_mail and now - since < ABSENCE_PROVES_AFTER:
            with self._store.transaction("too-early"):
                self._outbox.uncertain(permit.action, since, since + ABSENCE_PROVES_AFTER)
            return
        if settled is Settled.NOT_DONE:
            with self._store.transaction("absent"):
                self._outbox.enter(permit.action, "absent", why=why)
            self._again(permit, operation, OutcomeUnknown.code, why)
            return
        patience = timedelta(seconds=self._place.mailbox.settle_s) if by_mail else PATIENCE
        with self._store.transaction("unclear"):
            over = now - since >= patience
            if over:
                self._outbox.unknown(permit.action, why)
            else:
                # Each look waits as long again as has passed, so there are few of them and the last is at the end.
                pause = min(max(now - since, SHORTEST_LOOK), LONGEST_LOOK)
                self._outbox.uncertain(permit.action, since, min(now + pause, since + patience))
        if over:
            self._telemetry.acted(permit.action, "unknown", "no evidence")

    async def _evidence(self, permit: Permit) -> tuple[Settled, Any]:
        operation = self._operations[permit.operation]
        if operation.settle is None:
            return Settled.NOT_DONE, None
        try:
            async with asyncio.timeout(operation.timeout_s):
                return await operation.settle(permit, self._place)
        except (EmplaError, TimeoutError) as error:
            log.warning("no evidence yet", action=permit.action, why=str(error))
            return Settled.UNCLEAR, None

    def _row(self, permit: Permit) -> Any:
        return self._outbox.row(permit.action)


def backoff(attempt: int) -> timedelta:
    """Return how long to wait before the next attempt: 1, 2, 4 ... 300 s; none before the first."""
    return timedelta(seconds=min(300, 2 ** (attempt - 1)) if attempt >= 1 else 0)
