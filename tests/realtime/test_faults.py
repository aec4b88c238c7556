"""Whatever goes wrong in the room with somebody's words in hand: no log and no answer has them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from realtime.audiences import Socket
from realtime.audio.port import Port
from realtime.audio.process import SoundProcess
from realtime.audio.served import ServedCircle
from realtime.client import ConnectRefused, RoomClient
from realtime.domain.commands import Leave, SetPhase
from realtime.domain.meeting import Frame, Phase
from realtime.domain.refusal import Reason
from realtime.payloads import CLIENT_EVENTS
from realtime.store import by_memory
from realtime.store.memory import Memory
from realtime.ticker import Ticker
from server.embedded import EmbeddedValkey
from tests.bursting import CANARY, burst, burst_later, printed
from tests.realtime.audio.conftest import sounds_over
from tests.realtime.conftest import Door, House, serving

WITH_SOUND = Frame("Kamis", seats=8, sound=True)
WORDING = {"id": CANARY, "en": CANARY}
SENT: dict[str, dict[str, Any]] = {
    "command": {
        "command_id": CANARY,
        "seen": [1, 1],
        "command": {"type": "set_prompt", "prompt": WORDING},
    },
    "say": {"id": CANARY, "text": CANARY},
    "phrase": {"id": CANARY, "key": "warm.1"},
    "whisper": {"id": CANARY, "to": None, "text": CANARY},
    "retract": {"id": CANARY},
    "nod": {},
    "sync": {},
    "observe": {"observer": False},
    "sound_join": {"listen_only": True},
    "sound_answer": {"ticket": CANARY, "sdp": CANARY},
    "sound_leave": {"ticket": CANARY},
}


async def told(said: Callable[[], str], line: str) -> None:
    """Wait until it is in the log."""
    async with asyncio.timeout(20):
        while line not in said():  # noqa: ASYNC110 -- a log wakes nobody
            await asyncio.sleep(0.01)
    assert CANARY not in said()


def test_every_event_is_tried() -> None:
    assert set(SENT) == set(CLIENT_EVENTS)


@pytest.mark.parametrize("event", CLIENT_EVENTS)
async def test_a_fault_in_any_event_is_told_by_its_kind_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    (host,) = await house.seat("Bu Sari")
    monkeypatch.setitem(house.live.events.handlers, event, burst_later)
    monkeypatch.setattr("realtime.table.check", lambda *_: None)
    with printed() as said:
        answer = await host.emit(event, SENT[event])
        assert answer.reason is Reason.FAULT
        await told(said, f"event.fault event={event} kind=ValueError at=")
    assert CANARY not in str(answer)


@pytest.mark.parametrize("event", CLIENT_EVENTS)
async def test_a_fault_while_an_event_is_read_is_told_by_its_kind_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    (host,) = await house.seat("Bu Sari")
    monkeypatch.setattr("realtime.events.parse", burst)
    with printed() as said:
        assert (await host.emit(event, SENT[event])).reason is Reason.FAULT
        await told(said, f"event.fault event={event} kind=ValueError at=")


async def test_a_fault_at_the_door_is_told_by_its_kind_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.live.gateway, "_enter", burst_later)
    with printed() as said:
        with pytest.raises(ConnectRefused) as closed:
            await house.come("Bu Sari")
        await told(said, "event.fault event=connect kind=ValueError at=")
    assert CANARY not in str(closed.value)


async def test_a_fault_in_what_is_heard_is_told_by_its_kind_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (host,) = await house.seat("Bu Sari")
    monkeypatch.setattr(house.live.gateway.audiences, "words", burst)
    with printed() as said:
        assert (await host.emit("say", SENT["say"])).ok
        await told(said, "bus.hearing_failed kind=ValueError at=")


async def test_a_fault_in_what_is_shown_is_told_by_its_kind_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (host,) = await house.seat("Bu Sari")
    monkeypatch.setattr(house.live.gateway.audiences, "show", burst)
    with printed() as said:
        await host.send(SetPhase(Phase.SHARING))
        await told(said, "bus.hearing_failed kind=ValueError at=")


async def test_a_fault_in_a_goodbye_is_told_by_its_kind_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with printed() as said:
        async with RoomClient.connect(house.url, house.slug, "name=Bu Sari") as host:
            await host.until(lambda room: room.meeting)
            leave = house.live.gateway._leave

            async def left(socket: Socket) -> None:
                await leave(socket)
                burst()

            monkeypatch.setattr(house.live.gateway, "_leave", left)
        await told(said, "event.fault event=disconnect kind=ValueError at=")


@pytest.mark.parametrize(("of", "name"), [("look_at_the_clock", "clock"), ("beat", "beat")])
async def test_a_fault_in_what_runs_by_itself_is_told_by_its_kind_alone(
    monkeypatch: pytest.MonkeyPatch, of: str, name: str
) -> None:
    monkeypatch.setattr(Ticker, of, burst_later)
    with printed() as said:
        async with serving(Door(), by_memory(Memory())):
            await told(said, f"event.fault event={name} kind=ValueError at=")


@pytest.mark.parametrize("what", ["join", "answer", "leave", "part"])
async def test_a_fault_of_the_sound_process_is_told_by_its_kind_alone(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    async with sounds_over(valkey.url, WITH_SOUND) as sounds:
        await sounds.add_process()
        (host,) = await sounds.house.seat("Bu Sari")
        if what in ("leave", "part"):
            speaker = await sounds.turn_on(host)
        with printed() as said:
            if what == "join":
                monkeypatch.setattr(SoundProcess, "_join", burst_later)
                await host.emit("sound_join", {"listen_only": True})
            elif what == "answer":
                joined = await host.emit("sound_join", {"listen_only": True})
                monkeypatch.setattr(SoundProcess, "_take_answer", burst_later)
                await host.emit("sound_answer", {"ticket": joined.ticket, "sdp": CANARY})
            elif what == "leave":
                monkeypatch.setattr(ServedCircle, "let_go", burst)
                await host.emit("sound_leave", {"ticket": speaker.ticket})
            else:
                monkeypatch.setattr(ServedCircle, "part", burst)
                await host.send(Leave())
            await told(said, "sound.answering_failed kind=ValueError at=")
        monkeypatch.undo()


@pytest.mark.parametrize("of", ["_beat", "_look"])
async def test_a_fault_in_the_rounds_of_sound_is_told_by_its_kind_alone(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    async with sounds_over(valkey.url, WITH_SOUND) as sounds:
        with printed() as said:
            monkeypatch.setattr(SoundProcess, of, burst_later)
            await sounds.add_process()
            await told(said, "sound.failed kind=ValueError at=")
        monkeypatch.undo()


async def test_a_packet_that_breaks_something_is_counted_and_not_told(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sounds_over(valkey.url, WITH_SOUND) as sounds:
        process = await sounds.add_process()
        (host,) = await sounds.house.seat("Bu Sari")
        speaker = await sounds.turn_on(host)
        relay: Any = process
        counted = relay._relay.counters
        with printed() as said:
            monkeypatch.setattr(Port, "_sort", burst)
            before = counted.surprises
            async with asyncio.timeout(5):
                while counted.surprises == before:
                    speaker.say_once()
                    await asyncio.sleep(0.01)
            assert said() == ""
        monkeypatch.undo()
