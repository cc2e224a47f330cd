"""Putting a mail into a folder, and taking it out again, on servers with UIDPLUS (RFC 4315) and without.

An employee needs neither for its work; the probe does, and cleans up what it made. Nothing of anybody else's is ever
removed: EXPUNGE without UIDs is sent only if there is nothing else in the folder that it would take.
"""

import re
from collections.abc import Sequence

from empla.workplace.imap import ImapSession
from empla.workplace.imap_wire import quoted

_APPENDED = re.compile(rb"\[APPENDUID (\d+) (\d+)\]", re.IGNORECASE)


async def append(session: ImapSession, folder: bytes, raw: bytes, message_id: str) -> list[int]:
    """Put a mail into a folder, open that folder for writing, and return under which UIDs the mail is in it.

    They are those that the server names, else those of the mails with this Message-ID. Raises Refused.
    """
    await session.command(b"APPEND " + quoted(folder) + b" (\\Seen)", raw)
    named = _APPENDED.search(session.ended)
    await session.select(folder)
    if named is not None and int(named[1]) == session.uidvalidity:
        return [int(named[2])]
    return await session.uids_with(message_id)


async def remove(session: ImapSession, uids: Sequence[int]) -> bool:
    """Remove mails of the folder that is open for writing; return whether they are gone. Raises Refused.

    Without UIDPLUS they stay, marked as deleted, if there are others that are marked so: an EXPUNGE would take those.
    """
    if not uids:
        return True
    chosen = b",".join(b"%d" % uid for uid in uids)
    await session.command(b"UID STORE " + chosen + b" +FLAGS.SILENT (\\Deleted)")
    if b"UIDPLUS" in session.capabilities:
        await session.command(b"UID EXPUNGE " + chosen)
    elif set(await session.uids_deleted()) <= set(uids):
        await session.command(b"EXPUNGE")
    else:
        return False
    return True
