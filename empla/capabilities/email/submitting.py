"""Handing a rendered mail to the mailbox, and looking for it afterwards: one way for every operation that sends.

The payload's target holds `message_id` besides what `Mailbox.submit` asks for.
"""

from collections.abc import Sequence
from typing import Any

from empla.capabilities.contract import OutcomeUnknown, Place, PrepareFacts, Settled
from empla.capabilities.email.mailbox import Evidence, OnWire, Submission, SubmissionUnknown
from empla.governance.permit import Permit


def envelope(facts: PrepareFacts, recipients: Sequence[str], message_id: str) -> dict[str, Any]:
    """Return what a payload's target says of sender and recipients, and who gets a copy as evidence (contract 8)."""
    target = {"sender": facts.address.lower(), "recipients": list(recipients), "message_id": message_id}
    return {**target, "copy_to": facts.copy_to} if facts.copy_to else target


async def submit(permit: Permit, place: Place, on_wire: OnWire) -> Submission:
    """Submit the mail. SubmissionRefused or SubmissionDelayed: it was not taken. OutcomeUnknown: look for it."""
    try:
        return await place.mailbox.submit(permit, on_wire)
    except SubmissionUnknown as error:
        raise OutcomeUnknown(error.sentence, next_step=error.next_step) from error


def refused(submission: Submission) -> dict[str, str]:
    """Return the recipients that the server refused although it took the mail, with its words."""
    return {to: f"{reply.code} {reply.text}" for to, reply in submission.recipients.items() if reply.code >= 300}


async def settle(permit: Permit, place: Place) -> Settled:
    """Say by the account's evidence whether the mail was taken (contract 8)."""
    if await place.mailbox.find_sent(permit.payload.target["message_id"]):
        return Settled.DONE
    return Settled.NOT_DONE if place.mailbox.evidence is Evidence.AUTHORITATIVE else Settled.UNCLEAR
