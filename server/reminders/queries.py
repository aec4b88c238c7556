"""Who wants to be reminded, in which browsers, and of what it is time to remind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.circles.changes import schedules_of, seconds
from server.circles.schedule import EARLY
from server.circles.tables import Absence, Circle, Membership
from server.desk.tables import PushEndpoint

MOST_DEVICES = 5


async def endpoints_of(db: AsyncSession, person_id: str) -> Sequence[PushEndpoint]:
    """The browsers of one person, the newest last."""
    found = await db.scalars(
        select(PushEndpoint)
        .where(PushEndpoint.person_id == person_id)
        .order_by(PushEndpoint.since, PushEndpoint.id)
    )
    return found.all()


async def start(
    db: AsyncSession, person_id: str, membership: Membership, endpoint: str, today: dt.date
) -> None:
    """Remind this person of this circle, in this browser too."""
    # A browser that changed hands reminds whoever asked last.
    await db.execute(delete(PushEndpoint).where(PushEndpoint.endpoint == endpoint))
    known = await endpoints_of(db, person_id)
    for old in known[: max(0, len(known) - MOST_DEVICES + 1)]:
        await db.delete(old)
    db.add(PushEndpoint(id=new_id(), person_id=person_id, endpoint=endpoint, since=today))
    membership.reminded = True
    await db.flush()


async def stop(db: AsyncSession, person_id: str, membership: Membership) -> None:
    """No reminders of this circle; without any circle left, no browser is kept either."""
    membership.reminded = False
    await db.flush()
    others = await db.scalar(
        select(exists().where(Membership.person_id == person_id, Membership.reminded.is_(True)))
    )
    if not others:
        await db.execute(delete(PushEndpoint).where(PushEndpoint.person_id == person_id))


async def about_to_meet(db: AsyncSession, since: dt.datetime, now: dt.datetime) -> list[str]:
    """Circles that meet in 15 minutes, and did not yet at `since`."""
    first, last = seconds(since + EARLY) or 0, seconds(now + EARLY) or 0
    circles = (
        await db.scalars(select(Circle).where(Circle.next_start > first, Circle.next_start <= last))
    ).all()
    times = await schedules_of(db, circles)
    # The column serves for finding them; what holds is the schedule with its changes.
    return [
        circle.id
        for circle in circles
        if seconds(times[circle.id].next_start(now)) == circle.next_start
    ]


async def due(db: AsyncSession, since: dt.datetime, now: dt.datetime) -> list[str]:
    """Endpoints to knock at: a meeting begins in 15 minutes, and `since` was before that moment."""
    meeting = await about_to_meet(db, since, now)
    if not meeting:
        return []
    absent = exists().where(
        Absence.circle_id == Membership.circle_id,
        Absence.person_id == Membership.person_id,
        Absence.start == Circle.next_start,
    )
    found = await db.scalars(
        select(PushEndpoint.endpoint)
        .join(Membership, Membership.person_id == PushEndpoint.person_id)
        .join(Circle, Circle.id == Membership.circle_id)
        .where(
            Circle.id.in_(meeting),
            Membership.reminded.is_(True),
            Membership.banned.is_(False),
            Membership.state == "member",
            ~absent,
        )
        .distinct()
    )
    return list(found)


async def forget(db: AsyncSession, endpoints: Sequence[str]) -> None:
    """Browsers that are not there any more."""
    if endpoints:
        await db.execute(delete(PushEndpoint).where(PushEndpoint.endpoint.in_(endpoints)))
