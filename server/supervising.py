"""Processes that are kept running: started, again when they die, one for another, and ended.

Killed with this one where the kernel can. Declines to know what they do (`works` does), and to
stop the others when one of them cannot start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from server.embedded import die_with_parent

READY_WITHIN = 1.0
"""Seconds for which the first lines on the screen wait for somebody who need not be there."""
TAKES_OVER_WITHIN = 60.0
"""Seconds that a process has to be ready before it takes the place of another."""
SOONEST, LATEST = 0.1, 5.0
"""Seconds before a process that died is started again; it doubles while it keeps dying."""
STEADY = 30.0
"""One that ran for so long starts anew from the soonest."""
CANNOT = 78
"""The exit code of a process that was told what it cannot do; trying again changes nothing."""

log = logging.getLogger("lingkar.supervising")


@dataclass(frozen=True)
class Work:
    """What a process is to do, and by which line on its standard output it says that it does."""

    name: str
    module: str
    up: re.Pattern[str]
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()
    """Open files that it gets, such as the port."""
    stops_within: float = 3.0
    """Seconds that it has to end after it was asked to."""
    bury: Callable[[str], Awaitable[None]] | None = None
    """What is left to do after one that could not say goodbye, by the name in its line."""


class Backoff:
    """How long to wait before the next start."""

    def __init__(self) -> None:
        self._pause = SOONEST
        self._began = 0.0

    def begin(self) -> None:
        self._began = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        if asyncio.get_running_loop().time() - self._began > STEADY:
            self._pause = SOONEST
        await asyncio.sleep(self._pause)
        self._pause = min(LATEST, self._pause * 2)


class Life:
    """One process, from its start to its end."""

    def __init__(self, work: Work, process: asyncio.subprocess.Process) -> None:
        self._work, self._process = work, process
        self.said: re.Match[str] | None = None
        """The line by which it said that it serves; None until then, and after its end."""
        self.ended = False
        self._changed = asyncio.Event()
        self.over = asyncio.create_task(self._follow())
        """Its exit code, once it has ended."""

    @classmethod
    async def begin(cls, work: Work) -> Life:
        """Start it. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", work.module, *work.arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=work.environment,
            pass_fds=work.descriptors,
            # Ctrl-C goes to a whole group; this one is told when it is its turn.
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        return cls(work, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def is_up(self, seconds: float | None) -> bool:
        """Whether it serves, or does so within that time; None: until it ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
        return self.said is not None

    async def _follow(self) -> int:
        name = ""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if match := self._work.up.search(line.decode(errors="replace")):
                self.said, name = match, match["name"]
                self._changed.set()
            else:
                # What it logs, which names nobody.
                sys.stderr.buffer.write(line)
                sys.stderr.flush()
        code = await self._process.wait()
        self.said, self.ended = None, True
        self._changed.set()
        if name and code != 0 and self._work.bury is not None:
            await self._work.bury(name)
        return code

    async def end(self) -> None:
        """End it if it runs; return once it is gone."""
        self.send(signal.SIGTERM)
        done, _ = await asyncio.wait({self.over}, timeout=self._work.stops_within)
        if not done:
            self.send(signal.SIGKILL)
            await asyncio.wait({self.over})

    def send(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


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
                        log.warning("%s_ended code=%s", self.work.name, code)
                await backoff.wait()
        finally:
            if self.life is not None:
                await self.life.end()

    async def _begin(self) -> Life | None:
        try:
            self._takes_over(await Life.begin(self.work))
        except OSError as error:
            log.warning("%s_not_started errno=%s", self.work.name, error.errno)
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


@contextlib.asynccontextmanager
async def supervised(work: Work) -> AsyncIterator[Supervisor]:
    """One process while this is entered."""
    async with group() as processes:
        yield processes.add(work)


def of_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """The same, and where our modules are found."""
    return {
        "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path),
        **environment,
    }
