"""Commands reach `empla up` through its socket, and run here when there is none."""

import asyncio
import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from empla.config import Home
from empla.errors import EmplaError, InputError, InternalError, NotRunning, PermissionDenied
from runtime import control
from runtime.control import ControlServer, Report
from runtime.supervisor import homelock


class Refused(PermissionDenied):
    """The policy says no."""

    code = "refused"

    def __init__(self, policy: str, amount: int) -> None:
        super().__init__(f"{policy} allows less than {amount}", next_step="ask your manager")


async def add(arguments: Mapping[str, Any], _report: Report) -> Any:
    return arguments["a"] + arguments["b"]


async def count(arguments: Mapping[str, Any], report: Report) -> Any:
    for number in range(arguments["to"]):
        report(number)
    return "counted"


def count_blocking(arguments: Mapping[str, Any], report: Report) -> Any:
    for number in range(arguments["to"]):
        report([number, threading.current_thread() is threading.main_thread()])
    return "counted"


async def refuse(_arguments: Mapping[str, Any], _report: Report) -> Any:
    raise Refused("p1", 5)


async def break_down(_arguments: Mapping[str, Any], _report: Report) -> Any:
    raise ZeroDivisionError("oh")


HANDLERS = {
    "add": add,
    "count": count,
    "count blocking": control.in_thread(count_blocking),
    "refuse": refuse,
    "break": break_down,
}


def with_server(home: Home, use: Callable[[], Any], handlers: Mapping[str, control.Handler] = HANDLERS) -> Any:
    """Serve `handlers` in one thread's loop while `use` runs in another."""

    async def serve() -> Any:
        server = ControlServer(home, handlers)
        await server.start()
        try:
            return await asyncio.to_thread(use)
        finally:
            await server.stop()

    with homelock.take(home, homelock.UP):
        return asyncio.run(serve())


def test_a_command_runs_there_and_its_result_comes_back(home: Home):
    assert with_server(home, lambda: control.call(home, "add", {"a": 2, "b": 3})) == 5


def test_progress_comes_in_order_before_the_result(home: Home):
    for command in ("count", "count blocking"):
        seen: list[Any] = []
        assert with_server(home, lambda c=command, s=seen: control.call(home, c, {"to": 200}, s.append)) == "counted"
        expected = list(range(200)) if command == "count" else [[number, False] for number in range(200)]
        assert seen == expected


def test_an_error_is_raised_as_what_it_was(home: Home):
    with pytest.raises(Refused, match="p1 allows less than 5") as refused:
        with_server(home, lambda: control.call(home, "refuse"))
    assert refused.value.next_step == "ask your manager"


def test_a_class_that_this_process_does_not_know_is_raised_as_its_nearest_ancestor():
    said = {"code": "quota_of_2031", "family": ["quota_of_2031", "permission", "error"], "sentence": "no"}
    assert type(control.from_wire(said)) is PermissionDenied
    assert type(control.from_wire({"code": "never heard", "sentence": "no"})) is EmplaError


def test_a_command_that_breaks_does_not_take_the_server_with_it(home: Home):
    def use() -> Any:
        with pytest.raises(InternalError, match="ZeroDivisionError: oh"):
            control.call(home, "break")
        with pytest.raises(InputError, match="no command 'sing'"):
            control.call(home, "sing")
        return control.call(home, "add", {"a": 1, "b": 1})

    assert with_server(home, use) == 2


@pytest.mark.parametrize("line", [b"nonsense\n", b"[]\n", b'{"id": 1, "arguments": 5}\n', b'"\xff"\n'])
def test_nonsense_is_answered_with_an_input_error(home: Home, line: bytes):
    def use() -> Any:
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(str(home.socket))
            raw.sendall(line)
            return json.loads(raw.makefile().readline())

    assert with_server(home, use)["error"]["code"] == "input"


def test_the_socket_is_its_owners_alone(home: Home):
    mode = with_server(home, lambda: home.socket.stat().st_mode)
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_another_user_is_refused_even_if_the_files_would_let_it_in(home: Home):
    def use() -> Any:
        home.socket.chmod(0o666)
        home.root.chmod(0o711)
        folder = os.open(home.root, os.O_PATH)  # so that the folders above need not be opened up
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setuid(65534)
                with socket.socket(socket.AF_UNIX) as stranger:
                    stranger.connect(f"/proc/self/fd/{folder}/{home.socket.name}")
                    stranger.sendall(b'{"command": "add"}\n')
                    os.write(writing, stranger.recv(4096))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        answer = os.read(reading, 4096)
        for fd in (folder, reading, writing):
            os.close(fd)
        return json.loads(answer)

    assert with_server(home, use)["error"]["code"] == "permission"


def test_a_home_whose_path_is_too_long_for_a_socket_works_too(tmp_path: Path):
    home = Home(tmp_path / ("a" * 100) / ("b" * 100))
    home.create()
    assert with_server(home, lambda: control.call(home, "add", {"a": 2, "b": 3})) == 5


def test_without_up_it_is_not_running_also_if_a_socket_was_left(home: Home):
    with pytest.raises(NotRunning, match="does not run"):
        control.call(home, "add")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(home.socket))
    with pytest.raises(NotRunning, match="does not run"):
        control.call(home, "add")
    assert with_server(home, lambda: control.call(home, "add", {"a": 2, "b": 3})) == 5, "and up replaces it"


def test_a_command_that_finds_something_else_not_running_is_not_repeated(home: Home):
    asked = []

    async def seek(_arguments: Mapping[str, Any], _report: Report) -> Any:
        asked.append("seek")
        raise NotRunning("the employee must be started first")

    def use() -> None:
        with pytest.raises(NotRunning, match="must be started first"):
            control.run_or_call(home, "seek", {}, lambda _report: None, wait_s=1.0)

    with_server(home, use, {"seek": seek})
    assert asked == ["seek"]


def test_a_server_that_dies_before_it_answers_says_so(home: Home):
    async def wait(_arguments: Mapping[str, Any], _report: Report) -> Any:
        begun.set()
        await asyncio.Event().wait()

    def use() -> Any:
        with pytest.raises(control.Interrupted, match="before it answered `wait`"):
            control.call(home, "wait")

    async def serve() -> None:
        server = ControlServer(home, {"wait": wait}, finish_s=0.05)
        await server.start()
        asking = asyncio.create_task(asyncio.to_thread(use))
        await begun.wait()
        await server.stop()
        await asking

    begun = asyncio.Event()
    with homelock.take(home, homelock.UP):
        asyncio.run(serve())


def test_what_was_begun_is_finished_also_if_whoever_asked_has_gone(home: Home):
    finished = threading.Event()
    begun = threading.Event()

    async def work(_arguments: Mapping[str, Any], report: Report) -> Any:
        begun.set()
        for _ in range(50):
            await asyncio.sleep(0)
            report("going on")
        finished.set()

    def use() -> Any:
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(str(home.socket))
            raw.sendall(b'{"id": 1, "command": "work"}\n')
            begun.wait(5)
        return finished.wait(5)

    assert with_server(home, use, {"work": work})


def run_local(home: Home, seen: list[str]) -> Any:
    def local(report: Report) -> int:
        report("here")
        running = homelock.holder(home)
        assert running is not None
        seen.append(running.what)
        return 7

    return control.run_or_call(home, "add", {"a": 2, "b": 3}, local, on_progress=seen.append)


def test_run_or_call_runs_here_under_the_lock_if_nobody_runs_the_home(home: Home):
    seen: list[str] = []
    assert run_local(home, seen) == 7
    assert seen == ["here", "add"]


def test_run_or_call_calls_if_up_runs(home: Home):
    seen: list[str] = []
    assert with_server(home, lambda: run_local(home, seen)) == 5
    assert seen == []


def test_run_or_call_waits_for_another_command_to_end(home: Home):
    other = homelock.take(home, "hire")
    threading.Timer(0.2, other.close).start()
    assert run_local(home, []) == 7


def test_run_or_call_gives_up_in_the_end(home: Home):
    with homelock.take(home, "hire"), pytest.raises(homelock.HomeInUse, match="another command works on"):
        control.run_or_call(home, "add", {}, lambda report: 1, wait_s=0.1)
