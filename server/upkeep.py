"""What is done each hour: schedules worked out anew, and everything forgotten in its time.

Each is a function of one moment and commits nothing that is not its own. Declines to know when it
is called, and by which process (`jobs` does).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.sign_ins import clear_ended
from server.accounts.tables import SpentChallenge
from server.care.tables import Report, SealedNote
from server.circles.changes import refresh_next, schedules_of, seconds
from server.circles.links import check_links
from server.circles.tables import Absence, Change, Circle, Invitation, Membership
from server.circles.weekdays import plan
from server.desk import weeks
from server.security import Keys
from server.settings import Settings

if sys.platform != "win32":
    pass

CHANGES_KEPT = dt.timedelta(days=400)
INVITATIONS_KEPT = dt.timedelta(days=30)
AT_ONCE = 200


@dataclass(frozen=True)
class Moment:
    """What a job may use: a database session of its own, which is committed after it."""

    db: AsyncSession
    now: dt.datetime
    settings: Settings
    keys: Keys


Hook = Callable[[Moment], Awaitable[None]]


async def next_starts(moment: Moment) -> None:
    """`next_start` and the days of every circle, a portion at a time."""
    last = ""
    while True:
        found = await moment.db.scalars(
            select(Circle).where(Circle.id > last).order_by(Circle.id).limit(AT_ONCE)
        )
        circles = found.all()
        if not circles:
            return
        last = circles[-1].id
        schedules = await schedules_of(moment.db, circles)
        for circle in circles:
            plan(circle, schedules[circle.id], moment.now)
        await moment.db.commit()
        # Requests come in between.
        await asyncio.sleep(0)


async def ended(moment: Moment) -> None:
    """`next_start` of circles whose meeting is over."""
    now = seconds(moment.now) or 0
    found = await moment.db.scalars(
        select(Circle)
        .where(Circle.next_start <= now, Circle.next_start + Circle.minutes * 60 <= now)
        .limit(AT_ONCE)
    )
    for circle in found.all():
        await refresh_next(moment.db, circle, moment.now)


async def forget_absences(moment: Moment) -> None:
    """Who missed a meeting that is over."""
    length = select(Circle.minutes * 60).where(Circle.id == Absence.circle_id).scalar_subquery()
    await moment.db.execute(
        delete(Absence).where(Absence.start + length <= (seconds(moment.now) or 0))
    )


async def forget_changes(moment: Moment) -> None:
    """Meetings that were moved or cancelled more than a year ago."""
    before = f"{moment.now - CHANGES_KEPT:%Y-%m-%dT%H:%M}"
    await moment.db.execute(
        delete(Change).where(
            Change.original < before, or_(Change.moved_to.is_(None), Change.moved_to < before)
        )
    )


async def forget_notes(moment: Moment) -> None:
    """Sealed notes past their time, read or not."""
    await moment.db.execute(
        delete(SealedNote).where(SealedNote.expires <= (seconds(moment.now) or 0))
    )


async def forget_reports(moment: Moment) -> None:
    """Reports past their time, handled or not."""
    await moment.db.execute(delete(Report).where(Report.expires <= (seconds(moment.now) or 0)))


async def forget_invitations(moment: Moment) -> None:
    """Those long over by which nobody came who still belongs; the others say who brought whom."""
    over = int((moment.now - INVITATIONS_KEPT).timestamp())
    came = exists().where(Membership.invitation_id == Invitation.id)
    await moment.db.execute(delete(Invitation).where(Invitation.expires <= over, ~came))


async def forget_challenges(moment: Moment) -> None:
    """What keys were asked, once its time is over."""
    await moment.db.execute(
        delete(SpentChallenge).where(SpentChallenge.expires <= int(moment.now.timestamp()))
    )


async def forget_sign_ins(moment: Moment) -> None:
    """Those that have ended."""
    await clear_ended(moment.db, seconds(moment.now))


async def links(moment: Moment) -> None:
    """Links on shelves that were not looked at for a week."""
    await check_links(moment.db, moment.now)


async def forget_weeks(moment: Moment) -> None:
    """Sums of weeks that are two years over."""
    await weeks.forget(moment.db, moment.now.date())


HOURLY: dict[str, Hook] = {
    "next_starts": next_starts,
    "absences": forget_absences,
    "changes": forget_changes,
    "notes": forget_notes,
    "reports": forget_reports,
    "invitations": forget_invitations,
    "challenges": forget_challenges,
    "links": links,
    "sign_ins": forget_sign_ins,
    "weeks": forget_weeks,
}
