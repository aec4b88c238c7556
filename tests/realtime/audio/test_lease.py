"""One circle, one sound process: leases are taken, kept, lost and never stolen."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest

from realtime.audio import lease
from realtime.audio.lease import LEASE_SECONDS, LIVES_SECONDS, Leases, bury
from realtime.domain.meeting import CircleId
from realtime.store.link import Link, key


@pytest.fixture
async def leases(redis_url: str) -> AsyncIterator[Leases]:
    link = Link(redis_url)
    yield Leases(link)
    await link.close()


def circle() -> CircleId:
    return CircleId(f"c-{secrets.token_hex(6)}")


async def test_the_first_process_has_the_circle_and_no_other_gets_it(leases: Leases) -> None:
    one = circle()
    assert await leases.holder(one) is None
    assert await leases.take(one, "a") == "a"
    assert await leases.take(one, "b") == "a"
    assert await leases.take(one, "b", "c") == "a", "another than the one said to be gone holds it"
    assert not await leases.keep(one, "b")
    assert await leases.holder(one) == "a"


async def test_a_holder_that_is_gone_is_followed_by_whoever_names_it(leases: Leases) -> None:
    one = circle()
    await leases.take(one, "a")
    assert await leases.take(one, "b", "a") == "b"
    assert not await leases.keep(one, "a"), "who was taken for gone has lost it"


async def test_a_lease_that_is_not_kept_runs_out(leases: Leases) -> None:
    one = circle()
    await leases.take(one, "a")
    async with asyncio.timeout(LEASE_SECONDS * 3):
        while await leases.holder(one) is not None:  # noqa: ASYNC110 -- the server's clock
            await asyncio.sleep(0.05)
    assert await leases.keep(one, "a"), "nobody else had taken it"
    assert await leases.holder(one) == "a"


async def test_only_its_holder_lets_a_lease_go(leases: Leases) -> None:
    one = circle()
    await leases.take(one, "a")
    await leases.drop(one, "b")
    assert await leases.holder(one) == "a"
    await leases.drop(one, "a")
    assert await leases.holder(one) is None


async def test_living_processes_are_told_the_least_loaded_first(leases: Leases) -> None:
    names = {load: f"p-{secrets.token_hex(4)}" for load in (7, 0, 3)}
    for load, name in names.items():
        await leases.beat(name, load)
    living = await leases.living()
    assert [name for name in living if name in names.values()] == [names[0], names[3], names[7]]
    assert [living[names[load]] for load in (0, 3, 7)] == [0, 3, 7]


async def test_a_process_that_does_not_beat_or_is_buried_is_gone(
    leases: Leases, redis_url: str
) -> None:
    quiet, dead = (f"p-{secrets.token_hex(4)}" for _ in range(2))
    await leases.beat(quiet, 1)
    await leases.beat(dead, 1)
    await bury(redis_url, dead)
    assert dead not in await leases.living()
    async with asyncio.timeout(LIVES_SECONDS * 3):
        while quiet in await leases.living():  # noqa: ASYNC110 -- the server's clock
            await asyncio.sleep(0.05)


def test_a_process_is_missed_soon_enough_to_be_heard_again_within_five_seconds() -> None:
    """Missed, noticed, and two seconds left for a new start."""
    from realtime.audio.lookout import LOOK_SECONDS

    assert lease.LIVES_SECONDS + 2 * LOOK_SECONDS <= 3
    assert lease.BEAT_SECONDS * 3 < lease.LIVES_SECONDS
    assert lease.BEAT_SECONDS * 3 < lease.LEASE_SECONDS


async def test_a_lease_that_redis_forgot_is_its_holders_again(
    leases: Leases, redis_url: str
) -> None:
    """Redis came back empty: whoever served the circle goes on, and nobody else begins."""
    one = circle()
    assert await leases.take(one, "a") == "a"
    link = Link(redis_url)
    await link.ask("DEL", key(one, "sound"))
    await link.close()
    assert await leases.keep(one, "a")
    assert await leases.take(one, "b") == "a"
