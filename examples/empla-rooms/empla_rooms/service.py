"""The company's rooms service, small enough to read: rooms and reservations in one JSON file, HTTP on loopback.

    python -m empla_rooms.service FILE [PORT]

It stands for whatever your company has. What matters of it to a plug-in: a reservation is made under a number that the
client chooses, and only if there is none yet (If-None-Match), so a second attempt is harmless and evidence is one look.
"""

import json
import os
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

ROOMS: Final = {"Curie": 4, "Turing": 8, "Lovelace": 12}


class Rooms:
    """Rooms, reservations, and what people have changed. Every change is on disk before it is answered."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._news = threading.Condition()
        kept = json.loads(file.read_text()) if file.exists() else {}
        self.reservations: dict[str, dict[str, str]] = kept.get("reservations", {})
        self.changes: list[dict[str, Any]] = kept.get("changes", [])

    def free(self, seats: int, start: str, end: str) -> list[dict[str, Any]]:
        """Return the rooms that are free, the smallest first."""
        with self._news:
            fit = [(has, room) for room, has in ROOMS.items() if has >= seats and not self._taken(room, start, end)]
        return [{"room": room, "seats": has} for has, room in sorted(fit)]

    def reserve(self, number: str, wanted: dict[str, str]) -> HTTPStatus:
        """Reserve a room under a number that is not there yet."""
        with self._news:
            if number in self.reservations:
                return HTTPStatus.PRECONDITION_FAILED
            if wanted["room"] not in ROOMS or self._taken(wanted["room"], wanted["start"], wanted["end"]):
                return HTTPStatus.CONFLICT
            self.reservations[number] = wanted
            self._keep()
            return HTTPStatus.CREATED

    def release(self, number: str) -> None:
        """Take a reservation out."""
        with self._news:
            self.reservations.pop(number, None)
            self._keep()

    def move(self, number: str, room: str) -> None:
        """Put a reservation into another room, as a person at the front desk does."""
        with self._news:
            was, self.reservations[number]["room"] = self.reservations[number]["room"], room
            self.changes.append({"change": len(self.changes) + 1, "number": number, "room": room, "was": was})
            self._keep()
            self._news.notify_all()

    def changed(self, after: int, wait_s: float) -> dict[str, Any]:
        """Return the changes after a number, waiting for one."""
        with self._news:
            self._news.wait_for(lambda: len(self.changes) > after, timeout=wait_s)
            return {"changes": self.changes[after:], "last": len(self.changes)}

    def _taken(self, room: str, start: str, end: str) -> bool:
        held = self.reservations.values()
        return any(r["room"] == room and r["start"] < end and start < r["end"] for r in held)

    def _keep(self) -> None:
        new = self._file.with_suffix(".new")
        with new.open("w") as file:
            json.dump({"reservations": self.reservations, "changes": self.changes}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)


def serve(rooms: Rooms, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of these rooms on 127.0.0.1, already listening; `serve_forever` is the caller's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(where.query).items()}
            if where.path == "/rooms":
                self._answer(HTTPStatus.OK, {"rooms": rooms.free(int(asked["seats"]), asked["start"], asked["end"])})
            elif where.path == "/changes":
                self._answer(HTTPStatus.OK, rooms.changed(int(asked["after"]), float(asked["wait"])))
            else:
                found = rooms.reservations.get(self._number())
                self._answer(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND, found or {})

        def do_PUT(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(rooms.reserve(self._number(), json.loads(self.rfile.read(length))))

        def do_DELETE(self) -> None:
            rooms.release(self._number())
            self._answer(HTTPStatus.OK)

        def _number(self) -> str:
            return self.path.rpartition("/")[2]

        def _answer(self, status: HTTPStatus, body: Any = None) -> None:
            content = json.dumps(body or {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def main() -> None:
    """Serve until the process is ended."""
    server = serve(Rooms(Path(sys.argv[1])), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
