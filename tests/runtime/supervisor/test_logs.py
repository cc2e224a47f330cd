"""Logs are whole lines, bounded, and hold no secrets."""

import json
import logging
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from empla.clock import SystemClock
from empla.config import Home
from runtime import logs


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_says_when_who_what_and_to_which_percept_it_belongs(home: Home):
    SystemClock.set_to(home.clock, datetime(2026, 3, 2, 8, tzinfo=UTC))
    logs.configure(home, "ada", clock=SystemClock(home.clock), employee="ada", epoch=3)
    with structlog.contextvars.bound_contextvars(correlation="mail-7"):
        logs.get("engine").info("booked", event_uid="u1")
    [line] = read(home.logs / "ada.jsonl")
    assert line.pop("at").startswith("2026-03-02T08:00:0")
    assert line == {
        "level": "info",
        "event": "booked",
        "process": "ada",
        "pid": os.getpid(),
        "employee": "ada",
        "epoch": 3,
        "module": "engine",
        "correlation": "mail-7",
        "event_uid": "u1",
    }


def test_secrets_are_hidden_however_deep(home: Home):
    logs.configure(home, "ada", clock=SystemClock())
    logs.get("x").warning(
        "signing in",
        password="hunter2",
        account={"user": "ada", "api_key": "hunter2", "all": [{"refresh_token": "hunter2"}]},
        url="imap://ada:hunter2@office.example/",
    )
    text = (home.logs / "ada.jsonl").read_text()
    assert "hunter2" not in text
    assert text.count(logs.HIDDEN) == 4
    assert "imap://ada:" in text


def test_passwords_in_addresses_are_hidden_whatever_they_hold_and_whoever_says_them(home: Home):
    logs.configure(home, "ada", clock=SystemClock())
    logs.get("x").warning(
        "no connection to postgresql://empla:hun@ter2@db.example/minds",
        why=OSError("mqtts://up:hunter2@broker.example"),
        at=("https://office.example:8443/a@b", 7, None, 1.5),
    )
    (line,) = read(home.logs / "ada.jsonl")
    assert "ter2" not in str(line)
    assert line["event"].endswith(f"postgresql://empla:{logs.HIDDEN}@db.example/minds")
    assert line["why"] == f"mqtts://up:{logs.HIDDEN}@broker.example"
    assert line["at"] == ["https://office.example:8443/a@b", 7, None, 1.5]


def test_in_the_foreground_a_person_can_read_it_too(home: Home, capsys: pytest.CaptureFixture[str]):
    SystemClock.set_to(home.clock, datetime(2026, 3, 2, 8, tzinfo=UTC))
    logs.configure(home, "up", clock=SystemClock(home.clock), foreground=True)
    logs.get("x").warning("employee ended", name="Ada", how="killed by SIGKILL")
    assert capsys.readouterr().err == "08:00:00 up: WARNING employee ended  name=Ada how=killed by SIGKILL\n"


def test_what_libraries_log_stands_there_too(home: Home):
    logs.configure(home, "ada", clock=SystemClock())
    logging.getLogger("imaplib").error("lost %s", "it")
    logging.getLogger("imaplib").info("chatter")
    [line] = read(home.logs / "ada.jsonl")
    assert (line["level"], line["module"], line["event"]) == ("error", "imaplib", "lost it")


def test_an_exception_brings_its_traceback(home: Home):
    logs.configure(home, "ada", clock=SystemClock())
    try:
        raise ValueError("no such day")
    except ValueError:
        logs.get("x").exception("reading failed")
    [line] = read(home.logs / "ada.jsonl")
    assert line["traceback"].endswith("ValueError: no such day\n")


def test_files_are_bounded(tmp_path: Path):
    lines = logs.Lines(tmp_path / "a.jsonl", largest=1000, kept=2)
    for number in range(100):
        lines.append(f"{number:099}")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "a.jsonl.1", "a.jsonl.2"]
    newest = [int(n) for name in ("a.jsonl.2", "a.jsonl.1", "a.jsonl") for n in (tmp_path / name).read_text().split()]
    assert newest == list(range(70, 100))
    lines.close()


def test_a_line_that_a_crash_cut_short_is_ended_before_the_next(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"half": ')
    lines = logs.Lines(tmp_path / "a.jsonl")
    lines.append('{"whole": 1}')
    assert (tmp_path / "a.jsonl").read_text().splitlines()[-1] == '{"whole": 1}'
    lines.close()


def test_kill_9_leaves_whole_lines(tmp_path: Path):
    for _ in range(10):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            lines = logs.Lines(tmp_path / "a.jsonl")
            os.write(writing, b"x")
            while True:
                lines.append(json.dumps({"text": "x" * 3000}))
        os.read(reading, 1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
        os.close(writing)
    text = (tmp_path / "a.jsonl").read_text()
    assert all(json.loads(line) for line in text.splitlines())
