"""Who a circle's page speaks of, as far as whoever looks may know. Changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.finding import belongs
from server.circles.queries import MyCircle, facilitator_names
from server.circles.tables import Absence, Circle, Membership, Pairing


@dataclass(frozen=True)
class Company:
    """One person's share of who accompanies whom, by name."""

    companion: str | None = None
    newcomers: Sequence[str] = ()


@dataclass(frozen=True)
class People:
    """Names and numbers for one circle's page."""

    facilitators: Sequence[str]
    taken: int
    company: Company = Company()
    """Who keeps company with the person that looks, and with whom they do."""
    absent: Sequence[str] = ()
    """Who told that they miss the next meeting; for facilitators alone."""


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
    company = await company_of(db, mine)
    absent = await absent_from(db, circle, start) if mine.facilitates and start else []
    return People(names, taken or 0, company, absent)


async def company_of(db: AsyncSession, mine: MyCircle) -> Company:
    """Whoever accompanies this person, and whom they accompany."""
    me, circle_id = mine.membership.person_id, mine.circle.id
    rows = await db.execute(
        select(Pairing.newcomer_id, Membership.name)
        .join(
            Membership,
            or_(
                Membership.person_id == Pairing.companion_id,
                Membership.person_id == Pairing.newcomer_id,
            ),
        )
        .where(
            Pairing.circle_id == circle_id,
            Membership.circle_id == circle_id,
            Membership.banned.is_(False),
            Membership.person_id != me,
            or_(Pairing.newcomer_id == me, Pairing.companion_id == me),
        )
        .order_by(Membership.name_key)
    )
    found = [(newcomer == me, name) for newcomer, name in rows]
    companion = next((name for is_mine, name in found if is_mine), None)
    return Company(companion, [name for is_mine, name in found if not is_mine])


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
