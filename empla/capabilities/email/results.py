"""What operations of the e-mail capability return."""

from collections.abc import Mapping
from dataclasses import dataclass

from empla.mind.codec import registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that the server took. `refused` are recipients it refused, with its words."""

    message_id: str
    thread: str
    recipients: tuple[str, ...] = ()
    refused: Mapping[str, str] | None = None
