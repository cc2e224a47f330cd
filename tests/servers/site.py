"""A whole mail server of somebody else's."""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from empla.workplace.accounts import Account, Endpoint
from tests.servers import dovecot
from tests.servers.dovecot import Dovecot, Kind
from tests.servers.mta import Mta, running_mta

PLAIN = Kind()
"""Dovecot as it comes."""

BARE = Kind(
    capability="IMAP4rev1",
    separator=".",
    prefix="INBOX.",
    folders=(("Gesendete Objekte", ""), ("Entwürfe", "")),
)
"""Nothing beyond RFC 3501, folders below the INBOX, in German and not marked by their use."""


@dataclass
class Site:
    """A mail server of somebody else's: Dovecot for the store, an agent that submits and delivers."""

    store: Dovecot
    agent: Mta

    def account(self, name: str, **fields: Any) -> Account:
        """Make an account whose address begins with `name`."""
        self.agent.users.add(name)
        return Account.model_validate(
            {
                "address": f"{name}@{self.agent.domain}",
                "sign_in": name,
                "password": dovecot.PASSWORD,
                "imap": Endpoint(host="127.0.0.1", port=self.store.ports["imap"]),
                "smtp": Endpoint(host="127.0.0.1", port=self.agent.port),
                "authserv_id": self.agent.domain,
                "timeout_s": 20.0,
                **fields,
            }
        )


@contextlib.contextmanager
def site(kind: Kind = PLAIN, *, certificate: Path | None = None) -> Iterator[Site]:
    """Run a mail server for the length of the block, or skip the test where Dovecot is not installed.

    With a `certificate` (and its key, in one file) it speaks TLS as well, and submission from the first byte.
    """
    if not (dovecot.PROGRAM and dovecot.LMTP):
        pytest.skip(dovecot.WHY_NOT)
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with dovecot.running_dovecot(kind, certificate) as store:
        found = Mta("corp.example", store.ports["lmtp"], store.ports["imap"], dovecot.PASSWORD)
        with running_mta(found, context):
            yield Site(store, found)
