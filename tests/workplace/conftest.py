"""Peers for the workplace: a running office, networks that fail, and permits as the gate makes them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.email.mailbox import Evidence
from empla.config import Home
from empla.governance import permit as permits
from empla.workplace.accounts import Account, Endpoint
from runtime.office.testing import RunningOffice, running_office
from tests.servers import xandikos as xandikos_server
from tests.servers.network import Network
from tests.servers.site import BARE, Site, site
from tests.servers.xandikos import Xandikos, running_xandikos


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    home = Home(tmp_path_factory.mktemp("office"))
    home.create()
    with running_office(home) as running:
        yield running


@pytest.fixture
def hire(at_office: Callable[..., Account]) -> Callable[..., Account]:
    """Make an account of its own for this test; more fields of the account may be given."""
    return at_office


@pytest.fixture
def at_office(office: RunningOffice, request: pytest.FixtureRequest) -> Callable[..., Account]:
    """Make an account in the office."""
    numbers = iter(range(100))

    def make(**fields: Any) -> Account:
        name = f"{request.node.name.split('[')[0][5:45].replace('_', ' ')} {id(request) % 9973} {next(numbers)}"
        address, password = office.add(name)
        return Account(
            **{
                "address": address,
                "password": password,
                "imap": Endpoint(host=office.imap[0], port=office.imap[1]),
                "smtp": Endpoint(host=office.smtp[0], port=office.smtp[1]),
                "caldav": office.caldav,
                "authserv_id": office.domain,
                "evidence": Evidence.AUTHORITATIVE,
                "timeout_s": 20.0,
                **fields,
            }
        )

    return make


@pytest.fixture(scope="session")
def plain_site() -> Iterator[Site]:
    """Dovecot as it comes."""
    with site() as found:
        yield found


@pytest.fixture(scope="session")
def bare_site() -> Iterator[Site]:
    """A Dovecot that says it can do nothing beyond RFC 3501."""
    with site(BARE) as found:
        yield found


@pytest.fixture
def at_dovecot(plain_site: Site, request: pytest.FixtureRequest) -> Callable[..., Account]:
    """Make an account at Dovecot."""
    numbers = iter(range(100))
    return lambda **fields: plain_site.account(f"u{id(request) % 99991}.{next(numbers)}", **fields)


@pytest.fixture(scope="session")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xandikos]:
    """Xandikos, over TLS."""
    if not xandikos_server.PROGRAM:
        pytest.skip(xandikos_server.WHY_NOT)
    with running_xandikos(tmp_path_factory.mktemp("xandikos"), "clara", {"clara": "secret"}) as found:
        yield found


@pytest.fixture
def at_xandikos(xandikos: Xandikos, request: pytest.FixtureRequest) -> Callable[..., Account]:
    """Make an account with a calendar at Xandikos, and no mail server."""
    numbers = iter(range(100))

    def make(**fields: Any) -> Account:
        name = f"u{id(request) % 99991}.{next(numbers)}"
        nowhere = Endpoint(host="127.0.0.1", port=1)
        return Account.model_validate(
            {
                "address": f"{name}@corp.example",
                "sign_in": "clara",
                "password": "secret",
                "imap": nowhere,
                "smtp": nowhere,
                "calendars": {f"{name}@corp.example": xandikos.add_calendar(name)},
                "ca_file": xandikos.certificate,
                "timeout_s": 20.0,
                **fields,
            }
        )

    return make


@pytest.fixture
def permit() -> Callable[[Mapping[str, Any], bytes], permits.Permit]:
    """Make a permit for a payload, as only the gate may outside of tests."""

    def make(target: Mapping[str, Any], content: bytes) -> permits.Permit:
        payload = permits.Payload(target, content)
        return permits.Permit("action-1", "test", payload, payload.digest(), 1, 1, permits._SEAL)

    return make


@pytest.fixture
def network() -> Callable[[Endpoint], contextlib.AbstractAsyncContextManager[Network]]:
    """Put a network in front of a server."""

    @contextlib.asynccontextmanager
    async def make(end: Endpoint) -> AsyncIterator[Network]:
        network = Network(end.host, end.port)
        server = await asyncio.start_server(network.carry, "127.0.0.1", 0)
        network.endpoint = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        async with server:
            yield network
            network.cut()

    return make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for localhost that it signed itself."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path
