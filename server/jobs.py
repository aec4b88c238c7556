"""Does by itself what it is time for: reminders each minute, upkeep each hour.

One task, woken each minute, in one process of all that serve: it holds a lock that ends with it,
and another one goes on. A job that fails is named in the log, without content, and holds up no
other.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
from dataclasses import dataclass, field
from pathlib import Path

from realtime.notes import Note, named, note
from server.database import Database
from server.reminders.push import Push
from server.reminders.queries import due, forget
from server.reminders.vapid import Vapid
from server.security import Keys
from server.settings import Settings
from server.turn import Turn
from server.upkeep import HOURLY, Hook, Moment, ended

if sys.platform != "win32":
    import fcntl

MINUTE = 60
HOUR = dt.timedelta(hours=1)
# After a stop, an older reminder would come into a meeting that is on.
LATEST = dt.timedelta(minutes=10)


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
