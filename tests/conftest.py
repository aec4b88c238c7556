"""What tests of several folders share: a real Valkey. Declines to start one nobody asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.embedded import EmbeddedValkey


@pytest.fixture(scope="session")
async def valkey() -> AsyncIterator[EmbeddedValkey]:
    """One server for the whole run, as `make run` starts it. Use circles of your own in it."""
    async with EmbeddedValkey() as running:
        yield running


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> str:
    return valkey.url
