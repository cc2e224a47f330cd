"""The corpora, and what is expected of the readings of their mails."""

import tomllib
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading import THRESHOLD, Hours, Who, Window, parse, read
from empla.capabilities.standing import StandingRule
from empla.mind.readings import Mail, Reading

ZONE = "Europe/Berlin"
MANAGER = "max@office.example"
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=ZoneInfo(ZONE))


def make_mail(text: str, *, subject: str = "", reply: bool = False, authenticated: str | None = MANAGER) -> Mail:
    """Return the parsed mail from the manager that says `text`."""
    head = ["From: Max Power <max@office.example>", "To: Ada <ada@office.example>", f"Subject: {subject}"]
    head += ["Message-ID: <1@office.example>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    if reply:
        head.append("In-Reply-To: <0@office.example>")
    return parse("\r\n".join([*head, "", text, ""]).encode(), "percept-1", authenticated=authenticated)


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of one corpus."""
    loaded = tomllib.loads((Path(__file__).parent / name).read_text())["case"]
    return [{**case, "text": case["text"].lstrip("\n")} for case in loaded]


def spans(window: Window) -> list[tuple[datetime, datetime]]:
    """Return the spans of a window."""
    return [(s.start, s.end) for s in window.spans]


def expected(when: str) -> list[tuple[datetime, datetime]]:
    """Return the spans that the short writing of the corpora means."""
    local = ZoneInfo(ZONE)

    def at(day: str, clock: str) -> datetime:
        hour, minute = (int(x) for x in clock.split(":"))
        midnight = datetime.fromisoformat(f"2026-{day}T00:00").replace(tzinfo=local)
        return (midnight + timedelta(hours=hour, minutes=minute)).astimezone(UTC)

    found: list[tuple[datetime, datetime]] = []
    for piece in when.split(", "):
        if ".." in piece:
            first, last = piece.split("..")
            found.append((at(first, "00:00"), at(last, "24:00")))
        elif " " not in piece:
            found.append((at(piece, "00:00"), at(piece, "24:00")))
        elif "/" in piece:
            day, clocks = piece.split(" ")
            found.append((at(day, clocks.split("/")[0]), at(day, clocks.split("/")[1])))
        else:
            day, clock = piece.split(" ")
            found.append((at(day, clock), at(day, clock)))
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(found):
        if joined and joined[-1][1] == start and start != end:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


_PLAIN = ("minutes", "topic", "shift", "none", "any", "all", "without_me", "language", "what")
_FREE_TO_HAVE = ("place", "context", "yes", "with_me", "doubts", "attendees", "instead", "remove")


def mistakes(case: dict[str, Any]) -> list[str]:
    """Return what is wrong with the reading of one case, nothing if it is right."""
    mail = make_mail(case["text"], subject=case.get("subject", ""), reply=case.get("reply", False))
    reading = read(mail, MONDAY, ZONE, MANAGER)
    wrong = [] if reading.intent == case["intent"] else [f"intent is {reading.intent}"]
    if wrong or case.get("loose"):
        return wrong + ([] if not case.get("unread") or reading.unread or wrong else ["nothing is unread"])
    for name in _PLAIN:
        if reading.value(name) != case.get(name) and not (name == "what" and name not in case):
            wrong.append(f"{name} is {reading.value(name)!r}")
    if [w.words for w in reading.value("people") or ()] != case.get("people", []):
        wrong.append(f"people are {[w.words for w in reading.value('people') or ()]}")
    if list(reading.value("ordinals") or ()) != case.get("ordinals", []):
        wrong.append(f"ordinals are {reading.value('ordinals')}")
    wrong += _window(reading, "window", case.get("when")) + _window(reading, "to", case.get("to"))
    if bool(reading.value("doubts")) != case.get("ask", False):
        wrong.append(f"doubts are {[d.question for d in reading.value('doubts') or ()]}")
    if bool(reading.unread) != case.get("unread", False):
        wrong.append(f"unread are {reading.unread}")
    named = {*_PLAIN, *_FREE_TO_HAVE, "people", "ordinals", "window", "to"}
    return wrong + [f"unexpected slot {name}" for name in reading.slots if name not in named]


def _window(reading: Reading, name: str, wanted: str | None) -> list[str]:
    window = reading.value(name)
    if window is None or wanted is None:
        return [] if window is None and wanted is None else [f"{name} is {window and window.said!r}"]
    if wanted == "undated":
        return [] if not window.dated else [f"{name} is dated"]
    if spans(window) == expected(wanted):
        return []
    local = ZoneInfo(ZONE)
    return [
        f"{name} is "
        + ", ".join(f"{a.astimezone(local):%m-%d %H:%M}/{b.astimezone(local):%m-%d %H:%M}" for a, b in spans(window))
    ]


def rendered(reading: Reading) -> dict[str, Any]:
    """Return what was read in a writing that fits into a table: every slot, and whether it is asked about first."""
    sure = reading.confidence >= THRESHOLD and not reading.unread and not reading.value("doubts")
    found: dict[str, Any] = {"intent": reading.intent, **({} if sure else {"ask": True})}
    for name, slot in reading.slots.items():
        if name == "parts":
            found["parts"] = [rendered(part) for part in slot.value]
        elif name not in ("context", "text", "doubts"):
            found[name] = _written(slot.value)
    return found


def _written(value: Any) -> Any:
    if isinstance(value, Window):
        spans_ = ", ".join(_span(s.start, s.end, ZoneInfo(value.zone)) for s in value.spans[:3])
        return spans_ if value.dated else f"any day: {spans_}"
    if isinstance(value, Hours):
        return f"{value.since:%H:%M}" if value.since == value.until else f"{value.since:%H:%M}-{value.until:%H:%M}"
    if isinstance(value, Who):
        return value.words
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if isinstance(value, StandingRule):
        parts = (value.kind, value.weekdays, value.hours, value.longer, value.up_to, value.minutes, value.count)
        return " ".join([str(part) for part in parts if part] + [a.value for a in value.people] + list(value.domains))
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _written(v) for f in fields(value) if (v := getattr(value, f.name))}
    return value if isinstance(value, (bool, int, str)) else str(value)


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    since = f"{start.astimezone(zone):%m-%d %H:%M}"
    return since if start == end else f"{since} to {end.astimezone(zone):%m-%d %H:%M}"
