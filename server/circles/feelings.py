"""Whether people felt heard: asked once, at the second or third visit, kept as sums alone.

Declines to keep who said what, and to show sums of so few that they would tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.tables import Circle, Feeling, Membership
from server.database import unless_there

ANSWERS = ("heard", "partly", "not_heard")
VISITS = (2, 3)
MORE_THAN = 5
"""Sums of this many answers or fewer are shown to nobody."""


@dataclass(frozen=True)
class Sum:
    """How many felt how."""

    heard: int
    partly: int
    not_heard: int


def to_ask(membership: Membership) -> bool:
    """Whether this is the time, and nobody asked before."""
    return membership.visits in VISITS and not membership.felt_asked


async def answer(db: AsyncSession, membership: Membership, felt: str) -> bool:
    """Count it, once a person; False where they were asked already or it is not the time."""
    done = await db.execute(
        update(Membership)
        .where(
            Membership.circle_id == membership.circle_id,
            Membership.person_id == membership.person_id,
            Membership.felt_asked.is_(False),
            Membership.visits.in_(VISITS),
        )
        .values(felt_asked=True)
    )
    if cast("CursorResult[object]", done).rowcount != 1:
        return False
    await count(db, membership.circle_id, felt)
    return True


async def count(db: AsyncSession, circle_id: str, felt: str) -> None:
    """One more; the first of a circle makes its row."""
    await unless_there(db, Feeling(circle_id=circle_id, heard=0, partly=0, not_heard=0))
    column = getattr(Feeling, felt)
    await db.execute(
        update(Feeling).where(Feeling.circle_id == circle_id).values({felt: column + 1})
    )


async def heard_sum(db: AsyncSession, circle: Circle) -> Sum | None:
    """For facilitators; None while there are too few answers to hide among."""
    rows = await db.execute(
        select(Feeling.heard, Feeling.partly, Feeling.not_heard).where(
            Feeling.circle_id == circle.id
        )
    )
    row = rows.first()
    if row is None or sum(row) <= MORE_THAN:
        return None
    return Sum(row[0], row[1], row[2])
