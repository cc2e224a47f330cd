"""The warm process: it has imported everything, and forks a child for every start of every trial.

Reads one JSON object a line from its standard input and answers with one:

    {"workload", "home", "deaths": [n, ...], "params": {...}}  ->  {"starts": [{"died", "code", "passed"}], "seconds"}

A child is armed to die at the n-th fault point it passes (SIGKILL); then the next is started, armed with the next n;
the last is not armed and must come to its end.
"""

import asyncio
import gc
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import structlog
from workloads import WORKLOADS, Start, prepare, rehearse

from empla import faults

PATIENCE_S = 20
"""Seconds after which a child that has not ended is ended by the kernel, and the trial has failed."""


def child(start: Start, workload: str, page: Path) -> None:
    """Run one start in this process, and end it."""
    signal.alarm(PATIENCE_S)
    code = 1
    try:
        log = (start.home / "log").open("a")
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
        faults.arm(page)
        asyncio.run(WORKLOADS[workload](start))
        code = 0
    except BaseException:
        (start.home / "error").write_text(traceback.format_exc())
    finally:
        os._exit(code)


def trial(ordered: dict[str, Any]) -> dict[str, Any]:
    """Run one trial to its end."""
    home = Path(ordered["home"])
    page = home / "faults"
    starts: list[dict[str, Any]] = []
    began = time.monotonic()
    for die_at in [*ordered["deaths"], 0]:
        faults.create(page, die_at)
        pid = os.fork()
        if pid == 0:
            child(Start(home, len(starts), ordered["params"]), ordered["workload"], page)
        _, status = os.waitpid(pid, 0)
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        starts.append({"died": died, "code": os.waitstatus_to_exitcode(status), "passed": faults.passed(page)})
        if not died:
            break
    return {"starts": starts, "seconds": time.monotonic() - began}


def warm_up() -> None:
    """Run once what every child runs, so that statements are compiled and modules loaded before the first fork."""
    home = Path(tempfile.mkdtemp())
    prepare(home)
    asyncio.run(rehearse(home))
    shutil.rmtree(home)


def main() -> None:
    """Answer orders until there are no more."""
    logging.disable()
    answers, sys.stdout = sys.stdout, sys.stderr
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    warm_up()
    gc.freeze()  # else a collection in a child copies all that it shares
    for line in sys.stdin:
        print(json.dumps(trial(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
