"""The line by which a servant says that it answers, or why it does not."""

import asyncio
import json
import os
from typing import Any, Final

from empla.errors import InternalError, ResourceError, TimedOut
from runtime.supervisor.child import Child, describe

_END_S: Final = 5.0


async def ready(child: Child, fd: int, *, within_s: float, next_step: str) -> dict[str, Any]:
    """Wait until a servant says on the pipe `fd`, which is closed, that it answers; return what it says.

    ResourceError with its own words if it cannot, TimedOut if it does not say so within `within_s` seconds.
    """
    try:
        async with asyncio.timeout(within_s):
            line = await _read_line(fd)
    except TimeoutError as error:
        await child.kill()
        raise TimedOut(f"the {child.name} did not listen within {within_s:.0f} s", next_step=next_step) from error
    if not line:
        how = describe(await child.ended())
        raise InternalError(f"the {child.name} could not start ({how})", next_step=next_step)
    said: dict[str, Any] = json.loads(line)
    if "error" in said:
        await child.end(_END_S)
        raise ResourceError(str(said["error"]), next_step=str(said.get("next_step") or next_step))
    return said


async def _read_line(fd: int) -> bytes:
    """Read one line from a pipe, or what came before its end; closes it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb", buffering=0)
    )
    try:
        return await reader.readline()
    finally:
        transport.close()
