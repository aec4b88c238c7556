"""Who somebody is in the room of one circle: a name without meaning, another in each circle.

People who meet in two circles are not to be told by it. Only this instance's key makes it, and
nothing makes a person out of it but looking through those who belong.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from realtime.domain.meeting import MemberId
from server.circles.tables import Membership
from server.security import Keys


def seat_id(keys: Keys, circle_id: str, person_id: str) -> MemberId:
    """The same for ever in that circle, and unlike theirs in any other."""
    return MemberId(keys.mac("seat", f"{circle_id}.{person_id}"))


async def people_behind(
    db: AsyncSession, keys: Keys, circle_id: str, seats: Iterable[MemberId]
) -> list[str]:
    """The people of the circle who have these seats; whoever has left it is not found."""
    wanted = frozenset(seats)
    members = await db.scalars(
        select(Membership.person_id).where(Membership.circle_id == circle_id)
    )
    return [person for person in members if seat_id(keys, circle_id, person) in wanted]
