"""Finding capabilities and refusing those that are not whole."""

from collections.abc import Iterable
from importlib.metadata import entry_points

from empla.capabilities.contract import Arguments, Capability, Effect, Idempotency, Operation
from empla.errors import ValidationError

GROUP = "empla.capabilities"
"""The entry point group by which third parties register a `Capability`."""


def installed() -> list[Capability]:
    """Return the capabilities of every installed package, by name."""
    found = [point.load() for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)]
    for capability in found:
        check(capability)
    return found


def operations(capabilities: Iterable[Capability]) -> dict[str, Operation]:
    """Return all operations by name; two of one name are refused."""
    known: dict[str, Operation] = {}
    for capability in capabilities:
        for operation in capability.operations:
            if operation.name in known:
                raise ValidationError(f"two capabilities have an operation {operation.name!r}")
            known[operation.name] = operation
    return known


def check(capability: Capability) -> None:
    """Refuse a capability that lacks what the gate needs to know of each operation."""
    if not isinstance(capability, Capability):
        raise ValidationError(f"{capability!r} is not a Capability")
    for operation in capability.operations:
        fault = _fault(capability, operation)
        if fault:
            raise ValidationError(f"operation {operation.name!r} of {capability.name!r} {fault}; it is not loaded")


def _fault(capability: Capability, operation: Operation) -> str:
    if not operation.name.startswith(f"{capability.name}."):
        return f"must be named {capability.name}.something"
    if not isinstance(operation.effect, Effect):
        return "has no effect class"
    if not isinstance(operation.idempotency, Idempotency):
        return "has no idempotency rule"
    if not (isinstance(operation.arguments, type) and issubclass(operation.arguments, Arguments)):
        return "has no argument schema"
    if operation.effect in (Effect.ACT, Effect.TELL) and operation.settle is None:
        return "changes the world and cannot look for evidence (settle)"
    if operation.reversible and not operation.inverse:
        return "is reversible without an inverse"
    return ""
