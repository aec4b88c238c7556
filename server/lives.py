"""One process that this one starts: how it begins, what it says of itself, and how it ends.

Declines to start it again (`supervising` does).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

SOONEST, LATEST = 0.1, 5.0
"""Seconds before a process that died is started again; it doubles while it keeps dying."""
STEADY = 30.0
"""One that ran for so long starts anew from the soonest."""
PR_SET_PDEATHSIG = 1


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


def die_with_parent() -> Callable[[], None] | None:
    """What the child does before it becomes Valkey, so that kill -9 on us ends it as well.

    Linux alone has this signal; elsewhere a killed parent leaves a server that nobody can
    reach but this account, until the machine restarts or somebody ends it.
    """
    if sys.platform != "linux":
        return None
    # Loaded here, in the parent: between fork and exec as little as possible should run.
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The parent may have died before the line above took effect.
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def of_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """The same, and where our modules are found."""
    return {
        "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path),
        **environment,
    }
