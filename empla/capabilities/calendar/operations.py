"""The operations of the calendar capability, as the plug-in contract wants them.

Writing ones come twice: `calendar.X` acts on anybody's calendar that the employee may write (the manager's), and
`calendar.X_own` only on the employee's own, which is a different effect and is judged differently by the gate.
"""

from collections.abc import Callable
from typing import Any

from empla.capabilities.calendar import drafting, inviting, reading, writing
from empla.capabilities.calendar.arguments import (
    Answering,
    ApplyReply,
    Book,
    Cancel,
    Counter,
    DeclineCounter,
    FindFreeBusy,
    FindSlots,
    HandOver,
    ReadAgenda,
    ReadEvent,
    Refresh,
    Respond,
    SendCancel,
    SendInvitation,
    TakeIn,
    Update,
)
from empla.capabilities.calendar.events import uid_in
from empla.capabilities.contract import Arguments, Capability, Effect, Idempotency, Operation, PrepareFacts, Risk
from empla.capabilities.email.mailbox import SUBMISSION
from empla.errors import PermissionDenied
from empla.governance.permit import Payload

READING = (
    Operation(
        name="calendar.find_slots",
        summary="Find times that suit everybody, or say why there are none and what comes nearest.",
        arguments=FindSlots,
        effect=Effect.READ,
        risk=Risk.NONE,
        idempotency=Idempotency.PURE,
        prepare=reading.prepare_find_slots,
        perform=reading.perform_find_slots,
    ),
    Operation(
        name="calendar.free_busy",
        summary="Look when somebody is busy and when free.",
        arguments=FindFreeBusy,
        effect=Effect.READ,
        risk=Risk.NONE,
        idempotency=Idempotency.PURE,
        prepare=reading.prepare_free_busy,
        perform=reading.perform_free_busy,
    ),
    Operation(
        name="calendar.agenda",
        summary="List what stands in a calendar.",
        arguments=ReadAgenda,
        effect=Effect.READ,
        risk=Risk.NONE,
        idempotency=Idempotency.PURE,
        prepare=reading.prepare_agenda,
        perform=reading.perform_agenda,
    ),
    Operation(
        name="calendar.read",
        summary="Read one event, so that it can be changed.",
        arguments=ReadEvent,
        effect=Effect.READ,
        risk=Risk.NONE,
        idempotency=Idempotency.PURE,
        prepare=reading.prepare_read,
        perform=reading.perform_read,
    ),
)


def _lane_of_booking(arguments: Book) -> str:
    return arguments.event.uid if arguments.event else ""


def _lane_of_copy(arguments: Update | Cancel | HandOver | ApplyReply | SendInvitation | DeclineCounter) -> str:
    return arguments.copy_.event.uid


def _lane_of_message(arguments: TakeIn | Answering) -> str:
    return uid_in(arguments.ics)


BOOK = Operation(
    name="calendar.book",
    summary="Put an event into a calendar, if everybody is still free.",
    arguments=Book,
    effect=Effect.ACT,
    risk=Risk.LOW,
    idempotency=Idempotency.CONDITIONAL,
    prepare=drafting.prepare_book,
    perform=writing.perform_book,
    settle=writing.settle_book,
    lane=_lane_of_booking,
    reversible=True,
    inverse="calendar.cancel",
)
UPDATE = Operation(
    name="calendar.update",
    summary="Change an event's time, text, attendees or answers.",
    arguments=Update,
    effect=Effect.ACT,
    risk=Risk.MEDIUM,
    idempotency=Idempotency.CONDITIONAL,
    prepare=drafting.prepare_update,
    perform=writing.perform_change,
    settle=writing.settle_change,
    lane=_lane_of_copy,
    reversible=True,
    inverse="calendar.update",
)
CANCEL = Operation(
    name="calendar.cancel",
    summary="Delete an event from a calendar.",
    arguments=Cancel,
    effect=Effect.ACT,
    risk=Risk.MEDIUM,
    idempotency=Idempotency.CONDITIONAL,
    prepare=drafting.prepare_cancel,
    perform=writing.perform_change,
    settle=writing.settle_change,
    lane=_lane_of_copy,
)
HAND_OVER = Operation(
    name="calendar.hand_over",
    summary="Make the owner of a calendar the organizer of an event in it.",
    arguments=HandOver,
    effect=Effect.ACT,
    risk=Risk.MEDIUM,
    idempotency=Idempotency.CONDITIONAL,
    prepare=drafting.prepare_hand_over,
    perform=writing.perform_change,
    settle=writing.settle_change,
    lane=_lane_of_copy,
)
APPLY_REPLY = Operation(
    name="calendar.apply_reply",
    summary="Note what an attendee answered.",
    arguments=ApplyReply,
    effect=Effect.ACT,
    risk=Risk.LOW,
    idempotency=Idempotency.CONDITIONAL,
    prepare=drafting.prepare_apply_reply,
    perform=writing.perform_change,
    settle=writing.settle_change,
    lane=_lane_of_copy,
)
TAKE_IN = Operation(
    name="calendar.take_in",
    summary="Take an invitation, its new version or its end into a calendar.",
    arguments=TakeIn,
    effect=Effect.ACT,
    risk=Risk.MEDIUM,
    idempotency=Idempotency.CONDITIONAL,
    prepare=drafting.prepare_take_in,
    perform=writing.perform_change,
    settle=writing.settle_change,
    lane=_lane_of_message,
)


def _answering(
    name: str, summary: str, arguments: type[Arguments], prepare: Callable[[Any, PrepareFacts], Payload]
) -> Operation:
    """Return an operation that answers a calendar message by mail."""
    return Operation(
        name=name,
        summary=summary,
        arguments=arguments,
        effect=Effect.TELL,
        integration=SUBMISSION,
        risk=Risk.MEDIUM,
        idempotency=Idempotency.MESSAGE_ID,
        prepare=prepare,
        perform=inviting.perform_send,
        settle=inviting.settle_send,
        lane=_lane_of_copy if arguments is DeclineCounter else _lane_of_message,
    )


TELLING = (
    _answering("calendar.respond", "Answer an invitation by mail.", Respond, inviting.prepare_respond),
    _answering("calendar.counter", "Propose another time to an organizer.", Counter, inviting.prepare_counter),
    _answering(
        "calendar.decline_counter",
        "Tell somebody that the time they propose is not taken.",
        DeclineCounter,
        inviting.prepare_decline_counter,
    ),
    _answering(
        "calendar.refresh", "Ask an organizer for the present version of an event.", Refresh, inviting.prepare_refresh
    ),
    Operation(
        name="calendar.invite",
        summary="Send an invitation, or its new version, by mail.",
        arguments=SendInvitation,
        effect=Effect.TELL,
        integration=SUBMISSION,
        risk=Risk.LOW,
        idempotency=Idempotency.MESSAGE_ID,
        prepare=inviting.prepare_invite,
        perform=inviting.perform_send,
        settle=inviting.settle_send,
        lane=_lane_of_copy,
        reversible=True,
        inverse="calendar.send_cancel",
    ),
    Operation(
        name="calendar.send_cancel",
        summary="Tell people by mail that an event is cancelled, or that they are no longer invited.",
        arguments=SendCancel,
        effect=Effect.TELL,
        integration=SUBMISSION,
        risk=Risk.LOW,
        idempotency=Idempotency.MESSAGE_ID,
        prepare=inviting.prepare_send_cancel,
        perform=inviting.perform_send,
        settle=inviting.settle_send,
        lane=_lane_of_copy,
    ),
)


def _on_own_calendar(operation: Operation) -> Operation:
    """Return the operation restricted to the employee's own calendar."""
    return Operation(
        name=f"{operation.name}_own",
        summary=f"{operation.summary[:-1]}, in the employee's own calendar.",
        arguments=operation.arguments,
        effect=Effect.OWN,
        risk=Risk.LOW,
        idempotency=operation.idempotency,
        prepare=_own_only(operation.prepare),
        perform=operation.perform,
        settle=operation.settle,
        lane=operation.lane,
        reversible=operation.reversible,
        inverse=f"{operation.inverse}_own" if operation.inverse else "",
    )


def _own_only(prepare: Callable[[Any, PrepareFacts], Payload]) -> Callable[[Any, PrepareFacts], Payload]:
    def prepared(arguments: Any, facts: PrepareFacts) -> Payload:
        payload = prepare(arguments, facts)
        if payload.target["owner"] != facts.address.lower():
            raise PermissionDenied(
                f"{payload.target['owner']}'s calendar is not the employee's own",
                next_step="use the operation without _own",
            )
        return payload

    return prepared


WRITING = (BOOK, UPDATE, CANCEL, APPLY_REPLY, TAKE_IN)
capability = Capability(
    name="calendar",
    operations=(*READING, *WRITING, HAND_OVER, *(_on_own_calendar(o) for o in WRITING), *TELLING),
)
