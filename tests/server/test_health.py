"""Whether a process lives and is ready, as machines ask it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from server import health
from server.app import Whole
from server.embedded import EmbeddedValkey
from server.health import LIVES, READY, Health
from tests.server.test_cli import SOON, said_until, started


async def asked(of: Health, path: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and what is said."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await of.answer(path, send, {"X-Own": "yes"})
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(sent[1]["body"])


async def there() -> bool:
    return True


async def away() -> bool:
    raise OSError


async def hanging() -> bool:
    await asyncio.Event().wait()
    return True


async def test_whether_it_lives_depends_on_nothing() -> None:
    status, headers, said = await asked(Health({"redis": hanging}), LIVES)
    assert (status, said) == (200, {"alive": True})
    assert headers["cache-control"] == "no-store"
    assert headers["x-own"] == "yes"


async def test_what_is_missing_is_named_and_what_is_there_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    parts = {"redis": there, "database": away, "sound": hanging}
    status, headers, said = await asked(Health(parts), READY)
    assert (status, said) == (503, {"ready": False, "missing": ["database", "sound"]})
    assert headers["retry-after"] == "1"
    assert await asked(Health({"redis": there}), READY) == (
        200,
        {"x-own": "yes", "content-type": "application/json", "cache-control": "no-store"},
        {"ready": True, "missing": []},
    )


async def test_many_who_ask_at_once_cost_one_question() -> None:
    times = 0

    async def counting() -> bool:
        nonlocal times
        times += 1
        await asyncio.sleep(0)
        return True

    of = Health({"database": counting})
    await asyncio.gather(*(asked(of, READY) for _ in range(50)))
    assert times == 1


async def test_whoever_sends_its_people_on_is_not_ready_but_lives() -> None:
    of = Health({"redis": there})
    of.draining = True
    assert (await asked(of, READY))[2] == {"ready": False, "missing": ["draining"]}
    assert (await asked(of, LIVES))[0] == 200


@pytest.mark.long
async def test_what_was_asked_for_before_the_end_is_answered(tmp_path: Path) -> None:
    async with EmbeddedValkey() as valkey:
        process = await started(tmp_path, "web", REDIS_URL=valkey.url)
        found = re.search(r"port (\d+)", await said_until(process, "Web on port"))
        assert found
        port = int(found[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /masuk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname"
        )
        await writer.drain()
        assert (await ask_for_page(port)) == b"200"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SOON):
            with contextlib.suppress(OSError):
                while await ask_for_page(port):  # noqa: ASYNC110 -- another process
                    await asyncio.sleep(0.01)
            writer.write(b"=nam")
            assert (await reader.readline()).startswith(b"HTTP/1.1 403")
        writer.close()
        await process.communicate()
        assert process.returncode == 0


async def ask_for_page(port: int) -> bytes:
    """The status of a page over a line of its own; raises OSError where nobody takes one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return (await reader.readline())[9:12]
    finally:
        writer.close()


async def test_while_people_are_sent_on_no_connection_is_kept_for_another_page() -> None:
    async def pages(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    async def nothing() -> None:
        return

    async def headers() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await whole({"type": "http", "path": "/"}, None, send)
        assert sent[1]["body"] == b"page"
        found: list[Any] = sent[0]["headers"]
        return found

    whole = Whole(pages, pages, Health({}), nothing, {}, lambda: iter(()))
    assert await headers() == []
    await whole.drain()
    assert await headers() == [(b"connection", b"close")]
