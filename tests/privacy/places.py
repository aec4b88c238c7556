"""Where something could come to rest: files, a Redis, a log, a crash. Reads all of each.

Each place can be given a canary on purpose, so that the same scan is seen to find it there.
Declines to judge what was found.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from tests.privacy.canaries import Search
from tests.valkeys import flat, value_of

Found = set[tuple[str, str]]
BLOCK = 1 << 20


def in_file(path: Path, search: Search) -> Found:
    """All of one file, in blocks that overlap."""
    found: Found = set()
    with suppress(OSError), path.open("rb") as file:
        rest = b""
        while block := file.read(BLOCK):
            found |= search(rest + block)
            rest = block[-search.longest :]
    return found


def in_folder(folder: Path, search: Search) -> Found:
    """Names and contents of everything below, hidden files too."""
    found: Found = set()
    for path in folder.rglob("*"):
        found |= search(str(path.relative_to(folder)).encode("utf-8", "replace"))
        if path.is_file() and not path.is_symlink():
            found |= in_file(path, search)
    return found


def newer(folders: list[Path], since: float, but: list[Path]) -> Iterator[Path]:
    """Files of shared temporary folders that were written since then, our own proof's apart."""
    for folder in folders:
        # Others come and go there meanwhile; `walk` passes over what is gone.
        for parent, _, names in os.walk(folder):
            if any(Path(parent).is_relative_to(other) for other in but):
                continue
            for path in (Path(parent) / name for name in names):
                with suppress(OSError):
                    if path.is_file() and path.stat().st_mtime >= since:
                        yield path


# --- Redis ---


async def in_keyspace(redis: Redis, search: Search) -> Found:
    """Every key and every value, whatever its type, as the server itself would dump it."""
    found: Found = set()
    async for name in redis.scan_iter(count=1000):
        found |= search(name) | search(await value_of(redis, name))
    return found


REPORTS = (
    ("INFO", "everything"),
    ("MEMORY", "DOCTOR"),
    ("MEMORY", "STATS"),
    ("MEMORY", "MALLOC-STATS"),
    ("CLIENT", "LIST"),
    ("CONFIG", "GET", "*"),
    ("LATENCY", "DOCTOR"),
    ("ACL", "LOG"),
    ("PUBSUB", "CHANNELS"),
    ("PUBSUB", "SHARDCHANNELS"),
)
LOGS = (
    ("SLOWLOG", "GET", "-1"),
    ("COMMANDLOG", "GET", "-1", "slow"),
    ("COMMANDLOG", "GET", "-1", "large-request"),
    ("COMMANDLOG", "GET", "-1", "large-reply"),
)


async def in_answers(redis: Redis, questions: tuple[tuple[str, ...], ...], search: Search) -> Found:
    """What the server tells of itself. A question that it does not know tells nothing."""
    found: Found = set()
    for words in questions:
        with suppress(ResponseError):
            found |= search(flat(await redis.execute_command(*words)))  # type: ignore[no-untyped-call]
    return found


async def in_figures(url: str, search: Search) -> Found:
    """What a page of figures says of itself."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return search((await client.get(url)).content)


async def answers_at(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


# --- Crashes ---


@dataclass(frozen=True)
class Dumps:
    """Where this system puts a picture of a process that crashed."""

    pattern: str

    @classmethod
    def here(cls) -> Dumps:
        return cls(Path("/proc/sys/kernel/core_pattern").read_text().strip())

    @property
    def readable(self) -> bool:
        """Whether it is a file; a program that takes dumps cannot be looked into."""
        return not self.pattern.startswith("|")

    def left_in(self, folder: Path, since: float) -> list[Path]:
        """What looks like one, whatever is in it."""
        name = Path(self.pattern).name.partition("%")[0] or "core"
        found = (path for path in folder.rglob(f"{name}*") if path.is_file())
        return [path for path in found if path.stat().st_mtime >= since]

    def folder(self, cwd: Path) -> Path:
        """Where to look, for a process that ran in `cwd`."""
        parent = Path(self.pattern).parent
        return parent if parent.is_absolute() else cwd / parent


def family(pid: int) -> list[int]:
    """A process and what it started: the sound, and a Valkey of its own."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
    return found


def crash(pids: list[int]) -> None:
    """As a bug in a library would, all of them at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSEGV)


def crash_with(text: str, cwd: Path) -> None:
    """A process without our care that crashes with this in its memory."""
    script = (
        "import os, resource, sys; text = sys.stdin.read();"
        "hard = resource.getrlimit(resource.RLIMIT_CORE)[1];"
        "resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)); os.kill(os.getpid(), 11)"
    )
    subprocess.run([sys.executable, "-c", script], input=text, text=True, cwd=cwd, check=False)
