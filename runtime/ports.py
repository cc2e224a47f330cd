"""Which ports of this machine a server could listen at."""

import socket


def free_port(host: str, port: int = 0) -> int | None:
    """Return `port`, or any port if it is 0, if nobody listens there now; else None. A server may just have left it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        found: int = probe.getsockname()[1]
        return found
