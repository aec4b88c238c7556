"""Sums of a week over the whole place: meetings held, seats taken, turns given.

Declines to count by circle or person, to show a week that is not over (whoever looked twice would
see one meeting), and to show a sum so small that it would tell of somebody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.database import unless_there
from server.desk.tables import Week

AT_LEAST = 5
"""A smaller sum is shown to nobody."""
TOGETHER = 2
"""People who make a meeting; one alone looked at the room."""
A_WEEK = dt.timedelta(weeks=1)
SHOWN = 12
"""Weeks."""
KEPT = 104 * A_WEEK


@dataclass(frozen=True)
class Sums:
    """One week that is over. None: too few to be told."""

    starts: dt.date
    meetings: int | None
    seats: int | None
    turns: int | None


def monday(day: dt.date) -> dt.date:
    """The first day of its week."""
    return day - dt.timedelta(days=day.weekday())


async def count(db: AsyncSession, day: dt.date, seats: int, turns: int) -> None:
    """One more meeting; the first of a week makes its row."""
    if seats < TOGETHER:
        return
    starts = monday(day)
    await unless_there(db, Week(starts=starts, meetings=0, seats=0, turns=0))
    await db.execute(
        update(Week)
        .where(Week.starts == starts)
        .values(meetings=Week.meetings + 1, seats=Week.seats + seats, turns=Week.turns + turns)
    )


async def past(db: AsyncSession, today: dt.date) -> Sequence[Sums]:
    """The last weeks that are over, the oldest first; one without a meeting is there too."""
    this = monday(today)
    known = {
        row.starts: row
        for row in await db.scalars(
            select(Week).where(Week.starts < this, Week.starts >= this - SHOWN * A_WEEK)
        )
    }
    return [of_week(this - n * A_WEEK, known.get(this - n * A_WEEK)) for n in range(SHOWN, 0, -1)]


def of_week(starts: dt.date, row: Week | None) -> Sums:
    """As it may be shown: few meetings hide their seats and turns as well."""
    if row is None or row.meetings < AT_LEAST:
        return Sums(starts, None, None, None)
    return Sums(starts, row.meetings, told(row.seats), told(row.turns))


def told(figure: int) -> int | None:
    """The figure, unless it is too small."""
    return figure if figure >= AT_LEAST else None


async def forget(db: AsyncSession, today: dt.date) -> None:
    """Weeks long over."""
    await db.execute(delete(Week).where(Week.starts < monday(today) - KEPT))
