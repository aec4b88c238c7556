"""What leans on parts of socketio, engine.io and uvicorn that are not public, with and without it.

Both ways pass the same tests; one that fails after an upgrade says what changed.
"""

from __future__ import annotations

import asyncio
import inspect
from contextlib import AsyncExitStack
from typing import Any

import pytest
from engineio.async_socket import AsyncSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from realtime.domain.meeting import CircleId
from realtime.frames import BACKLOG, Outlet, framed, prepared
from realtime.line import Line
from tests.realtime.conftest import House


@pytest.fixture(params=["straight", "by the queue"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "by the queue":
        monkeypatch.setattr(Outlet, "of", classmethod(lambda *_: None))
    return str(request.param)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_a_frame_is_what_the_protocol_says(size: int) -> None:
    text = b"x" * size
    assert framed(text) == WebSocketFrame(Opcode.TEXT, text).serialize(mask=False, extensions=[])


def test_the_parts_that_are_not_public_are_where_we_look_for_them() -> None:
    assert inspect.iscoroutinefunction(AsyncSocket.poll)
    protocol = inspect.getsource(WebSocketsSansIOProtocol.__init__)
    for part in ("writable", "handshake_complete", "close_sent", "transport"):
        assert f"self.{part}" in protocol, f"uvicorn's protocol has no {part} any more"
    writer = inspect.getsource(AsyncSocket._websocket_handler)
    assert "await self.poll()" in writer, "engine.io's writer asks for its frames otherwise"
    assert prepared("said", b"{}").packet().encode() == '42["said",{}]'


async def test_answers_and_frames_come_in_the_order_in_which_they_were_sent(
    house: House, way: str
) -> None:
    sari, rina = await house.seat("Bu Sari", "Rina")
    outlets = house.live.sio._outlets
    assert bool(outlets) == (way == "straight")
    words = [f"kata {n}" for n in range(5)]
    answers = [asyncio.create_task(sari.say(text)) for text in words]
    places = [answer.seq or 0 for answer in await asyncio.gather(*answers)]
    for person in (sari, rina):
        await person.until(lambda p: len(p.said) == len(words))
        assert [said.text for said in person.said] == words
    assert places == sorted(places)


async def test_who_stops_reading_is_cut_at_a_bound_and_comes_back_to_the_present(
    house: House, way: str
) -> None:
    sari, rina = await house.seat("Bu Sari", "Rina")
    live = house.live
    circle = live.gateway.circles[CircleId(house.circle_id)]
    behind = next(s for s in circle.sockets.values() if s.guest.name == "Rina")
    eio_sid = live.sio.eio_of(behind.sid)
    line = live.sio._line(eio_sid)
    assert isinstance(line, Line)
    protocol: Any = line.send.__self__  # type: ignore[attr-defined]
    # As the transport does it when its buffer is full.
    protocol.writable.clear()
    frame = prepared("nodded", b'{"members":[]}')
    for _ in range(BACKLOG + 2):
        live.sio.send([behind.sid], frame)
    await rina.until(lambda p: p.closed)
    async with AsyncExitStack() as stack:
        house.stack = stack
        again = await house.come("Rina")
        await again.until(lambda p: p.meeting and len(p.meeting.seats) == 2)
        assert (await sari.say("masih di sini")).ok
        await again.until(lambda p: [said.text for said in p.said] == ["masih di sini"])


async def test_what_waits_for_a_slow_reader_is_not_overtaken(house: House, way: str) -> None:
    sari, rina = await house.seat("Bu Sari", "Rina")
    live = house.live
    circle = live.gateway.circles[CircleId(house.circle_id)]
    slow = next(s for s in circle.sockets.values() if s.guest.name == "Rina")
    line = live.sio._line(live.sio.eio_of(slow.sid))
    assert isinstance(line, Line)
    protocol: Any = line.send.__self__  # type: ignore[attr-defined]
    protocol.writable.clear()
    for text in ("satu", "dua"):
        assert (await sari.say(text)).ok
    protocol.writable.set()
    # Sent in the very moment in which the way is free again, and before the writer wakes.
    assert (await sari.say("tiga")).ok
    await rina.until(lambda p: len(p.said) == 3)
    assert [said.text for said in rina.said] == ["satu", "dua", "tiga"]
