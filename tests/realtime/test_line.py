"""One subscribed connection against a server that answers when the test says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MovedError, NoPermissionError

from realtime.store.line import Line, LineLost


class Scripted:
    """Stands in for redis-py's connection, and for its pool."""

    is_connected = True

    def __init__(self) -> None:
        self.sent: list[tuple[str | bytes, ...]] = []
        self.replies: asyncio.Queue[Any] = asyncio.Queue()
        self.delays: list[int] = []
        self.moved: list[bytes] = []

    def pack_commands(self, commands: tuple[tuple[str | bytes, ...], ...]) -> Any:
        return commands

    async def send_packed_command(self, packed: Any, check_health: bool) -> None:
        for _ in range(self.delays.pop(0) if self.delays else 0):
            await asyncio.sleep(0)
        self.sent.extend(packed)

    async def read_response(self, *, timeout: float, disconnect_on_error: bool) -> Any:
        reply = await self.replies.get()
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def disconnect(self, nowait: bool) -> None: ...
    async def release(self, connection: object) -> None: ...


def opened() -> tuple[Scripted, Line, asyncio.Task[None], list[tuple[bytes, bytes]]]:
    server: Any = Scripted()
    heard: list[tuple[bytes, bytes]] = []
    line = Line(server, server)
    reading = asyncio.create_task(
        line.read(lambda channel, data: heard.append((channel, data)), server.moved.append)
    )
    return server, line, reading, heard


async def settle() -> None:
    """Let every task come to where it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_subscription_counts_once_the_server_confirmed_it() -> None:
    server, line, reading, heard = opened()
    first = asyncio.create_task(line.subscribe([b"{a}", b"{b}"]))
    await settle()
    server.replies.put_nowait([b"ssubscribe", b"{a}", 1])
    await settle()
    assert not first.done()
    server.replies.put_nowait([b"ssubscribe", b"{b}", 2])
    server.replies.put_nowait([b"smessage", b"{b}", b"hello"])
    await first
    await settle()
    assert heard == [(b"{b}", b"hello")]
    reading.cancel()


async def test_a_confirmation_of_an_older_question_does_not_answer_a_newer_one() -> None:
    server, line, reading, _ = opened()
    first = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    first.cancel()
    second = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    server.replies.put_nowait([b"ssubscribe", b"{a}", 1])
    await settle()
    assert not second.done()
    server.replies.put_nowait([b"ssubscribe", b"{a}", 1])
    await second
    reading.cancel()


async def test_questions_go_out_in_the_order_in_which_they_were_asked() -> None:
    server, line, reading, _ = opened()
    server.delays = [5, 0]
    leaving = asyncio.create_task(line.unsubscribe(b"{a}"))
    coming = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    assert server.sent == [("SUNSUBSCRIBE", b"{a}"), ("SSUBSCRIBE", b"{a}")]
    for task in (leaving, coming, reading):
        task.cancel()


async def test_a_loss_ends_every_question_and_every_later_one() -> None:
    server, line, reading, _ = opened()
    asked = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    server.replies.put_nowait(RedisConnectionError())
    for waiting in (asked, reading, line.subscribe([b"{b}"])):
        with pytest.raises(LineLost):
            await waiting


async def test_a_server_that_stays_silent_is_asked_and_then_given_up() -> None:
    server, _, reading, _ = opened()
    for reply in (None, None, b"PONG", None, None):
        server.replies.put_nowait(reply)
    await settle()
    # An answer in between counts.
    assert not reading.done()
    server.replies.put_nowait(None)
    with pytest.raises(LineLost):
        await reading
    assert server.sent == [("PING",)] * 5


async def test_a_channel_that_is_another_servers_is_told_and_harms_no_other() -> None:
    server, line, reading, heard = opened()
    coming = asyncio.create_task(line.subscribe([b"{a}", b"{b}"]))
    await settle()
    server.replies.put_nowait(MovedError("7 elsewhere:6379"))
    server.replies.put_nowait([b"ssubscribe", b"{b}", 1])
    assert await coming == [b"{a}"]
    # And one that was heard until now: nobody asked for its end.
    server.replies.put_nowait([b"sunsubscribe", b"{b}", 0])
    await settle()
    assert server.moved == [b"{b}"]
    leaving = asyncio.create_task(line.unsubscribe(b"{c}"))
    server.replies.put_nowait([b"sunsubscribe", b"{c}", 0])
    await leaving
    await settle()
    assert server.moved == [b"{b}"]
    assert heard == []
    reading.cancel()


async def test_a_refusal_that_is_none_of_a_clusters_ends_the_line() -> None:
    server, line, reading, _ = opened()
    coming = asyncio.create_task(line.subscribe([b"{a}"]))
    await settle()
    server.replies.put_nowait(NoPermissionError())
    for waiting in (coming, reading):
        with pytest.raises(LineLost):
            await waiting
