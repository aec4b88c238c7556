"""What somebody beside the serving processes may ask of a circle: whether people meet there now.

Looks once and lets go. Tells nothing of who is there, and changes nothing.
"""

from __future__ import annotations

from realtime.domain.meeting import CircleId
from realtime.domain.reading import is_under_way
from realtime.store import by_redis


async def meets_now(url: str, circle_id: CircleId) -> bool:
    """By the Redis at `url`. Raises `ports.OutOfReach` where that does not answer."""
    stores = by_redis(url)
    try:
        return is_under_way(await stores.meetings.load(circle_id))
    finally:
        await stores.close()
