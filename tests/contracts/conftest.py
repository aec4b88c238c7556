"""Every test here runs in all worlds, unless it asks for Redis by name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clusters import ValkeyCluster, cluster_in
from tests.contracts.worlds import ClusterWorld, MemoryWorld, MortalValkey, RedisWorld, World
from tests.valkeys import grown


@pytest.fixture(scope="session")
async def mortal() -> AsyncIterator[MortalValkey]:
    server = MortalValkey()
    await server.start()
    yield server
    server.remove()


@pytest.fixture
async def redis_world(mortal: MortalValkey) -> AsyncIterator[RedisWorld]:
    await grown(mortal.url)
    world = RedisWorld(mortal)
    yield world
    await world.close()


@pytest.fixture(scope="session")
async def patient_cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ValkeyCluster]:
    """One that takes a pause of some seconds for no death."""
    async with cluster_in(tmp_path_factory.mktemp("cluster"), node_timeout=10_000) as cluster:
        yield cluster


@pytest.fixture(params=["memory", "redis", "cluster"])
async def world(
    request: pytest.FixtureRequest, mortal: MortalValkey, patient_cluster: ValkeyCluster
) -> AsyncIterator[World]:
    made: World = MemoryWorld()
    if request.param == "redis":
        await grown(mortal.url)
        made = RedisWorld(mortal)
    elif request.param == "cluster":
        made = ClusterWorld(patient_cluster)
    yield made
    await made.close()
