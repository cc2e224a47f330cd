"""The embedder's process: loads the model the settings name, and answers at the home's socket until told to end.

It ends within five seconds on SIGTERM, or when its lifeline (a pipe that whoever started it holds) closes. One home has
one embedder: a lock says so. It keeps nothing: after kill -9 only what was asked at that moment has to be asked again.
"""

import asyncio
import contextlib
import faulthandler
import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from empla.clock import Clock, SystemClock, pause
from empla.config import Home, Settings, load_settings
from empla.errors import EmplaError, InternalError
from empla.memory.embedding.models import Model, load_model
from runtime import logs
from runtime.embedder import PAGE
from runtime.embedder.serving import EmbedderServer
from runtime.embedder.work import Work
from runtime.progress import IDLE, ProgressPage
from runtime.seat import BEAT_S
from runtime.starting import Report, only_one, reporter, told_to_end

STUCK_S: Final = 20.0
"""Seconds for which a model may have one thing in hand; longer, and no beat is given, so that it is started again."""
LOCK: Final = "embedder.lock"

log = logs.get("embedder")


@asynccontextmanager
async def serve(home: Home, model: Model) -> AsyncIterator[Work]:
    """Answer at a home's socket for the length of the block. ResourceError if another process does already."""
    home.embedder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        said = f"the embedder of {home.root} runs already"
        stack.enter_context(only_one(home.embedder / LOCK, said, next_step="it is the one that everybody asks"))
        work = Work(model.embedder, at_once=model.at_once, lanes=model.lanes)
        stack.push_async_callback(work.stop)
        server = EmbedderServer(home.embedder_socket, model.embedder, work)
        stack.push_async_callback(server.stop)
        await server.start()
        yield work


def main(home_path: Path | None = None, lifeline_fd: int | None = None, ready_fd: int | None = None) -> int:
    """Run the embedder of a home until SIGTERM or the end of the lifeline; return the exit code.

    `ready_fd` gets one line of JSON (`{"model", "dims"}`, or `{"error", "next_step"}`) and is then closed.
    """
    home = Home.find(home_path)
    home.create()
    clock = SystemClock(home.clock)
    logs.configure(home, "embedder", clock=clock)
    faulthandler.register(signal.SIGUSR2, all_threads=True)  # sent before it is killed for hanging
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # that the clock was moved is nothing to it
    report = reporter(ready_fd)
    try:
        settings = load_settings(home)
        if settings.log_level != "info":
            logs.configure(home, "embedder", clock=clock, level=settings.log_level)
        asyncio.run(_run(home, settings, clock, lifeline_fd, report))
    except EmplaError as error:
        log.error("embedder failed", error=str(error), next_step=error.next_step)
        report({"error": str(error), "next_step": error.next_step})
        return 1
    except ImportError as error:
        said = InternalError(f"what makes vectors cannot be loaded: {error}")
        log.error("embedder failed", error=str(said))
        report({"error": str(said), "next_step": said.next_step})
        return 1
    return 0


async def _run(home: Home, settings: Settings, clock: Clock, lifeline_fd: int | None, report: Report) -> None:
    stop = told_to_end(lifeline_fd)
    _have_room_for_connections()
    loading = asyncio.create_task(asyncio.to_thread(load_model, home, settings))
    await asyncio.wait({loading, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        return
    model = loading.result()
    async with serve(home, model) as work:
        beating = asyncio.create_task(_beat(home, clock, work))
        log.info("embedder ready", model=model.embedder.model)
        report({"model": model.embedder.model, "dims": model.embedder.dims})
        await stop.wait()
        beating.cancel()


async def _beat(home: Home, clock: Clock, work: Work) -> None:
    """Say on a page that this loop comes round and the model gets on."""
    page = ProgressPage(home.embedder / PAGE, epoch=os.getpid())
    page.mark(IDLE)
    while True:
        if work.busy_s() < STUCK_S:
            page.beat(clock.now())
        await pause(BEAT_S)


def _have_room_for_connections() -> None:
    """Let as many connect as the system allows: every employee has one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
