"""Everything of one server: its web and sound processes and its Valkey, each kept running.

Declines to serve anything itself, so that what serves can be exchanged while people meet:
a new process is there before an old one sends its people on.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from realtime.notes import Note, named, note
from realtime.outside import place_in
from server import logs, memory, metrics, sounding, works
from server.embedded import EmbeddedValkey, ValkeyDidNotStart
from server.listening import CannotServe, as_many_as_allowed
from server.lives import Work
from server.private_places import private_folder
from server.settings import Settings
from server.stopping import reload_requested, stop_requested
from server.supervising import WORKS, Group, Supervisor, group

if TYPE_CHECKING:
    from server.lan import Certificate

STARTS_WITHIN = 60.0
PID_FILE = "lingkar.pid"


@dataclass(frozen=True, slots=True)
class Running:
    """What is told once everything answers."""

    settings: Settings
    port: int
    valkey: str
    webs: list[Supervisor]
    sounds: list[Supervisor]
    setup_link: str | None
    """How to become the organiser, while there is none."""


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
    # The listener knows where the pages are served, whoever chose it.
    host, port = listener.getsockname()[:2]
    prepare(settings, host, listener)
    stop, again = stop_requested(), reload_requested()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listener.close)
        redis_url, where = await stack.enter_async_context(valkey_of(settings))
        figures, among = await stack.enter_async_context(folders(settings))
        place = partial(works.told, settings, figures)

        def web(number: int) -> Work:
            return works.web(place(f"web{number}"), redis_url, listener, tls, number, among)

        sounds, webs = [await stack.enter_async_context(group()) for _ in range(2)]
        first = webs.add(works.first(web(0)))
        for number in range(settings.sound_workers):
            sounds.add(works.sound(place(f"sound{number}"), redis_url, host, number))
        said = await is_there(webs, first, stop)
        if said is None:
            return
        first.work = web(0)
        await are_there(webs, [web(number) for number in range(1, settings.web_workers)])
        stack.enter_context(findable(settings.data_dir))
        await ready(Running(settings, port, where, webs.members, sounds.members, said["link"]))
        await until_stopped(stop, again, webs, sounds)


@contextlib.asynccontextmanager
async def folders(settings: Settings) -> AsyncIterator[tuple[Path | None, Path | None]]:
    """Where each process is asked for its figures, and where those of the web find each other."""
    async with metrics.gathered(settings) as figures:
        with private_folder(wanted=settings.web_workers > 1) as among:
            yield figures, among


def prepare(settings: Settings, host: str, listener: socket.socket) -> None:
    """Raise where sound cannot have its port. What is started from here has what this has."""
    if wrong := sounding.taken(settings, settings.sound_host or host):
        listener.close()
        raise CannotServe(wrong)
    logs.keep_to_the_point()
    memory.never_dumped()
    as_many_as_allowed()
    if memory.may_be_swapped():
        note(Note.SWAP_ON, logging.WARNING)


async def is_there(webs: Group, first: Supervisor, stop: asyncio.Event) -> re.Match[str] | None:
    """What the first one says once it serves; None: it was stopped. Raises where it cannot."""
    tasks = [
        asyncio.create_task(work) for work in (first.is_up(None), webs.given_up(), stop.wait())
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    if first.said is None and not stop.is_set():
        # It said why itself.
        raise CannotServe("")
    return first.said


async def are_there(webs: Group, others: list[Work]) -> None:
    """The others come when the tables have their newest shape."""
    added = [webs.add(work) for work in others]
    await asyncio.gather(*(one.is_up(STARTS_WITHIN) for one in added))


async def until_stopped(
    stop: asyncio.Event, again: asyncio.Event, webs: Group, sounds: Group
) -> None:
    """Exchange the processes as often as that is asked for, until it is time to stop."""
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        asked = asyncio.create_task(again.wait())
        await asyncio.wait({stopping, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if again.is_set() and not stop.is_set():
            again.clear()
            rolling = asyncio.create_task(roll(webs, sounds))
            await asyncio.wait({stopping, rolling}, return_when=asyncio.FIRST_COMPLETED)
            rolling.cancel()
            await asyncio.gather(rolling, return_exceptions=True)


async def roll(webs: Group, sounds: Group) -> None:
    """One process after another, so that there is always somebody to come to.

    Where the first new one cannot serve, the old ones stay: whatever is wrong with it can wait.
    """
    for web in webs.members:
        if not await web.renew():
            note(Note.RELOAD_FAILED, process=named("web", WORKS))
            return
    for sound in sounds.members:
        # Its port may be the one that was set, so that there cannot be two at once.
        if not await sound.restart():
            note(Note.RELOAD_FAILED, process=named("sound", WORKS))
    note(Note.RELOADED, logging.WARNING, web=len(webs.members), sound=len(sounds.members))


@contextlib.asynccontextmanager
async def valkey_of(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """Yield a URL and words that say where it is; our own one is kept running meanwhile."""
    if settings.redis_url is not None:
        try:
            place = place_in(settings.redis_url)
        except ValueError:
            raise CannotServe("REDIS_URL names no place where a Redis could be.") from None
        yield settings.redis_url, place
        return
    try:
        valkey = await EmbeddedValkey().__aenter__()
    except ValkeyDidNotStart as error:
        raise CannotServe(f"The embedded Valkey did not start: {error}") from None
    keeping = asyncio.create_task(valkey.keep())
    try:
        yield valkey.url, f"embedded, in memory only, socket {valkey.socket}"
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await valkey.__aexit__(None, None, None)


# --- Where it can be found: `lingkar reload` ---


@contextlib.contextmanager
def findable(directory: Path) -> Iterator[None]:
    """Note which process serves from this folder; the note counts while it is locked."""
    with (directory / PID_FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # Another server of the same folder is found by it.
            yield
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def reload(directory: Path) -> bool:
    """Ask the server of this folder to exchange its processes. False: none runs."""
    try:
        with (directory / PID_FILE).open() as file:
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return False
            os.kill(int(file.read()), signal.SIGUSR1)
    except (OSError, ValueError):
        return False
    return True
