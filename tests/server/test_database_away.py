"""The database comes and goes under real processes: meetings go on, pages say so, all recovers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from realtime.client import RoomClient
from realtime.client.connection import ConnectRefused
from realtime.domain.commands import Close
from server.circles.admission import Lately
from server.circles.seed import Seeded, seed_circle
from server.settings import Settings
from tests.postgres import MISSING, Postgres, programs
from tests.server.test_cli import SOON, Served, serving
from tests.server.test_processes import webs_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]
SILENT = 10.0
"""Seconds for a 503 that is due within five, on a machine that has much to do."""


@pytest.fixture
def postgres_of_its_own() -> Iterator[Postgres]:
    """One that may be stopped: others do not use it."""
    if programs() is None:
        pytest.skip(MISSING)
    with Postgres() as running:
        yield running


@dataclass
class House:
    """A server, a circle, and who may come."""

    served: Served
    circle: Seeded
    base: str

    def cookie(self, name: str) -> str:
        value = self.circle.members.get(name, self.circle.facilitator)
        return f"{self.circle.cookie_name}={value}"

    def line(self, name: str) -> contextlib.AbstractAsyncContextManager[RoomClient]:
        return RoomClient.connect(self.base, self.circle.slug, self.cookie(name), tab=name)

    def browser(self, name: str | None = None, lang: str = "id") -> httpx.AsyncClient:
        headers = {"Accept-Language": lang}
        if name:
            headers["Cookie"] = self.cookie(name)
        return httpx.AsyncClient(base_url=self.base, headers=headers, timeout=SOON)

    async def missing(self) -> list[str]:
        async with self.browser() as browser:
            answer = await browser.get("/readyz")
        found: list[str] = json.loads(answer.text)["missing"]
        assert answer.status_code == (503 if found else 200)
        assert answer.headers["cache-control"] == "no-store"
        return found

    async def until_missing(self, *parts: str) -> None:
        async with asyncio.timeout(SOON):
            while await self.missing() != list(parts):  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def house(data: Path, database: str | None = None) -> AsyncIterator[House]:
    settings = replace(Settings(data_dir=data), database=database)
    circle = await seed_circle(settings, members=["Rina", "Tono"], door="open")
    async with serving(data, **({"DATABASE_URL": database} if database else {})) as served:
        port = re.search(r"localhost:(\d+)", served.said)
        assert port
        yield House(served, circle, f"http://127.0.0.1:{port[1]}")


async def test_while_postgresql_is_gone_a_meeting_goes_on_and_pages_say_so_kindly(
    tmp_path: Path, postgres_of_its_own: Postgres
) -> None:
    postgres = postgres_of_its_own
    url = postgres.url(await postgres.create())
    async with house(tmp_path, url) as place, place.line("Bu Sari") as sari:
        async with place.line("Rina") as rina:
            await place.until_missing()
            postgres.stop()
            await place.until_missing("database")
            assert (await sari.say("kita lanjut")).ok
            await rina.until(lambda r: r.said)
            await rina.vanish()
        await pages_say_so(place)
        # Whoever was inside comes back to their seat; whoever was not is asked to try again.
        async with place.line("Rina") as again:
            await again.until(lambda r: r.you and r.you.presence == "here")
            assert (await again.say("aku kembali")).ok
            await sari.until(lambda r: len(r.said) == 2)
            with pytest.raises(ConnectRefused, match="out_of_reach"):
                async with place.line("Tono"):
                    pass
            assert (await sari.send(Close())).ok
            await again.until(lambda r: r.gone)
        postgres.start()
        await place.until_missing()
        async with place.browser() as browser:
            assert (await browser.get("/")).status_code == 200


async def test_while_postgresql_answers_nothing_pages_say_so_in_seconds_and_then_recover(
    tmp_path: Path, postgres_of_its_own: Postgres
) -> None:
    postgres = postgres_of_its_own
    url = postgres.url(await postgres.create())
    async with house(tmp_path, url) as place:
        absent = f"/c/{place.circle.slug}/absen"

        async def crowd() -> set[int]:
            """More than there are connections."""
            async with place.browser("Rina") as browser:
                asked = [browser.get(absent, timeout=SILENT) for _ in range(20)]
                return {answer.status_code for answer in await asyncio.gather(*asked)}

        async def until_all_are_answered() -> None:
            async with asyncio.timeout(SOON):
                while await crowd() != {200}:  # noqa: ASYNC110 -- another process
                    await asyncio.sleep(0.1)

        await until_all_are_answered()
        with postgres.frozen():
            assert await crowd() == {503}
        await until_all_are_answered()


async def pages_say_so(place: House) -> None:
    """In both languages, with numbers to call, and when to try again; these need no database."""
    for lang, words in (("id", "Sebentar"), ("en", "One moment")):
        async with place.browser("Rina", lang) as browser:
            answer = await browser.get(f"/c/{place.circle.slug}/absen")
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert f'lang="{lang}"' in answer.text
            assert words in answer.text
            assert 'href="tel:119' in answer.text
            assert (await browser.get("/bantuan")).status_code == 200
            assert (await browser.get("/healthz")).status_code == 200


@contextlib.contextmanager
def nothing_can_be_written(pid: int) -> Iterator[None]:
    """As on a disk that is full: the kernel refuses that process every byte of every file."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_where_sqlite_cannot_write_pages_are_read_and_a_meeting_goes_on(
    tmp_path: Path,
) -> None:
    async with (
        house(tmp_path) as place,
        place.line("Bu Sari") as sari,
        place.line("Rina") as rina,
        place.browser("Tono") as browser,
    ):
        (pid,) = webs_of(place.served)
        absent = f"/c/{place.circle.slug}/absen"
        page = await browser.get(absent)
        form = {
            name: re.findall(rf'name="{name}" value="([^"]+)"', page.text)[-1]
            for name in ("_token", "start")
        }
        headers = {"Cookie": f"{place.cookie('Tono')}; {page.headers['set-cookie'].split(';')[0]}"}
        with nothing_can_be_written(pid):
            refused = await browser.post(absent, data=form, headers=headers)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert (await browser.get(absent)).status_code == 200
            assert (await sari.say("kita lanjut")).ok
            await rina.until(lambda r: r.said)
        kept = await browser.post(absent, data=form, headers=headers)
        assert kept.status_code == 303


def test_who_was_let_in_is_known_for_as_long_as_a_meeting_lasts_and_no_longer() -> None:
    now = 0.0
    lately = Lately(lambda: now)
    guest = object()
    lately.note("kue", "pagi", guest)  # type: ignore[arg-type]
    now = 3 * 3600 - 1.0
    assert lately.guest("kue", "pagi") is guest
    assert lately.guest("kue", "malam") is None
    now += 2
    assert lately.guest("kue", "pagi") is None
    lately.note("kue", "pagi", guest)  # type: ignore[arg-type]
    # Whoever was refused meanwhile is not let in by what was known before.
    lately.forget("kue", "pagi")
    assert lately.guest("kue", "pagi") is None


async def test_whoever_ends_a_meeting_does_not_wait_for_a_database_that_takes_its_time(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here:
        lock = sqlite3.connect(tmp_path / "lingkar.db", isolation_level=None)
        async with here.line("Bu Sari") as sari, here.line("Rina") as rina:
            await rina.until(lambda room: room.meeting)
            lock.execute("BEGIN EXCLUSIVE")
            assert (await sari.send(Close())).ok
            await rina.until(lambda room: room.gone)
        lock.rollback()
        async with asyncio.timeout(SOON):
            # It was counted beside, once that could be done.
            while not lock.execute("SELECT sum(visits) FROM membership").fetchone()[0]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        lock.close()
