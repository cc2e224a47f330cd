"""Evidence of what was sent: does the server hold a copy with this Message-ID (contract 8)?

It is asked rarely, after a crash or a lost connection, and so opens a connection of its own each time.
"""

from empla import faults
from empla.capabilities.email.mailbox import Evidence
from empla.errors import ExternalError
from empla.workplace.accounts import Account
from empla.workplace.folders import Use, listed, on_wire, used_for
from empla.workplace.imap import ImapSession


async def holds_copy(account: Account, message_id: str) -> bool:
    """Return whether the account holds a sent mail with this Message-ID (with angle brackets).

    Looked at are the folder for sent mail and, unless that alone is authoritative, the INBOX, where a copy to the own
    address arrives: the Message-ID is secret until it is sent, so wherever it appears, it was sent. Raises
    ExternalError (no answer is no evidence), also when there is no such folder, and PermissionDenied.
    """
    if account.evidence is Evidence.NONE:
        return False
    faults.point("imap.find_sent.before")
    session = await ImapSession.open(account)
    try:
        folders = [] if account.copy_to_self else [await _sent_folder(session, account)]
        if account.evidence is not Evidence.AUTHORITATIVE:
            folders.append(b"INBOX")
        for folder in folders:
            await session.examine(folder)
            if await session.uids_with(message_id):
                return True
        return False
    finally:
        await session.close()
        faults.point("imap.find_sent.after")


async def _sent_folder(session: ImapSession, account: Account) -> bytes:
    if account.sent_folder:
        return on_wire(account.sent_folder)
    found = used_for(await listed(session), Use.SENT)
    if found is None:
        # An empty answer would say "not sent" on the authority of a folder that is not there.
        raise ExternalError(
            f"the mailbox of {account.address} has no folder for sent mail",
            next_step="name it in the account, or set its evidence to 'none'",
        )
    return found.name
