"""Programs of the house: started, killed, stopped and gone on with, at ports that stay theirs.

Waits for what a program says or answers, never for a time. Declines to start one twice.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.valkeys import answers, safe_for

READY_WITHIN = 60.0
STOP_WITHIN = 15.0
LINGKAR = str(Path(sys.executable).parent / "lingkar")
Ready = Callable[[], Awaitable[bool]]


@dataclass
class Program:
    """One process with a log of its own, in lives that follow each other."""

    name: str
    command: list[str]
    log: Path
    ready: Ready
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    process: asyncio.subprocess.Process | None = None
    ready_within: float = READY_WITHIN
    began_at: int = 0
    """Where in the log the present life begins."""

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def said(self) -> str:
        """What the present life wrote."""
        return self.log.read_text(errors="replace")[self.began_at :] if self.log.exists() else ""

    async def start(self) -> None:
        assert not self.runs, f"{self.name} runs already"
        self.began_at = len(self.log.read_text(errors="replace")) if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, env=dict(self.environment), cwd=self.cwd, stdout=log, stderr=log
            )
        async with asyncio.timeout(self.ready_within):
            while not await self.ready():
                if self.process.returncode is not None:
                    raise AssertionError(f"{self.name} ended as it began:\n{self.said()}")
                await asyncio.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        if self.runs:
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """kill -9, and nothing after it."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def end(self) -> None:
        """As an operator ends it; killed where it does not go."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.ended(), STOP_WITHIN)
        except TimeoutError:
            await self.kill()

    async def ended(self) -> int:
        return 0 if self.process is None else await self.process.wait()

    def stop(self) -> None:
        """Stands still, with everything it has open."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)

    # --- What the system says of it ---

    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )

    def handles(self) -> int:
        return handles(self.pid)

    def children(self, word: str) -> list[int]:
        """The processes below this one, at any depth, whose command line has that word."""
        found = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                words = Path(f"/proc/{child}/cmdline").read_bytes()
                if word.encode() in words:
                    found.append(int(child))
        return found


def handles(pid: int) -> int:
    """How many files and sockets that process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def valkey(program: str, folder: Path, port: int, hurry: Mapping[str, str]) -> Program:
    """A Valkey that keeps nothing, on a port; `hurry` is set beside the bare environment."""
    folder.mkdir(parents=True, exist_ok=True)

    async def ready() -> bool:
        return await answers(port)

    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    return Program(
        "Valkey", [*command, *safe_for(program)], folder / "log", ready, dict(hurry), folder
    )


def lingkar(
    name: str, folder: Path, environment: Mapping[str, str], said: str, *arguments: str
) -> Program:
    """`lingkar` with these words, ready once it says so."""
    folder.mkdir(parents=True, exist_ok=True)
    program = Program(name, [LINGKAR, *arguments], folder / "log", _never, environment, folder)

    async def ready() -> bool:
        return said in program.said()

    program.ready = ready
    return program


async def _never() -> bool:
    return False
