"""The e-mail capability: noticing mails, reading them, and sending."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empla.capabilities.email.operations import capability

__all__ = ["capability"]


def __getattr__(name: str) -> Any:
    """Load the capability when it is asked for: the contract imports this package for its protocol `mailbox`."""
    if name == "capability":
        from empla.capabilities.email.operations import capability

        return capability
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
