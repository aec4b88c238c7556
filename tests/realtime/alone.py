"""`python -m tests.realtime.alone REDIS_URL`: the room in a process of its own, to be stopped.

Prints its address, and serves until its standard input ends. Anybody belongs, by the cookie.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from realtime.store import by_redis
from tests.realtime.conftest import Door, serving


async def main(redis_url: str) -> None:
    async with serving(Door(), by_redis(redis_url)) as (_, url):
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def alone(redis_url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The process and its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.realtime.alone", redis_url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
