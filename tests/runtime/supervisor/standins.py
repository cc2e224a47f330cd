"""Stand-ins for what others build: an office, an employee's body, and a program that runs `up` over them.

    python standins.py office HOME LIFELINE_FD READY_FD PORTS
    python standins.py up HOME
    python standins.py real HOME HANG_S      a real home with its real office and employees

An employee does what the word in its `behaviour` file says, so that a test can change it between two lives.
"""

import asyncio
import errno
import hashlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from empla.clock import pause
from empla.config import Home, Settings, load_settings
from empla.errors import ResourceError
from runtime.seat import Seat
from runtime.supervisor.limits import Limits
from runtime.supervisor.restarts import RestartRule
from runtime.supervisor.roster import RosterEntry
from runtime.supervisor.up import up


async def run(seat: Seat) -> None:
    folder = seat.home.employee(seat.slug)
    behaviour = (folder / "behaviour").read_text().strip()
    if behaviour == "is slow to start":
        await pause(3600)
    if behaviour == "fails at once":
        raise RuntimeError("nothing works today")
    if behaviour == "finds no room":  # the disk has filled up since it was started, and its first commit is refused
        (folder / "lives").open("a").write(f"{seat.epoch} {os.getpid()} \n")
        raise ResourceError("the store has no room left") from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    seat.ready()
    if seat.death is not None:
        (folder / "deaths").open("a").write(f"{seat.death.how} {seat.death.counts}\n")
    (folder / "lives").open("a").write(f"{seat.epoch} {os.getpid()} {seat.last.percept if seat.last else ''}\n")
    if behaviour in ALL_ALONE:
        ALL_ALONE[behaviour](seat)
    if behaviour in IN_THE_LOOP:
        await IN_THE_LOOP[behaviour](seat)
    await seat.stopping.wait()
    (folder / "finished").touch()


def choke(seat: Seat) -> None:
    seat.progress.mark("cycle", cycle=1, percept="mail-13")
    os._exit(3)


def spin(seat: Seat) -> None:
    while True:
        pass


def deadlock(seat: Seat) -> None:
    lock = threading.Lock()
    other = threading.Thread(target=lock.acquire)
    other.start()
    other.join()
    lock.acquire()


def stand(seat: Seat) -> None:
    """The event loop lives; its own loop does not come round."""
    seat.advances = lambda: False


def hog_all(seat: Seat) -> None:
    """Four threads outside of its loop, which lives on."""
    for _ in range(4):
        threading.Thread(target=hog, daemon=True).start()


def leap(seat: Seat) -> None:
    seat.progress.mark("cycle", cycle=1, percept="mail-13")
    seat.clock.held = [bytearray(64 << 20) for _ in range(1000)]


async def never_finish(seat: Seat) -> None:
    seat.progress.mark("cycle", cycle=7, percept="mail-7")
    await asyncio.Event().wait()


async def sleep_a_day(seat: Seat) -> None:
    await seat.clock.sleep_until(seat.clock.now() + timedelta(days=1))
    (seat.home.employee(seat.slug) / "awake").touch()


async def count(seat: Seat) -> None:
    """As one that has work: says every hundredth of a second that it did some."""
    for number in range(1_000_000):
        if seat.stopping.is_set():
            return
        seat.progress.mark("cycle", cycle=number)
        await pause(0.01)


ALL_ALONE = {
    "chokes": choke,
    "spins": spin,
    "sleeps in its loop": lambda _seat: time.sleep(3600),
    "waits for a lock": deadlock,
    "stands": stand,
    "hogs": hog_all,
    "grows": lambda _seat: threading.Thread(target=grow, daemon=True).start(),
    "leaps": leap,
}
IN_THE_LOOP = {"cannot finish": never_finish, "sleeps a day": sleep_a_day, "counts": count}


def hog() -> None:
    while True:
        hashlib.sha256(bytes(1 << 20)).digest()  # without the interpreter's lock


def grow() -> None:
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)))
        time.sleep(0.002)


def office(home: Home, lifeline_fd: int, ready_fd: int, ports: dict[str, int]) -> None:
    stopped, stop = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(stop, b"x"))
    signal.signal(signal.SIGUSR1, lambda *_: (home.office / "woken").touch())
    ports_file = home.office / "ports.json"
    try:
        servers = {name: socket.create_server(("127.0.0.1", port)) for name, port in ports.items()}
    except OSError as error:
        os.write(ready_fd, json.dumps({"error": f"cannot listen: {error}"}).encode() + b"\n")
        sys.exit(1)
    found = {name: server.getsockname()[1] for name, server in servers.items()}
    ports_file.write_text(json.dumps({"host": "127.0.0.1", **found}))
    os.write(ready_fd, b"{}\n")
    select.select([lifeline_fd, stopped], [], [])


def read_roster(home: Home) -> list[RosterEntry]:
    people = json.loads((home.root / "roster.json").read_text())
    return [
        RosterEntry(
            slug=slug,
            name=slug.title(),
            address=f"{slug}@office.example",
            role="assistant",
            manager="boss@office.example",
            paused=paused,
        )
        for slug, paused in people.items()
    ]


async def slow(arguments, report):
    for number in range(arguments["steps"]):
        report({"step": number})
        await pause(0.01)
    return "done"


async def run_up(home: Home) -> int:
    def command(lifeline_fd: int, ready_fd: int, ports: Mapping[str, int]) -> list[str]:
        words = [str(home.root), str(lifeline_fd), str(ready_fd), json.dumps(dict(ports))]
        return [sys.executable, __file__, "office", *words]

    settings = json.loads((home.root / "standin.json").read_text())
    return await up(
        home,
        Settings(),
        lambda: read_roster(home),
        {"slow": slow},
        body="standins:run",
        office=command,
        ports=settings.get("ports", 0),
        hang_s=settings.get("hang_s", 30.0),
        rule=RestartRule(**settings.get("rule", {})),
        limits=Limits(**settings.get("limits", {})),
    )


async def run_real(home: Home, hang_s: float) -> int:
    handlers = services.handlers(home)
    return await up(home, load_settings(home), lambda: company_roster(home), handlers, hang_s=hang_s)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["office", home, lifeline_fd, ready_fd, ports]:
            office(Home(Path(home)), int(lifeline_fd), int(ready_fd), json.loads(ports))
        case ["real", home, hang_s]:
            from runtime import services
            from runtime.hiring import company_roster

            sys.exit(asyncio.run(run_real(Home(Path(home)), float(hang_s))))
        case ["up", home]:
            sys.exit(asyncio.run(run_up(Home(Path(home)))))
