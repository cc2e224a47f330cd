"""Making a workplace out of an account."""

from empla.capabilities.contract import Blobs, Place
from empla.capabilities.directory import Directory
from empla.clock import Clock
from empla.workplace.accounts import Account
from empla.workplace.caldav import StandardCalendars
from empla.workplace.mailbox import StandardMailbox


def connect(account: Account, directory: Directory, blobs: Blobs, clock: Clock) -> Place:
    """Return the workplace of one account. Nothing is connected before it is used; call it after a fork.

    Whoever made it closes `mailbox` and `calendars` in the end.
    """
    return Place(
        mailbox=StandardMailbox(account),
        calendars=StandardCalendars(account),
        directory=directory,
        blobs=blobs,
        clock=clock,
    )
