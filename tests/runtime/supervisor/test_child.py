"""A process that is held by its pidfd."""

import asyncio
import os
import subprocess
import sys

import psutil

from runtime.supervisor.child import Child


def test_where_everybody_orphaned_falls_to_us_a_child_of_a_dead_zygote_leaves_no_zombie():
    """In a container whose first process is `empla up`."""

    async def end() -> int | None:
        child = Child("ada", process.pid, os.pidfd_open(process.pid), ours=False)
        return await asyncio.wait_for(child.ended(), 30)

    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    process.returncode = 0  # the standard library does not wait for it
    assert asyncio.run(end()) == 3
    assert not psutil.pid_exists(process.pid)
