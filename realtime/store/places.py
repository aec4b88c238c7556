"""Where Redis is, by its URL: one server, whoever a Sentinel names, or a cluster. Asks nobody.

    redis://user:password@host:6379    rediss:// with TLS    unix:///path
    redis+sentinel://user:password@one:26379,two:26379/name
    redis+cluster://user:password@one:6379,two:6379

`rediss+…` is TLS all the way. What stands behind `?` is for redis-py, as `ssl_ca_certs=/path`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis.asyncio.connection import ConnectionPool, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

from realtime.credentials import password_of
from realtime.store.node import PATIENCE
from realtime.store.reign import greet

CONNECT_SECONDS = 0.5
"""Seconds until a server that does not take a connection is tried again."""
DEFAULT = {"sentinel": 26379, "cluster": 6379}
FOR_SENTINELS = ("sentinel_username", "sentinel_password")
Address = tuple[str, int]


@dataclass(frozen=True)
class Places:
    """What a URL says. `kind` is empty for one server, or `sentinel`, `cluster`."""

    url: str
    kind: str = ""
    addresses: tuple[Address, ...] = ()
    name: str = ""
    """Of the primary, for its sentinels."""
    sentinels: tuple[tuple[str, str], ...] = ()
    """How to sign in with them."""

    def url_of(self, address: Address) -> str:
        """One server of the house: same sign-in, same TLS, that place."""
        scheme, rest = self.url.split("://", 1)
        sign_in = rest.rpartition("@")[0]
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        query = urlsplit(self.url).query
        at = f"{sign_in}@" if sign_in else ""
        asked = f"?{query}" if query else ""
        return f"{scheme}://{at}{host}:{address[1]}{asked}"


def parse(url: str) -> Places:
    """Raises `ValueError` for what is no such URL."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if not kind:
        parse_url(url)
        return Places(url)
    if kind not in DEFAULT or scheme not in {"redis", "rediss"}:
        raise ValueError("not the URL of a Redis")
    sign_in, _, hosts = parts.netloc.rpartition("@")
    asked = parse_qsl(parts.query)
    query = urlencode([pair for pair in asked if pair[0] not in FOR_SENTINELS])
    plain = f"{scheme}://{sign_in}@" if sign_in else f"{scheme}://"
    return Places(
        f"{plain}{hosts.split(',')[0]}" + (f"?{query}" if query else ""),
        kind,
        tuple(address_of(host, DEFAULT[kind]) for host in hosts.split(",")),
        parts.path.strip("/"),
        tuple((name.removeprefix("sentinel_"), v) for name, v in asked if name in FOR_SENTINELS),
    )


def address_of(host: str, default: int) -> Address:
    found = urlsplit(f"//{host}")
    if not found.hostname:
        raise ValueError("a place without a name")
    return found.hostname, found.port or default


def pool_of(url: str) -> ConnectionPool:
    """Connections to one server, a member of a cluster too."""
    # A sentinel names no socket, and only beside one there is a password's file.
    return ConnectionPool.from_url(url, password=password_of(url), **manners())


def pool_by_sentinels(places: Places) -> ConnectionPool:
    """Connections to whoever is the primary at the moment of connecting."""
    found: dict[str, Any] = dict(parse_url(places.url))
    for name in ("host", "port"):
        # Its sentinels say where it is.
        found.pop(name, None)
    tls = found.pop("connection_class", None) is SSLConnection
    how = {name: value for name, value in found.items() if name.startswith("ssl_")}
    quick = {"socket_timeout": CONNECT_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        places.addresses,
        sentinel_kwargs={**how, **quick, "ssl": tls, **dict(places.sentinels)},
    )
    by_name: Any = SentinelConnectionPool
    pool: ConnectionPool = by_name(places.name, sentinels, ssl=tls, **found, **manners())
    return pool


async def primary(pool: Any) -> Address:
    """Whom its sentinels name. Raises redis-py's errors."""
    host, port = await pool.get_master_address()
    return str(host), int(port)


def manners() -> dict[str, Any]:
    """How every connection behaves."""
    return {
        # The newer protocol's push handler logs what it does not expect, words included.
        "protocol": 2,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": CONNECT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "redis_connect_func": greet,
    }
