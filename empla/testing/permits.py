"""Permits for tests, made by the gate as always."""

from empla.governance import gate
from empla.governance.permit import Payload, Permit


def permit_for(operation: str, payload: Payload, *, action: str = "i1.0", attempt: int = 1, epoch: int = 1) -> Permit:
    """Return the gate's permit for an action that it allowed."""
    claim = gate.Claim(
        action=action,
        operation=operation,
        payload=payload,
        payload_hash=payload.digest(),
        decided=gate.Answer.ALLOW,
        rule="test",
        attempt=attempt,
    )
    return gate.admit(claim, epoch=epoch)
