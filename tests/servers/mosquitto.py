"""Debian's mosquitto on loopback: with TLS, a password file and a file of rights."""

import contextlib
import datetime as dt
import ipaddress
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import own_ports

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@dataclass
class Mosquitto:
    """A broker that can be stopped and started; it listens at one port for life."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    lives: int = field(default=0)

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def url(self) -> str:
        return f"mqtts://empla@127.0.0.1:{self.port}"

    def start(self) -> None:
        assert PROGRAM is not None
        log = (self.folder / f"broker.{self.lives}.log").open("wb")
        self.lives += 1
        self.process = subprocess.Popen(
            [PROGRAM, "-c", str(self.folder / "mosquitto.conf"), "-v"], stdout=log, stderr=log
        )
        began = time.monotonic()
        while True:
            assert self.process.poll() is None, self.said()
            with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert time.monotonic() - began < 60, self.said()
            time.sleep(0.01)

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait()
            self.process = None

    def said(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("broker.*.log")))

    def connections(self) -> int:
        """How often anybody tried to connect, in all lives."""
        return self.said().count("New connection from")


def made(folder: Path, *, users: str, acl: str) -> Mosquitto:
    """Write what a broker needs, and return it, not started."""
    folder.mkdir(parents=True, exist_ok=True)
    port = own_ports()
    certificates(folder)
    for name, text in (("users", users), ("acl", acl)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\n"
        f"cafile {folder}/ca.pem\ncertfile {folder}/server.pem\nkeyfile {folder}/server.key\n"
        f"allow_anonymous false\npassword_file {folder}/users\nacl_file {folder}/acl\n"
        f"persistence false\nuser root\n"
    )
    return Mosquitto(folder, port)


@contextlib.contextmanager
def running(folder: Path, *, users: str, acl: str) -> Iterator[Mosquitto]:
    broker = made(folder, users=users, acl=acl)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def certificates(folder: Path) -> None:
    """Make an authority (`ca.pem`) and a certificate of 127.0.0.1 by it (`server.pem`, `server.key`)."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    now = dt.datetime.now(dt.UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )

    authority = (
        begun(issuer, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    server = (
        begun(name, key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
