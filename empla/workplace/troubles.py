"""What it means when a server cannot be reached, in a sentence, and what to do about it.

One place for IMAP, SMTP and CalDAV, so that the same trouble is told in the same words whoever meets it first.
"""

import errno
import socket
import ssl
from dataclasses import dataclass

_CERTIFICATES = {
    9: ("is not valid yet", "set this machine's clock, or have the server's certificate renewed"),
    10: ("has expired", "have the server's certificate renewed"),
    18: ("is signed by itself", "name that certificate as `ca_file`, or give the server one of a known authority"),
    19: ("is signed by an authority that is not known here", "name the authority's certificate as `ca_file`"),
    20: ("is signed by an authority that is not known here", "name the authority's certificate as `ca_file`"),
    62: ("is for another name", "give the host by the name in the server's certificate"),
    64: ("is for another address", "give the host by the name in the server's certificate"),
}
"""By OpenSSL's verification result."""

_OTHER_KIND = "give the port that fits `tls`: implicit for 993 and 465, starttls for 143 and 587"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a server could not be reached, and what to do."""

    why: str
    next_step: str


def trouble(error: BaseException) -> Trouble:
    """Return what an error of the network or of TLS means for whoever wanted to connect."""
    while isinstance(error.__cause__, OSError):
        error = error.__cause__  # a library's own error round the system's
    match error:
        case ssl.SSLCertVerificationError():
            what, mend = _CERTIFICATES.get(error.verify_code, ("cannot be trusted", "name what signed it as `ca_file`"))
            return Trouble(f"its certificate {what} ({error.verify_message})", mend)
        case ssl.SSLError() if "UNSUPPORTED_PROTOCOL" in str(error) or "VERSION" in (error.reason or ""):
            return Trouble("it does not answer with TLS there", _OTHER_KIND)
        case ssl.SSLError():
            return Trouble(f"no TLS connection comes about ({error.reason or error})", _OTHER_KIND)
        case socket.gaierror():
            return Trouble("its name is not known (DNS)", "check the host's name")
        case TimeoutError():
            return Trouble("it does not answer", "check host and port, and whether a firewall stands between")
        case ConnectionRefusedError():
            return Trouble("nobody listens there", "check the port, and whether the server runs")
        case OSError() if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            return Trouble("there is no way to it", "check the host and this machine's network")
        case ConnectionError():
            return Trouble("it ends the connection at once", _OTHER_KIND)
    return Trouble(str(getattr(error, "strerror", None) or error) or type(error).__name__, "check host and port")
