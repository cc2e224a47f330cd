"""Carrying out claimed rows: permit in hand, outside every transaction, one task for each row.

What an error means is decided by its kind (`failing`) and by how far the row got:

* nothing is on the wire yet, or nothing can change: try again later, with growing pauses, for a bounded time;
* refused for good, or tried for too long: the row fails and the mind learns why;
* on the wire, or a conditional write that may have happened: look for evidence first (law 2). Proof of absence lets it
  be tried again; without proof it is looked for until the account's settle time is over, and then it is *unknown*.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from empla.capabilities.contract import Effect, Idempotency, Operation, OutcomeUnknown, Place, Settled
from empla.capabilities.email.mailbox import SmtpReply
from empla.engine import failing
from empla.engine.circuits import Circuits
from empla.engine.failing import Kind, NotInstalled
from empla.engine.outbox import Outbox
from empla.engine.telemetry import SILENT, Telemetry
from empla.errors import EmplaError, InternalError, NotKept, TimedOut
from empla.faults import point
from empla.governance.permit import Permit
from empla.mind.percepts import Outcome, Status
from empla.store.store import LeaseLost, Store

log = structlog.get_logger()

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
        operation = self._operations.get(permit.operation)
        if operation is None:
            self._again(permit, operation, _missing(permit.operation))
            return
        if self._may_have_happened(permit, operation) and await self._found(permit):
            return
        point(f"perform:{permit.operation}:before")
        try:
            async with asyncio.timeout(self._longest_s(operation)):
                value = await operation.perform(permit, self._place, self._on_wire(permit))
        except LeaseLost:
            raise
        except TimeoutError:
            slow = TimedOut(f"{operation.name} took longer than {self._longest_s(operation):g} s")
            await self._failed(permit, operation, slow)
            return
        except EmplaError as error:
            await self._failed(permit, operation, error)
            return
        except Exception as error:  # a plug-in's own code: its fault costs this action, not the process
            log.exception("operation raised", action=permit.action, operation=operation.name)
            await self._failed(permit, operation, InternalError(f"{operation.name} raised {type(error).__name__}"))
            return
        point(f"perform:{permit.operation}:after")
        self._circuits.worked(self.integration(permit.operation))
        self._end(permit, "done", Outcome(status=Status.DONE, value=value), how="reply")

    def _longest_s(self, operation: Operation) -> float:
        """Return how long an attempt may take: a mail also as long as the account's server may take over it."""
        by_mail = operation.idempotency is Idempotency.MESSAGE_ID
        return operation.timeout_s + (self._place.mailbox.taking_s if by_mail else 0.0)

    def _on_wire(self, permit: Permit) -> Any:
        async def on_wire(replies: Mapping[str, SmtpReply]) -> None:
            try:
                self._store.assure_lease()
                with self._store.transaction("on-wire"):
                    self._outbox.on_wire(permit.action, replies)
                self._store.assure_lease()  # the commit itself may have been slow
            except failing.WAITS_IN_CYCLE as error:  # that is our store, and no fault of the other side
                raise NotKept(error.sentence, next_step=error.next_step) from error

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

    async def _failed(self, permit: Permit, operation: Operation, error: EmplaError) -> None:
        """Do with a row whose attempt failed what the table says of such a failure."""
        kind = failing.kind_of(error)
        found = failing.TABLE[kind]
        log.info("attempt failed", action=permit.action, operation=operation.name, code=error.code, why=error.sentence)
        # The other side's own "no" is proof, however far the row got; any other end on the wire proves nothing.
        uncertain = kind is Kind.UNKNOWN or (self._row(permit).state == "on_wire" and not found.proven)
        self._circuits.failed(self.integration(operation.name), error, found.signal, error.sentence)
        conditional = operation.idempotency is Idempotency.CONDITIONAL
        if uncertain or (found.again and conditional and not found.proven):
            await self.settle(permit, error.sentence)
        elif found.again:
            self._again(permit, operation, error)
        else:
            self._give_up(permit, error.code, error.sentence)

    def _again(self, permit: Permit, operation: Operation | None, error: EmplaError) -> None:
        """Let a row be tried again later, or fail it when that has gone on for too long."""
        row = self._row(permit)
        pause_s = failing.pause_s(error, max(1, row.attempt), self._store.employee, permit.action)
        if operation is None:
            self._circuits.failed(self.integration(permit.operation), error, failing.Signal.GONE, error.sentence)
        if self._is_too_long(row, operation, pause_s):
            self._give_up(permit, error.code, error.sentence)
            return
        with self._store.transaction("again"):
            due = self._place.clock.now() + timedelta(seconds=pause_s)
            self._outbox.later(permit.action, due, waited_s=pause_s)
        self._telemetry.retried(permit.operation, error.code)

    def gives_up(self, row: Any, left_s: float) -> bool:
        """Fail a row whose integration is left alone for longer than it may wait; return whether that is so."""
        if not self._is_too_long(row, self._operations.get(row.operation), left_s):
            return False
        self._give_up(self._outbox.permit(row), "out-of-reach", self._circuits.why(self.integration(row.operation)))
        return True

    def _is_too_long(self, row: Any, operation: Operation | None, pause_s: float) -> bool:
        """Return whether a row must not wait so much longer: see `failing`."""
        reads = operation is not None and operation.idempotency is Idempotency.PURE
        longest = failing.READ_FOR if reads else failing.EFFECT_FOR
        often = reads and row.attempt >= failing.READ_ATTEMPTS
        return bool(often or row.tried_s + pause_s > longest.total_seconds())

    def _give_up(self, permit: Permit, code: str, sentence: str) -> None:
        log.warning("action failed", action=permit.action, operation=permit.operation, code=code, why=sentence)
        self._end(permit, "failed", Outcome(status=Status.FAILED, code=code, sentence=sentence))

    def integration(self, operation: str) -> str:
        """Return by what an operation reaches the world, empty if it does not."""
        known = self._operations.get(operation)
        if known is None:
            return operation.partition(".")[0]
        if known.integration is not None:
            return known.integration
        return "" if known.effect is Effect.THINK else operation.partition(".")[0]

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
        operation = self._operations.get(permit.operation)
        settled, value = await self._evidence(permit)
        if settled is Settled.DONE:
            self._end(permit, "done", Outcome(status=Status.DONE, value=value), how="evidence")
            return
        row, now = self._row(permit), self._place.clock.now()
        since = datetime.fromisoformat(row.on_wire_at) if row.on_wire_at else now
        by_mail = operation is not None and operation.idempotency is Idempotency.MESSAGE_ID
        if settled is Settled.NOT_DONE and by_mail and now - since < ABSENCE_PROVES_AFTER:
            with self._store.transaction("too-early"):
                self._outbox.uncertain(permit.action, since, since + ABSENCE_PROVES_AFTER)
            return
        if settled is Settled.NOT_DONE:
            with self._store.transaction("absent"):
                self._outbox.enter(permit.action, "absent", why=why)
            self._again(permit, operation, OutcomeUnknown(why))
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
        operation = self._operations.get(permit.operation)
        if operation is None:
            return Settled.UNCLEAR, None
        if operation.settle is None:
            return Settled.NOT_DONE, None
        try:
            async with asyncio.timeout(operation.timeout_s):
                return await operation.settle(permit, self._place)
        except (EmplaError, TimeoutError) as error:
            log.warning("no evidence yet", action=permit.action, why=str(error))
        except Exception:  # a plug-in's own code: its fault costs this look, not the process
            log.exception("looking for evidence raised", action=permit.action, operation=operation.name)
        return Settled.UNCLEAR, None

    def _row(self, permit: Permit) -> Any:
        return self._outbox.row(permit.action)


def _missing(operation: str) -> NotInstalled:
    return NotInstalled(
        f"the plug-in that can do {operation} is not installed",
        next_step="install it again, or drop what waits for it with `empla quarantine`",
    )
