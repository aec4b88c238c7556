"""What somebody beside the serving processes may ask: whether people meet, and where Redis is.

Looks once and lets go. Tells nothing of who is there, and changes nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from realtime.domain.meeting import CircleId
from realtime.domain.reading import is_under_way
from realtime.ports import OutOfReach
from realtime.store import by_redis
from realtime.store.link import Link
from realtime.store.places import parse


async def meets_now(url: str, circle_id: CircleId) -> bool:
    """By the Redis at `url`. Raises `ports.OutOfReach` where that does not answer."""
    stores = by_redis(url)
    try:
        return is_under_way(await stores.meetings.load(circle_id))
    finally:
        await stores.close()


async def answers(url: str) -> bool:
    """Whether anybody is there, whatever its shape."""
    link = Link(url)
    try:
        return bool(await link.ask("PING"))
    except OutOfReach:
        return False
    finally:
        await link.close()


async def servers_at(url: str) -> tuple[str, ...]:
    """A URL for each server that could be given what people say: every member of a cluster.

    Of others the primary alone; it knows its replicas. Raises `ports.OutOfReach`.
    """
    link = Link(url)
    try:
        return await link.servers()
    finally:
        await link.close()


def place_in(url: str) -> str:
    """Where that is, in words for whoever runs it. Never the password."""
    places = parse(url)
    if not places.kind:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
    hosts = ", ".join(f"{host}:{port}" for host, port in places.addresses)
    return f"{places.kind} {hosts}"
