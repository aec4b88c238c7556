"""A disk that is full, and a process that has no file handles left."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.checks import Broken
from tests.faults.families.databases import asked, close_the_meeting, write
from tests.faults.people import CANARY, gathered
from tests.faults.rows import Houses, NotRun, Seen, row

CLEARLY = 1.0


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder of a few megabytes, in memory."""
    if os.getuid() != 0:
        raise NotRun("a small disk is mounted by root alone")
    folder = Path(tempfile.mkdtemp(prefix="lingkar-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        folder.rmdir()
        raise NotRun("this machine lets nobody mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


@row(
    "disk-full",
    "the disk under the data folder is full",
    "the meeting goes on and ends; what has to be written gets a clear 503",
)
async def the_disk_is_full(houses: Houses) -> Seen:
    with small_disk() as folder:
        async with houses.own(data=folder) as house, gathered(house) as people:
            before = await people.told()
            with (folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
                while True:
                    filler.write(b"\0" * 4096)
            await people.hear(await people["Ani"].say(f"penuh {CANARY}"))
            status, took = await write(house.webs[0], people.circle)
            if status != 503:
                raise Broken(f"what could not be written was answered with {status}")
            await people.whole_again(before)
            await people.go_on()
            await close_the_meeting(people)
            (folder / "filler").unlink()
            again, _ = await asked(house.webs[0])
            assert again == 200, again
            return Seen("words, stick and the end of the meeting as ever", {"503": (took, CLEARLY)})


@row(
    "handles-gone",
    "a web process has no file handles left",
    "old lines go on; new connections are refused clearly; accepted again later",
)
async def handles_are_gone(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before, web = await people.told(), house.webs[0]
        soft, hard = resource.prlimit(web.program.pid, resource.RLIMIT_NOFILE)
        highest = max(int(one.name) for one in Path(f"/proc/{web.program.pid}/fd").iterdir())
        resource.prlimit(web.program.pid, resource.RLIMIT_NOFILE, (highest + 1, hard))
        fillers: list[asyncio.StreamWriter] = []
        try:
            # Whatever number below the highest is still free.
            for _ in range(highest - web.program.handles() + 2):
                with suppress(OSError):
                    fillers.append((await asyncio.open_connection(*web.place))[1])
            began = time.monotonic()
            refused = await refused_clearly(web.place)
            took = time.monotonic() - began
            await people.hear(await people["Ani"].say(f"masih jalan {CANARY}"))
            await people.whole_again(before)
        finally:
            for writer in fillers:
                writer.transport.abort()
            resource.prlimit(web.program.pid, resource.RLIMIT_NOFILE, (soft, hard))
        mended = time.monotonic()
        async with asyncio.timeout(20):
            while (await asked(web))[0] != 200:  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.1)
        again = time.monotonic() - mended
        await people.go_on()
        return Seen(refused, {"refused": (took, CLEARLY), "accepted again": (again, 2.0)})


async def refused_clearly(place: tuple[str, int]) -> str:
    """What somebody new meets."""
    try:
        async with asyncio.timeout(15):
            reader, writer = await asyncio.open_connection(*place)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = await reader.read(4000)
            writer.close()
    except TimeoutError:
        raise Broken("new connections hang: neither taken nor refused within 15 s") from None
    except OSError:
        return "the connection is closed at once"
    first = answer.split(b"\r\n")[0].decode(errors="replace")
    return f"answered with '{first}'" if first else "the connection is closed at once"
