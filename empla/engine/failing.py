"""What each kind of failure leads to: one table, by which operations, sensors and the cycle act, and nothing else.

The kind is told by the error's class (`empla.errors`); a class that a plug-in makes of one of these is of its kind, and
whatever else is raised is a fault of our own or of a plug-in.

An action that is tried again waits longer each time, with a jitter that is derived from who tries what for which time:
never drawn, so that a simulation repeats, and yet a hundred employees do not come back at one instant. What a server
asks for (Retry-After) it gets exactly; less than a second is no pause that anybody asked for. After `EFFECT_FOR` of
such pauses it is reported as failed, after `READ_FOR` or `READ_ATTEMPTS` if it changes nothing; what it then leaves is
listed by `empla quarantine`. A sensor is tried for ever.

What became of an attempt that may have happened is not decided here but by evidence (`performing`, contract 8); here
stands only whether the error itself proves that it did not.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from empla.capabilities.contract import OutcomeUnknown
from empla.errors import (
    Declined,
    Delayed,
    EmplaError,
    ExternalError,
    InputError,
    InternalError,
    NotRunning,
    PermissionDenied,
    PutOff,
    RateLimited,
    ResourceError,
    SignedOut,
    TimedOut,
    ValidationError,
)

EFFECT_FOR: Final = timedelta(hours=4)
"""For how long an effect is tried, pauses for an integration that is left alone included. Nights and waits for a
person's word do not count."""
READ_FOR: Final = timedelta(minutes=1)
"""For how long something that changes nothing is tried: whoever asked waits for it. So where its integration is left
alone for longer, it fails at once, with the reason."""
READ_ATTEMPTS: Final = 6
"""How often it is tried at most."""
SHORTEST_ASKED_S: Final = 1.0
"""What a server asks for that is less ("Retry-After: 0", a date that is past) is taken for no word on it: else it would
be asked without end."""
JITTER: Final = 0.2
"""By which share a pause is shorter or longer."""


class NotInstalled(ExternalError):
    """The plug-in that can do this is not installed any more."""

    code = "not_installed"


class Kind(StrEnum):
    """Of what kind a failure is."""

    INPUT = "input"
    PERMISSION = "permission"
    SIGNED_OUT = "signed-out"
    RESOURCE = "resource"
    VALIDATION = "validation"
    EXTERNAL = "external"
    TIMEOUT = "timeout"
    RATE_LIMIT = "rate limit"
    DECLINED = "declined"
    DELAYED = "delayed"
    PUT_OFF = "put off"
    UNKNOWN = "unknown"
    MISSING = "missing"
    INTERNAL = "internal"


class Signal(StrEnum):
    """What a failure says of the integration that it came by (`empla.engine.circuits`)."""

    NOTHING = "nothing"
    WORKS = "works"  # the other side answered: it said no to this one
    FAILS = "fails"  # counts towards leaving it alone
    PAUSES = "pauses"  # it wants to be left alone, for as long as it says; else this counts as a failure
    SIGNED_OUT = "signed-out"  # it is left alone until somebody sees to the account, and asked rarely
    GONE = "gone"  # it is left alone at once


class InCycle(StrEnum):
    """What follows when it ends a cycle: the store alone can raise what passes by itself."""

    WAIT = "wait"  # until the store can be written, with growing pauses; nothing is lost
    SET_ASIDE = "set-aside"  # the percept is set aside, and the rest goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What one kind of failure leads to.

    `again`: an action is tried again later, the first pause `first_s` seconds, each twice as long, at most `longest_s`;
    else it fails at once, and its plan goes on from that (its handler, its recovery, the next plan, and in the end a
    mail to the manager). `proven`: the failure itself is proof that it did not happen, however far it got. `asks`: a
    person is asked, once.
    """

    says: str
    again: bool
    proven: bool
    signal: Signal
    in_cycle: InCycle = InCycle.SET_ASIDE
    asks: bool = False
    first_s: float = 1.0
    longest_s: float = 300.0


TABLE: Final[Mapping[Kind, Behaviour]] = MappingProxyType(
    {
        Kind.INPUT: Behaviour(says="what was asked for is wrong", again=False, proven=False, signal=Signal.NOTHING),
        Kind.PERMISSION: Behaviour(says="it is not allowed", again=False, proven=True, signal=Signal.WORKS),
        Kind.SIGNED_OUT: Behaviour(
            says="the account is not let in",
            again=True,
            proven=True,
            signal=Signal.SIGNED_OUT,
            asks=True,
            first_s=3600.0,
            longest_s=3600.0,
        ),
        Kind.RESOURCE: Behaviour(
            says="disk, memory or a limit is used up",
            again=True,
            proven=False,
            signal=Signal.NOTHING,
            in_cycle=InCycle.WAIT,
            longest_s=30.0,
        ),
        Kind.VALIDATION: Behaviour(
            says="what came does not fit its form", again=False, proven=False, signal=Signal.NOTHING
        ),
        Kind.EXTERNAL: Behaviour(
            says="the other side failed", again=True, proven=False, signal=Signal.FAILS, in_cycle=InCycle.WAIT
        ),
        Kind.TIMEOUT: Behaviour(
            says="the other side did not answer in time",
            again=True,
            proven=False,
            signal=Signal.FAILS,
            in_cycle=InCycle.WAIT,
        ),
        Kind.RATE_LIMIT: Behaviour(
            says="the other side asks for less",
            again=True,
            proven=True,
            signal=Signal.PAUSES,
            in_cycle=InCycle.WAIT,
        ),
        Kind.DECLINED: Behaviour(
            says="the other side said no, for good",
            again=False,
            proven=True,
            signal=Signal.WORKS,
            in_cycle=InCycle.WAIT,
        ),
        Kind.DELAYED: Behaviour(
            says="the other side said: not now", again=True, proven=True, signal=Signal.FAILS, in_cycle=InCycle.WAIT
        ),
        Kind.PUT_OFF: Behaviour(
            says="the other side puts off this one", again=True, proven=True, signal=Signal.WORKS, in_cycle=InCycle.WAIT
        ),
        Kind.UNKNOWN: Behaviour(
            says="it may have happened", again=True, proven=False, signal=Signal.FAILS, in_cycle=InCycle.WAIT
        ),
        Kind.MISSING: Behaviour(
            says="its plug-in is not installed",
            again=True,
            proven=True,
            signal=Signal.GONE,
            in_cycle=InCycle.WAIT,
            first_s=60.0,
        ),
        Kind.INTERNAL: Behaviour(
            says="a fault of our own, or of a plug-in", again=False, proven=False, signal=Signal.NOTHING
        ),
    }
)

_KINDS: Final[Mapping[type[BaseException], Kind]] = {
    InputError: Kind.INPUT,
    PermissionDenied: Kind.PERMISSION,
    SignedOut: Kind.SIGNED_OUT,
    ResourceError: Kind.RESOURCE,
    ValidationError: Kind.VALIDATION,
    ExternalError: Kind.EXTERNAL,
    TimedOut: Kind.TIMEOUT,
    TimeoutError: Kind.TIMEOUT,
    RateLimited: Kind.RATE_LIMIT,
    Declined: Kind.DECLINED,
    Delayed: Kind.DELAYED,
    PutOff: Kind.PUT_OFF,
    OutcomeUnknown: Kind.UNKNOWN,
    NotInstalled: Kind.MISSING,
    NotRunning: Kind.EXTERNAL,
    InternalError: Kind.INTERNAL,
}

WAITS_IN_CYCLE: Final[tuple[type[EmplaError], ...]] = tuple(
    cls
    for cls, kind in _KINDS.items()
    if issubclass(cls, EmplaError) and cls is not NotRunning and TABLE[kind].in_cycle is InCycle.WAIT
)
"""The classes of error that pass by themselves where they end a cycle."""


def kind_of(error: BaseException) -> Kind:
    """Return of what kind a failure is, by the nearest of its classes that is known."""
    return next((_KINDS[cls] for cls in type(error).__mro__ if cls in _KINDS), Kind.INTERNAL)


def behaviour(error: BaseException) -> Behaviour:
    """Return what a failure leads to."""
    return TABLE[kind_of(error)]


def pause_s(failed: BaseException, attempt: int, *who: str) -> float:
    """Return for how many seconds to wait after the `attempt`th failure in a row; `who` tries what, for the jitter."""
    asked = asked_s(failed)
    if asked is not None:
        return asked
    found = behaviour(failed)
    return min(found.longest_s, found.first_s * 2.0 ** min(attempt - 1, 40) * jitter(attempt, *who))


def asked_s(failed: BaseException) -> float | None:
    """Return for how many seconds the other side asks to be left alone, None if it does not name a time."""
    asked = failed.retry_after_s if isinstance(failed, RateLimited) else None
    return asked if asked is not None and asked >= SHORTEST_ASKED_S else None


def jitter(attempt: int, *who: str) -> float:
    """Return a factor near one that is the same for the same attempt of the same, and for others another."""
    digest = hashlib.sha256("\0".join((*who, str(attempt))).encode()).digest()
    return 1.0 - JITTER + 2 * JITTER * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
