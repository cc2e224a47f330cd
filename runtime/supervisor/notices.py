"""Notices to people about employees that cannot write themselves: whole mails, left for the office to deliver.

A notice is a file `office/pickup/KEY.eml`, made aside and renamed, so it is there whole or not at all; the office
delivers it in the transaction that remembers its key (`runtime.office.pickup`). So leaving one again under the same key
is harmless, and whoever is unsure whether it was left leaves it again. It says that a program wrote it (RFC 3834).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Final

from empla.config import Home
from runtime.supervisor.durably import write_durably

_SENDER: Final = "empla"


def pickup_folder(home: Home) -> Path:
    """Return where notices wait for the office."""
    return home.office / "pickup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. `key` makes it the same one when it is left again: letters, digits, dots and hyphens."""

    key: str
    to: str
    subject: str
    text: str
    at: datetime


class Notices:
    """Where notices are left. `left` is called after each, so that the office looks."""

    def __init__(self, home: Home, domain: str, left: Callable[[], None]) -> None:
        self._folder = pickup_folder(home)
        self._domain = domain
        self._left = left

    def leave(self, notice: Notice) -> None:
        """Leave a notice, durably. OSError if the disk does not take it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self._folder / f"{notice.key}.eml", _mail(notice, self._domain))
        self._left()

    @property
    def waiting(self) -> bool:
        """Whether some have not been picked up."""
        return self._folder.is_dir() and any(self._folder.glob("*.eml"))


def _mail(notice: Notice, domain: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr(("empla", f"{_SENDER}@{domain}"))
    mail["To"] = notice.to
    mail["Date"] = format_datetime(notice.at)
    mail["Message-ID"] = f"<{notice.key}@{domain}>"
    mail["Subject"] = notice.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(notice.text)
    return mail.as_bytes()
