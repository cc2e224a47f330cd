"""The examination behind `empla doctor`: the machine and the files of a home. What is in the files: `records`."""

import re
import shutil
import socket
import sqlite3
import sys
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from empla import __version__
from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import EmplaError, NotRunning
from runtime.cli import embedding_health, mailbox_health, plugin_health, records
from runtime.cli.findings import Finding
from runtime.office import outgoing
from runtime.office.process import OfficePorts, read_ports
from runtime.supervisor import homelock, lease, up

_ROOM_MIB: Final = 256
_LOOK_S: Final = 2.0
_WAITED_LONG: Final = timedelta(hours=1)
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*([^;]*)$")


def examined(home: Home, *, fix: bool = False) -> list[Finding]:
    """Look at everything; with `fix` mend what can be mended without harm, and look at that again."""
    found = list(_looked(home))
    fixes = [f for f in found if not f.ok and f.fix is not None]
    if not fix or not fixes:
        return found
    for finding in fixes:
        if finding.fix is not None:
            finding.fix()
    mended = {f.name for f in fixes}
    return [replace(f, mended=f.ok and f.name in mended) for f in _looked(home)]


def _looked(home: Home) -> Iterator[Finding]:
    yield _python()
    yield _libraries()
    yield _zones()
    yield from plugin_health.examined()
    if not home.company_db.exists():
        yield Finding(name="home", ok=False, evidence=f"there is none at {home.root}", mend="set one up: empla init")
        return
    yield Finding(name="home", ok=True, evidence=str(home.root))
    settings = _settings(home)
    yield settings
    yield _disk(home)
    yield _clock(home)
    yield _rights(home)
    running = _running(home)
    yield _socket(home, running=running)
    yield _strays(home, running=running)
    yield _ports(home, running=running)
    if not settings.ok:
        return  # they say where everything else is
    yield from records.examined(home)
    yield from _outgoing(home)
    yield from mailbox_health.examined(home)
    yield from embedding_health.examined(home)
    yield from _processes(home)


# the machine --------------------------------------------------------------------------------------------------------


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    return Finding(
        name="python", ok=ok, evidence=f"{version}; empla {__version__}", mend="install Python 3.11 or newer"
    )


def _libraries() -> Finding:
    wanted = [r for r in metadata.requires("empla") or [] if "extra ==" not in r]
    faults = [fault for requirement in wanted if (fault := _fault_of(requirement))]
    evidence = "; ".join(faults) or f"all {len(wanted)} are there, in versions that fit"
    return Finding(name="libraries", ok=not faults, evidence=evidence, mend="pip install --upgrade empla")


def _fault_of(requirement: str) -> str:
    """Return what is wrong with one library, empty if it is there in a version that fits."""
    found = _REQUIREMENT.match(requirement)
    if found is None:
        return ""
    name, bounds = found.groups()
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is missing"
    wrong = [b for b in bounds.split(",") if b.strip() and not _holds(version, b.strip())]
    return f"{name} is {version}, wanted {bounds.strip()}" if wrong else ""


def _holds(version: str, bound: str) -> bool:
    for sign in (">=", "<=", "==", "<", ">"):
        if bound.startswith(sign):
            have, want = _numbers(version), _numbers(bound.removeprefix(sign))
            have, want = (*have, 0, 0, 0)[: max(3, len(want))], (*want, 0, 0, 0)[: max(3, len(want))]
            return {">=": have >= want, "<=": have <= want, "==": have == want, "<": have < want, ">": have > want}[
                sign
            ]
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:4])


def _zones() -> Finding:
    count = len(zoneinfo.available_timezones())
    data = metadata.version("tzdata")
    return Finding(
        name="time zones",
        ok=count > 400,
        evidence=f"{count} known, data of {data}",
        mend="pip install --upgrade tzdata",
    )


# the home -----------------------------------------------------------------------------------------------------------


def _settings(home: Home) -> Finding:
    try:
        settings = load_settings(home)
        zoneinfo.ZoneInfo(settings.zone)
    except EmplaError as error:
        return Finding(name="settings", ok=False, evidence=error.sentence, mend=error.next_step)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return Finding(
            name="settings", ok=False, evidence=f"{settings.zone!r} is not a time zone", mend="correct empla.toml"
        )
    return Finding(name="settings", ok=True, evidence=f"{settings.company}, {settings.domain}, {settings.zone}")


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.root).free // (1 << 20)
    return Finding(
        name="disk", ok=free >= _ROOM_MIB, evidence=f"{free} MiB free", mend=f"make room: {_ROOM_MIB} MiB or more"
    )


def _clock(home: Home) -> Finding:
    clock = SystemClock(home.clock)
    ahead = clock.now() - SystemClock().now()
    if abs(ahead) < timedelta(seconds=1):
        return Finding(name="clock", ok=True, evidence="the machine's")
    days = ahead / timedelta(days=1)
    shown = f"it is {clock.now().astimezone(UTC):%Y-%m-%d %H:%M} UTC here, {days:+.2f} days from the machine's"
    return Finding(
        name="clock", ok=False, evidence=shown, mend=f"unless that is meant: empla down, then delete {home.clock}"
    )


def _rights(home: Home) -> Finding:
    """Look for what others than the owner may open. The folders matter most: nobody gets past them."""
    open_to_others = [path for path in _guarded(home) if path.lstat().st_mode & 0o077]

    def fix() -> None:
        for path in open_to_others:
            path.chmod(0o700 if path.is_dir() else 0o600)

    shown = ", ".join(f"{p.relative_to(home.root.parent)} ({p.lstat().st_mode & 0o777:o})" for p in open_to_others[:5])
    return Finding(
        name="rights",
        ok=not open_to_others,
        evidence=f"others may open {shown}" if open_to_others else "nobody but you can open anything",
        mend="empla doctor --fix",
        fix=fix,
    )


def _guarded(home: Home) -> Iterator[Path]:
    folders = (home.root, home.office, home.employees, home.archive(""), home.logs, *home.employees.glob("*/"))
    files = (home.key, home.lock, home.socket, home.bus, home.bus_secret, home.metrics_token)
    kept = (*home.root.glob("*.db*"), *home.office.glob("*.db*"), *home.office.glob("*.secret"))
    yield from (f for f in folders if f.is_dir())
    yield from (f for f in (*files, *kept, *home.employees.glob("*/mind.db*")) if f.exists())


def _outgoing(home: Home) -> Iterator[Finding]:
    """Look at mail to other domains: whether it waits for a relay that is not there, or for long."""
    try:
        relay, stands = load_settings(home).relay, outgoing.standing(home)
    except (EmplaError, sqlite3.Error):
        return  # told by those who looked at the settings and at the database
    failed = f"; {stands.failed} could not be delivered, the senders were told" if stands.failed else ""
    doubled = f"; {stands.doubled} may have arrived twice" if stands.doubled else ""
    if stands.oldest is None:
        evidence = "none waits" if relay or failed or doubled else "no relay: mail to other domains is refused"
        yield Finding(name="outgoing mail", ok=True, evidence=evidence + failed + doubled)
        return
    said = f"; last reply: {stands.last_reply}" if stands.last_reply else ""
    yield Finding(
        name="outgoing mail",
        ok=bool(relay) and SystemClock(home.clock).now() - stands.oldest < _WAITED_LONG,
        evidence=f"{stands.queued} wait for {relay or 'a relay, and none is configured'},"
        f" the oldest since {stands.oldest:%Y-%m-%d %H:%M} UTC{said}{failed}{doubled}",
        mend="see empla logs office; it is tried for two days"
        if relay
        else "set `relay` in empla.toml, then: empla down, empla up",
    )


# processes ----------------------------------------------------------------------------------------------------------


def _running(home: Home) -> bool:
    who = homelock.holder(home)
    return who is not None and who.what == homelock.UP


def _socket(home: Home, *, running: bool) -> Finding:
    if running or not home.socket.exists():
        evidence = "empla runs" if running else "empla does not run"
        return Finding(name="control socket", ok=True, evidence=evidence)
    return Finding(
        name="control socket",
        ok=False,
        evidence="it is left over from a process that died",
        mend="empla doctor --fix (or the next `empla up`) removes it",
        fix=home.socket.unlink,
    )


def _strays(home: Home, *, running: bool) -> Finding:
    """Look for processes of employees, or an office, that no `up` runs: they end by themselves within seconds."""
    held = [] if running else [path.parent.name for path in _locks(home) if _is_held(path)]
    return Finding(
        name="stray processes",
        ok=not held,
        evidence=f"{', '.join(held)} still run" if held else "none",
        mend="wait ten seconds: they end by themselves; `empla up` ends them by force",
    )


def _locks(home: Home) -> Iterator[Path]:
    yield from (p for p in (home.office / lease.LOCK, *home.employees.glob(f"*/{lease.LOCK}")) if p.exists())


def _is_held(path: Path) -> bool:
    try:
        lease.take(path).close()
    except lease.LeaseHeld:
        return True
    return False


def _ports(home: Home, *, running: bool) -> Finding:
    try:
        found = (read_ports(home) if running else None) or OfficePorts.of(load_settings(home))
    except EmplaError as error:
        return Finding(name="ports", ok=False, evidence=error.sentence, mend=error.next_step)
    numbers = [n for n in (found.imap, found.smtp, found.caldav) if n]
    shown = ", ".join(map(str, numbers))
    if running:
        silent = [n for n in numbers if not _answers(found.host, n)]
        evidence = f"nobody answers at {silent[0]}" if silent else f"the office answers at {shown}"
        return Finding(
            name="ports", ok=not silent, evidence=evidence, mend="empla down, empla up; see empla logs office"
        )
    if not numbers:
        return Finding(name="ports", ok=True, evidence="any free ones at the next `empla up`")
    taken = [n for n in numbers if _answers(found.host, n)]
    evidence = f"another program has {taken[0]}" if taken else f"{shown} are free for the office"
    return Finding(
        name="ports", ok=not taken, evidence=evidence, mend="change `ports` in empla.toml, or: empla up --ports 0"
    )


def _answers(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=_LOOK_S):
        return True
    return False


def _processes(home: Home) -> Iterator[Finding]:
    with suppress(NotRunning):
        found = up.status(home)
        yield _limits(found["limits"])
        for employee in found["employees"]:
            ok = employee["state"] not in ("quarantined", "stopped")
            evidence = f"{employee['state']}{': ' + employee['reason'] if employee.get('reason') else ''}"
            mend = f'see empla logs "{employee["name"]}", then empla restart "{employee["name"]}"'
            yield Finding(name=f"process of {employee['name']}", ok=ok, evidence=evidence, mend=mend)


def _limits(limits: Mapping[str, Any]) -> Finding:
    memory = f"{limits['memory_mib']} MiB" if limits["memory_mib"] else "any memory"
    cores = f"{limits['cpu']:g} core{'s' if limits['cpu'] != 1 else ''}" if limits["cpu"] else "any processor"
    return Finding(name="limits", ok=True, evidence=f"{memory}, {cores} for each employee, by {limits['by']}")
