"""Fetching one page: from a real server that redirects, lies, drips and sends too much, and never from within."""

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from empla.errors import EmplaError, ExternalError, InputError, PermissionDenied, TimedOut
from empla.memory.documents.reading import read
from runtime.documents import fetching
from runtime.documents.fetching import canonical, fetch, is_public

PAGE = "<title>Reisen</title><h1>Reisen</h1><p>Grüße aus Köln".encode("cp1252")


@dataclass
class Site:
    """A server on this machine; `asked` are the paths that it was asked for, and by which host's name."""

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


PAGES: dict[str, tuple[bytes, str, dict[str, str]]] = {
    "/page": (PAGE, "text/html; charset=windows-1252", {}),
    "/page?a=b": (PAGE, "text/html", {}),
    "/wrong-charset": ("<p>Grüße".encode(), "text/html; charset=us-ascii", {}),
    "/packed": (gzip.compress(PAGE), "text/html; charset=cp1252", {"Content-Encoding": "gzip"}),
    "/bomb": (gzip.compress(b"0" * 3_000_000), "text/plain", {"Content-Encoding": "gzip"}),
    "/brotli": (b"?", "text/plain", {"Content-Encoding": "br"}),
    "/announced": (b"", "text/plain", {"Content-Length": "999999999"}),
    "/cut": (b"the beginning", "text/plain", {"Content-Length": "1000"}),
}
LEADS = {
    "/loop": "/loop",
    "/relative": "page?a=b#part",
    "/elsewhere": "http://metadata.example/latest",
    "/file": "file:///etc/passwd",
}


class Handler(BaseHTTPRequestHandler):
    """Answers as `PAGES` and `LEADS` say, without end, drop by drop, or not at all."""

    site: Site

    def do_GET(self) -> None:
        self.site.asked.append((self.path, self.headers["Host"]))
        with suppress(OSError):  # the other side has hung up
            if self.path in PAGES:
                body, kind, headers = PAGES[self.path]
                self.begin(kind, **{"Content-Length": str(len(body)), **headers})
                self.wfile.write(body)
            elif self.path in LEADS:
                self.send_response(302)
                self.send_header("Location", LEADS[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.misbehave()

    def misbehave(self) -> None:
        match self.path:
            case "/endless":
                self.begin("text/plain")
                while True:
                    self.wfile.write(b"0" * 65536)
            case "/drip":
                self.begin("text/plain")
                while not self.site.let_go.wait(0.05):
                    self.wfile.write(b".")
            case "/silent":
                self.site.let_go.wait(20)
            case _:
                self.send_error(404, "Nothing here")

    def begin(self, kind: str, **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Handler,), {"site": made}))
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.let_go.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_comes_with_what_the_server_says_of_it(site: Site) -> None:
    found = fetch(site.url("/page"), allow_local=True)
    assert (found.name, found.said, found.charset, found.data) == ("page", "text/html", "windows-1252", PAGE)
    document = read(found.name, found.data, said=found.said, charset=found.charset)
    assert document.title == "Reisen"
    assert document.sections[0].paragraphs[0].text == "Grüße aus Köln"


def test_a_charset_that_is_wrong_does_not_spoil_the_words(site: Site) -> None:
    found = fetch(site.url("/wrong-charset"), allow_local=True)
    document = read(found.name, found.data, said=found.said, charset=found.charset)
    assert document.sections[0].paragraphs[0].text == "Grüße"


def test_what_is_packed_though_nobody_asked_is_unpacked_as_far_as_there_is_room(site: Site) -> None:
    assert fetch(site.url("/packed"), allow_local=True).data == PAGE
    with pytest.raises(ExternalError, match="is larger than"):
        fetch(site.url("/bomb"), allow_local=True, largest=1_000_000)
    with pytest.raises(ExternalError, match="nobody asked for"):
        fetch(site.url("/brotli"), allow_local=True)


def test_redirects_are_followed_and_bounded(site: Site) -> None:
    found = fetch(site.url("/relative"), allow_local=True)
    assert found.url == site.url("/page?a=b")
    site.asked.clear()
    with pytest.raises(ExternalError, match="leads on more than 5 times"):
        fetch(site.url("/loop"), allow_local=True)
    assert len(site.asked) == 6


@pytest.mark.parametrize("path", ["/announced", "/endless"])
def test_what_is_too_large_is_not_waited_for(site: Site, path: str) -> None:
    with pytest.raises(ExternalError, match="is larger than") as refused:
        fetch(site.url(path), allow_local=True, largest=500_000)
    assert "teach the parts that matter" in refused.value.next_step


@pytest.mark.parametrize("path", ["/drip", "/silent"])
def test_who_is_slow_is_cut_off(site: Site, path: str) -> None:
    with pytest.raises(TimedOut):
        fetch(site.url(path), allow_local=True, within_s=0.5)


def test_what_breaks_off_or_is_not_there_is_said(site: Site) -> None:
    with pytest.raises(ExternalError, match="broke off"):
        fetch(site.url("/cut"), allow_local=True)
    with pytest.raises(ExternalError, match="answered 404"):
        fetch(site.url("/teapot"), allow_local=True)
    with pytest.raises(ExternalError, match="cannot be reached"):
        fetch("http://127.0.0.1:1/", allow_local=True)


def test_a_page_over_tls_has_to_show_whose_it_is_and_leads_to_no_open_page(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Handler,), {"site": site}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"https://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(ExternalError, match="cannot show that it is"):
            fetch(f"{url}/page", allow_local=True)
        trusting = ssl.create_default_context(cafile=file)
        monkeypatch.setattr(fetching.ssl, "create_default_context", lambda: trusting)
        assert fetch(f"{url}/page", allow_local=True).data == PAGE
        with pytest.raises(ExternalError, match="anybody on the way could change"):
            fetch(f"{url}/elsewhere", allow_local=True)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, address: str) -> Path:
    """Return a file with a certificate for an address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    now = datetime.now(UTC)
    alone = x509.BasicConstraints(ca=True, path_length=None)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(alone, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "both.pem"
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file


# nothing from within --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001"],
)
def test_this_machine_is_not_asked_unless_it_is_meant(site: Site, host: str) -> None:
    site.asked.clear()
    with pytest.raises(EmplaError) as refused:
        fetch(site.url("/page", host))
    assert isinstance(refused.value, PermissionDenied | ExternalError)
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "fec0::1"),
        *("2001:db8::1", "fe80::1%eth0"),
    ],
)
def test_an_address_that_is_not_everybodys_is_none_to_fetch_from(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_public(address)


def named(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> list[str]:
    """Have names mean addresses, one after the other each time they are asked for; return what is connected to."""
    asked: list[str] = []
    real = socket.create_connection

    def look_up(host: str, port: int, *_: object, **__: object) -> list[object]:
        left = names.get(host, [host])
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: tuple[str, int], **how: object) -> socket.socket:
        asked.append(address[0])
        return real(address, timeout=5)

    monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    return asked


def test_a_redirect_within_is_refused_though_the_first_page_was_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = named(monkeypatch, {"public.example": ["127.0.0.1"], "metadata.example": ["169.254.169.254"]})
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(PermissionDenied, match=r"metadata.example is in this machine's own network"):
        fetch(site.url("/elsewhere", "public.example"))
    assert asked == ["127.0.0.1"]
    with pytest.raises(InputError, match="only http and https"):
        fetch(site.url("/file", "public.example"))


def test_a_name_that_means_something_else_a_moment_later_leads_nowhere_new(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was looked at is the one that is connected to, by the name that was asked for."""
    asked = named(monkeypatch, {"rebinding.example": ["127.0.0.1", "169.254.169.254"]})
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    site.asked.clear()
    assert fetch(site.url("/page", "rebinding.example")).data == PAGE
    assert asked == ["127.0.0.1"]
    assert site.asked == [("/page", f"rebinding.example:{site.port}")]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://office.example/x", "only http and https"),
        ("https://", "only http and https"),
        ("https://ada:secret@office.example/", "holds a name or a password"),
        ("https://office.example:99999/", "no address of the web"),
        ("https://[::1", "no address of the web"),
    ],
)
def test_an_address_that_cannot_be_used_is_said(url: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as refused:
        canonical(url)
    assert "secret" not in refused.value.sentence + refused.value.next_step


def test_one_page_has_one_address() -> None:
    assert canonical("HTTPS://Office.Example:443/a b?q=ü#part") == "https://office.example/a%20b?q=%C3%BC"
    assert canonical("http://münchen.example") == "http://xn--mnchen-3ya.example/"
