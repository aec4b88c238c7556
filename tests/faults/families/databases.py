"""The database gone, silent or locked: meetings go on, and what needs it gets a clear 503."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from realtime.client import ConnectRefused, RoomClient
from realtime.domain.commands import Close, Remove
from server.circles.seed import Seeded
from tests.faults.checks import Broken
from tests.faults.house import House, Web
from tests.faults.people import CANARY, STRANGER, People, gathered
from tests.faults.rows import Houses, NotRun, Seen, row
from tests.postgres import MISSING, programs

CLEARLY, BUSY, HUNG = 1.0, 5.0, 5.0
"""A clear no; where SQLite waits for a lock; and where connections have to be given up first."""


async def asked(web: Web, path: str = "/") -> tuple[int, float]:
    """The status of a page that needs the database, and how long it took; 0: no answer."""
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=web.base, timeout=30) as client:
        try:
            status = (await client.get(path)).status_code
        except httpx.HTTPError:
            status = 0
    return status, time.monotonic() - began


async def write(web: Web, circle: Seeded) -> tuple[int, float]:
    """A member opens a link that makes them a facilitator: that has to be written down."""
    secret = circle.facilitate_link.partition("#")[2]
    headers = {"Origin": web.base, "Sec-Fetch-Site": "same-origin"}
    cookies = {circle.cookie_name: circle.members["Gita"]}
    began = time.monotonic()
    async with httpx.AsyncClient(
        base_url=web.base, timeout=30, headers=headers, cookies=cookies
    ) as client:
        try:
            status = (await client.post("/u/tukar", json={"secret": secret})).status_code
        except httpx.HTTPError:
            status = 0
    return status, time.monotonic() - began


async def come_late(web: Web, people: People) -> tuple[str, float]:
    """A member's connection while nobody can look up who they are; the reason they read."""
    circle = people.circle
    cookie = f"{circle.cookie_name}={circle.members[STRANGER]}"
    began = time.monotonic()
    try:
        async with RoomClient.connect(
            f"http://127.0.0.1:{web.port}", circle.slug, cookie, origin=web.base
        ):
            return "let in", time.monotonic() - began
    except ConnectRefused as refused:
        return refused.reason, time.monotonic() - began


async def close_the_meeting(people: People) -> None:
    """The end of a meeting waits for no database."""
    people.truth.over = True
    sari = people.sari.now()
    ack = await people.sari.do(Close())
    if not ack.ok:
        raise Broken(f"closing the meeting was refused with {ack.reason}")
    await sari.until(lambda room: room.gone)


@asynccontextmanager
async def over_postgres(houses: Houses) -> AsyncIterator[House]:
    if programs() is None:
        raise NotRun(MISSING)
    async with houses.own(postgres=True) as house:
        yield house


async def without_it(
    house: House, people: People, clearly: float
) -> dict[str, tuple[float, float]]:
    """What goes on, and what is refused, while nobody reaches the database."""
    web = house.webs[0]
    await people.hear(await people["Ani"].say(f"tanpa basis data {CANARY}"))
    status, page = await asked(web, f"/c/{people.circle.slug}")
    if status != 503:
        raise Broken(
            f"a page that needs the database was answered with {status} after {page:.1f} s"
        )
    reason, late = await come_late(web, people)
    if reason != "out_of_reach":
        raise Broken(f"who comes now is told '{reason}'")
    return {"503": (page, clearly), "a new connection refused": (late, clearly)}


async def ban(people: People) -> None:
    """Whoever is banned goes all the same; the facilitator is told that it was not kept."""
    ack = await people.sari.do(Remove(people["Citra"].member_id, True))
    if ack.ok or ack.reason != "not_kept":
        raise Broken(f"a ban that cannot be kept was answered with {ack.reason or 'yes'}")


async def with_it_again(house: House) -> float:
    began = time.monotonic()
    async with asyncio.timeout(30):
        while (await asked(house.webs[0]))[0] != 200:  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.1)
    return time.monotonic() - began


@row(
    "database-stopped",
    "PostgreSQL is stopped, and started again",
    "the meeting goes on, ends too; a clear 503 for what needs it; pools recover",
)
async def the_database_is_stopped(houses: Houses) -> Seen:
    async with over_postgres(houses) as house, gathered(house) as people:
        before = await people.told()
        assert house.postgres is not None
        house.postgres.stop()
        try:
            times = await without_it(house, people, CLEARLY)
        finally:
            house.postgres.start()
        back = await with_it_again(house)
        await people.whole_again(before)
        await people.go_on()
        house.postgres.stop()
        try:
            await ban(people)
            await close_the_meeting(people)
        finally:
            house.postgres.start()
        return Seen("words and stick as ever, 503 outside", {**times, "back": (back, 5.0)})


@row(
    "database-silent",
    "the line to PostgreSQL is half-open: it answers nothing",
    "the meeting goes on; a clear 503 for what needs it; pools recover",
)
async def the_database_is_silent(houses: Houses) -> Seen:
    async with over_postgres(houses) as house, gathered(house) as people:
        before = await people.told()
        assert house.rows is not None
        house.rows.freeze()
        try:
            times = await without_it(house, people, HUNG)
        finally:
            house.rows.mend()
        back = await with_it_again(house)
        await people.whole_again(before)
        await people.go_on()
        house.rows.freeze()
        try:
            await ban(people)
        finally:
            house.rows.mend()
        return Seen("words and stick as ever, 503 outside", {**times, "back": (back, 5.0)})


@row(
    "database-locked",
    "somebody else holds the lock of the SQLite file",
    "the meeting goes on and ends; what has to be written gets a 503 once waiting is pointless",
)
async def the_database_is_locked(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        lock = sqlite3.connect(house.data / "lingkar.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            writing = asyncio.create_task(write(house.webs[0], people.circle))
            await people.hear(await people["Ani"].say(f"terkunci {CANARY}"))
            status, took = await writing
            if status != 503:
                raise Broken(f"what could not be written was answered with {status}")
            await people.whole_again(before)
            await people.go_on()
            await close_the_meeting(people)
        finally:
            lock.close()
        return Seen("words, stick and the end as ever", {"503": (took, BUSY)})
