"""IMAP4rev1 (RFC 3501) with IDLE, UIDPLUS and MOVE: pymap's protocol over office.db.

pymap's admin service is not loaded; accounts are read from the database at every sign-in.
"""

import asyncio
import sqlite3
from argparse import Namespace
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.mailbox import MailboxSetInterface
from pymap.backend.session import BaseSession
from pymap.concurrent import Subsystem
from pymap.config import BackendCapability, IMAPConfig
from pymap.exceptions import AuthorizationFailure, InvalidAuth, NotAllowedError, TemporaryFailure
from pymap.flags import FlagOp
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface, LoginInterface
from pymap.listtree import ListTree
from pymap.parsing.message import AppendMessage
from pymap.parsing.response.code import AppendUid, CopyUid
from pymap.parsing.specials import Flag, ObjectId, SearchKey, SequenceSet
from pymap.selected import SelectedMailbox
from pymap.token import AllTokens
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from empla.clock import Clock
from empla.errors import ResourceError
from runtime.office import mailboxes
from runtime.office.database import transaction
from runtime.office.delivery import Filed
from runtime.office.imap_folder import Folder, Message
from runtime.office.mailboxes import INBOX, Mailbox
from runtime.office.passwords import SignIn
from runtime.office.smtp import SIZE_LIMIT

LINE_LIMIT = 1 << 20
"""The longest command line, in bytes: clients name thousands of UIDs in one."""


class LiveFolders:
    """The mailboxes that are in use, each loaded once for all sessions."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self.db = db
        self._clock = clock
        self._folders: dict[int, Folder] = {}

    def get(self, mailbox: Mailbox) -> Folder:
        """Return a mailbox, loading it if nobody used it yet."""
        folder = self._folders.get(mailbox.id)
        if folder is None:
            folder = self._folders[mailbox.id] = Folder(self.db, self._clock, mailbox)
        return folder

    def filed(self, filed: Iterable[Filed]) -> None:
        """Show mails that were delivered, and wake those that wait for them."""
        for each in filed:
            folder = self._folders.get(each.mailbox)
            if folder is not None:
                folder.filed(each.mail)

    def forget(self) -> None:
        """Load everything anew when it is next used: what is in memory may be ahead of the database."""
        self._folders.clear()


class _Mailboxes(MailboxSetInterface[Folder]):
    """The mailboxes of one account. Their names are read from the database each time; others may add some."""

    def __init__(self, live: LiveFolders, account: str) -> None:
        self._live = live
        self._db = live.db
        self._account = account

    @property
    def delimiter(self) -> str:
        return "/"

    async def set_subscribed(self, name: str, subscribed: bool) -> None:
        with transaction(self._db):
            mailboxes.subscribe(self._db, self._account, name, subscribed)

    async def list_subscribed(self) -> ListTree:
        return self._tree(m.name for m in self._all() if m.subscribed)

    async def list_mailboxes(self) -> ListTree:
        return self._tree(m.name for m in self._all())

    async def get_mailbox(self, name: str) -> Folder:
        found = mailboxes.mailbox(self._db, self._account, name)
        if found is None:
            raise KeyError(name)
        return self._live.get(found)

    async def add_mailbox(self, name: str) -> ObjectId:
        if mailboxes.mailbox(self._db, self._account, name) is not None:
            raise ValueError(name)
        with transaction(self._db):
            mailboxes.create(self._db, self._account, name)
        return (await self.get_mailbox(name)).mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        folder = await self.get_mailbox(name)
        with transaction(self._db):
            mailboxes.delete(self._db, folder.id)

    async def rename_mailbox(self, before: str, after: str) -> None:
        tree = self._tree(m.name for m in self._all())
        if tree.get(before) is None:
            raise KeyError(before)
        if tree.get(after) is not None:
            raise ValueError(after)
        with transaction(self._db):
            for one, other in tree.get_renames(before, after):
                mailboxes.rename(self._db, self._account, one, other)

    def _all(self) -> list[Mailbox]:
        return mailboxes.mailboxes(self._db, self._account)

    def _tree(self, names: Iterable[str]) -> ListTree:
        return ListTree(self.delimiter).update(INBOX, *names)


class _Session(BaseSession[Message]):
    """One signed-in connection. What one command changes is one transaction."""

    def __init__(self, account: str, config: "_Config", live: LiveFolders) -> None:
        super().__init__(account)
        self._config = config
        self._live = live
        self._mailboxes = _Mailboxes(live, account)

    @property
    def config(self) -> IMAPConfig:
        return self._config

    @property
    def mailbox_set(self) -> MailboxSetInterface[Folder]:
        return self._mailboxes

    @contextmanager
    def _changing(self) -> Iterator[None]:
        # Nothing below waits for the event loop, so no other task gets in between.
        try:
            with transaction(self._live.db):
                yield
        except ResourceError as error:
            self._live.forget()
            raise TemporaryFailure(str(error)) from error

    async def append_messages(
        self, name: str, messages: Sequence[AppendMessage], selected: SelectedMailbox | None = None
    ) -> tuple[AppendUid, SelectedMailbox | None]:
        with self._changing():
            return await super().append_messages(name, messages, selected)

    async def fetch_messages(
        self, selected: SelectedMailbox, sequence_set: SequenceSet, set_seen: bool
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        if not set_seen:
            return await super().fetch_messages(selected, sequence_set, set_seen)
        with self._changing():
            return await super().fetch_messages(selected, sequence_set, set_seen)

    async def update_flags(
        self,
        selected: SelectedMailbox,
        sequence_set: SequenceSet,
        flag_set: frozenset[Flag],
        mode: FlagOp = FlagOp.REPLACE,
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        with self._changing():
            return await super().update_flags(selected, sequence_set, flag_set, mode)

    async def copy_messages(
        self, selected: SelectedMailbox, sequence_set: SequenceSet, mailbox: str
    ) -> tuple[CopyUid | None, SelectedMailbox]:
        with self._changing():
            return await super().copy_messages(selected, sequence_set, mailbox)

    async def move_messages(
        self, selected: SelectedMailbox, sequence_set: SequenceSet, mailbox: str
    ) -> tuple[CopyUid | None, SelectedMailbox]:
        with self._changing():
            return await super().move_messages(selected, sequence_set, mailbox)

    async def expunge_mailbox(self, selected: SelectedMailbox, uid_set: SequenceSet | None = None) -> SelectedMailbox:
        with self._changing():
            return await super().expunge_mailbox(selected, uid_set)

    async def search_mailbox(
        self, selected: SelectedMailbox, keys: frozenset[SearchKey]
    ) -> tuple[Iterable[tuple[int, Message]], SelectedMailbox]:
        """Search; a Message-ID is looked up in the index, and only what else is asked is asked of the mails."""
        flat = list(_conjuncts(keys))
        ids = [key.filter_header[1] for key in flat if _asks_message_id(key)]
        if not ids:
            return await super().search_mailbox(selected, keys)
        folder = await self._get_selected(selected)
        assert isinstance(folder, Folder)
        uids = set.intersection(*(mailboxes.with_message_id(self._live.db, folder.id, value) for value in ids))
        rest = frozenset(key for key in flat if not _asks_message_id(key))
        if not rest or not uids:
            found = selected.messages.get_all(SequenceSet.build(uids, uid=True)) if uids else []
            matching = [(seq, await folder.get(cached.uid, cached)) for seq, cached in found]
            return matching, await folder.update_selected(selected)
        matching_rest, selected = await super().search_mailbox(
            selected, rest | {SearchKey(b"SEQSET", SequenceSet.build(uids, uid=True))}
        )
        return [(seq, message) for seq, message in matching_rest if message.uid in uids], selected


def _conjuncts(keys: Iterable[SearchKey]) -> Iterator[SearchKey]:
    """Yield the keys that must all hold, out of their parentheses."""
    for key in keys:
        if key.value == b"KEYSET" and not key.inverse:
            yield from _conjuncts(key.filter_key_set)
        else:
            yield key


def _asks_message_id(key: SearchKey) -> bool:
    return key.value == b"HEADER" and not key.inverse and key.filter_header[0].lower() == "message-id"


class _Stored:
    """An account's kept password as pysasl asks for it."""

    def __init__(self, name: str) -> None:
        self.authcid = name
        self.given: str | None = None

    def compare_authcid(self, authcid: str) -> bool:
        return True

    def compare_secret(self, secret: str) -> bool:
        self.given = secret  # looked at in a thread, by whoever asked
        return False

    def get_clear_secret(self) -> str | None:
        return None


class _Identity(IdentityInterface):
    """A signed-in account."""

    def __init__(self, account: str, config: "_Config", live: LiveFolders) -> None:
        self._account = account
        self._config = config
        self._live = live

    @property
    def name(self) -> str:
        return self._account

    @property
    def roles(self) -> frozenset[str]:
        return frozenset()

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[_Session]:
        yield _Session(self._account, self._config, self._live)

    async def new_token(self, *, expiration: datetime | None = None) -> str | None:
        return None

    async def get(self) -> UserMetadata:
        return UserMetadata(self._config, self._account)

    async def set(self, metadata: UserMetadata) -> int | None:
        raise NotAllowedError()

    async def delete(self) -> None:
        raise NotAllowedError()


class _Login(LoginInterface):
    """Signs people in."""

    def __init__(self, config: "_Config", sign_in: SignIn, live: LiveFolders) -> None:
        self._config = config
        self._sign_in = sign_in
        self._live = live
        self._tokens = AllTokens(config)

    @property
    def tokens(self) -> AllTokens:
        return self._tokens

    async def authenticate(self, credentials: ServerCredentials) -> _Identity:
        asked = _Stored(credentials.authcid)
        credentials.verify(asked)
        address = await self._sign_in.address(credentials.authcid, asked.given or "")
        if address is None:
            raise InvalidAuth()
        return _Identity(address, self._config, self._live)

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> _Identity:
        account = self._sign_in.account(authzid)
        if account is None or account.address != authenticated.name:
            raise AuthorizationFailure()
        return _Identity(account.address, self._config, self._live)


class _Config(IMAPConfig):
    """pymap's settings."""

    def __init__(self, domain: str) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=None,
            port=0,
            tls_enabled=False,
            ssl_context=SSLContext(PROTOCOL_TLS_SERVER),
            hash_context=Cleartext(),  # never asked: accounts keep their own hashes
            cpu_subsystem=Subsystem.for_asyncio(),
            max_append_len=SIZE_LIMIT,
        )
        self._domain = domain

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=True, multi_append=True)

    @property
    def greeting(self) -> bytes:
        return f"{self._domain} ready".encode()


async def start(live: LiveFolders, sign_in: SignIn, domain: str, host: str, port: int) -> asyncio.Server:
    """Listen; the port is any free one if `port` is 0. asyncio sets TCP_NODELAY on every connection."""
    config = _Config(domain)
    server = IMAPServer(_Login(config, sign_in, live), config)
    callback = ProxyProtocolReader(config.proxy_protocol).get_callback(server)
    return await asyncio.start_server(callback, host, port, limit=LINE_LIMIT)
