"""Seats of a circle: how many are free, and that nobody takes one too many. Knows no request.

Whoever waits for a yes has none yet, and whoever may not return has none any more.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.finding import belongs
from server.circles.tables import Circle, Membership


class Full(Exception):
    """Every seat is taken."""


async def free_seats(db: AsyncSession, circle: Circle) -> int:
    """How many may still join; never less than none."""
    counted = select(func.count()).where(Membership.circle_id == circle.id, *belongs())
    return max(0, circle.seats - (await db.scalar(counted) or 0))


async def hold(db: AsyncSession, circle: Circle) -> None:
    """Until this is committed nobody else changes this circle; on every database."""
    # A change of nothing: SQLite locks by writing alone.
    await db.execute(
        update(Circle)
        .where(Circle.id == circle.id)
        .values(seats=Circle.seats)
        .execution_options(synchronize_session=False)
    )


async def make_room(db: AsyncSession, circle: Circle) -> None:
    """Come before somebody is made a member. Raises `Full`; two never get the last seat."""
    await hold(db, circle)
    if not await free_seats(db, circle):
        raise Full
