"""How a line ends: a goodbye is no fault, and a fault is told by its kind alone."""

from __future__ import annotations

import asyncio
import re

import pytest

from realtime.line import Line, Message
from tests.bench.sockets import open_socket
from tests.realtime.conftest import House


async def send(_message: Message) -> None:
    """Nobody is there to hear."""


async def raising(error: Exception) -> None:
    raise error


async def test_somebody_who_hangs_up_in_the_middle_of_a_word_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Line(send).run(raising(ConnectionResetError("kata rahasia")))
    assert caplog.records == []


async def test_a_fault_is_told_by_its_kind_and_never_by_what_it_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await Line(send).run(raising(ValueError("kata rahasia")))
    (record,) = caplog.records
    assert re.fullmatch(r"line\.fault kind=ValueError at=\w+\.py:\d+", record.getMessage())


async def test_a_client_that_does_not_say_goodbye_in_turn_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not house.live.sio._straight:
        pytest.skip("uvicorn's own ten seconds, where nothing private is touched")
    monkeypatch.setattr("realtime.frames.CLOSE_SECONDS", 0.1)
    heard: list[bytes] = []
    line = await open_socket(house.url, "/socket.io/?EIO=4&transport=websocket", "", heard.append)
    line.send(b"halo")
    # uvicorn alone would wait for ten seconds.
    async with asyncio.timeout(5):
        while not line.closed:  # noqa: ASYNC110 -- the other end closes it
            await asyncio.sleep(0.01)
