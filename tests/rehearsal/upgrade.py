"""`python -m tests.rehearsal.upgrade`: from 0.1.0 to this version and back, with people in it.

0.1.0 is the real one, out of this repository's history, with its own packages. Prints a table:
step, what was expected, what was seen, seconds. Some minutes, the first of them for its packages.
Where the history has no 0.1.0 it says so and ends with 3.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from realtime.client import RoomClient, Visit
from realtime.domain.commands import Accept, Offer, PassStick
from server import backup
from server.settings import Settings
from tests.journeys.browsing import free_port
from tests.postgres import MISSING, Postgres, programs

ROOT = Path(__file__).resolve().parents[2]
OLD, OLD_SHAPE = "0.1.0", "0004"
MEMBERS = ("Rina", "Melati")
PATIENCE = 300.0
"""Seconds for a start, on a machine that may be busy with something else."""
SEED = """
import asyncio, dataclasses, json, sys
from pathlib import Path
from server.circles.seed import seed_circle
from server.settings import Settings
made = asyncio.run(seed_circle(Settings(data_dir=Path(sys.argv[1])), members=sys.argv[2:]))
print(json.dumps(dataclasses.asdict(made)))
"""


class Stopped(Exception):
    """A step did not end as expected; the table says which."""


@dataclass
class Table:
    """What was expected and what was seen."""

    rows: list[tuple[str, str, str, float]] = field(default_factory=list)

    async def step(self, what: str, expected: str, doing: Awaitable[str]) -> None:
        began = time.monotonic()
        try:
            seen = await doing
        except Exception as fault:
            seen = f"{type(fault).__name__}: {str(fault)[:200]}"
        self.rows.append((what, expected, seen, time.monotonic() - began))
        mark = "ok " if seen == expected else "NOT"
        print(f"{mark} {what}: {seen} ({self.rows[-1][3]:.1f} s)", flush=True)
        if seen != expected:
            # What follows stands on it.
            raise Stopped

    def told(self) -> str:
        lines = ["| step | expected | seen | seconds |", "| --- | --- | --- | --- |"]
        lines += [f"| {a} | {b} | {c} | {d:.1f} |" for a, b, c, d in self.rows]
        return "\n".join(lines)

    @property
    def well(self) -> bool:
        return all(expected == seen for _, expected, seen, _ in self.rows)


def old_commit() -> str | None:
    """The tag, or the commit that says that it is this version."""
    tagged = ["git", "rev-parse", "-q", "--verify", f"{OLD}^{{commit}}"]
    named = ["git", "log", "-1", "--format=%H", f"--grep=^{OLD}: "]
    for command in (tagged, named):
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if told.stdout.strip():
            return told.stdout.strip()
    return None


def unpack(commit: str, into: Path) -> None:
    """Its tree, its packages and its page, made by its own Makefile."""
    packed = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tree:
        tree.extractall(into, filter="data")
    subprocess.run(["make", "--silent", "build"], cwd=into, check=True, stdout=sys.stderr)


@dataclass
class Place:
    """One data folder, and the versions that may serve it."""

    data: Path
    old: Path
    port: int
    seeded: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def program(self, tree: Path, *words: str) -> list[str]:
        return [str(tree / ".venv/bin/python"), "-m", "server.cli", *words]

    def environment(self, **more: str) -> dict[str, str]:
        bare = {key: os.environ[key] for key in ("PATH", "LANG", "HOME") if key in os.environ}
        own = {"LINGKAR_DATA": str(self.data), "HOST": "127.0.0.1", "PORT": str(self.port)}
        return bare | own | {"LINGKAR_SOUND_PORT": "0"} | more

    @contextlib.asynccontextmanager
    async def serving(self, tree: Path) -> AsyncIterator[None]:
        """That version, until the block ends."""
        process = await asyncio.create_subprocess_exec(
            *self.program(tree, "serve"),
            cwd=tree,
            env=self.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert process.stdout is not None
        said = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while "Ctrl-C" not in said:
                    line = (await process.stdout.readline()).decode()
                    if not line:
                        raise AssertionError(f"it did not start: {said[-600:]}")
                    said += line
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.communicate()

    def visit(self, name: str) -> Visit:
        cookie = self.seeded["members"].get(name, self.seeded["facilitator"])
        return Visit(self.base, self.seeded["slug"], f"{self.seeded['cookie_name']}={cookie}")

    async def lingkar(self, tree: Path, *words: str, **more: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *self.program(tree, *words),
            cwd=tree,
            env=self.environment(**more),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def knows_everybody(self) -> str:
        """Signed in as before, in the circle as before."""
        async with httpx.AsyncClient(base_url=self.base, trust_env=False) as browser:
            for name in MEMBERS:
                answer = await browser.get("/aku", headers={"Cookie": self.visit(name).cookie})
                if answer.status_code != 200 or name not in answer.text:
                    return f"{name}: {answer.status_code}"
        return "everybody is signed in"

    async def a_turn(self) -> str:
        """Two people and a facilitator: the stick is offered, taken, spoken with and passed."""
        async with contextlib.AsyncExitStack() as stack:
            rooms: list[RoomClient] = []
            for name in ("Bu Sari", *MEMBERS):
                rooms.append(await stack.enter_async_context(self.visit(name).room()))
                if len(rooms) > 1 and not rooms[-1].meeting:
                    await let_in(rooms[0], rooms[-1])
                await rooms[-1].until(lambda room: room.meeting and room.you)
            await take_turn(rooms[0], rooms[1], rooms[2])
        return "a turn was taken"


async def let_in(host: RoomClient, guest: RoomClient) -> None:
    from realtime.domain.commands import Admit

    await guest.until(lambda room: room.lobby or room.meeting)
    if guest.meeting is None:
        await host.send(Admit(guest.me))


async def take_turn(host: RoomClient, holder: RoomClient, listener: RoomClient) -> None:
    """As people do it; raises where one of it does not come."""
    before = len(listener.said)
    assert (await host.send(Offer(holder.me))).ok
    await holder.until(lambda room: room.you and room.you.offered)
    assert (await holder.send(Accept())).ok
    await holder.until(lambda room: room.you and room.you.turn_id)
    assert holder.you is not None and holder.you.turn_id is not None
    assert (await holder.say("Selamat malam")).ok
    await listener.until(lambda room: len(room.said) > before)
    assert (await holder.send(PassStick(holder.you.turn_id, None))).ok
    await host.until(lambda room: room.holder is None)


async def beside(place: Place) -> str:
    """The new version shapes the tables while people of the old one are in the middle of it."""
    async with contextlib.AsyncExitStack() as stack:
        rooms: list[RoomClient] = []
        for name in ("Bu Sari", *MEMBERS):
            rooms.append(await stack.enter_async_context(place.visit(name).room()))
            if len(rooms) > 1:
                await let_in(rooms[0], rooms[-1])
            await rooms[-1].until(lambda room: room.meeting and room.you)
        code, said = await place.lingkar(ROOT, "migrate")
        if code:
            return said
        await take_turn(rooms[0], rooms[1], rooms[2])
        if any(room.closed for room in rooms):
            return "somebody was cut off"
    return await place.knows_everybody()


async def restored(file: Path, settings: Settings) -> str:
    await backup.restore(settings, file)
    again = file.with_suffix(f".{settings.data_dir.name}")
    await backup.write(settings, again)
    same = backup.read(again)["tables"] == backup.read(file)["tables"]
    return "the same rows" if same else "other rows"


async def rehearse(table: Table, folder: Path, commit: str) -> None:
    place, file = Place(folder / "data", folder / "old", free_port()), folder / "kept.backup"
    await on_the_old(table, place, commit)
    await on_the_new(table, place, file)
    empty = Settings(data_dir=folder / "restored")
    await table.step("restored into an empty folder", "the same rows", restored(file, empty))
    await on_postgres(table, folder, file)
    await the_way_back(table, place)


async def on_the_old(table: Table, place: Place, commit: str) -> None:
    async def made() -> str:
        await asyncio.to_thread(unpack, commit, place.old)
        seed = [str(place.old / ".venv/bin/python"), "-c", SEED, str(place.data), *MEMBERS]
        told = await asyncio.to_thread(subprocess.check_output, seed, cwd=place.old)
        place.seeded = json.loads(told)
        return "people and a circle"

    await table.step(f"{OLD} is installed and lived in", "people and a circle", made())
    async with place.serving(place.old):
        await table.step(f"a meeting on {OLD}", "a turn was taken", place.a_turn())
        await table.step(
            "the new version shapes the tables beside it", "everybody is signed in", beside(place)
        )


async def on_the_new(table: Table, place: Place, file: Path) -> None:
    async def kept() -> str:
        code, said = await place.lingkar(ROOT, "backup", str(file))
        return f"mode {file.stat().st_mode & 0o777:o}" if not code else said

    known = "everybody is signed in"
    async with place.serving(ROOT):
        await table.step("the new version serves", known, place.knows_everybody())
        await table.step("a meeting on it", "a turn was taken", place.a_turn())
        await table.step("a backup while it serves", "mode 600", kept())


async def the_way_back(table: Table, place: Place) -> None:
    async def back() -> str:
        return (await place.lingkar(ROOT, "migrate", OLD_SHAPE))[1].strip()

    shape = f"The tables have the shape of {OLD_SHAPE}."
    await table.step("the way back", shape, back())
    async with place.serving(place.old):
        await table.step(f"{OLD} again", "everybody is signed in", place.knows_everybody())
        await table.step("a meeting on it", "a turn was taken", place.a_turn())


async def on_postgres(table: Table, folder: Path, file: Path) -> None:
    if programs() is None:
        print(f"NOT RUN: restored into PostgreSQL. {MISSING}", flush=True)
        return
    with Postgres() as server:
        name = await server.create()
        settings = replace(Settings(data_dir=folder / "on-postgres"), database=server.url(name))
        await table.step("restored into PostgreSQL", "the same rows", restored(file, settings))


def main() -> int:
    commit = old_commit()
    if commit is None:
        print(f"NOT RUN: {OLD} is not in this clone. Get its history: git fetch --unshallow --tags")
        return 3
    # Whoever ends it finds nothing left of it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    table = Table()
    folder = Path(tempfile.mkdtemp(prefix="lingkar-upgrade-"))
    try:
        asyncio.run(rehearse(table, folder, commit))
    except Stopped:
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{table.told()}")
    return 0 if table.well else 1


if __name__ == "__main__":
    sys.exit(main())
