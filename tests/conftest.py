"""What tests of several folders share: a real Valkey and PostgreSQL, and what is told at the end.

Declines to start one that nobody asks for.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from server.embedded import EmbeddedValkey
from tests.lengths import LONGEST
from tests.postgres import MISSING, Postgres, programs
from tests.steps import LINES, STEPS, told
from tests.valkeys import KEEPER, grown

# In the background of a shell it is ignored, and by every process that a test starts there too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: nobody waits for it alone at the end."""
    items.sort(key=begins)


def begins(item: pytest.Item) -> int:
    if item.path.parent.name != "journeys":
        return 2
    return 0 if item.path.stem in LONGEST else 1


@pytest.fixture(scope="session")
async def valkey() -> AsyncIterator[EmbeddedValkey]:
    """One server for the whole run, as `make run` starts it. Use circles of your own in it.

    Beside its own user it has one for tests that do what we may not: see `as_keeper`.
    """
    async with EmbeddedValkey(KEEPER) as running:
        await grown(running.url)
        yield running


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> str:
    return valkey.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run; make a database of your own in it."""
    if programs() is None:
        pytest.skip(MISSING)
    with Postgres() as running:
        yield running


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of several hands what it has to tell to the one who tells it."""
    handed: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed.update(steps=dict(STEPS), lines=LINES)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    # One that crashed handed nothing over.
    handed = getattr(node, "workeroutput", {})
    STEPS.update(handed.get("steps", {}))
    LINES.extend(handed.get("lines", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many random steps were taken and what the machines found; what was not run, aloud."""
    for line in LINES:
        terminalreporter.write_line(line)
    without = sum(MISSING in str(r.longrepr) for r in terminalreporter.stats.get("skipped", []))
    if without:
        terminalreporter.write_line(f"NOT RUN: {without} tests. {MISSING}", red=True)
    if STEPS:
        failed = terminalreporter.stats.get("failed", [])
        violations = sum("::testany" in r.nodeid.lower().replace("_", "") for r in failed)
        terminalreporter.write_line(told(violations))
