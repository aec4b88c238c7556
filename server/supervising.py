"""Processes that are kept running: started, again when they die, one for another, and ended.

Killed with this one where the kernel can. Declines to know what they do (`works` does), and to
stop the others when one of them cannot start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator

from realtime.notes import Note, named, note
from server.lives import Backoff, Life, Work

READY_WITHIN = 1.0
"""Seconds for which the first lines on the screen wait for somebody who need not be there."""
TAKES_OVER_WITHIN = 60.0
"""Seconds that a process has to be ready before it takes the place of another."""
WORKS = ("web", "sound")
CANNOT = 78
"""The exit code of a process that was told what it cannot do; trying again changes nothing."""


class Supervisor:
    """Keeps one process running. `life` is the present one, None while there is none."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.life: Life | None = None
        self._begun = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self.life.pid if self.life else None

    @property
    def said(self) -> re.Match[str] | None:
        """What the present process said of itself when it was ready; None while it is not."""
        return self.life.said if self.life else None

    async def is_up(self, seconds: float | None = READY_WITHIN) -> bool:
        """Whether it serves, or does so within that time, however often it has to be started."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.said is None:
                    if self.life is None or self.life.ended:
                        await self._begun.wait()
                    else:
                        await self.life.is_up(seconds)
        return self.said is not None

    async def keep(self) -> None:
        """Start it, and again whenever it ends. Returns only where it says that it cannot."""
        backoff, served = Backoff(), False
        try:
            while True:
                backoff.begin()
                life = self.life or await self._begin()
                if life is not None:
                    served = await life.is_up(TAKES_OVER_WITHIN) or served
                    code = await asyncio.shield(life.over)
                    if self.life is not life:
                        # Another one has taken its place.
                        continue
                    self.life = None
                    if code == CANNOT and not served:
                        return
                    if code:
                        name = named(self.work.name, WORKS)
                        note(Note.PROCESS_ENDED, logging.WARNING, process=name, code=code)
                await backoff.wait()
        finally:
            if self.life is not None:
                await self.life.end()

    async def _begin(self) -> Life | None:
        try:
            self._takes_over(await Life.begin(self.work))
        except OSError as error:
            name = named(self.work.name, WORKS)
            note(Note.PROCESS_NOT_STARTED, logging.WARNING, process=name, errno=error.errno)
        return self.life

    def _takes_over(self, life: Life) -> None:
        self.life = life
        self._begun.set()
        self._begun = asyncio.Event()

    async def renew(self) -> bool:
        """Let another serve, then end the present one. False: the other could not, it stays."""
        try:
            another = await Life.begin(self.work)
        except OSError:
            return False
        try:
            if not await another.is_up(TAKES_OVER_WITHIN):
                return False
            before = self.life
            self._takes_over(another)
        finally:
            if self.life is not another:
                await another.end()
        if before is not None:
            await before.end()
        return True

    async def restart(self) -> bool:
        """End the present one and wait for the next: for what cannot be there twice."""
        if self.life is not None:
            await self.life.end()
        return await self.is_up(TAKES_OVER_WITHIN)


class Group:
    """Processes of one kind, which end together."""

    def __init__(self) -> None:
        self.members: list[Supervisor] = []
        self._keeping: list[asyncio.Task[None]] = []

    def add(self, work: Work) -> Supervisor:
        """One more of them."""
        supervisor = Supervisor(work)
        self.members.append(supervisor)
        self._keeping.append(asyncio.create_task(supervisor.keep()))
        return supervisor

    async def given_up(self) -> None:
        """Return when one of them says that it cannot do what it should."""
        await asyncio.wait(self._keeping, return_when=asyncio.FIRST_COMPLETED)

    async def end(self) -> None:
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)


@contextlib.asynccontextmanager
async def group() -> AsyncIterator[Group]:
    """Processes while this is entered."""
    processes = Group()
    try:
        yield processes
    finally:
        await processes.end()
