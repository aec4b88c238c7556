"""`make prove-privacy`: a whole meeting with a canary in everything said, then a scan of every
place where it could have come to rest. Each place is given a canary on purpose, too: a scan that
could not find it proves nothing. Prints the table; ends with 1 where anything is off.

Says aloud what could not be tried here. Declines to look into this machine's memory.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from redis.asyncio import Redis
from sqlalchemy import func, select
from sqlalchemy import text as sql

from realtime.domain.commands import Close
from server.care.tables import Report, SealedNote
from server.database import Database
from server.embedded import EmbeddedValkey, binary
from tests.postgres import MISSING, Postgres, programs
from tests.privacy import places
from tests.privacy.canaries import KINDS, Canary, Search, a_flock
from tests.privacy.evening import Served, a_profile, browse, gather, report, served, speak
from tests.privacy.places import Dumps, Found
from tests.valkeys import KEEPER, as_keeper, on_a_port, safe_for

LIVE = frozenset({"prompt typed live", "call for a hand (its id)", "name"})
"""Part of a meeting's state: in Redis's memory until the meeting ends."""
SENT = "report.sealed"
"""Where a report waits for its reader."""
SHARED = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]


@dataclass
class Row:
    place: str
    found: Found
    allowed: frozenset[str]
    must: frozenset[str]
    control: bool

    @property
    def off(self) -> list[str]:
        kinds = {kind for kind, _ in self.found}
        wrong = [
            f"{kind} as {form}" for kind, form in sorted(self.found) if kind not in self.allowed
        ]
        missing = [f"{kind} is not where it is kept" for kind in self.must - kinds]
        blind = ["the control was not found"] if not self.control else []
        return wrong + missing + blind


@dataclass
class Proof:
    """One world: what was scanned there."""

    title: str
    flock: dict[str, Canary]
    rows: list[Row] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    sealed: dict[str, int] = field(default_factory=dict)
    """Columns that are kept by design, unreadable without the key, and in how many rows."""

    def __post_init__(self) -> None:
        self.search = Search(self.flock)
        self.planted = Canary("control", "kenariyangditaruh" + self.flock["words"].core[-8:])
        self.control = Search({"control": self.planted})

    async def look(
        self,
        place: str,
        scan: Callable[[Search], Awaitable[Found]],
        plant: Callable[[str], Awaitable[None]],
        *,
        allowed: frozenset[str] = frozenset(),
        must: frozenset[str] = frozenset(),
    ) -> None:
        """Scan a place; then lay the control there and scan again, for that alone."""
        found = await scan(self.search)
        await plant(self.planted.text)
        seen = bool(await scan(self.control))
        self.rows.append(Row(place, found, allowed | must, must, seen))


def in_thread(scan: Callable[[Search], Found]) -> Callable[[Search], Awaitable[Found]]:
    return lambda search: asyncio.to_thread(scan, search)


def writing(path: Path) -> Callable[[str], Awaitable[None]]:
    async def plant(text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-16-le") as file:
            file.write(text)

    return plant


async def nothing() -> None:
    """Nobody says anything."""


async def scan_redis(
    proof: Proof,
    redis: Redis,
    folder: Path,
    *,
    live: bool,
    meanwhile: Callable[[], Awaitable[None]] = nothing,
) -> None:
    """While the meeting lasts its state may be there; once it is over, nothing may."""
    when, allowed = ("meeting under way", LIVE) if live else ("meeting over", frozenset())

    async def plant_key(text: str) -> None:
        await redis.set("control", text)

    async def plant_client(text: str) -> None:
        await redis.client_setname(text.split()[1])

    async def plant_log(text: str) -> None:
        await redis.config_set("slowlog-log-slower-than", 0)
        await redis.publish("control", text)
        await redis.config_set("slowlog-log-slower-than", -1)

    def keyspace(search: Search) -> Awaitable[Found]:
        return places.in_keyspace(redis, search)

    def reports(search: Search) -> Awaitable[Found]:
        return places.in_answers(redis, places.REPORTS, search)

    def logs(search: Search) -> Awaitable[Found]:
        return places.in_answers(redis, places.LOGS, search)

    async def files(search: Search) -> Found:
        try:
            return await asyncio.to_thread(places.in_folder, folder, search)
        finally:
            for left in (*folder.rglob("*.rdb"), *folder.rglob("*.aof")):
                left.unlink()

    async def busy() -> bool:
        now = await redis.info("persistence")
        return bool(now["rdb_bgsave_in_progress"] or now["aof_rewrite_in_progress"])

    async def pictures() -> None:
        """What somebody with rights could ask for by hand: a snapshot, and the append-only file."""
        # What is compressed cannot be searched.
        await redis.config_set("rdbcompression", "no")
        await redis.config_set("appendonly", "yes")
        while await busy():  # noqa: ASYNC110 -- it tells nobody when it is through
            await asyncio.sleep(0.05)
        await meanwhile()
        await redis.bgsave()
        while await busy():  # noqa: ASYNC110 -- it tells nobody when it is through
            await asyncio.sleep(0.05)
        await redis.config_set("appendonly", "no")

    await proof.look(f"Redis keyspace, {when}", keyspace, plant_key, allowed=allowed)
    await redis.delete("control")
    await proof.look(f"Redis reports, {when}", reports, plant_client)
    await proof.look(f"Redis slow and command logs, {when}", logs, plant_log)
    await redis.execute_command("SLOWLOG", "RESET")  # type: ignore[no-untyped-call]

    async def plant_picture(text: str) -> None:
        await plant_key(text)
        await pictures()
        await redis.delete("control")

    # Of a meeting under way a picture holds what the keyspace held; words pass while it is taken.
    await pictures()
    await proof.look(f"RDB and AOF by hand, {when}", files, plant_picture, allowed=allowed)


async def scan_files(proof: Proof, evening: Served, since: float, apart: Path) -> None:
    folder = evening.folder
    names = frozenset({"name"})
    sqlite = evening.settings.database is None

    def data(search: Search) -> Found:
        return places.in_folder(folder / "data", search)

    async def plant_row(text: str) -> None:
        database = Database(evening.settings.database_url)
        async with database.session() as db:
            await db.execute(sql("CREATE TABLE control (what TEXT)"))
            await db.execute(sql("INSERT INTO control VALUES (:what)"), {"what": text})
            await db.commit()
        await database.close()

    if sqlite:
        await proof.look("data folder: database, WAL, keys", in_thread(data), plant_row, must=names)
    else:
        await proof.look("data folder: keys", in_thread(data), writing(folder / "data/x"))
    for name, title in (("tmp", "temporary"), ("state", "home and state"), ("work", "working")):
        place = folder / name
        await proof.look(
            f"{title} folder",
            in_thread(lambda search, place=place: places.in_folder(place, search)),  # type: ignore[misc]
            writing(place / "control"),
        )
    await proof.look(
        "output and logs",
        in_thread(lambda search: places.in_file(folder / "log", search)),
        writing(folder / "log"),
    )

    def shared(search: Search) -> Found:
        found: Found = set()
        for path in places.newer(SHARED, since, [folder, apart]):
            found |= places.in_file(path, search)
        return found

    left = Path(tempfile.gettempdir()) / f"{proof.planted.core}.control"
    await proof.look("/tmp, /var/tmp, /dev/shm", in_thread(shared), writing(left))
    left.unlink()


async def count_sealed(proof: Proof, evening: Served) -> None:
    """What was sent to wait for a reader has come to its column; the scans find none of it."""
    database = Database(evening.settings.database_url)
    async with database.session() as db:
        for table in (Report, SealedNote):
            count = await db.scalar(select(func.count()).select_from(table))
            proof.sealed[f"{table.__tablename__}.sealed"] = count or 0
    await database.close()


async def scan_figures(proof: Proof, evening: Served) -> None:
    """What is measured, where it is told."""
    url = f"http://127.0.0.1:{evening.metrics}/metrics"
    if not await places.answers_at(url):
        proof.untold.append("figures: this one tells none on LINGKAR_METRICS_PORT")
        return
    told = [url]

    async def plant(text: str) -> None:
        """A page of figures that does name somebody."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = f'said{{by="{text}"}} 1\n'.encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told[0] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/metrics"

    await proof.look("figures", lambda search: places.in_figures(told[0], search), plant)


async def scan_crash(proof: Proof, evening: Served, since: float) -> None:
    """kill -SEGV to all of it while people talk; and the same to one that does not take care."""
    dumps = Dumps.here()
    if not dumps.readable:
        proof.untold.append("dumps of crashed processes: this system gives them to a program")
        return
    folder = dumps.folder(evening.folder / "work")
    family = places.family(evening.process.pid)
    if len(family) < 3:
        proof.untold.append("the crash of sound and Valkey: they were not found")
    places.crash(family)
    await evening.process.wait()
    left = [*dumps.left_in(evening.folder, since), *dumps.left_in(folder, since)]

    def scan(search: Search) -> Found:
        found = places.in_folder(folder, search) | places.in_folder(evening.folder / "tmp", search)
        return found | {("a dump", "file") for _ in left if search is proof.search}

    async def plant(text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(places.crash_with, text, evening.folder / "work")

    await proof.look(f"after kill -SEGV to {len(family)} processes", in_thread(scan), plant)
    log = evening.folder / "log"
    await proof.look(
        "output after kill -SEGV",
        in_thread(lambda search: places.in_file(log, search)),
        writing(log),
    )


async def scan_browser(proof: Proof, folder: Path, evening: Served, name: str) -> None:
    """The profile after the browser is closed; then one that was told to keep something."""

    async def plant(text: str) -> None:
        async with a_profile(folder) as context:
            page = await context.new_page()
            await page.goto(f"{evening.base}/bantuan")
            await page.evaluate("text => localStorage.setItem('control', text)", text)

    async with a_profile(folder) as context:
        await browse(evening, proof.flock, name, context)
    await proof.look(
        "a Chromium profile, closed",
        in_thread(lambda search: places.in_folder(folder, search)),
        plant,
    )


async def prove(
    proof: Proof,
    folder: Path,
    redis_url: str,
    redis_folder: Path,
    database: str | None,
    *,
    browser: bool,
    apart: Path | None = None,
) -> None:
    """One world from its start to the last scan; what lies `apart` is scanned as another place."""
    since = time.time()
    named = proof.flock["name"]
    names = [f"Ani {named.core}", "Budi", "Citra", "Dewi"]
    async with Redis.from_url(as_keeper(redis_url)) as redis:
        async with served(folder, names, redis_url, database) as evening, AsyncExitStack() as stack:
            await gather(evening, names, stack)
            if browser:
                await scan_browser(proof, folder / "profile", evening, "Dewi")
            await speak(evening, proof.flock, names)
            ani = evening.clients["ani"]

            async def meanwhile() -> None:
                await ani.whisper(proof.flock["private line"].text)
                await ani.phrase("warm.2", id=proof.flock["warm phrase (its id)"].core + "2")

            await report(evening, proof.flock, names[1])
            await count_sealed(proof, evening)
            await scan_redis(proof, redis, redis_folder, live=True, meanwhile=meanwhile)
            await scan_figures(proof, evening)
            sari = evening.clients["sari"]
            assert (await sari.send(Close())).ok
            await evening.clients["ani"].until(lambda room: room.closed or room.gone)
            await scan_redis(proof, redis, redis_folder, live=False)
            await scan_files(proof, evening, since, apart or folder)
        if database is not None:
            return
        # A second server with a Valkey of its own, to be killed while people talk.
        second = served(folder / "second", names, None, None)
        async with second as again, AsyncExitStack() as stack:
            await gather(again, names, stack)
            assert (await again.clients["ani"].say(proof.flock["words"].text)).ok
            await scan_crash(proof, again, since)


# --- The worlds ---


def a_proof(title: str) -> Proof:
    return Proof(title, a_flock((*KINDS, "name")))


async def over_embedded(folder: Path, *, browser: bool) -> Proof:
    proof = a_proof("embedded Valkey, SQLite")
    async with EmbeddedValkey(KEEPER) as valkey:
        place = valkey.directory
        assert place is not None
        await prove(proof, folder, valkey.url, place, None, browser=browser)
    await scan_ended(proof, place)
    return proof


async def scan_ended(proof: Proof, place: Path) -> None:
    """What a Redis left behind when it was told to end."""
    await proof.look(
        "Redis's folder after its shutdown",
        in_thread(lambda search: places.in_folder(place, search)),
        writing(place / "left"),
    )
    if proof.title.startswith("embedded"):
        shutil.rmtree(place)


async def over_program(folder: Path, title: str, program: str) -> Proof:
    proof = a_proof(title)
    place = folder / "redis"
    settings = [*safe_for(program), *f"--{KEEPER}".split()]
    async with on_a_port(place, *settings, program=program) as (url, _):
        await prove(proof, folder / "app", url, place, None, browser=False)
    await scan_ended(proof, place)
    return proof


async def over_postgres(folder: Path) -> Proof:
    proof = a_proof("embedded Valkey, PostgreSQL")
    with Postgres() as postgres:
        name = await postgres.create()
        async with EmbeddedValkey(KEEPER) as valkey:
            assert valkey.directory is not None
            url = postgres.url(name)
            await prove(
                proof,
                folder,
                valkey.url,
                valkey.directory,
                url,
                browser=False,
                apart=postgres.folder,
            )
        place = postgres.folder
        connection = await asyncpg.connect(postgres.url(name))

        async def plant(text: str) -> None:
            await connection.execute("CREATE TABLE control (what TEXT)")
            await connection.execute("INSERT INTO control VALUES ($1)", text)
            await connection.execute("CHECKPOINT")

        await connection.execute("CHECKPOINT")
        await proof.look(
            "PostgreSQL's folder: tables, WAL, log",
            in_thread(lambda search: places.in_folder(place, search)),
            plant,
            must=frozenset({"name"}),
        )
        await connection.close()
    return proof


def told(proof: Proof) -> bool:
    """Print one world's table; whether nothing is off."""
    print(f"\n{proof.title}: {len(proof.flock)} canaries, 6 encodings each")
    print(f"  {'place':44} {'hits':>4}  {'kept by design':34} control")
    for row in proof.rows:
        kinds = sorted({kind for kind, _ in row.found})
        hits = [kind for kind in kinds if kind not in row.allowed]
        control = "found" if row.control else "NOT FOUND"
        kept = ", ".join(kind for kind in kinds if kind in row.allowed) or "-"
        print(f"  {row.place:44} {len(hits):>4}  {kept[:34]:34} {control}")
        for line in row.off:
            print(f"    OFF: {line}")
    for column, count in proof.sealed.items():
        print(f"  kept by design, sealed: {column}, rows: {count}")
    if not proof.sealed.get(SENT):
        print(f"    OFF: nothing came to {SENT}")
    for line in proof.untold:
        print(f"  NOT TRIED: {line}")
    return bool(proof.sealed.get(SENT)) and not any(row.off for row in proof.rows)


async def main(quick: bool) -> int:
    proofs, untold = [], []
    with tempfile.TemporaryDirectory(prefix="lingkar-proof-") as name:
        folder = Path(name)
        proofs.append(await over_embedded(folder / "embedded", browser=True))
        if not quick:
            if redis := shutil.which("redis-server"):
                proofs.append(await over_program(folder / "redis", "Redis, SQLite", redis))
            else:
                untold.append("Debian's Redis: apt-get install redis-server")
            valkey = str(binary())
            proofs.append(await over_program(folder / "valkey", "Valkey on a port, SQLite", valkey))
            if programs():
                proofs.append(await over_postgres(folder / "postgres"))
            else:
                untold.append(MISSING)
    good = [told(proof) for proof in proofs]
    for line in untold:
        print(f"NOT TRIED: {line}")
    places_ = sum(len(proof.rows) for proof in proofs)
    hits = sum(len(row.off) for proof in proofs for row in proof.rows)
    controls = sum(row.control for proof in proofs for row in proof.rows)
    print(f"\n{places_} places scanned, {hits} off, {controls} controls found")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main("--quick" in sys.argv)))
