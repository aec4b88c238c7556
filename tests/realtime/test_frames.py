"""What leans on parts of socketio, engine.io and uvicorn that are not public, with and without it.

`house` comes both ways, so every test of the room's sockets runs by each. A contract that fails
after an upgrade says what changed; until it is mended, `straight=False` serves all the same.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import logging.config
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import engineio
import pytest
import socketio
from engineio.async_drivers.asgi import make_response
from engineio.async_socket import AsyncSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect as open_websocket
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode, apply_mask  # type: ignore[attr-defined]
from websockets.server import ServerProtocol

from realtime.client.packets import connect as connect_packet
from realtime.domain.meeting import Presence
from realtime.encoding import Frame, framed
from realtime.frames import MOST_UNANSWERED, MOST_UNREAD, SILENT, Way, masked_text, nothing
from realtime.light import READ_AGAIN, Idle
from realtime.line import MAX_FRAME
from tests.realtime.conftest import House


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_a_frame_is_what_the_protocol_says(size: int) -> None:
    text = b"x" * size
    assert framed(text) == WebSocketFrame(Opcode.TEXT, text).serialize(mask=False, extensions=[])


def test_what_socketio_would_log_stays_unlogged_whoever_sets_logging_up() -> None:
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    assert not SILENT.isEnabledFor(logging.CRITICAL)


async def test_socketio_has_no_room_of_one_for_each_to_look_through_when_somebody_goes(
    house: House,
) -> None:
    await house.seat("Bu Sari", "Dewi")
    assert set(house.live.sio.manager.rooms["/"]) == {None}


# --- What is private, and that it is still as we know it ---


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (engineio.AsyncServer._handle_connect, "s = async_socket.AsyncSocket(self, sid)"),
        (engineio.AsyncServer._handle_connect, "await self._trigger_event('connect', sid, environ"),
        (engineio.AsyncServer._handle_connect, "s.schedule_ping()"),
        (engineio.AsyncServer._handle_connect, "await s.handle_get_request(environ)"),
        (AsyncSocket._upgrade_websocket, "self._websocket_handler, self.server"),
        (AsyncSocket.receive, "self.schedule_ping()"),
        (AsyncSocket.close, "await self.send(packet.Packet(packet.CLOSE))"),
        (AsyncSocket.close, "reason or self.server.reason.SERVER_DISCONNECT"),
        (engineio.AsyncServer.send_packet, "await socket.send(pkt)"),
        (socketio.AsyncServer._handle_eio_connect, "self.environ[eio_sid] = environ"),
        (WebSocketsSansIOProtocol.send_receive_event_to_app, "self.queue.put_nowait({"),
        (WebSocketsSansIOProtocol.send_receive_event_to_app, "if not self.read_paused:"),
        (WebSocketsSansIOProtocol.receive, "await self.queue.get()"),
        (WebSocketsSansIOProtocol.receive, "if self.read_paused and self.queue.empty():"),
        (WebSocketsSansIOProtocol.connection_lost, "self.queue.put_nowait({"),
        (WebSocketsSansIOProtocol.connection_made, "self.transport = transport"),
        (WebSocketsSansIOProtocol.handle_connect, "self.request = event"),
        (WebSocketsSansIOProtocol.handle_connect, '"headers": headers,'),
        (ServerProtocol.parse, "request = yield from Request.parse("),
        (engineio.AsyncServer._make_response, "self._cors_headers(environ)"),
        (make_response, "environ['asgi.scope']['type'] == 'websocket'"),
        (WebSocketsSansIOProtocol.data_received, "self.conn.receive_data(data)"),
        (WebSocketsSansIOProtocol.handle_close, "self.transport.close()"),
    ],
    ids=lambda one: getattr(one, "__qualname__", None),
)
def test_a_part_that_is_not_public_does_what_we_lean_on(
    where: Callable[..., Any], words: str
) -> None:
    assert words in inspect.getsource(where), f"{where.__qualname__} has changed: see frames.py"


@pytest.mark.parametrize(
    ("where", "parameters"),
    [
        (socketio.AsyncServer._handle_eio_connect, ["self", "eio_sid", "environ"]),
        (socketio.AsyncServer._handle_eio_disconnect, ["self", "eio_sid", "reason"]),
        (socketio.AsyncServer._handle_eio_message, ["self", "eio_sid", "data"]),
        (socketio.AsyncServer._handle_connect, ["self", "eio_sid", "namespace", "data"]),
        (socketio.AsyncServer._handle_disconnect, ["self", "eio_sid", "namespace", "reason"]),
        (socketio.AsyncServer._handle_event, ["self", "eio_sid", "namespace", "id", "data"]),
        (AsyncSocket._websocket_handler, ["self", "ws"]),
        (AsyncSocket.send, ["self", "pkt"]),
        (AsyncSocket.close, ["self", "wait", "abort", "reason"]),
        (AsyncSocket.schedule_ping, ["self"]),
    ],
    ids=lambda one: getattr(one, "__qualname__", None),
)
def test_a_part_that_we_take_the_place_of_is_called_as_before(
    where: Callable[..., Any], parameters: list[str]
) -> None:
    assert list(inspect.signature(where).parameters) == parameters


@pytest.mark.parametrize("size", [0, 1, 125, 126, MAX_FRAME])
def test_a_clients_frame_is_found_where_it_is(size: int) -> None:
    text = b"x" * size
    frame = WebSocketFrame(Opcode.TEXT, text).serialize(mask=True, extensions=[])
    found = masked_text(b"before" + frame, 6)
    assert found is not None
    start, stop = found
    assert stop == 6 + len(frame)
    assert apply_mask(frame[start - 6 :], frame[start - 10 : start - 6]) == text
    for part in range(1, len(frame)):
        cut = masked_text(frame[:part], 0)
        assert cut is not None and cut[1] > part, "taken for whole"


@pytest.mark.parametrize(
    "frame",
    [
        WebSocketFrame(Opcode.TEXT, b"x" * (MAX_FRAME + 1)),
        WebSocketFrame(Opcode.TEXT, b"x" * 70_000),
        WebSocketFrame(Opcode.TEXT, b"part", fin=False),
        WebSocketFrame(Opcode.BINARY, b"bytes"),
        WebSocketFrame(Opcode.PING, b"ping"),
        WebSocketFrame(Opcode.CLOSE, b"\x03\xe8"),
    ],
    ids=lambda frame: f"{frame.opcode.name}-{len(frame.data)}",
)
def test_what_is_no_whole_text_is_left_to_uvicorn(frame: WebSocketFrame) -> None:
    assert masked_text(frame.serialize(mask=True, extensions=[]), 0) is None


def test_an_unmasked_text_is_left_to_uvicorn() -> None:
    assert (
        masked_text(WebSocketFrame(Opcode.TEXT, b"x").serialize(mask=False, extensions=[]), 0)
        is None
    )


def test_a_frame_for_the_queue_is_the_same_text() -> None:
    frame = Frame("said", b'{"id":"x"}')
    assert (
        frame.bytes == framed(frame.packet().encode().encode()) == framed(b'42["said",{"id":"x"}]')
    )


# --- What both ways do ---


def straight(house: House) -> bool:
    return bool(house.live.sio._straight)


def way_of(house: House, name: str) -> Way:
    """How that person's line is written, where it is written straight."""
    way: Way = house.live.sio._seated[sid_of(house, name)]
    return way


def sid_of(house: House, name: str) -> str:
    circle = house.live.gateway.circles[house.circle_id]
    return next(s.sid for s in circle.sockets.values() if s.guest.name == name)


async def test_only_the_way_that_was_chosen_is_gone(house: House) -> None:
    await house.seat("Bu Sari", "Rina")
    assert (sid_of(house, "Rina") in house.live.sio._seated) == straight(house)


async def test_of_a_handshake_nothing_is_kept_but_what_is_read_again(house: House) -> None:
    (sari,) = await house.seat("Bu Sari")
    sio = house.live.sio
    environ = sio.environ[sio.eio_of(sid_of(house, "Bu Sari"))]
    kept = set(environ) <= READ_AGAIN and not environ["asgi.scope"]["headers"]
    assert kept == straight(house)
    assert environ["HTTP_COOKIE"] == "name=Bu Sari"
    await sari.vanish()


async def test_whoever_waits_until_nothing_is_to_be_answered_waits_no_longer() -> None:
    idle = Idle()
    await idle.wait()
    idle.clear()
    waiting, impatient = (asyncio.ensure_future(idle.wait()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])
    assert not waiting.done()
    idle.set()
    await waiting


async def test_answers_and_frames_come_in_the_order_in_which_they_were_sent(house: House) -> None:
    sari, rina = await house.seat("Bu Sari", "Rina")
    words = [f"kata {n}" for n in range(5)]
    answers = [asyncio.create_task(sari.say(text)) for text in words]
    places = [answer.seq or 0 for answer in await asyncio.gather(*answers)]
    for person in (sari, rina):
        await person.until(lambda p: len(p.said) == len(words))
        assert [said.text for said in person.said] == words
    assert places == sorted(places)


async def test_an_answer_does_not_overtake_what_was_sent_before_it(house: House) -> None:
    (sari,) = await house.seat("Bu Sari")
    sid, live, order = sid_of(house, "Bu Sari"), house.live, []
    handler = live.events.handlers["sync"]

    async def first_a_frame(*arguments: Any) -> Any:
        live.sio.send([sid], Frame("trouble", b'{"on":true}'))
        return await handler(*arguments)

    live.events.handlers["sync"] = first_a_frame
    try:
        answered = asyncio.create_task(sari.sync())
        answered.add_done_callback(lambda _: order.append(sari.trouble))
        await answered
    finally:
        live.events.handlers["sync"] = handler
    assert order == [True]


async def test_who_stops_reading_is_cut_at_a_bound_and_comes_back_to_the_present(
    house: House,
) -> None:
    sari, *_ = await house.seat("Bu Sari", "Rina")
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    hello = {"protocol": 1, "circle": house.slug, "tab": "t", "observer": False}
    cookie = {"Cookie": "name=Bu Ani"}
    async with open_websocket(
        address, additional_headers=cookie, max_queue=1, close_timeout=0.1, ping_interval=None
    ) as stalled:
        await stalled.send(connect_packet(hello))
        await sari.until(lambda p: seat_of(p, "Bu Ani") is Presence.HERE)
        sid = sid_of(house, "Bu Ani")
        frame, most = Frame("trouble", b'{"on":false,"x":"' + b"x" * 15_000 + b'"}'), 0
        sent = 0
        while house.live.gateway.find(sid) is not None:
            house.live.sio.send([sid], frame)
            sent += 1
            assert sent < 5000, "never cut"
            if straight(house) and sid in house.live.sio._seated:
                waiting = way_of(house, "Bu Ani")._transport.get_write_buffer_size()
                most = max(most, waiting)
            # Let the writer go as far as it can.
            await asyncio.sleep(0)
        assert most <= MOST_UNREAD + len(frame.bytes)
        await sari.until(lambda p: seat_of(p, "Bu Ani") is Presence.AWAY)
        stalled.transport.abort()
    async with AsyncExitStack() as stack:
        house.stack = stack
        again = await house.come("Bu Ani")
        await again.until(lambda p: p.meeting and len(p.meeting.seats) == 3)
        assert (await sari.say("masih di sini")).ok
        await again.until(lambda p: [said.text for said in p.said] == ["masih di sini"])


def seat_of(person: Any, name: str) -> Presence | None:
    return next((s.presence for s in person.meeting.seats if s.name == name), None)


async def test_a_client_that_does_not_answer_a_ping_is_gone_by_the_next(house: House) -> None:
    _, rina = await house.seat("Bu Sari", "Rina")
    if not straight(house):
        # engine.io's own heartbeat, which its own tests hold.
        return
    way = way_of(house, "Rina")
    way.beat()
    assert not way.heard
    # In the same moment, so that no answer can have come.
    way.beat()
    await rina.until(lambda p: p.closed)


async def test_an_answer_to_a_ping_keeps_the_line(house: House) -> None:
    sari, _ = await house.seat("Bu Sari", "Rina")
    if not straight(house):
        return
    way = way_of(house, "Rina")
    way.beat()
    async with asyncio.timeout(5):
        while not way.heard:
            await sari.sync()
    way.beat()
    assert way.put is not nothing


async def test_what_floods_in_waits_in_the_network_and_is_answered_in_order(house: House) -> None:
    sari, _ = await house.seat("Bu Sari", "Rina")
    if not straight(house):
        return
    inbox = way_of(house, "Bu Sari").line.send.__self__.queue  # type: ignore[attr-defined]
    go_on, handler, live = asyncio.Event(), house.live.events.handlers["nod"], house.live

    async def wait(*arguments: Any) -> Any:
        await go_on.wait()
        return await handler(*arguments)

    live.events.handlers["nod"] = wait
    try:
        nods = [asyncio.create_task(sari.nod()) for _ in range(MOST_UNANSWERED + 1)]
        async with asyncio.timeout(5):
            while not inbox._paused:  # noqa: ASYNC110
                await asyncio.sleep(0)
        go_on.set()
        assert all(answer.ok for answer in await asyncio.gather(*nods))
    finally:
        live.events.handlers["nod"] = handler
    assert not inbox._paused


async def test_frames_in_pieces_many_at_once_and_in_parts_are_answered_in_order(
    house: House,
) -> None:
    await house.seat("Bu Sari", "Rina")
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    hello = {"protocol": 1, "circle": house.slug, "tab": "t", "observer": False}
    async with open_websocket(address, additional_headers={"Cookie": "name=Rina"}) as rina:

        async def answers(*numbers: int) -> None:
            for number in numbers:
                while not str(text := await rina.recv()).startswith("43"):
                    pass
                assert str(text).startswith(f'43{number}[{{"version"'), text

        nods = [WebSocketFrame(Opcode.TEXT, b'42%d["nod",{}]' % number) for number in range(1, 5)]
        one, two, three, four = (nod.serialize(mask=True, extensions=[]) for nod in nods)

        async with asyncio.timeout(10):
            await rina.send(connect_packet(hello))
            while not str(await rina.recv()).startswith('42["joined"'):
                pass
            rina.transport.write(one + two + three[:9])
            await answers(1, 2)
            rina.transport.write(three[9:] + four[:1])
            await answers(3)
            rina.transport.write(four[1:])
            await answers(4)
            # In parts, as no browser sends it; from there on uvicorn reads by itself.
            await rina.send(['425["no', 'd",{}]'])
            await rina.send('426["nod",{}]')
            await answers(5, 6)


async def test_what_is_no_utf_8_ends_that_line_alone(house: House) -> None:
    sari, _ = await house.seat("Bu Sari", "Rina")
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    hello = {"protocol": 1, "circle": house.slug, "tab": "t", "observer": False}
    async with open_websocket(address, additional_headers={"Cookie": "name=Rina"}) as rina:
        await rina.send(connect_packet(hello))
        async with asyncio.timeout(10):
            while not str(await rina.recv()).startswith('42["joined"'):
                pass
            broken = WebSocketFrame(Opcode.TEXT, b'421["say",{"id":"\xff"}]')
            rina.transport.write(broken.serialize(mask=True, extensions=[]))
            await rina.wait_closed()
    assert (await sari.say("masih di sini")).ok


async def test_a_line_without_a_room_is_ended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes leave of the room with a packet, and not of the connection."""
    monkeypatch.setattr("realtime.line.LINGER_SECONDS", 0.05)
    _, rina = await house.seat("Bu Sari", "Rina")
    await rina._connection._socket.send("41")  # type: ignore[union-attr]
    await rina.until(lambda p: p.closed)
