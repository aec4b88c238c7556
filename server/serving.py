"""Run the web server and what it needs, say plainly what runs where, and stop all of it.

Binds the port before anything else starts, so that a taken port costs one line. Declines to
read the environment (settings do) and to let uvicorn have the signals: it raises them again
at the end, which would skip the Valkey that is still to be stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn
from sqlalchemy.engine import make_url

from server import logs, memory, sounding, supervising
from server.embedded import EmbeddedValkey, ValkeyDidNotStart
from server.settings import Settings
from server.stopping import stop_requested

if TYPE_CHECKING:
    from server.lan import Certificate

# Open sockets are told to come back later; whoever has not closed by then is cut.
GRACE_SECONDS = 3
LARGEST_FRAME = 16 * 1024

log = logging.getLogger("lingkar.serving")


class CannotServe(Exception):
    """Something outside the program is in the way; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Running:
    """What is told once everything answers."""

    settings: Settings
    port: int
    valkey: str
    sound: supervising.Supervisor


class Server(uvicorn.Server):
    """uvicorn without its signal handling, with a word when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `stop_requested`."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell; an app that cannot start is an error here, not an exit."""
        try:
            await super().startup(sockets)
        except SystemExit:
            raise CannotServe("Lingkar could not start; the reason stands above.") from None
        if not self.should_exit:
            await self._ready()


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen, or say in one line why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"Port {port} is taken, perhaps by another Lingkar. Try: make run PORT={port + 1}"
        elif error.errno == errno.EACCES:
            why = f"This account may not use port {port}. Try: make run PORT=8000"
        else:
            why = f"'{host}' is not an address of this machine; check HOST."
        raise CannotServe(why) from None


async def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    ready: Callable[[Running], Awaitable[None]],
    tls: Certificate | None = None,
) -> None:
    """Serve until a signal comes; when this returns, nothing that it started is left.

    `ready` is awaited once, when requests are answered; what it wants to keep running beside
    the server it starts as tasks of its own and ends when `serve` returns or raises.
    """
    # Imported late: a taken port should be told before the whole application is loaded.
    from server.app import create_app

    # The listener knows where the pages are served, whoever chose it.
    host = listener.getsockname()[0]
    if wrong := sounding.taken(settings, settings.sound_host or host):
        listener.close()
        raise CannotServe(wrong)
    logs.keep_to_the_point()
    memory.never_dumped()
    if memory.may_be_swapped():
        log.warning("swap_on")
    stop = stop_requested()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listener.close)
        redis_url, where, lost = await stack.enter_async_context(valkey_of(settings))
        await pass_the_gate(redis_url, settings)
        sound = await stack.enter_async_context(supervising.supervised(settings, redis_url, host))
        running = Running(settings, listener.getsockname()[1], where, sound)
        config = configured(
            create_app(settings, redis_url),
            lifespan="on",
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_certfile=tls.cert if tls else None,
            ssl_keyfile=tls.key if tls else None,
        )
        await until_stopped(Server(config, lambda: ready(running)), listener, stop, lost)


def configured(app: Any, **more: Any) -> uvicorn.Config:
    """uvicorn as this program runs it; a benchmark measures nothing else."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        access_log=False,
        server_header=False,
        log_config=None,
        **more,
    )


async def until_stopped(
    server: Server, listener: socket.socket, stop: asyncio.Event, lost: asyncio.Task[int] | None
) -> None:
    """Let the server run until it is told to stop, fails to start or loses its Valkey."""
    serving = asyncio.create_task(server.serve([listener]))
    asked = asyncio.create_task(stop.wait())
    watched: set[asyncio.Task[object]] = {serving, asked}
    if lost is not None:
        watched.add(lost)
    try:
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        asked.cancel()
    if lost is not None and lost.done():
        raise CannotServe(f"The embedded Valkey ended by itself (code {lost.result()}).")


@contextlib.asynccontextmanager
async def valkey_of(
    settings: Settings,
) -> AsyncIterator[tuple[str, str, asyncio.Task[int] | None]]:
    """Yield a URL, words that say where it is, and a task that ends if our own one does."""
    if settings.redis_url is not None:
        parts = urlsplit(settings.redis_url)
        # Never the password.
        place = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
        yield settings.redis_url, place, None
        return
    try:
        valkey = await EmbeddedValkey().__aenter__()
    except ValkeyDidNotStart as error:
        raise CannotServe(f"The embedded Valkey did not start: {error}") from None
    lost = asyncio.create_task(valkey.ended())
    try:
        yield valkey.url, f"embedded, in memory only, socket {valkey.socket}", lost
    finally:
        lost.cancel()
        await valkey.__aexit__(None, None, None)


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
        log.warning("redis_unproven settings=%s", unproven)
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


def database_place(settings: Settings) -> str:
    """Where the database is, without its password."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {url.database}"
    return f"{url.get_backend_name()}, {url.host or 'local socket'}"


async def sound_place(running: Running) -> str:
    """Where sound goes, in words."""
    chosen = running.settings.sound_port
    wanted = sounding.DEFAULT_PORT if chosen is None else chosen
    if not await running.sound.is_up():
        return f"UDP port {wanted or 'still to be chosen'}, starting; writing needs none of it"
    other = chosen is None and running.sound.port != wanted
    return f"UDP port {running.sound.port}" + (f" ({wanted} is taken)" if other else "")
