"""Where people come from: a proxy that is named is believed, and nobody else is."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from server.answering import configured
from server.serving import trusting
from server.settings import Settings
from tests.realtime.conftest import Uvicorn
from tests.server.visiting import Site

NOBODY: tuple[str, ...] = ()
HERE = ("127.0.0.1/32",)
GUESS = {"name": "Bu Sari", "passphrase": "guess"}


@asynccontextmanager
async def served(app: Any, proxies: tuple[str, ...]) -> AsyncIterator[httpx.AsyncClient]:
    """These pages on a port, run as the program runs them."""
    listening = socket.create_server(("127.0.0.1", 0))
    trust = trusting(replace(Settings(), proxies=proxies))
    server = Uvicorn(configured(app, lifespan="off", **trust))
    running = asyncio.create_task(server.serve([listening]))
    try:
        port = listening.getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        server.should_exit = True
        await running


async def miss(client: httpx.AsyncClient, said: str) -> int:
    """Ask for a circle that does not exist, in the name of an address."""
    answer = await client.get("/c/nothing", headers={"X-Forwarded-For": said})
    return answer.status_code


@pytest.fixture(autouse=True)
def few_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    from server.limits import Budget

    monkeypatch.setattr("server.guessing.MISSES", Budget(3, 600))


async def test_an_address_that_somebody_says_themselves_changes_nothing(site: Site) -> None:
    async with served(site.app, NOBODY) as client:
        seen = [await miss(client, f"198.51.100.{at}") for at in range(5)]
    assert seen == [404, 404, 404, 429, 429]


async def test_behind_a_proxy_each_address_counts_for_itself(site: Site) -> None:
    async with served(site.app, HERE) as client:
        seen = [await miss(client, "198.51.100.7") for _ in range(4)]
        assert seen == [404, 404, 404, 429]
        assert await miss(client, "198.51.100.8") == 404
        assert await miss(client, "2001:db8::1") == 404


async def test_what_is_sent_to_a_proxy_that_adds_to_it_changes_nothing(site: Site) -> None:
    async with served(site.app, HERE) as client:
        seen = [await miss(client, f"203.0.113.{at}, 198.51.100.7") for at in range(4)]
        assert seen == [404, 404, 404, 429]
        # Nor does the proxy's own address in somebody's list.
        assert await miss(client, "203.0.113.9, 127.0.0.1, 198.51.100.7, 127.0.0.1") == 429


async def test_uvicorns_own_variable_names_no_proxy(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    async with served(site.app, NOBODY) as client:
        seen = [await miss(client, f"198.51.100.{at}") for at in range(4)]
    assert seen[-1] == 429


def proxies(monkeypatch: pytest.MonkeyPatch, **said: str) -> tuple[str, ...]:
    for name in ("PUBLIC_URL", "LINGKAR_PROXIES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    return Settings.from_env().proxies


def test_no_proxy_is_believed_until_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    public = "https://lingkar.example"
    assert proxies(monkeypatch) == ()
    assert proxies(monkeypatch, PUBLIC_URL=public) == ("127.0.0.1", "::1")
    assert proxies(monkeypatch, PUBLIC_URL=public, LINGKAR_PROXIES="none") == ()
    named = proxies(monkeypatch, LINGKAR_PROXIES="10.1.2.3/8, 2001:db8::1")
    assert named == ("10.0.0.0/8", "2001:db8::1/128")


@pytest.mark.parametrize("said", ["*", "0.0.0.0/0", "::/0", "proxy", "10.0.0.0/99"])
def test_whoever_would_believe_everybody_is_told(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError):
        proxies(monkeypatch, LINGKAR_PROXIES=said)
