"""The client library against a server that follows a script: what it sends, and what it makes of
what comes. That it and the real room understand each other is shown by the room's own tests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import orjson
import pytest
from websockets.asyncio.server import ServerConnection, serve

from realtime.client import Ack, ConnectRefused, NotInTime, RoomClient, RoomClosed, packets
from realtime.domain.commands import Ask, PassStick
from realtime.domain.meeting import TurnId, Wording
from realtime.domain.refusal import Reason

Script = Callable[[ServerConnection], Awaitable[None]]

OPEN = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":16384}'
JOINED = ("joined", {"member_id": "rina", "epoch": 3, "seq": 4, "seated": True})


def meeting(version: int, epoch: int = 3, **changes: object) -> dict[str, object]:
    stick: dict[str, object] = {
        "kind": "held",
        "member_id": "siti",
        "started": 1000,
        "soft_limit": 2000,
    }
    return {
        "circle_id": "c",
        "title": "Selasa",
        "epoch": epoch,
        "version": version,
        "now": 1000,
        "phase": "sharing",
        "floor": "stick",
        "prompt": {"id": "", "en": ""},
        "round": 1,
        "inviting": False,
        "locked": False,
        "paused": False,
        "silence": False,
        "greeter": None,
        "typist": None,
        "sound": False,
        "bell": False,
        "hard_limit": False,
        "nods_off": False,
        "seats": [
            {"member_id": "rina", "name": "Rina", "role": "member", "presence": "here"},
            {"member_id": "siti", "name": "Siti", "role": "member", "presence": "here"},
        ],
        "stick": stick,
        "next": "rina",
        "interjecting": [],
        "ends": 9000,
        "ending": "not_yet",
        "capacity": 12,
        "notices": [],
    } | changes


def said(seq: int, text: str = "halo") -> tuple[str, dict[str, object]]:
    words = {"id": f"id-{seq}", "seq": seq, "member_id": "siti", "name": "Siti", "kind": "say"}
    return "said", {**words, "text": text}


async def tell(socket: ServerConnection, name: str, payload: object) -> None:
    await socket.send("42" + orjson.dumps([name, payload]).decode())


async def answer(socket: ServerConnection, payload: object) -> list[object]:
    """Take the next event and acknowledge it; returns its name and payload."""
    frame = str(await socket.recv())
    found = packets.MESSAGE.fullmatch(frame)
    assert found is not None
    assert found[1] == "2"
    await socket.send(f"43{found[2]}" + orjson.dumps([payload]).decode())
    event: list[object] = orjson.loads(found[3])
    return event


async def let_in(socket: ServerConnection) -> dict[str, object]:
    """The handshake up to `joined`; returns what the client sent of itself."""
    await socket.send(OPEN)
    auth = str(await socket.recv())
    assert auth.startswith("40{")
    await socket.send('40{"sid":"x"}')
    await tell(socket, *JOINED)
    sent: dict[str, object] = orjson.loads(auth[2:])
    return sent


@contextlib.asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[str]:
    """A server that follows the script once for each connection; a wrong step fails the test."""
    faults: list[BaseException] = []

    async def follow(socket: ServerConnection) -> None:
        try:
            await script(socket)
            await socket.wait_closed()
        except AssertionError as error:
            faults.append(error)

    async with serve(follow, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    if faults:
        raise faults[0]


async def test_the_handshake_says_who_where_and_which_protocol() -> None:
    heard: dict[str, object] = {}

    async def script(socket: ServerConnection) -> None:
        request = socket.request
        assert request is not None
        heard["path"] = request.path
        heard["cookie"] = request.headers["Cookie"]
        heard["origin"] = request.headers["Origin"]
        heard.update(await let_in(socket))

    async with (
        scripted(script) as url,
        RoomClient.connect(url, "selasa", "lingkar=abc", observer=True, tab="t1") as room,
    ):
        assert room.me == "rina"
    assert heard == {
        "path": "/socket.io/?EIO=4&transport=websocket&circle=selasa",
        "cookie": "lingkar=abc",
        "origin": url,
        "protocol": 1,
        "circle": "selasa",
        "tab": "t1",
        "observer": True,
    }


async def test_a_refusal_at_the_door_names_its_reason() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send(OPEN)
        await socket.recv()
        await socket.send('44{"message":"not_a_member"}')

    async with scripted(script) as url:
        with pytest.raises(ConnectRefused) as refused:
            async with RoomClient.connect(url, "selasa", ""):
                raise AssertionError("let in")
    assert refused.value.reason == "not_a_member"


async def test_nothing_that_listens_is_a_closed_room() -> None:
    async with scripted(lambda socket: socket.close()) as url:
        pass
    with pytest.raises(RoomClosed):
        async with RoomClient.connect(url, "selasa", ""):
            raise AssertionError("let in")


async def test_a_command_carries_its_type_and_the_version_that_was_seen() -> None:
    asked: list[list[object]] = []

    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await tell(socket, "meeting", meeting(7))
        asked.append(await answer(socket, {"ok": True, "version": 8}))
        asked.append(await answer(socket, {"ok": False, "reason": "not_your_turn"}))

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        await room.until(lambda room: room.meeting)
        assert await room.send(Ask(), command_id="the-first") == Ack(True, 8)
        refused = await room.send(PassStick(TurnId("t"), None), command_id="the-second")
        assert refused == Ack(False, reason=Reason.NOT_YOUR_TURN)
    assert asked[0] == [
        "command",
        {"command_id": "the-first", "seen": [3, 7], "command": {"type": "ask"}},
    ]
    assert asked[1] == [
        "command",
        {
            "command_id": "the-second",
            "seen": [3, 7],
            "command": {"turn_id": "t", "to": None, "type": "pass_stick"},
        },
    ]


async def test_words_phrases_and_nods_are_events_of_their_own() -> None:
    asked: list[list[object]] = []

    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        asked.append(await answer(socket, {"ok": True, "version": 1, "id": "words-01", "seq": 5}))
        asked.append(await answer(socket, {"ok": True, "version": 1, "id": "words-02", "seq": 6}))
        asked.append(await answer(socket, {"ok": True, "version": 1}))
        asked.append(await answer(socket, {"ok": True, "version": 1}))

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        assert (await room.say("Selamat malam", id="words-01")).seq == 5
        assert (await room.phrase("warm.3", id="words-02")).seq == 6
        assert (await room.nod()).ok
        assert (await room.retract("words-01")).ok
    assert asked == [
        ["say", {"id": "words-01", "text": "Selamat malam"}],
        ["phrase", {"id": "words-02", "key": "warm.3"}],
        ["nod", {}],
        ["retract", {"id": "words-01"}],
    ]


async def test_answers_find_their_question_in_any_order() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        for _ in range(2):
            await socket.recv()
        await socket.send('432[{"ok":true,"version":2}]')
        await socket.send('431[{"ok":true,"version":1}]')

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        first, second = await asyncio.gather(room.nod(), room.nod())
    assert (first.version, second.version) == (1, 2)


async def test_an_older_state_never_replaces_a_newer_one_and_a_new_epoch_does() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await tell(socket, "meeting", meeting(7))
        await tell(socket, "meeting", meeting(6, prompt={"id": "old", "en": ""}))
        await tell(socket, *said(5))
        await answer(socket, {"ok": True})
        await tell(socket, "meeting", meeting(1, epoch=4, prompt={"id": "reseeded", "en": ""}))

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        await room.until(lambda room: room.said)
        assert room.meeting is not None
        assert (room.meeting.version, room.meeting.prompt) == (7, Wording())
        assert room.holder == "siti"
        await room.nod()
        await room.until(lambda room: room.meeting and room.meeting.epoch == 4)


async def test_a_gap_in_the_order_of_words_is_counted() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        for seq in (5, 8, 9):
            await tell(socket, *said(seq))

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        await room.until(lambda room: len(room.said) == 3)
        assert room.missed == 2


async def test_words_that_were_taken_back_are_gone() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await tell(socket, *said(5))
        await tell(socket, *said(6))
        await tell(socket, "retracted", {"id": "id-5", "seq": 7})

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        await room.until(lambda room: room.retracted)
        assert [words.id for words in room.said] == ["id-6"]
        assert room.missed == 0


async def test_a_ping_is_answered_and_is_no_frame_of_the_room() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await socket.send("2")
        assert await socket.recv() == "3"
        await tell(socket, *said(5))

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        await room.until(lambda room: room.said)
        assert "2" not in room.frames
        assert room.frames[-1].startswith('42["said"')


async def test_a_closed_socket_ends_waiting_and_asking() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await socket.recv()
        await tell(socket, "gone", {"reason": "removed"})
        await socket.close()

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        with pytest.raises(RoomClosed):
            await room.nod()
        with pytest.raises(RoomClosed):
            await room.until(lambda room: room.meeting)
        assert room.gone is not None
        assert room.gone.reason == "removed"


async def test_waiting_for_what_does_not_come_ends_in_time() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        with pytest.raises(NotInTime):
            await room.until(lambda room: room.meeting, timeout=0.05)


async def test_a_server_that_falls_silent_is_a_closed_room() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send('0{"sid":"s","upgrades":[],"pingInterval":30,"pingTimeout":20}')
        await socket.recv()
        await socket.send('40{"sid":"x"}')
        await tell(socket, *JOINED)

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        with pytest.raises(RoomClosed):
            await room.until(lambda room: room.meeting)


async def test_a_view_that_does_not_fit_closes_and_tells_place_and_kind_but_no_content() -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await tell(socket, "said", {"id": "x", "seq": "CANARY"})

    async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
        with pytest.raises(RoomClosed, match="Said") as closed:
            await room.until(lambda room: room.said)
    assert "CANARY" not in str(closed.value)


async def test_nothing_said_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    async def script(socket: ServerConnection) -> None:
        await let_in(socket)
        await tell(socket, *said(5, "CANARY heard"))
        await answer(socket, {"ok": True})

    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)
    with caplog.at_level(logging.DEBUG):
        async with scripted(script) as url, RoomClient.connect(url, "selasa", "a=b") as room:
            await room.until(lambda room: room.said)
            await room.say("CANARY told")
    logging.getLogger("websockets.server").setLevel(logging.NOTSET)
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize(
    "frame", ["", "9", "4", "4x", "42", "42{}", "42[", "43[]", "40", "44", "45", "0{}", b"4"]
)
def test_a_frame_that_is_no_packet_of_the_room_is_told(frame: str | bytes) -> None:
    with pytest.raises(packets.NotAPacket):
        packets.read(frame)
