"""What people have granted to an employee: which kinds there are, and how it is told."""

from enum import StrEnum


class GrantKind(StrEnum):
    """What of its owner's a grant opens."""

    CALENDAR = "calendar"  # to read and write it
    INVITATIONS = "invitations"  # the calendar messages among the owner's incoming mails
    INBOX = "inbox"  # all of the owner's incoming mails


MAIL_KINDS = frozenset({GrantKind.INVITATIONS, GrantKind.INBOX})
"""Grants by which mails of the owner's are seen."""

GRANTED = "granted"
"""Functor of the beliefs about grants in force: (kind, owner: Address)."""
GRANT_CHANGED = "grant-changed"
"""Kind of the percept that a grant was made or taken back; fields `kind`, `owner` (Address) and `holds`."""
