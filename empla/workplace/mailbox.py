"""A mailbox by the standards: IMAP for what comes, SMTP submission for what goes."""

import asyncio
from contextlib import suppress

from empla.capabilities.email.mailbox import FetchedMail, Folder, MailCursor, OnWire, Submission
from empla.errors import InternalError
from empla.governance.permit import Permit
from empla.workplace.accounts import Account
from empla.workplace.authentication import authenticated_sender, failed_checks
from empla.workplace.inbox import Inbox
from empla.workplace.sent import holds_copy
from empla.workplace.smtp import submit


class StandardMailbox:
    """One account's mailbox. Implements `Mailbox`; connects when it is first used."""

    def __init__(self, account: Account) -> None:
        self.address = account.address
        self.evidence = account.evidence
        self.settle_s = account.settle_s
        self.taking_s = account.taking_s
        self._account = account
        self._inbox = Inbox(account)
        self._look = asyncio.Event()

    async def fetch_after(self, cursor: MailCursor | None, limit: int = 50) -> list[FetchedMail]:
        """Return up to `limit` mails of the INBOX after `cursor`, oldest first (see `Mailbox`).

        Raises ExternalError when the server is out of reach and SignedOut when it does not let the account in.
        Calling again waits out a growing pause first, so whoever simply tries again does no harm.
        """
        return await self._inbox.fetch_after(cursor, limit)

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when the INBOX may have changed or after `timeout_s` (see `Mailbox`).

        Lost connections are made again here, a few times; then ExternalError is raised, and SignedOut when the server
        does not let the account in.
        """
        await self._inbox.wait_for_change(timeout_s)

    def delegated(self, owner: str) -> Folder | None:
        """Return the folder in which mails of `owner` lie (see `Mailbox`); nothing is connected before it is used."""
        folder = self._account.delegated_folder(owner)
        return Inbox(self._account, folder) if folder else None

    def look_again(self) -> None:
        """Let whoever waits in `told_to_look` go on."""
        self._look.set()

    async def told_to_look(self, timeout_s: float) -> None:
        """Return when `look_again` is called or after `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._look.wait()
        self._look.clear()

    async def submit(self, permit: Permit, on_wire: OnWire) -> Submission:
        """Submit the permit's payload (see `Mailbox`); InternalError if it is not a mail's."""
        match permit.payload.target:
            case {"sender": str() as sender, "recipients": list() | tuple() as recipients, **rest}:
                names, copy_to = [str(recipient) for recipient in recipients], str(rest.get("copy_to", ""))
                return await submit(self._account, sender, names, permit.payload.content, on_wire, copy_to=copy_to)
        raise InternalError(f"the payload of action {permit.action} is not a mail")

    async def find_sent(self, message_id: str) -> bool:
        """Return whether the account holds a copy of a sent mail with this Message-ID (see `Mailbox`).

        Raises ExternalError when that cannot be found out.
        """
        return await holds_copy(self._account, message_id)

    def authenticated_sender(self, raw: bytes) -> str | None:
        """Return the address that the receiving server vouches for, None where it vouches for none."""
        return authenticated_sender(raw, authserv_id=self._account.authserv_id, own_address=self.address)

    def failed_checks(self, raw: bytes) -> tuple[str, ...]:
        """Return the checks of the sender that failed, as the receiving server says (see `Mailbox`)."""
        return failed_checks(raw, authserv_id=self._account.authserv_id)

    async def close(self) -> None:
        """Close every connection."""
        await self._inbox.close()
