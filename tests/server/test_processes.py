"""Many processes behind one port: killed, exchanged and started again, while pages answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.credentials import password_of
from server.embedded import EmbeddedValkey, url_of
from tests.server.test_cli import SOON, Served, children, fetch, gone, said_until, serving, started

pytestmark = pytest.mark.timeout(240)


def words_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def webs_of(served: Served) -> set[int]:
    """The web processes that this server has now."""
    return {pid for pid in children(served.process.pid) if b"server.serving" in words_of(pid)}


async def until(condition: object) -> None:
    """Return once this is so; other processes make it so."""
    assert callable(condition)
    async with asyncio.timeout(SOON * 2):
        while not condition():  # noqa: ASYNC110 -- no event tells
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def asked_all_along(address: str) -> AsyncIterator[list[int]]:
    """A page is asked for again and again; the statuses, and 0 for no answer."""
    statuses: list[int] = []

    async def ask() -> None:
        while True:
            try:
                statuses.append(await fetch(address))
            except OSError:
                statuses.append(0)

    asking = asyncio.create_task(ask())
    try:
        yield statuses
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


@pytest.mark.long
async def test_a_worker_that_is_killed_is_started_again_and_the_others_answer_meanwhile(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, "--workers", "2") as served:
        before = webs_of(served)
        assert len(before) == 2
        assert re.search(r"Web +2 processes", served.said)
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        await gone(killed)
        assert await fetch(f"{served.address}/") == 200
        await until(lambda: len(webs_of(served) - before) == 1)
        code, rest = await served.stop(signal.SIGTERM)
    assert code == 0
    assert "Nothing is left running." in rest


def the_app_at(socket: str) -> Redis:
    """As the processes themselves come in, before and after."""
    url = url_of(Path(socket))
    return Redis.from_url(url, password=password_of(url))


@pytest.mark.long
async def test_a_valkey_that_is_killed_is_started_again_empty_in_the_same_place(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as served:
        found = re.search(r"socket (\S+)", served.said)
        assert found
        (valkey,) = (p for p in children(served.process.pid) if b"valkey-server" in words_of(p))
        async with the_app_at(found[1]) as redis:
            await redis.set("{c}:kept", "no")
        os.kill(valkey, signal.SIGKILL)
        await gone(valkey)
        async with asyncio.timeout(SOON), the_app_at(found[1]) as redis:
            while True:
                with contextlib.suppress(RedisError, OSError):
                    assert await redis.ping()
                    break
                await asyncio.sleep(0.02)
            assert await redis.get("{c}:kept") is None
        assert served.process.returncode is None
        assert await fetch(f"{served.address}/") == 200


@pytest.mark.long
async def test_a_reload_exchanges_every_process_and_no_page_goes_unanswered(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, "--workers", "2") as served:
        before = webs_of(served)
        async with asked_all_along(f"{served.address}/") as statuses:
            reload = await started(tmp_path, "reload")
            assert await reload.wait() == 0
            await until(lambda: not webs_of(served) & before and len(webs_of(served)) == 2)
            many = len(statuses)
            await until(lambda: len(statuses) > many)
        assert set(statuses) == {200}


async def test_a_reload_where_nobody_serves_costs_one_line(tmp_path: Path) -> None:
    (tmp_path / "lingkar.pid").write_text("1")
    process = await started(tmp_path, "reload")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines() == [f"No Lingkar serves {tmp_path}."]


@pytest.mark.long
async def test_a_worker_by_itself_serves_over_the_redis_that_it_is_given(tmp_path: Path) -> None:
    async with EmbeddedValkey() as valkey:
        process = await started(tmp_path, "web", REDIS_URL=valkey.url)
        said = await said_until(process, "Web on port")
        port = re.search(r"port (\d+)", said)
        assert port
        assert await fetch(f"http://127.0.0.1:{port[1]}/") == 200
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")


async def test_a_worker_by_itself_without_a_redis_costs_one_line(tmp_path: Path) -> None:
    process = await started(tmp_path, "web")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        "A web process needs the Redis of its server: set REDIS_URL."
    ]


@pytest.mark.parametrize(("word", "least"), [("--workers", 1), ("--sound-workers", 0)])
async def test_too_few_workers_cost_one_line(tmp_path: Path, word: str, least: int) -> None:
    process = await started(tmp_path, "serve", word, str(least - 1))
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines() == [f"{word} has to be at least {least}."]
