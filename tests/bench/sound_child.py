"""Processes that a benchmark of sound starts: each on one core, asked by lines of JSON.

What they cost is read from outside, by the clock that the kernel keeps for each process, so that
one not written for this is measured in the same way as one that is.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import uvloop

FILES = 65536
"""Every person who is played has a socket."""
Answer = Callable[[dict[str, Any]], Awaitable[object]]


def cores() -> tuple[int, int]:
    """The core of what is measured, and the one of everything else."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def spent(pid: int) -> float:
    """Seconds of CPU that a process has used, with all its threads."""
    # The number that clock_getcpuclockid(3) would give for it.
    return time.clock_gettime(~pid << 3 | 2)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def serve(answer: Answer) -> None:
    """Answer each line of standard input by one of standard output, until it ends."""
    uvloop.run(_serve(answer))


async def _serve(answer: Answer) -> None:
    reader = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        said = orjson.dumps(await answer(orjson.loads(line)))
        sys.stdout.buffer.write(said + b"\n")
        sys.stdout.buffer.flush()


class Child:
    """Such a process as seen by the one that started it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def ask(self, what: str, **more: object) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"ask": what, **more}) + b"\n")
        await self._process.stdin.drain()
        line = await asyncio.wait_for(self._process.stdout.readline(), 120)
        if not line:
            raise RuntimeError(f"a process ended by itself when asked: {what}")
        return orjson.loads(line)


@asynccontextmanager
async def child(core: int, *command: str, **options: Any) -> AsyncIterator[Child]:
    """A process on that core, until the end of the `async with`."""
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, **options}

    def settle() -> None:
        """On its core, and before whatever else runs on this machine, where that is allowed."""
        os.sched_setaffinity(0, {core})
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILES), most))
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))

    process = await asyncio.create_subprocess_exec(
        *command, limit=2**24, preexec_fn=settle, **pipes
    )
    try:
        yield Child(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        elif process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def python(module: str, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *more)
