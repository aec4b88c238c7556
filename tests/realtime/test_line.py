"""One subscribed connection against a server that answers when the test says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import MovedError, NoPermissionError, ResponseError

from realtime.store.line import QUIET, UNANSWERED, Line, LineLost

REFUSALS: dict[str, type[Exception]] = {"MOVED": MovedError, "NOPERM": NoPermissionError}


class Scripted:
    """Stands in for redis-py's connection with all its parts, and for its pool."""

    def __init__(self) -> None:
        self._parser = self._writer = self.transport = self
        self.sent = b""
        self.heard: list[tuple[bytes, bytes]] = []
        self.moved: list[bytes] = []
        self.line: Line

    # --- Its parser ---

    def parse_error(self, text: str) -> Exception:
        name, _, rest = text.partition(" ")
        return REFUSALS.get(name, ResponseError)(rest)

    # --- Its transport ---

    def get_protocol(self) -> asyncio.Protocol:
        return asyncio.Protocol()

    def set_protocol(self, protocol: Line) -> None:
        self.line = protocol

    def write(self, data: bytes) -> None:
        self.sent += data

    def abort(self) -> None: ...

    # --- Itself, and its pool ---

    async def disconnect(self, nowait: bool) -> None: ...
    async def release(self, connection: object) -> None: ...

    # --- The server ---

    def says(self, *parts: bytes | int) -> None:
        """One answer of several parts."""
        written = [b":%d\r\n" % x if isinstance(x, int) else bulk(x) for x in parts]
        self.line.data_received(b"*%d\r\n" % len(parts) + b"".join(written))

    def refuses(self, text: bytes) -> None:
        self.line.data_received(b"-" + text + b"\r\n")


def bulk(text: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text), text)


def opened() -> tuple[Scripted, Line, asyncio.Task[None], list[tuple[bytes, bytes]]]:
    server: Any = Scripted()
    line = Line(
        server,
        server,
        lambda channel, data: server.heard.append((channel, data)),
        server.moved.append,
    )
    return server, line, asyncio.create_task(line.until_lost()), server.heard


async def settle() -> None:
    """Let every task come to where it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_subscription_counts_once_the_server_confirmed_it() -> None:
    server, line, reading, heard = opened()
    first = asyncio.create_task(line.subscribe([b"{a}", b"{b}"]))
    await settle()
    server.says(b"ssubscribe", b"{a}", 1)
    await settle()
    assert not first.done()
    server.says(b"ssubscribe", b"{b}", 2)
    server.says(b"smessage", b"{b}", b"hello")
    # Where it arrives, not some turns of the loop later.
    assert heard == [(b"{b}", b"hello")]
    await first
    reading.cancel()


async def test_a_confirmation_of_an_older_question_does_not_answer_a_newer_one() -> None:
    server, line, reading, _ = opened()
    first = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    first.cancel()
    second = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    server.says(b"ssubscribe", b"{a}", 1)
    await settle()
    assert not second.done()
    server.says(b"ssubscribe", b"{a}", 1)
    await second
    reading.cancel()


async def test_questions_go_out_in_the_order_in_which_they_were_asked() -> None:
    server, line, reading, _ = opened()
    line.unsubscribe(b"{a}")
    coming = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    assert server.sent == (
        b"*2\r\n"
        + bulk(b"SUNSUBSCRIBE")
        + bulk(b"{a}")
        + b"*2\r\n"
        + bulk(b"SSUBSCRIBE")
        + bulk(b"{a}")
    )
    for task in (coming, reading):
        task.cancel()


async def test_a_loss_ends_every_question_and_every_later_one() -> None:
    _, line, reading, _ = opened()
    asked = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    line.connection_lost(None)
    for waiting in (asked, reading, line.subscribe([b"{b}"])):
        with pytest.raises(LineLost):
            await waiting


async def test_what_goes_wrong_with_what_is_heard_is_told_to_whoever_waits_for_the_end() -> None:
    server, line, reading, _ = opened()

    def burst(_channel: bytes, _data: bytes) -> None:
        raise ValueError

    line._hear = burst
    server.says(b"smessage", b"{a}", b"hello")
    with pytest.raises(ValueError):
        await reading
    assert line.lost


async def test_a_server_that_stays_silent_is_asked_and_then_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, line, reading, _ = opened()
    passed = 0.0
    monkeypatch.setattr(line, "_loop", Later(lambda: passed))
    line._last = 0.0
    for answered in (False, True, *[False] * UNANSWERED):
        passed += QUIET
        line._look()
        if answered:
            # An answer in between counts.
            server.says(b"pong", b"")
    assert not line.lost
    passed += QUIET
    line._look()
    with pytest.raises(LineLost):
        await reading


class Later:
    """A loop whose time is the test's own; nothing is called by it."""

    def __init__(self, time: Any) -> None:
        self.time = time

    def call_later(self, *_: object) -> Any:
        return asyncio.get_running_loop().call_soon(lambda: None)

    call_soon = call_later


async def test_a_channel_that_is_another_servers_is_told_and_harms_no_other() -> None:
    server, line, reading, heard = opened()
    coming = asyncio.create_task(line.subscribe([b"{a}", b"{b}"]))
    await settle()
    server.refuses(b"MOVED 7 elsewhere:6379")
    server.says(b"ssubscribe", b"{b}", 1)
    assert await coming == [b"{a}"]
    # And one that was heard until now: nobody asked for its end.
    server.says(b"sunsubscribe", b"{b}", 0)
    assert server.moved == [b"{b}"]
    line.unsubscribe(b"{c}")
    server.says(b"sunsubscribe", b"{c}", 0)
    assert server.moved == [b"{b}"]
    assert heard == []
    reading.cancel()


async def test_a_refusal_that_is_none_of_a_clusters_ends_the_line() -> None:
    server, line, reading, _ = opened()
    coming = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    server.refuses(b"NOPERM")
    for waiting in (coming, reading):
        with pytest.raises(LineLost):
            await waiting
