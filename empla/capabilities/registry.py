"""Finding what plug-ins bring, and refusing what is not whole.

Two entry point groups, for our own packages and for third parties alike:

    empla.capabilities         NAME = "package.module:capability"    a `Capability`
    empla.plans.ROLE           NAME = "package.module:library"       a `PlanLibrary` for everybody in that role

A plug-in that cannot be loaded is left out, with the reason, and stops nobody else (law 8). Where two bring the same
name, ours comes first, then the one whose entry point comes first by name. What empla itself brings must load.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from empla.capabilities.contract import Arguments, Capability, Effect, Idempotency, Operation
from empla.errors import EmplaError, ValidationError
from empla.mind.plans import PlanLibrary

GROUP: Final = "empla.capabilities"
"""The entry point group by which third parties register a `Capability`."""
PLANS: Final = "empla.plans."
"""Followed by the name of a role (`executive_assistant`), the group by which they register plans for it."""
OURS: Final = "empla"
"""The distribution whose plug-ins must load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One entry point: its name, where it leads, and the distribution (with version) that it came with."""

    name: str
    group: str
    leads_to: str
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A plug-in that was not loaded, and why."""

    plugin: Plugin
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was loaded, our own first, and what was refused."""

    loaded: Sequence[Plugin]
    refused: Sequence[Refused]
    capabilities: Sequence[Capability] = ()


def found() -> Found:
    """Load and check the capability of every installed package."""
    capabilities: list[Capability] = []

    def take(capability: Any) -> None:
        check(capability)
        clash(capability, capabilities)
        capabilities.append(capability)

    loaded, refused = _taken(GROUP, take)
    return Found(capabilities=capabilities, loaded=loaded, refused=refused)


def installed() -> list[Capability]:
    """Return the capabilities that could be loaded, our own first, then by name."""
    return list(found().capabilities)


def with_plans_of_others(role: str, own: PlanLibrary) -> tuple[PlanLibrary, Found]:
    """Return a role's own plans together with those that plug-ins bring for it, and which plug-ins these were."""
    library = PlanLibrary()
    library.include(own)

    def take(more: Any) -> None:
        nonlocal library
        if not isinstance(more, PlanLibrary):
            raise ValidationError(f"{more!r} is not a PlanLibrary")
        both = PlanLibrary()  # a plug-in is taken whole or not at all
        both.include(library)
        both.include(more)
        library = both

    loaded, refused = _taken(f"{PLANS}{role}", take)
    return library, Found(loaded=loaded, refused=refused)


def operations(capabilities: Iterable[Capability]) -> dict[str, Operation]:
    """Return all operations by name; two of one name are refused."""
    known: dict[str, Operation] = {}
    for capability in capabilities:
        for operation in capability.operations:
            if operation.name in known:
                raise ValidationError(f"two capabilities have an operation {operation.name!r}")
            known[operation.name] = operation
    return known


def integrations(capabilities: Iterable[Capability]) -> dict[str, str]:
    """Return by which integration each sensor watches, by its name."""
    return {
        sensor.name: getattr(sensor, "integration", "") or capability.name
        for capability in capabilities
        for sensor in capability.sensors
    }


# loading ------------------------------------------------------------------------------------------------------------


def _taken(group: str, take: Callable[[Any], None]) -> tuple[list[Plugin], list[Refused]]:
    """Load every entry point of a group, ours first, then by name, and have each taken that can be."""
    loaded: list[Plugin] = []
    refused: list[Refused] = []
    for point in sorted(entry_points(group=group), key=lambda p: (_package(p) != OURS, p.name, p.value)):
        why = _why_not(point, take)
        if why:
            refused.append(Refused(plugin=_plugin(point), why=why))
        else:
            loaded.append(_plugin(point))
    return loaded, refused


def _why_not(point: EntryPoint, take: Callable[[Any], None]) -> str:
    """Load what an entry point leads to and have it taken; return why that was not possible, empty if it was."""
    try:
        take(point.load())
    except EmplaError as error:
        why = error.sentence
    except (Exception, SystemExit) as error:  # a plug-in's own code, which may raise whatever it likes
        first = next(iter(str(error).splitlines()), "")
        why = f"{type(error).__name__}: {first}".rstrip(": ")
    else:
        return ""
    if _package(point) == OURS:
        raise ValidationError(f"{point.value} of empla itself cannot be loaded: {why}", next_step="install empla anew")
    return why


def _package(point: EntryPoint) -> str:
    return str(point.dist.metadata["Name"]).lower() if point.dist is not None else ""


def _plugin(point: EntryPoint) -> Plugin:
    version = f" {point.dist.version}" if point.dist is not None else ""
    return Plugin(
        name=point.name, group=point.group, leads_to=point.value, package=f"{_package(point)}{version}".strip()
    )


# checking -----------------------------------------------------------------------------------------------------------


def check(capability: Capability) -> None:
    """Refuse a capability that lacks what the gate needs to know of each operation."""
    if not isinstance(capability, Capability):
        raise ValidationError(f"{capability!r} is not a Capability")
    names: set[str] = set()
    for operation in capability.operations:
        if not isinstance(operation, Operation):
            raise ValidationError(f"{operation!r} of {capability.name!r} is not an Operation")
        fault = "is there twice" if operation.name in names else _fault(capability, operation)
        if fault:
            raise ValidationError(f"operation {operation.name!r} of {capability.name!r} {fault}; it is not loaded")
        names.add(operation.name)
    for sensor in capability.sensors:
        if not (isinstance(getattr(sensor, "name", None), str) and callable(getattr(sensor, "watch", None))):
            raise ValidationError(f"sensor {sensor!r} of {capability.name!r} has no name or no `watch`")


def clash(capability: Capability, others: Iterable[Capability]) -> None:
    """Refuse a capability of whose names one is taken: its own, or a sensor's, by which cursors are kept."""
    for other in others:
        if other.name == capability.name:
            raise ValidationError(f"there is another capability {capability.name!r}")
        shared = {s.name for s in other.sensors} & {s.name for s in capability.sensors}
        if shared:
            raise ValidationError(f"{other.name!r} has a sensor {min(shared)!r} too")


def _fault(capability: Capability, operation: Operation) -> str:
    if not operation.name.startswith(f"{capability.name}."):
        return f"must be named {capability.name}.something"
    if not isinstance(operation.effect, Effect):
        return "has no effect class"
    if not isinstance(operation.idempotency, Idempotency):
        return "has no idempotency rule"
    if not (isinstance(operation.arguments, type) and issubclass(operation.arguments, Arguments)):
        return "has no argument schema"
    if not (callable(operation.prepare) and callable(operation.perform)):
        return "has no prepare or no perform"
    if operation.effect in (Effect.ACT, Effect.TELL) and operation.settle is None:
        return "changes the world and cannot look for evidence (settle)"
    if operation.reversible and not operation.inverse:
        return "is reversible without an inverse"
    return ""
