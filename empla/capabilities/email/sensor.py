"""The inbox sensor: a mail that arrived becomes a percept before anything thinks about it (contract 4)."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

from empla.capabilities.contract import Noticed, Place
from empla.capabilities.email.mailbox import READING, FetchedMail, MailCursor

MAIL_ARRIVED = "mail-arrived"
"""Kind of the percept; fields `key`, `blob` (sha256 of the raw bytes), `received`, `account` and `size`."""

_LONGEST_HEADER = 1 << 20
LOOK_AGAIN_S = 1500.0
"""Seconds to wait for the server's word before looking anyway."""


class InboxSensor:
    """Watches the INBOX of the employee's account."""

    name = "inbox"
    integration = READING

    async def watch(
        self,
        place: Place,
        cursor: Mapping[str, Any] | None,
        deliver: Callable[[Sequence[Noticed]], Awaitable[None]],
    ) -> None:
        """Run until cancelled: keep each new mail's bytes, then deliver percept and cursor together."""
        seen = None if cursor is None else MailCursor(cursor["uidvalidity"], cursor["uid"])
        while True:
            mails = await place.mailbox.fetch_after(seen)  # bounded in bytes, too, unless one alone is larger
            noticed: list[Noticed] = []
            while mails:
                seen = mails[0].cursor
                noticed.append(self._noticed(place, mails.pop(0)))  # its bytes are kept now, and let go
            await deliver(noticed)  # nothing, too: the mailbox can be read
            if not noticed:
                await place.mailbox.wait_for_change(LOOK_AGAIN_S)

    def _noticed(self, place: Place, mail: FetchedMail) -> Noticed:
        key = percept_key(mail.raw)
        fields = {
            "key": key,
            "blob": place.blobs.keep(mail.raw),
            "received": mail.received,
            "account": place.mailbox.address,
            "size": len(mail.raw),
        }
        cursor = {"uidvalidity": mail.cursor.uidvalidity, "uid": mail.cursor.uid}
        return Noticed(key=key, kind=MAIL_ARRIVED, fields=fields, cursor=cursor)


def percept_key(raw: bytes) -> str:
    """Return the key of a mail's percept: a second copy has the same Message-ID and the same body (contract 8).

    The same words in another mail are another percept: a second honest "yes" is not a duplicate. A mail without a
    Message-ID is known by all its bytes.
    """
    gap = next((found for found in (b"\r\n\r\n", b"\n\n") if found in raw), b"")
    end = raw.find(gap) if gap else len(raw)
    named = _message_id(raw[: min(end, _LONGEST_HEADER)])
    body = memoryview(raw)[end + len(gap) :]  # not a copy: it may be large
    known = hashlib.sha256(named + b"\0" if named else b"")
    known.update(body if named else raw)
    return f"mail:{known.hexdigest()[:40]}"


def _message_id(head: bytes) -> bytes:
    parsed = BytesHeaderParser(policy=compat32).parsebytes(head + b"\n\n")
    return str(parsed.get("Message-ID", "")).strip().encode(errors="replace")
