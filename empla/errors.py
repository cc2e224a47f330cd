"""Every error of empla, and what each asks of whoever catches it.

    EmplaError
    ├── InputError            the person's input is wrong: say what to change
    ├── PermissionDenied      not allowed: ask somebody who may allow it
    │   └── SignedOut         the account is not let in: a person has to see to that, and is asked once
    ├── ResourceError         disk, memory or a limit: wait, then go on
    ├── ValidationError       data does not fit its schema: set it aside
    ├── ExternalError         the other side failed: back off, then try again
    │   ├── TimedOut          the other side did not answer in time
    │   ├── RateLimited       the other side asks for less, perhaps until when
    │   ├── Declined          the other side said no, for good: try nothing again
    │   └── Delayed           the other side said: not now
    │       └── PutOff        and meant this one alone; others it may take
    ├── NotRunning            `empla up` is needed and does not run
    └── InternalError         a fault of ours: set the work aside and tell somebody

The class is the reaction: `empla.engine.failing` is the table of what each leads to, and a class that a plug-in makes
of one of these leads to the same. `code` is stable and may be matched by scripts; `next_step` tells a person what to
do.
"""

from typing import ClassVar


class EmplaError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, sentence: str = "", *, next_step: str = "") -> None:
        super().__init__(sentence or (self.__doc__ or "").strip().splitlines()[0])
        self.sentence = str(self)
        self.next_step = next_step


class InputError(EmplaError):
    """The input is wrong."""

    code = "input"


class PermissionDenied(EmplaError):
    """That is not allowed."""

    code = "permission"


class SignedOut(PermissionDenied):
    """The account is not let in."""

    code = "signed_out"


class ResourceError(EmplaError):
    """A resource is used up."""

    code = "resource"


class NotKept(ResourceError):
    """What came in could not be written down here, for want of room or of the database; it is asked for again."""

    code = "not_kept"


class ValidationError(EmplaError):
    """Data does not fit its schema."""

    code = "validation"


class ExternalError(EmplaError):
    """The other side failed."""

    code = "external"


class TimedOut(ExternalError):
    """The other side did not answer in time."""

    code = "timeout"


class RateLimited(ExternalError):
    """The other side asks for less."""

    code = "rate_limit"

    def __init__(self, sentence: str = "", *, next_step: str = "", retry_after_s: float | None = None) -> None:
        """`retry_after_s` is for how many seconds it wants to be left alone, None if it did not say."""
        super().__init__(sentence, next_step=next_step)
        self.retry_after_s = retry_after_s


class Declined(ExternalError):
    """The other side said no, for good."""

    code = "declined"


class Delayed(ExternalError):
    """The other side did not take it now."""

    code = "delayed"


class PutOff(Delayed):
    """The other side did not take this one now; others it may take."""

    code = "put_off"


class NotRunning(EmplaError):
    """empla is not running."""

    code = "not_running"


class InternalError(EmplaError):
    """A fault of empla's own."""

    code = "internal"
