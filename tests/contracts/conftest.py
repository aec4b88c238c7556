"""Every test here runs in both worlds, unless it asks for Redis by name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.worlds import MemoryWorld, MortalValkey, RedisWorld, World


@pytest.fixture(scope="session")
async def mortal() -> AsyncIterator[MortalValkey]:
    server = MortalValkey()
    await server.start()
    yield server
    server.remove()


@pytest.fixture
async def redis_world(mortal: MortalValkey) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(mortal)
    yield world
    await world.close()


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, mortal: MortalValkey) -> AsyncIterator[World]:
    made: World = MemoryWorld() if request.param == "memory" else RedisWorld(mortal)
    yield made
    await made.close()
