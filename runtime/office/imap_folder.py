"""One mailbox as IMAP sessions share it: loaded once, kept in step with office.db, and waking those that IDLE.

Only what a list shows is in memory (UID, flags, date, size). A mail's bytes are read when a client asks for them, and
parsed only where the answer needs it.
"""

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count

from pymap.backend.mailbox import MailboxDataInterface
from pymap.bytes import Writeable
from pymap.concurrent import Event
from pymap.context import subsystem
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.mailbox import MailboxSnapshot
from pymap.message import BaseLoadedMessage, BaseMessage
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.response.fetch import EnvelopeStructure
from pymap.parsing.specials import FetchRequirement, Flag, ObjectId, SequenceSet
from pymap.parsing.specials.flag import Recent, Seen, Wildcard, get_system_flags
from pymap.selected import SelectedMailbox, SelectedSet

from empla.clock import Clock, pause
from runtime.office import mailboxes
from runtime.office.database import transaction
from runtime.office.mailboxes import Mail, Mailbox

CHANGES_KEPT = 2048
"""Changes remembered per mailbox; a session that is further behind compares the whole mailbox."""

TURN = 64
"""Mails that a long list or search may look at before it lets other clients have a turn."""

_GENERATION = count(1)


def parse(raw: bytes) -> MessageContent:
    """Parse a mail, or its header alone: the one place where the IMAP side does so."""
    return MessageContent.parse(raw)


class Message(BaseMessage):
    """One mail of a mailbox."""

    __slots__ = ["_db", "mail"]

    def __init__(self, db: sqlite3.Connection, mail: Mail, *, expunged: bool = False) -> None:
        flags = [Flag(flag) for flag in mail.flags]
        super().__init__(mail.uid, mail.received, flags, email_id=ObjectId(b"M%d" % mail.content), expunged=expunged)
        self._db = db
        self.mail = mail

    async def load_content(self, requirement: FetchRequirement) -> BaseLoadedMessage:
        """Return the mail's content, which is read when it is looked at."""
        if self.uid % TURN == 0:
            await pause(0)
        return _Loaded(self, requirement, self._db)


class _Loaded(BaseLoadedMessage):
    """A mail's content; bytes, header and parts are each read and parsed on first use."""

    __slots__ = ["_db", "_head", "_mail", "_raw"]

    def __init__(self, message: Message, requirement: FetchRequirement, db: sqlite3.Connection) -> None:
        super().__init__(message, requirement, None)
        self._mail = message.mail
        self._db = db
        self._raw: bytes | None = None
        self._head: BaseLoadedMessage | None = None

    @property
    def raw(self) -> bytes:
        if self._raw is None:
            self._raw = mailboxes.raw(self._db, self._mail.content)
        return self._raw

    @property
    def content(self) -> MessageContent:
        if self._content is None:
            self._content = parse(self.raw)
        return self._content

    @property
    def head(self) -> BaseLoadedMessage:
        if self._head is None:
            content = parse(mailboxes.header(self._db, self._mail.content))
            self._head = BaseLoadedMessage(self._message, self._requirement, content)
        return self._head

    def __bytes__(self) -> bytes:
        return self.raw

    def get_header(self, name: bytes) -> Sequence[str]:
        return self.head.get_header(name.lower())

    def get_message_headers(
        self, section: Sequence[int] | None = None, subset: Iterable[bytes] | None = None, inverse: bool = False
    ) -> Writeable:
        # pymap compares upper-cased names with what the client wrote
        names = None if subset is None else frozenset(name.upper() for name in subset)
        if section:
            return super().get_message_headers(section, names, inverse)
        return self.head.get_message_headers(section, names, inverse)

    def get_body(self, section: Sequence[int] | None = None, binary: bool = False) -> Writeable:
        if section or binary:
            return super().get_body(section, binary)
        return Writeable.wrap(self.raw)

    def get_size(self, section: Sequence[int] | None = None) -> int:
        return super().get_size(section) if section else self._mail.size

    def get_envelope_structure(self) -> EnvelopeStructure:
        return self.head.get_envelope_structure()


class Folder(MailboxDataInterface[Message]):
    """One mailbox: its mails, and what has changed in it."""

    def __init__(self, db: sqlite3.Connection, clock: Clock, mailbox: Mailbox) -> None:
        self._db = db
        self._clock = clock
        self.id = mailbox.id
        self._mailbox_id = ObjectId(b"F%d" % mailbox.id)
        self._uid_validity = mailbox.uidvalidity
        self._selected_set = SelectedSet()
        self._changed = subsystem.get().new_event()
        self._messages = {mail.uid: Message(db, mail) for mail in mailboxes.mails(db, mailbox.id)}
        self._next_uid = mailbox.next_uid
        self._recent: set[int] = set()
        # No two folder objects share sequence numbers: a session that knew another one compares everything anew.
        self._sequence = next(_GENERATION) << 40
        self._changes: deque[tuple[int, bool]] = deque(maxlen=CHANGES_KEPT)  # (uid, whether it is gone)

    @property
    def mailbox_id(self) -> ObjectId:
        """Its OBJECTID (RFC 8474)."""
        return self._mailbox_id

    @property
    def readonly(self) -> bool:
        """Never."""
        return False

    @property
    def uid_validity(self) -> int:
        """Its UIDVALIDITY (RFC 3501, 2.3.1.1)."""
        return self._uid_validity

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        """The flags that are kept; the wildcard says that keywords are."""
        return (get_system_flags() - {Recent}) | {Wildcard}

    @property
    def selected_set(self) -> SelectedSet:
        """The sessions that have it selected."""
        return self._selected_set

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        """Bring a session up to date; with `wait_on`, wait until there is something new or that event is set."""
        behind = selected.mod_sequence != self._sequence
        # A mail may have come between the client's last command and its IDLE: then there is nothing to wait for.
        if wait_on is not None and not behind and not wait_on.is_set():
            await wait_on.or_event(self._changed).wait()
        known, selected.mod_sequence = selected.mod_sequence, self._sequence
        if known is None or not 0 <= self._sequence - known <= len(self._changes):
            had = {uid for _, uid in selected.messages.get_uids(SequenceSet.all(uid=True))}
            selected.add_updates(list(self._messages.values()), had - self._messages.keys())
            return selected
        recent = list(self._changes)[len(self._changes) - (self._sequence - known) :]
        touched = {uid for uid, _ in recent}
        gone = {uid for uid, is_gone in recent if is_gone}
        selected.add_updates([self._messages[uid] for uid in sorted(touched) if uid in self._messages], gone)
        return selected

    def filed(self, mail: Mail, *, recent: bool = True) -> Message:
        """Show a mail that was put into this mailbox (in a transaction that is committed)."""
        message = self._messages[mail.uid] = Message(self._db, mail)
        self._next_uid = max(self._next_uid, mail.uid + 1)
        if recent:
            session = self._selected_set.any_selected
            if session is None:
                self._recent.add(mail.uid)
            else:
                session.session_flags.add_recent(mail.uid)
        self._note([mail.uid], gone=False)
        return message

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """Put a mail that a client gives into this mailbox."""
        flags = frozenset(str(flag) for flag in append_msg.flag_set - {Recent})
        received = append_msg.when or self._clock.now()
        with transaction(self._db):
            content = mailboxes.keep(self._db, bytes(append_msg.literal))
            mail = mailboxes.add(self._db, self.id, content, flags, received)
        # whether it is recent for the session that selects this mailbox, pymap notes itself
        message = self.filed(mail, recent=False)
        if recent:
            self._recent.add(mail.uid)
        return message

    async def copy(self, uid: int, destination: "Folder", *, recent: bool = False) -> int | None:
        """Put a mail into another mailbox as well; None if it is gone."""
        message = self._messages.get(uid)
        if message is None:
            return None
        with transaction(self._db):
            mail = mailboxes.copy(self._db, self.id, message.mail, destination.id)
        destination.filed(mail, recent=False)
        if recent:
            destination._recent.add(mail.uid)
        return mail.uid

    async def move(self, uid: int, destination: "Folder", *, recent: bool = False) -> int | None:
        """Put a mail into another mailbox instead; None if it is gone."""
        with transaction(self._db):
            moved = await self.copy(uid, destination, recent=recent)
            if moved is not None:
                await self.delete([uid])
        return moved

    async def get(self, uid: int, cached_msg: CachedMessage) -> Message:
        """Return a mail; one that is gone as expunged."""
        message = self._messages.get(uid)
        if message is not None:
            return message
        assert isinstance(cached_msg, Message)
        return Message(self._db, cached_msg.mail, expunged=True)

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        """Change the flags of a mail."""
        message = await self.get(uid, cached_msg)
        flags = mode.apply(message.permanent_flags, flag_set - {Recent, Wildcard})
        if message.expunged or flags == message.permanent_flags:
            return message
        kept = frozenset(str(flag) for flag in flags)
        with transaction(self._db):
            mailboxes.set_flags(self._db, self.id, uid, kept)
        mail = message.mail
        # a new object: sessions compare what they knew with what is
        message = Message(self._db, Mail(mail.uid, mail.content, mail.size, kept, mail.received))
        self._messages[uid] = message
        self._note([uid], gone=False)
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        """Take mails out of this mailbox."""
        gone = [uid for uid in uids if uid in self._messages]
        with transaction(self._db):
            mailboxes.remove(self._db, self.id, gone)
        for uid in gone:
            del self._messages[uid]
        self._recent.difference_update(gone)
        self._note(gone, gone=True)

    async def claim_recent(self, selected: SelectedMailbox) -> None:
        """Give a session the mails that no session has seen yet (what `\\Recent` means, RFC 3501, 2.3.2)."""
        for uid in self._recent:
            selected.session_flags.add_recent(uid)
        self._recent.clear()

    async def cleanup(self) -> None:
        """Nothing to tidy up."""

    async def snapshot(self) -> MailboxSnapshot:
        """Return the counts that SELECT and STATUS show."""
        unseen = [n for n, message in enumerate(self._messages.values(), 1) if Seen not in message.permanent_flags]
        return _Snapshot(
            self.mailbox_id,
            self.readonly,
            self.uid_validity,
            self.permanent_flags,
            self.session_flags,
            exists=len(self._messages),
            recent=len(self._recent),
            unseen=len(unseen),
            first_unseen=unseen[0] if unseen else None,
            next_uid=self._next_uid,
        )

    def _note(self, uids: Iterable[int], *, gone: bool) -> None:
        for uid in uids:
            self._changes.append((uid, gone))
            self._sequence += 1
        self._changed.set()


class _Snapshot(MailboxSnapshot):
    @property
    def flags(self) -> frozenset[Flag]:
        # `\*` says in PERMANENTFLAGS that keywords are kept; it is no flag itself
        return super().flags - {Wildcard}
