"""What a page costs the server: the list of circles, a search, a circle, among thousands of them.

CPU of this process, database driver and SQLite in it; PostgreSQL's own work is not in it. Beside
each page stands a bare page of the same size: Quart, its headers, nothing looked up or rendered.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quart import Quart, Response
from sqlalchemy import insert, text

from server.accounts.tables import Person
from server.circles.kinds import KINDS
from server.circles.schedule import Times
from server.circles.tables import Circle, Membership
from server.database import Database
from server.limits import Limits
from server.pages import make_pages
from server.security import Keys
from server.settings import Settings
from tests.bench.table import Table, interleaved, millis, ratio, spread
from tests.postgres import MISSING, Postgres, programs

MOST = 0.050
"""Seconds of CPU that a page may cost."""
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Amsterdam")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORDS = ("Teman", "Tebet", "Malam", "Anak", "Ibu", "Sore", "Kopi", "Pulih")
PAGES = {
    "landing": "/",
    "one page further": "/?hal=40",
    "filtered landing": "/?q=teb&tema=carers&hari=2&waktu=evening&kursi=1&bahasa=id&cara=text",
    "open seats alone": "/?kursi=1",
    "nothing found": "/?q=tidak+ada&tema=carers&hari=2&kursi=1",
    "circle": "/c/lingkaran-7",
}


@dataclass(frozen=True)
class Size:
    circles: int
    members: int
    """In each circle."""
    rounds: int
    requests: int


def circle_rows(size: Size, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Circles of every kind, day, hour and zone; most are full."""
    for n in range(size.circles):
        zone, rule = ZONES[n % 4], f"FREQ=WEEKLY;BYDAY={DAYS[n % 7]}"
        starts = f"2026-01-{5 + n % 7:02}T{6 + n % 16:02}:30"
        name = f"{WORDS[n % 8]} {WORDS[n // 8 % 8]} {n}"
        start = Times(starts, zone, rule, 75).next_start(now)
        assert start is not None
        yield {
            "id": f"c{n}", "slug": f"lingkaran-{n}", "name": name, "topic": "Mengasuh.",
            "kind": KINDS[n % len(KINDS)], "place": f"RW {n % 20:02}", "search": name.casefold(),
            "language": "id", "languages": ("id", "en", "id,en")[n % 3],
            "medium": "sound" if n % 9 == 0 else "text", "newcomers": n % 2 == 0, "ages": "adults",
            "seats": size.members + (n % 5 == 0), "starts": starts, "timezone": zone, "rule": rule,
            "minutes": 75, "next_start": int(start.timestamp()), "soft_seconds": 240, "door": "ask",
            "visibility": "public" if n % 10 else "private", "joining": "open", "friends": "ask",
            "observers_first": False, "agreements_version": 0, "since": dt.date(2026, 1, 1),
        }  # fmt: skip


def membership_rows(size: Size) -> Iterator[dict[str, Any]]:
    for n in range(size.circles * size.members):
        role = "facilitator" if n % size.members == 0 else "member"
        yield {
            "circle_id": f"c{n // size.members}", "person_id": f"p{n}", "name": f"Melati {n}",
            "name_key": f"melati {n}", "role": role, "state": "member", "pledged": True,
        }  # fmt: skip


async def fill(database: Database, size: Size) -> None:
    """Write it all, as one transaction."""
    await database.migrate()
    since = dt.date(2026, 1, 1)
    people = (
        {"id": f"p{n}", "organiser": False, "since": since}
        for n in range(size.circles * size.members)
    )
    async with database.session() as db:
        await db.execute(insert(Person), list(people))
        await db.execute(insert(Circle), list(circle_rows(size, dt.datetime.now(dt.UTC))))
        await db.execute(insert(Membership), list(membership_rows(size)))
        await db.commit()
    async with database.engine.begin() as connection:
        # What a server of some age knows of its tables by itself.
        await connection.execute(text("ANALYZE"))


class Unlimited(Limits):
    """Lets one address ask as often as it likes."""

    def wait(self, *_: object, **__: object) -> int:
        return 0


@asynccontextmanager
async def pages(settings: Settings, size: Size) -> AsyncIterator[Quart]:
    """The pages on a full database."""
    database = Database(settings.database_url)
    await fill(database, size)
    app = make_pages(settings, Keys.kept_in(settings.data_dir), database)
    services = app.extensions["lingkar"]
    object.__setattr__(services, "limits", Unlimited())
    async with app.test_app():
        yield app


def bare(content: bytes) -> Quart:
    """As large, and nothing else."""
    app = Quart("bare", static_folder=None)

    @app.get("/")
    async def page() -> Response:
        return Response(content, content_type="text/html; charset=utf-8")

    return app


def asking(app: Quart, path: str, times: int) -> Callable[[], Awaitable[Sequence[float]]]:
    """CPU of one request each."""
    client = app.test_client()

    async def measure() -> Sequence[float]:
        found = []
        for _ in range(times):
            began = time.process_time()
            answer = await client.get(path, headers={"Accept-Language": "id"})
            await answer.get_data(as_text=False)
            found.append(time.process_time() - began)
            assert answer.status_code == 200, path
        return found

    return measure


async def compare(kind: str, settings: Settings, size: Size) -> list[str]:
    """A table of one database's pages; the lines to end with."""
    ends = []
    title = f"{kind}: CPU of a page among {size.circles} circles, {size.circles * size.members}"
    table = Table(f"{title} memberships", [("page", "kB", "CPU", "bare page", "50 ms")])
    async with pages(settings, size) as app:
        for name, path in PAGES.items():
            content = await (await app.test_client().get(path)).get_data(as_text=False)
            contenders = {
                "page": asking(app, path, size.requests),
                "bare": asking(bare(content), "/", size.requests),
            }
            for measure in contenders.values():
                # Templates and statements are made ready once in the life of a process.
                await measure()
            found = await interleaved(contenders, size.rounds)
            mine, peer = (statistics.median(found[one]) for one in ("page", "bare"))
            held = "ok" if mine <= MOST else "OVER"
            table.row(name, f"{len(content) / 1000:.1f}", spread(found["page"]), millis(peer), held)
            ends.append((name, mine / peer))
    table.print()
    return [f"{kind}, {name}: {value:.1f} times a bare page" for name, value in ends] + [
        ratio("bare", dict(ends)["landing"])
    ]


async def main(size: Size) -> None:
    there = programs() is not None
    with tempfile.TemporaryDirectory() as folder, Postgres() if there else nullcontext() as pg:
        ends = []
        if pg:
            url = pg.url(await pg.create())
            on_pg = Settings(data_dir=Path(folder) / "pg", database=url)
            ends += await compare("PostgreSQL", on_pg, size)
        else:
            print(f"NOT RUN on PostgreSQL. {MISSING}\n")
        ends += await compare("SQLite", Settings(data_dir=Path(folder) / "sqlite"), size)
    print("\n".join(ends))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few of everything")
    quick = parser.parse_args().quick
    asyncio.run(main(Size(40, 4, 1, 2) if quick else Size(5000, 10, 7, 15)))
