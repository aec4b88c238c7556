"""The connection for commands, over a real Valkey: order, refusals, and silence told in time."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError

from realtime.store.pipe import Pipe
from realtime.store.places import pool_of
from server.embedded import EmbeddedValkey
from tests.valkeys import as_keeper


@pytest.fixture
async def pool(valkey: EmbeddedValkey) -> AsyncIterator[ConnectionPool]:
    made = pool_of(as_keeper(valkey.url))
    yield made
    await made.disconnect()


async def opened(pool: ConnectionPool, patience: float = 5.0) -> Pipe:
    return Pipe(await pool.get_connection(), patience)  # type: ignore[no-untyped-call]


async def test_the_private_parts_of_redis_py_are_where_we_look_for_them(
    pool: ConnectionPool,
) -> None:
    connection = await pool.get_connection()  # type: ignore[no-untyped-call]
    assert callable(connection._parser.parse_error), "its parser reads errors otherwise"
    assert connection._writer.transport, "it writes otherwise"


async def test_answers_come_to_whoever_asked_in_the_order_of_the_questions(
    pool: ConnectionPool,
) -> None:
    pipe = await opened(pool)
    answers = await asyncio.gather(*(pipe.ask(("ECHO", f"kata {n}")) for n in range(50)))
    assert answers == [f"kata {n}".encode() for n in range(50)]


async def test_a_refusal_is_one_answer_among_the_others(pool: ConnectionPool) -> None:
    pipe = await opened(pool)
    replies = await pipe.exchange([("ECHO", "a"), ("EVALSHA", "0" * 40, 0), ("ECHO", b"b")])
    assert (replies[0], type(replies[1]), replies[2]) == (b"a", NoScriptError, b"b")
    assert [type(reply) for reply in await pipe.exchange([("EVALSHA", "0" * 40, 0)])] == [
        NoScriptError
    ]


async def test_whoever_gives_up_takes_nobody_elses_answer(pool: ConnectionPool) -> None:
    pipe = await opened(pool)
    first, second = pipe.ask(("ECHO", "a")), pipe.ask(("ECHO", "b"))
    first.cancel()
    assert await second == b"b"


async def test_a_server_that_stays_silent_fails_all_that_was_asked(pool: ConnectionPool) -> None:
    pipe = await opened(pool, patience=0.05)
    # It waits for a list that nobody fills.
    silent, behind = pipe.ask(("BLPOP", "nothing", 60)), pipe.ask(("PING",))
    for answer in (silent, behind):
        with pytest.raises(RedisConnectionError):
            await answer
    assert pipe.lost
    with pytest.raises(RedisConnectionError):
        await pipe.ask(("PING",))


async def test_a_machine_that_slept_for_a_while_takes_no_silence_for_an_end(
    pool: ConnectionPool, valkey: EmbeddedValkey
) -> None:
    pipe = await opened(pool, patience=0.2)
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        answer = pipe.ask(("ECHO", "a"))
        await asyncio.sleep(0)
        # Both stand still for longer than anybody waits.
        time.sleep(0.3)  # noqa: ASYNC251 -- a process that stands still sees to nothing
        # Its time is up before the server, which wakes as well, has answered.
        await asyncio.sleep(0)
    finally:
        os.kill(valkey.pid, signal.SIGCONT)
    assert await answer == b"a"


async def test_an_end_is_heard_of_by_redis_py_too(pool: ConnectionPool) -> None:
    pipe = await opened(pool)
    await pipe.ask(("PING",))
    await asyncio.wait_for(pipe.connection.disconnect(), 1)
    assert pipe.lost
