"""What runs by itself while the application does: schedules, reminders, and forgetting in time.

One task, woken each minute, in one process of all that serve: it holds a lock that ends with it,
and another one goes on. A job that fails is named in the log, without content, and holds up no
other.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from realtime.notes import Note, named, note
from server.accounts.sign_ins import clear_ended
from server.accounts.tables import SpentChallenge
from server.care.tables import Report, SealedNote
from server.circles.changes import refresh_next, schedules_of, seconds
from server.circles.links import check_links
from server.circles.tables import Absence, Change, Circle, Invitation, Membership
from server.circles.weekdays import plan
from server.database import Database
from server.desk import weeks
from server.reminders.push import Push
from server.reminders.queries import due, forget
from server.reminders.vapid import Vapid
from server.security import Keys
from server.settings import Settings
from server.turn import Turn

if sys.platform != "win32":
    import fcntl

MINUTE = 60
HOUR = dt.timedelta(hours=1)
# After a stop, an older reminder would come into a meeting that is on.
LATEST = dt.timedelta(minutes=10)
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


def register(name: str, hook: Hook) -> None:
    """One more thing to do each hour."""
    HOURLY[name] = hook


@dataclass
class Jobs:
    """The task, from start to stop."""

    settings: Settings
    keys: Keys
    database: Database
    push: Push | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _hour: dt.datetime | None = None
    _turn: Turn = field(init=False)

    def __post_init__(self) -> None:
        self._turn = Turn(self.settings.data_dir / "jobs.lock", self.database)

    async def start(self) -> None:
        if self.push is None:
            public = self.settings.public_url
            contact = public if public.startswith("https://") else None
            self.push = Push(Vapid.kept_in(self.settings.data_dir), contact)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after what is under way."""
        self._stop.set()
        if self._task is not None:
            # A push service that does not answer keeps nobody from stopping.
            done, _ = await asyncio.wait({self._task}, timeout=5)
            if not done:
                self._task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._task
        await self._turn.end()

    async def _run(self) -> None:
        while not self._stop.is_set():
            if await self._turn.is_ours():
                await self.tick(dt.datetime.now(dt.UTC))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), MINUTE)

    async def tick(self, now: dt.datetime) -> None:
        """Everything that it is time for."""
        await self._do("ended", ended, now)
        await self._do("reminders", self.remind, now)
        if self._hour is None or now - self._hour >= HOUR:
            self._hour = now
            for name, hook in list(HOURLY.items()):
                await self._do(name, hook, now)

    async def _do(self, name: str, hook: Hook, now: dt.datetime) -> None:
        try:
            async with self.database.session() as db:
                await hook(Moment(db, now, self.settings, self.keys))
                await db.commit()
        except Exception as error:
            note(Note.JOB_FAILED, job=named(name, {*HOURLY, "ended", "reminders"}), error=error)

    async def remind(self, moment: Moment) -> None:
        """Knock for meetings that begin in 15 minutes: once, whatever restarts in between."""
        since = taken_up_to(self.settings.data_dir / "reminders.at", moment.now)
        if since is None or self.push is None:
            return
        endpoints = await due(moment.db, since, moment.now)
        # A connection is not held while services far away take their time.
        await moment.db.commit()
        if endpoints:
            found = await self.push.knock_all(endpoints)
            await forget(moment.db, [one for one, what in found.items() if what == "gone"])


def taken_up_to(path: Path, now: dt.datetime) -> dt.datetime | None:
    """Until when reminders were sent already; from here to now they are this process's.

    Marked before they are sent: one lost in a fall is better than one that comes twice.
    None: another process was here for this moment.
    """
    with path.open("a+") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        written = file.read().strip()
        last = dt.datetime.fromtimestamp(float(written), dt.UTC) if written else now
        if written and last >= now:
            return None
        file.seek(0)
        file.truncate()
        file.write(str(int(now.timestamp())))
    return max(last, now - LATEST)
