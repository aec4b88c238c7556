"""Does this Redis keep nothing? Asked before the first word is passed on, and again each minute.

Reads settings, never data. Declines to change a server that is not ours: it says what to set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection
from redis.exceptions import RedisError, ResponseError

from realtime.credentials import password_of
from realtime.notes import Note, named, note
from realtime.outside import servers_at
from realtime.ports import OutOfReach

AGAIN_SECONDS = 60.0
PATIENCE = 2.0
NEVER = ("-1",)
UNSAVED = ("default", "nosave", "now", "force", "nosave now", "nosave force", "nosave now force")
Wanted = Mapping[str, tuple[str, ...]]
MUST: Wanted = {
    # Snapshots and the append-only file would write what waits in memory to a disk.
    "save": ("",),
    "appendonly": ("no",),
    # These logs keep whole commands: a PUBLISH with its words, a script with its arguments.
    "slowlog-log-slower-than": NEVER,
    "commandlog-execution-slower-than": NEVER,
    "commandlog-request-larger-than": NEVER,
    "commandlog-reply-larger-than": NEVER,
    # A crash report quotes the command under way and parts of the memory.
    "crash-log-enabled": ("no",),
    # A server that is told to end may be set to write a snapshot first.
    "shutdown-on-sigterm": UNSAVED,
    "shutdown-on-sigint": UNSAVED,
}
"""What each setting may be, where the server knows it; the first is the one to set."""
MUST_WITH_REPLICAS: Wanted = {"repl-diskless-sync": ("yes",)}
MUST_OF_REPLICAS: Wanted = {"repl-diskless-load": ("swapdb", "on-empty-db", "flush-before-load")}
SETTINGS = frozenset({*MUST, *MUST_WITH_REPLICAS, *MUST_OF_REPLICAS, "replica"})


@dataclass(frozen=True)
class Kept:
    """One setting by which a server could keep what people say."""

    setting: str
    found: str
    must: str
    server: str = ""
    """Which of several, as host:port; empty for the one that there is."""

    def __str__(self) -> str:
        if self.setting == "replica":
            return f"replica {self.server} is {self.found}; it has to be {self.must}"
        where = f"{self.server}: " if self.server else ""
        found, must = self.found or "(empty)", self.must or '""'
        return f"{where}{self.setting} is {found}; set it with: CONFIG SET {self.setting} {must}"


class Unproven(Exception):
    """The server does not let us see its settings, so that nothing is known. Names them."""

    def __init__(self, settings: tuple[str, ...]) -> None:
        super().__init__(", ".join(settings))
        self.settings = settings


async def kept_by(url: str) -> tuple[Kept, ...]:
    """Everything that stands between what is at that URL and the promise; empty: nothing does.

    Raises `Unproven` where CONFIG is not allowed, and `OSError` or redis-py's errors where
    somebody who could be given what people say does not answer.
    """
    wrong: dict[Kept, None] = {}
    for server in await every_server(url):
        found = await kept_by_server(server)
        # Of several each is named; a member of a cluster comes by itself and behind its primary.
        wrong.update(dict.fromkeys(found if server == url else placed(found, server)))
    return tuple(wrong)


async def every_server(url: str) -> tuple[str, ...]:
    """Each that could be given words, by a URL of its own: all members of a cluster."""
    try:
        return await servers_at(url)
    except OutOfReach:
        raise ConnectionRefusedError from None


def placed(found: tuple[Kept, ...], url: str) -> list[Kept]:
    place = urlsplit(url).netloc.rpartition("@")[2]
    return [kept if kept.server else replace(kept, server=place) for kept in found]


async def kept_by_server(url: str) -> tuple[Kept, ...]:
    """One server and its replicas."""
    async with Redis.from_url(
        url,
        password=password_of(url),
        decode_responses=True,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    ) as redis:
        wrong = list(differing(await settings_of(redis), MUST))
        return (*wrong, *await kept_by_replicas(redis, "", set()))


async def settings_of(redis: Redis) -> dict[str, str]:
    """The settings that matter, as far as the server knows them. Raises `Unproven`."""
    wanted = (*MUST, *MUST_WITH_REPLICAS, *MUST_OF_REPLICAS)
    try:
        found = await redis.config_get(*wanted)
    except ResponseError:
        raise Unproven(tuple(MUST)) from None
    if "save" not in found:
        # Some hosts answer with an empty list instead of a refusal: unknown is not empty.
        raise Unproven(tuple(MUST))
    return {str(name): str(value) for name, value in found.items()}


def differing(found: Mapping[str, str], must: Wanted, server: str = "") -> Iterator[Kept]:
    """The settings that are not what they must be; one that the server does not know is none."""
    for name, allowed in must.items():
        if found.get(name, allowed[0]) not in allowed:
            yield Kept(name, found[name], allowed[0], server)


def replicas_in(replication: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Where the replicas are that this server copies itself to."""
    lines = (replication.get(f"slave{n}") for n in range(int(replication["connected_slaves"])))
    return [(line["ip"], int(line["port"])) for line in lines if isinstance(line, dict)]


async def kept_by_replicas(redis: Redis, server: str, seen: set[str]) -> list[Kept]:
    """Behind this server, and behind those in turn: each gets whatever the first one gets."""
    replicas = replicas_in(await redis.info("replication"))
    if not replicas:
        return []
    wrong = list(differing(await settings_of(redis), MUST_WITH_REPLICAS, server))
    for host, port in replicas:
        wrong += await kept_by_replica(redis, host, port, seen)
    return wrong


async def kept_by_replica(redis: Redis, host: str, port: int, seen: set[str]) -> list[Kept]:
    """A replica gets every change and every published word, so it passes the same gate."""
    place = f"{host}:{port}"
    if place in seen:
        return []
    seen.add(place)
    try:
        async with beside(redis, host, port) as replica:
            wrong = differing(await settings_of(replica), {**MUST, **MUST_OF_REPLICAS}, place)
            return [*wrong, *await kept_by_replicas(replica, place, seen)]
    except (RedisError, OSError, Unproven):
        return [Kept("replica", "not to be examined", "reachable with the same sign-in", place)]


def beside(redis: Redis, host: str, port: int) -> Redis:
    """A client for another server of the same house: same sign-in, same TLS, other place."""
    pool = redis.connection_pool
    known = {
        name: value
        for name, value in pool.connection_kwargs.items()
        if name not in {"host", "port", "path", "db"} and value is not None
    }
    kind = SSLConnection if issubclass(pool.connection_class, SSLConnection) else Connection
    return Redis.from_pool(ConnectionPool(kind, host=host, port=port, **known))


async def watched(
    url: str, shut: Callable[[bool], Awaitable[None]], *, unproven: bool = False
) -> None:
    """Ask again each minute, for ever; `shut` hears each change, True when something is kept.

    A server that hides its settings of late is one that could keep, unless `unproven` ones are
    taken. One that does not answer is no news here: who needs it notices at once.
    """
    was = False
    while True:
        await asyncio.sleep(AGAIN_SECONDS)
        try:
            wrong = [kept.setting for kept in await kept_by(url)]
        except Unproven as hidden:
            wrong = [] if unproven else list(hidden.settings)
        except (RedisError, OSError):
            continue
        if wrong:
            note(Note.GATE_SHUT, settings=named(wrong, SETTINGS))
        if bool(wrong) != was:
            was = bool(wrong)
            await shut(was)
