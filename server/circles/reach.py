"""A few other circles that somebody may join, for whom this one is not it. Knows no request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Person
from server.circles.finding import Search, find
from server.circles.queries import my_circles
from server.circles.tables import Circle

MOST = 3


async def in_reach(
    db: AsyncSession, circle: Circle, person: Person | None, now: dt.datetime
) -> Sequence[Circle]:
    """Public circles with a seat, in the same language; of the same kind, if there are any."""
    own = [one.circle.id for one in await my_circles(db, person)] if person else []
    for search in (
        Search(topic=circle.kind, language=circle.language, seats="1"),
        Search(language=circle.language, first="1", seats="1"),
    ):
        found = await find(db, search, 1, now, "Asia/Jakarta", [*own, circle.id])
        may_join = [one for one in found.circles if one.joining != "invitation"]
        if may_join:
            return may_join[:MOST]
    return []
