"""A process sends its people on while another one of the same circle watches."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from realtime.client import RoomClient
from realtime.client.connection import ConnectRefused
from realtime.draining import SHORTEST
from realtime.live import Live
from realtime.store import by_redis
from realtime.ticker import LOSSES_EVERY, SETTLED_SECONDS
from tests.realtime.conftest import Door, House, Time, serving


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def two(redis_url: str, time: Time) -> AsyncIterator[tuple[House, House]]:
    """A circle on two processes, of which the second has a clock that a test moves."""
    async with (
        serving(Door(), by_redis(redis_url)) as (one, url),
        serving(Door(), by_redis(redis_url), time) as (other, elsewhere),
        AsyncExitStack() as stack,
    ):
        house = House(url, secrets.token_hex(6), Door(), one, stack)
        yield house, house.elsewhere(elsewhere, other)


def away(person: RoomClient) -> bool:
    return any('"presence":"away"' in frame for frame in person.frames)


async def looked_for_losses(live: Live, time: Time) -> None:
    """Let that process look for people who are gone, long after it began to watch."""
    for _ in range(2):
        for _ in range(LOSSES_EVERY):
            await live.ticker.look_at_the_clock()
        time.passed += SETTLED_SECONDS


async def test_whoever_is_sent_on_is_away_for_nobody_and_finds_their_seat(
    two: tuple[House, House], time: Time
) -> None:
    here, there = two
    sari, rina, tono = await here.seat("Bu Sari", "Rina", "Tono")
    watching = await there.come("Bu Dewi")
    await watching.until(lambda r: r.meeting and len(r.meeting.seats) == 4)
    await here.live.drain()
    for person in (sari, rina, tono):
        await person.until(lambda r: r.closed)
    await looked_for_losses(there.live, time)
    again = [await there.come(name) for name in ("Bu Sari", "Rina", "Tono")]
    for person in again:
        await person.until(
            lambda r: r.meeting and all(s.presence == "here" for s in r.meeting.seats)
        )
    assert (await again[1].say("aku di sini lagi")).ok
    await watching.until(lambda r: r.said)
    assert not away(watching), "somebody who was sent on was shown as away"


async def test_nobody_is_let_in_any_more_and_is_told_to_try_again(two: tuple[House, House]) -> None:
    here, _ = two
    await here.live.drain()
    with pytest.raises(ConnectRefused, match="out_of_reach"):
        await here.come("Bu Sari")


async def test_what_was_asked_for_is_answered_before_the_goodbye(two: tuple[House, House]) -> None:
    here, _ = two
    (sari,) = await here.seat("Bu Sari")
    draining = asyncio.create_task(here.live.drain())
    answered = 0
    with contextlib.suppress(Exception):
        while True:
            assert (await sari.sync()).ok
            answered += 1
            await asyncio.sleep(0.25)
    await draining
    assert sari.why == "closed by the server", "cut off instead of being told"


async def test_people_go_one_after_another(two: tuple[House, House]) -> None:
    here, _ = two
    people = await here.seat("Bu Sari", *(f"Orang{n}" for n in range(5)))
    loop = asyncio.get_running_loop()

    async def gone(person: RoomClient) -> float:
        await person.until(lambda r: r.closed)
        return loop.time()

    going = [asyncio.create_task(gone(person)) for person in people]
    await here.live.drain()
    times = sorted([await one for one in going])
    # Six chances in a second: that all of them fall into a tenth of it does not happen.
    assert times[-1] - times[0] > SHORTEST / 10
