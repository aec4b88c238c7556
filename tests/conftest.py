"""What tests of several folders share: a real Valkey, and a line about the state machines.

Declines to start a Valkey that nobody asks for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.embedded import EmbeddedValkey
from tests.steps import STEPS, told


@pytest.fixture(scope="session")
async def valkey() -> AsyncIterator[EmbeddedValkey]:
    """One server for the whole run, as `make run` starts it. Use circles of your own in it."""
    async with EmbeddedValkey() as running:
        yield running


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> str:
    return valkey.url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many random steps were taken, and how many machines found something."""
    if STEPS:
        failed = terminalreporter.stats.get("failed", [])
        violations = sum("::testany" in r.nodeid.lower().replace("_", "") for r in failed)
        terminalreporter.write_line(told(violations))
