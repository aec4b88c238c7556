"""What the organiser's desk shows: circles with their facilitators, open invitations, bans.

A fixed number of queries whatever the count. Knows no request, and lets nobody into a circle.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.changes import schedules_of
from server.circles.schedule import Times
from server.circles.tables import Circle, Invitation, Membership

PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    """A circle in the list. `inside`: the one who looks has a place in it."""

    circle: Circle
    times: Times
    facilitators: Sequence[str]
    inside: bool

    @property
    def may_open(self) -> bool:
        return self.inside or self.circle.visibility != "private"


async def all_circles(db: AsyncSession, person_id: str, page: int) -> tuple[list[Row], bool]:
    """One page of every circle by name, and whether there is another."""
    found = list(
        await db.scalars(
            select(Circle)
            .order_by(Circle.name, Circle.id)
            .offset(page * PER_PAGE)
            .limit(PER_PAGE + 1)
        )
    )
    return await rows_of(db, found[:PER_PAGE], person_id), len(found) > PER_PAGE


async def rows_of(db: AsyncSession, circles: Sequence[Circle], person_id: str) -> list[Row]:
    """These circles with who holds them."""
    ids = [circle.id for circle in circles]
    people = await db.scalars(
        select(Membership)
        .where(
            Membership.circle_id.in_(ids),
            (Membership.role == "facilitator") | (Membership.person_id == person_id),
            Membership.state == "member",
            Membership.banned.is_(False),
        )
        .order_by(Membership.name_key)
    )
    held: dict[str, list[str]] = {}
    inside: set[str] = set()
    for one in people:
        if one.role == "facilitator":
            held.setdefault(one.circle_id, []).append(one.name)
        if one.person_id == person_id:
            inside.add(one.circle_id)
    times = await schedules_of(db, circles)
    return [Row(one, times[one.id], held.get(one.id, []), one.id in inside) for one in circles]


async def banned(db: AsyncSession) -> list[tuple[Circle, Membership]]:
    """Everybody who may not return, by circle."""
    found = await db.execute(
        select(Circle, Membership)
        .join(Membership, Membership.circle_id == Circle.id)
        .where(Membership.banned.is_(True))
        .order_by(Circle.name, Membership.name_key)
    )
    return [(row[0], row[1]) for row in found]


async def open_invitations(db: AsyncSession) -> list[tuple[Circle, Invitation]]:
    """Everything that still lets somebody in, the first to end first."""
    found = await db.execute(
        select(Circle, Invitation)
        .join(Invitation, Invitation.circle_id == Circle.id)
        .where(
            Invitation.revoked.is_(False),
            Invitation.expires > int(time.time()),
            Invitation.uses < Invitation.most,
        )
        .order_by(Circle.name, Invitation.expires, Invitation.id)
    )
    return [(row[0], row[1]) for row in found]


async def count_circles(db: AsyncSession) -> int:
    return await db.scalar(select(func.count()).select_from(Circle)) or 0
