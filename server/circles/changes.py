"""Meetings that are cancelled or moved, and what that means for the schedule. Knows no request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.queries import times_of
from server.circles.schedule import LOCAL, Occurrence, Times, read_local
from server.circles.tables import Absence, Change, Circle
from server.circles.weekdays import plan

MOST = 400
"""Changes that a circle may have at a time: more than a year of cancelled days."""
MOST_DAYS_AWAY = 180
LOOKED_AT = 60


class BadChange(Exception):
    """`why` names the words, `field` where they belong."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.field = field


async def schedules_of(db: AsyncSession, circles: Iterable[Circle]) -> dict[str, Times]:
    """Schedules with what differs from their rules, by circle; one query for all."""
    by_id = {circle.id: circle for circle in circles}
    found: dict[str, list[tuple[str, str | None]]] = {}
    if by_id:
        rows = await db.scalars(
            select(Change).where(Change.circle_id.in_(by_id)).order_by(Change.original)
        )
        for row in rows:
            found.setdefault(row.circle_id, []).append((row.original, row.moved_to))
    return {
        key: replace(times_of(circle), changes=tuple(found.get(key, ())))
        for key, circle in by_id.items()
    }


async def schedule_of(db: AsyncSession, circle: Circle) -> Times:
    """The same for one."""
    return (await schedules_of(db, [circle]))[circle.id]


async def refresh_next(db: AsyncSession, circle: Circle, now: dt.datetime) -> Times:
    """Keep what searching looks at true; drop changes that the rule outgrew."""
    times = await schedule_of(db, circle)
    gone = [original for original, _ in times.changes if not times.has(original)]
    if gone:
        await db.execute(
            delete(Change).where(Change.circle_id == circle.id, Change.original.in_(gone))
        )
        kept = tuple(change for change in times.changes if change[0] not in gone)
        times = replace(times, changes=kept)
    plan(circle, times, now)
    return times


def seconds(moment: dt.datetime | None) -> int | None:
    """As the column keeps it."""
    return int(moment.timestamp()) if moment else None


async def cancel(db: AsyncSession, circle: Circle, original: str, now: dt.datetime) -> None:
    """This meeting does not take place. Raises `BadChange`."""
    await planned(db, circle, original, now)
    await write(db, circle, original, None)
    await refresh_next(db, circle, now)


async def move(
    db: AsyncSession, circle: Circle, original: str, to: dt.datetime, now: dt.datetime
) -> None:
    """This meeting is at another time, by the clock of the circle. Raises `BadChange`."""
    times, one = await planned(db, circle, original, now)
    local = to.strftime(LOCAL)
    if to.replace(tzinfo=times.here) <= now:
        raise BadChange("past", "date")
    if abs((to - read_local(original)).days) > MOST_DAYS_AWAY:
        raise BadChange("far", "date")
    others = (other.local for other in times.occurrences(to) if other.original != original)
    if next(others, None) == to:
        raise BadChange("taken", "date")
    if local == original:
        return await restore(db, circle, original, now)
    await write(db, circle, original, local)
    await refresh_next(db, circle, now)
    # Who told that they miss it misses it then, too, until they say otherwise.
    at = Times(local, circle.timezone, "", circle.minutes).next_start(now)
    await db.execute(
        update(Absence)
        .where(Absence.circle_id == circle.id, Absence.start == seconds(one.start))
        .values(start=seconds(at))
    )
    return None


async def restore(db: AsyncSession, circle: Circle, original: str, now: dt.datetime) -> None:
    """This meeting is when the rule has it. Raises `BadChange` for one that is past."""
    await planned(db, circle, original, now)
    if read_local(original).replace(tzinfo=times_of(circle).here) <= now:
        raise BadChange("past")
    await db.execute(
        delete(Change).where(Change.circle_id == circle.id, Change.original == original)
    )
    await refresh_next(db, circle, now)


async def planned(
    db: AsyncSession, circle: Circle, original: str, now: dt.datetime
) -> tuple[Times, Occurrence]:
    """The meeting of that name, among those that are not over. Raises `BadChange`."""
    times = await schedule_of(db, circle)
    coming = islice(times.not_over(now), LOOKED_AT)
    found = next((one for one in coming if one.original == original), None)
    if found is None:
        raise BadChange("gone")
    return times, found


async def write(db: AsyncSession, circle: Circle, original: str, to: str | None) -> None:
    """One change, instead of the one that was there. Raises `BadChange` at the bound."""
    row = await db.get(Change, (circle.id, original))
    if row is not None:
        row.moved_to = to
    else:
        counted = select(func.count()).select_from(Change).where(Change.circle_id == circle.id)
        if (await db.scalar(counted) or 0) >= MOST:
            raise BadChange("many")
        db.add(Change(circle_id=circle.id, original=original, moved_to=to))
    await db.flush()
