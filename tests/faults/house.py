"""A house of real processes: pages and room twice, one of sound, one Valkey, one database.

Between every process and Valkey lies a way that can be broken. Declines to mend itself silently:
`whole` puts back what a row broke, and a row that ended well is one after which it can.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.circles.seed import Seeded, seed_circle
from server.embedded import binary
from server.settings import Settings
from tests.faults import programs
from tests.faults.programs import Program
from tests.faults.ways import Way, a_way
from tests.journeys.browsing import free_port
from tests.postgres import Postgres

WEBS = 2
counted = itertools.count(1)


@dataclass
class Web:
    """One `lingkar web`, and its own way to Valkey."""

    program: Program
    store: Way
    port: int
    host: str = "127.0.0.1"

    @property
    def base(self) -> str:
        """The origin that its pages have."""
        return f"http://localhost:{self.port}"

    @property
    def place(self) -> tuple[str, int]:
        return self.host, self.port


@dataclass
class House:
    folder: Path
    data: Path
    valkey: Program
    """Runs in a house of processes that are each alone; `lingkar serve` brings its own along."""
    valkey_port: int
    webs: list[Web]
    sound: Program | None = None
    database: str | None = None
    postgres: Postgres | None = None
    rows: Way | None = None
    """The way to PostgreSQL."""
    clocks: dict[str, Path] = field(default_factory=dict)
    """By program: the file that says by how many seconds its wall clock is wrong."""

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.data, database=self.database, port=self.webs[0].port)

    @property
    def database_by_its_way(self) -> str:
        """As its processes are told it."""
        assert self.database is not None and self.postgres is not None and self.rows is not None
        return self.database.replace(f":{self.postgres.port}/", f":{self.rows.port}/")

    async def circle(self, *members: str, **form: object) -> Seeded:
        """A circle of its own; its facilitator is called Bu Sari and a number."""
        lead = f"Bu Sari {next(counted)}"
        return await seed_circle(self.settings, facilitator=lead, members=members, **form)  # type: ignore[arg-type]

    async def whole(self) -> None:
        """Everything runs again, and every way is open."""
        for web in self.webs:
            web.store.mend()
            web.program.go_on()
        alone = [self.valkey, self.sound] if self.sound is not None else []
        for program in alone:
            program.go_on()
            if not program.runs:
                await program.start()
        await self.start(web for web in self.webs if not web.program.runs)

    async def start(self, webs: Iterable[Web]) -> None:
        """These, side by side."""
        await asyncio.gather(*(web.program.start() for web in webs))

    def logs(self) -> str:
        """All that its processes wrote, in all their lives."""
        programs = [web.program for web in self.webs] + ([self.sound] if self.sound else [])
        return "\n".join(one.log.read_text(errors="replace") for one in programs)


@asynccontextmanager
async def a_house(
    *,
    serves: bool = False,
    postgres: bool = False,
    data: Path | None = None,
    clocks: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """Start one. `serves`: one `lingkar serve` keeps everything; `data`: a folder of one's own;
    `clocks`: what makes programs believe a wrong time."""
    folder = Path(tempfile.mkdtemp(prefix="lingkar-faults-"))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = stack.enter_context(Postgres()) if postgres else None
        database = server.url(await server.create()) if server else None
        port = free_port()
        files: dict[str, Path] = {}
        clock = _wrong_clock(folder, "valkey", files, clocks)
        valkey = programs.valkey(str(binary()), folder / "valkey", port, clock)
        data = data or folder / "data"
        data.mkdir(exist_ok=True)
        house = House(folder, data, valkey, port, [], None, database, server, clocks=files)
        if server is not None:
            house.rows = await stack.enter_async_context(a_way(("127.0.0.1", server.port)))
        if serves:
            house.webs.append(a_server(house))
            stack.push_async_callback(house.webs[0].program.end)
            await house.start(house.webs)
            yield house
            return
        stack.push_async_callback(valkey.end)
        await valkey.start()
        for number in range(WEBS):
            store = await stack.enter_async_context(a_way(("127.0.0.1", port)))
            web = a_web(house, f"web{number}", store, free_port(), clocks)
            house.webs.append(web)
            stack.push_async_callback(web.program.end)
        store = await stack.enter_async_context(a_way(("127.0.0.1", port)))
        house.sound = a_sound(house, store)
        stack.push_async_callback(house.sound.end)
        await asyncio.gather(house.start(house.webs), house.sound.start())
        yield house


def a_web(
    house: House, name: str, store: Way, port: int, clocks: Mapping[str, str] | None = None
) -> Web:
    """One more process, not started yet."""
    folder = house.folder / name
    environment = {
        **_environment(house, folder),
        "PORT": str(port),
        "REDIS_URL": f"redis://127.0.0.1:{store.port}",
        **({"DATABASE_URL": house.database_by_its_way} if house.database else {}),
        **_wrong_clock(house.folder, name, house.clocks, clocks),
    }
    program = programs.lingkar(name, folder, environment, "Web on port", "web")
    return Web(program, store, port)


def a_sound(house: House, store: Way) -> Program:
    """The process of sound, not started yet."""
    folder = house.folder / "sound"
    environment = {
        **_environment(house, folder),
        "REDIS_URL": f"redis://127.0.0.1:{store.port}",
    }
    return programs.lingkar("sound", folder, environment, "Sound on UDP port", "sound")


def a_server(house: House) -> Web:
    """One `lingkar serve` with all that it brings along, not started yet."""
    port, folder = free_port(), house.folder / "serve"
    environment = {**_environment(house, folder), "PORT": str(port)}
    words = ("serve", "--workers", str(WEBS))
    program = programs.lingkar("serve", folder, environment, "Ctrl-C stops everything.", *words)
    return Web(program, Way(("127.0.0.1", 0)), port)


def _environment(house: House, folder: Path) -> dict[str, str]:
    """Nothing of ours, and every trace below that folder."""
    for inner in ("tmp", "home"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
    return {
        **{key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ},
        "HOST": "127.0.0.1",
        "LINGKAR_DATA": str(house.data),
        "LINGKAR_SOUND_PORT": "0",
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder / "home"),
    }


def _wrong_clock(
    folder: Path, name: str, files: dict[str, Path], clocks: Mapping[str, str] | None
) -> dict[str, str]:
    """What makes a program believe the file that is written down under its name."""
    if not clocks:
        return {}
    files[name] = folder / f"{name}.clock"
    files[name].write_text("+0\n")
    return {**clocks, "FAKETIME_TIMESTAMP_FILE": str(files[name])}
