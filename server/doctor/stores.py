"""The Redis and the database, as serving uses them, and whether the clocks there agree with ours.

Reads settings and shapes, no content; brings no table to a newer shape.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from realtime.credentials import password_of
from server import gate, places, processes
from server.database import Database, shape_of, shapes
from server.doctor.finding import Finding, bad, look, ok
from server.listening import CannotServe
from server.settings import Settings

PATIENCE = 3.0
MOST_SKEW = 2.0
"""Seconds. Passwords for sound and links that end are compared with clocks on both sides."""
EVERYBODY = "everybody"


async def redis(settings: Settings) -> list[Finding]:
    """Does it answer, does it keep nothing, does it let in whoever comes, does its clock agree?"""
    try:
        async with processes.valkey_of(settings) as (url, _):
            return await asked(url, settings)
    except CannotServe:
        return [bad("redis", "silent")]


async def asked(url: str, settings: Settings) -> list[Finding]:
    try:
        wrong = await gate.kept_by(url)
    except gate.Unproven as hidden:
        if settings.redis_unproven:
            return [look("redis", "unproven", settings=str(hidden))]
        return [bad("redis", "hidden", settings=str(hidden))]
    except (RedisError, OSError):
        return [bad("redis", "silent")]
    if wrong:
        return [bad("redis", "keeps", what=str(one)) for one in wrong]
    found = [ok("redis", "own" if settings.redis_url is None else "ok")]
    servers = await gate.every_server(url)
    if any([await lets_everybody_in(server) for server in servers]):
        found.append(look("redis", EVERYBODY))
    return found if settings.redis_url is None else [*found, *await redis_clock(servers[0])]


async def lets_everybody_in(url: str) -> bool:
    """Whether somebody without a password is answered; on a socket of ours nobody else comes."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return False
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    client = Redis.from_url(plain, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()


async def redis_clock(url: str) -> list[Finding]:
    client = Redis.from_url(url, password=password_of(url), socket_timeout=PATIENCE)
    try:
        seconds, micros = await client.time()
    except (RedisError, OSError):
        return []
    finally:
        await client.aclose()
    return [agrees("Redis", seconds + micros / 1e6 - time.time())]


def agrees(who: str, ahead: float) -> Finding:
    """How far that clock is from ours."""
    said = {"who": who, "seconds": round(abs(ahead), 1)}
    return bad("clock", "apart", **said) if abs(ahead) > MOST_SKEW else ok("clock", "ok", **said)


async def database(settings: Settings) -> list[Finding]:
    """Does it answer, are its tables the newest, can it hold every name, does its clock agree?"""
    if settings.database is None and not (settings.data_dir / "lingkar.db").is_file():
        return [look("database", "new", place=settings.data_dir)]
    store = Database(settings.database_url)
    try:
        async with store.engine.connect() as connection:
            return await examined(connection)
    except (SQLAlchemyError, OSError):
        return [bad("database", "silent", place=places.of_database(settings))]
    finally:
        await store.close()


async def examined(connection: AsyncConnection) -> list[Finding]:
    shape, known_shapes = await connection.run_sync(shape_of), shapes()
    if shape != known_shapes[0]:
        known = shape is None or shape in known_shapes
        return [(look if known else bad)("database", "older" if known else "newer")]
    if connection.dialect.name == "sqlite":
        sound = await connection.scalar(text("PRAGMA quick_check(1)"))
        return [ok("database") if sound == "ok" else bad("database", "damaged")]
    charset = await connection.scalar(text("SHOW server_encoding"))
    if charset != "UTF8":
        return [bad("database", "charset", charset=charset)]
    there = await connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
    return [ok("database"), agrees("PostgreSQL", float(there or 0) - time.time())]
