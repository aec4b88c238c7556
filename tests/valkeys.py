"""Redis and Valkey servers on a port of this machine, with settings of a test's own choice.

Declines to be the embedded one: that has no port, and settings that nobody chooses.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from realtime.credentials import password_of
from realtime.store.reign import YOUNG_SECONDS
from server.embedded import binary
from tests.journeys.browsing import free_port

SAFE = ["--save", "", "--appendonly", "no", "--crash-log-enabled", "no"]
SAFE_LOGS = {
    "redis-server": ["--slowlog-log-slower-than", "-1"],
    "valkey-server": [
        *("--commandlog-execution-slower-than", "-1"),
        *("--commandlog-request-larger-than", "-1", "--commandlog-reply-larger-than", "-1"),
    ],
}

WORD = secrets.token_hex(16)
KEEPER = f"user keeper on >{WORD} ~* &* +@all"
"""A line of the embedded one's users: somebody who may look everywhere, as its user may not."""


def as_keeper(url: str) -> str:
    """Where our own user comes in, for that one."""
    for plain in ("unix://lingkar@", "redis://"):
        if url.startswith(plain):
            return url.replace(plain, f"{plain.split('://')[0]}://keeper:{WORD}@", 1)
    return url


def safe_for(program: str) -> list[str]:
    """What the gate asks of that server."""
    return [*SAFE, *SAFE_LOGS[Path(program).name]]


@asynccontextmanager
async def on_a_port(
    folder: Path, *settings: str, program: str | None = None, file: Path | None = None
) -> AsyncIterator[tuple[str, int]]:
    """Its URL and port, once it answers. What it keeps and says lies in `folder`.

    `file` holds more settings; those that are named here count before it.
    """
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        program or str(binary()),
        *([str(file)] if file else []),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
    ]
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, "--dir", str(folder), *settings, stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(10):
            while not await answers(port):  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.01)
        yield f"redis://127.0.0.1:{port}", port
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def grown(url: str) -> None:
    """Return once meetings may be opened there: at first somebody may still bring one back."""
    way = Redis.from_url(url, password=password_of(url))
    async with way as redis, asyncio.timeout(10):
        while (await redis.info("server"))["uptime_in_seconds"] < YOUNG_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody answers there, and be it with a no."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.write(b"PING\r\n")
    said = await reader.readline()
    writer.close()
    return said.startswith((b"+PONG", b"-NOAUTH"))


async def value_of(redis: Redis, name: bytes) -> bytes:
    """What is under a key, of whatever type. Not DUMP: what is compressed cannot be searched."""
    kind = flat(await redis.type(name)).decode().strip()
    read: dict[str, Callable[[], Any]] = {
        "string": lambda: redis.get(name),
        "hash": lambda: redis.hgetall(name),
        "set": lambda: redis.smembers(name),
        "zset": lambda: redis.zrange(name, 0, -1, withscores=True),
        "list": lambda: redis.lrange(name, 0, -1),
        "stream": lambda: redis.xrange(name),
    }
    # "none": it was let go of between the two questions.
    return flat(await read[kind]()) if kind != "none" else b""


def flat(value: object) -> bytes:
    """Whatever a client gives, as bytes one after the other."""
    if isinstance(value, bytes):
        return value + b"\n"
    if isinstance(value, dict):
        return b"".join(flat(key) + flat(inner) for key, inner in value.items())
    if isinstance(value, (list, tuple, set)):
        return b"".join(map(flat, value))
    return f"{value}\n".encode()
