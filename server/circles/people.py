"""Who a circle's page speaks of, as far as whoever looks may know. Changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.companions import Companions, companions_of
from server.circles.feelings import Sum, heard_sum
from server.circles.finding import belongs
from server.circles.queries import MyCircle, facilitator_names
from server.circles.tables import Absence, Circle, Membership


@dataclass(frozen=True)
class People:
    """Names and numbers for one circle's page."""

    facilitators: Sequence[str]
    taken: int
    company: Companions = field(default_factory=Companions)
    """Who keeps company with the person that looks, and with whom they do."""
    absent: Sequence[str] = ()
    """Who told that they miss the next meeting; for facilitators alone."""
    felt: Sum | None = None
    """How many felt heard; for facilitators, and above five answers."""


async def people_of(
    db: AsyncSession, circle: Circle, mine: MyCircle | None, start: dt.datetime | None
) -> People:
    """Facilitators and a number for anybody, one's own company, and absences for facilitators."""
    taken = await db.scalar(
        select(func.count()).where(Membership.circle_id == circle.id, *belongs())
    )
    names = await facilitator_names(db, circle)
    if mine is None:
        return People(names, taken or 0)
    company = await companions_of(db, circle.id, mine.membership.person_id)
    holds = mine.facilitates and mine.membership.state == "member" and not mine.membership.banned
    absent = await absent_from(db, circle, start) if holds and start else []
    felt = await heard_sum(db, circle) if holds else None
    return People(names, taken or 0, company, absent, felt)


async def absent_from(db: AsyncSession, circle: Circle, start: dt.datetime) -> list[str]:
    """Who told that they cannot come then."""
    found = await db.scalars(
        select(Membership.name)
        .join(Absence, Absence.person_id == Membership.person_id)
        .where(
            Absence.circle_id == circle.id,
            Membership.circle_id == circle.id,
            Absence.start == int(start.timestamp()),
        )
        .order_by(Membership.name_key)
    )
    return list(found)
