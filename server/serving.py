"""One web process: the pages and the room on a port, until it is told to stop.

`lingkar serve` starts some of these; `lingkar web` is one alone, over the Redis in REDIS_URL.
Declines to read the environment (settings do) and to let uvicorn have the signals: people are
sent elsewhere before it closes anything.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realtime.notes import Note, named, note
from server import collecting, logs, loops, memory, metrics
from server.answering import Server, configured
from server.listening import CannotServe, as_many_as_allowed
from server.neighbours import Neighbours
from server.settings import Settings
from server.stopping import stop_requested
from server.supervising import CANNOT

# Whoever has not finished by then is cut.
GRACE_SECONDS = 3


@dataclass(frozen=True)
class Tls:
    """Where the certificate and its key are."""

    cert: Path
    key: Path


async def serve(
    settings: Settings,
    listener: socket.socket,
    ready: Callable[[], Awaitable[None]],
    tls: Tls | None = None,
    neighbours: Neighbours | None = None,
) -> None:
    """Serve over `settings.redis_url` until a signal comes. `ready` is awaited once.

    `neighbours` are the other processes behind the same port, if any.
    """
    # Imported late: what is in the way should be told before the whole application is loaded.
    from server.app import create_app

    logs.keep_to_the_point()
    memory.never_dumped()
    as_many_as_allowed()
    stop = stop_requested()
    redis_url = settings.redis_url or ""
    await pass_the_gate(redis_url, settings)
    app = create_app(settings, redis_url)
    config = configured(
        app,
        neighbours,
        lifespan="on",
        **trusting(settings),
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=tls.cert if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    async with metrics.readable(settings, "web", app.figures):
        await until_stopped(Server(config, ready, neighbours), listener, stop, app.drain)


def trusting(settings: Settings) -> dict[str, Any]:
    """Whose X-Forwarded-For counts: of the proxies that are named, and of nobody else."""
    return {
        "proxy_headers": bool(settings.proxies),
        # Named always: uvicorn would read the environment by itself.
        "forwarded_allow_ips": list(settings.proxies),
    }


async def until_stopped(
    server: Server,
    listener: socket.socket,
    stop: asyncio.Event,
    drain: Callable[[], Awaitable[None]],
) -> None:
    """Let the server run until it is told to stop or fails to start.

    Nobody new is taken in then, people are sent on, and what was asked for is answered.
    """
    serving = asyncio.create_task(server.serve([listener]))
    asked = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
        if server.started and not serving.done():
            server.take_in_nobody_more()
            await drain()
        server.should_exit = True
        await serving
    finally:
        asked.cancel()


async def pass_the_gate(redis_url: str, settings: Settings) -> None:
    """Refuse to serve over a Redis that could keep what people say, and say what to set.

    A host that hides its settings is taken where LINGKAR_REDIS_UNPROVEN says so; each start
    then names what nobody could prove.
    """
    from redis.exceptions import RedisError

    from server import gate

    try:
        wrong = await gate.kept_by(redis_url)
    except gate.Unproven as unproven:
        if not settings.redis_unproven:
            raise CannotServe(
                "This Redis does not show its settings, so nobody can tell whether it keeps what "
                f"people say ({unproven}). If you trust whoever runs it: LINGKAR_REDIS_UNPROVEN=1"
            ) from None
        settings_ = named(unproven.settings, gate.SETTINGS)
        note(Note.REDIS_UNPROVEN, logging.WARNING, settings=settings_)
        return
    except (RedisError, OSError) as error:
        raise CannotServe(
            f"The Redis in REDIS_URL cannot be used: {type(error).__name__}."
        ) from None
    if wrong:
        lines = "".join(f"\n  {kept}" for kept in wrong)
        raise CannotServe(
            f"This Redis could keep what people say, so Lingkar does not start:{lines}"
        )


# --- The process by itself ---


def main(words: list[str]) -> int:
    """Be a web process of a `lingkar serve`, on the port that it gives."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--neighbours", type=Path)
    parser.add_argument("--number", type=int)
    parser.add_argument("--of", type=int)
    said = parser.parse_args(words)
    tls = Tls(said.cert, said.key) if said.cert else None
    among = Neighbours(said.neighbours, said.number, said.of) if said.neighbours else None
    try:
        listener = socket.socket(fileno=said.fd)
        alone(Settings.from_env(), listener, tls, first=said.first, neighbours=among)
    except CannotServe as error:
        print(error, file=sys.stderr)
        return CANNOT
    return 0


def alone(
    settings: Settings,
    listener: socket.socket,
    tls: Tls | None = None,
    *,
    first: bool = False,
    neighbours: Neighbours | None = None,
) -> None:
    """Serve, and say so in one line. The first of all makes the link for the organiser."""

    async def ready() -> None:
        collecting.seldom()
        line = f"Web on port {settings.port} ({os.getpid()})"
        if first:
            from server.setup import setup_link

            line = f"{line} {await setup_link(settings) or ''}".rstrip()
        print(line, flush=True)

    loops.run(serve(settings, listener, ready, tls, neighbours))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
