"""Each limit of the room with somebody who hits it, and a neighbour who notices nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime import limits, line
from realtime.client import ConnectRefused, RoomClient
from realtime.client.packets import connect as hello
from realtime.domain.commands import StartRound
from realtime.domain.meeting import MemberId, Order, Wording
from realtime.domain.refusal import Reason
from realtime.payloads import COMMAND_MAX
from tests.realtime.conftest import House


@asynccontextmanager
async def undisturbed(house: House) -> AsyncIterator[tuple[RoomClient, RoomClient]]:
    """Two neighbours: what one says afterwards the other hears, as if nothing had been."""
    host, rina = await house.seat("Bu Sari", "Rina")
    yield host, rina
    assert (await host.say("selamat malam")).ok
    await rina.until(lambda p: p.said and p.said[-1].text == "selamat malam")
    assert not host.closed and not rina.closed


def bare(house: House, **more: object) -> open_websocket:
    """A line without a client: what it sends is the test's."""
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    return open_websocket(address, additional_headers={"Cookie": "name=Dewi"}, proxy=None, **more)  # type: ignore[arg-type]


async def until_closed(socket: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        while True:
            await socket.recv()


async def test_a_sixth_message_in_ten_seconds_is_refused_and_the_others_are_heard(
    house: House,
) -> None:
    async with undisturbed(house) as (_, rina):
        dewi = await house.come("Bu Dewi")
        answers = [await dewi.say(f"kata {at}") for at in range(6)]
        assert [a.reason for a in answers] == [None] * 5 + [Reason.TOO_FAST]
        await rina.until(lambda p: len(p.said) == 5)


@pytest.mark.parametrize("kind", ["say", "whisper", "phrase"])
async def test_each_kind_of_words_has_its_own_five(house: House, kind: str) -> None:
    async with undisturbed(house) as (host, _):
        dewi = await house.come("Bu Dewi")
        words = {"to": host.me, "text": "halo"} if kind == "whisper" else {"text": "halo"}
        words = {"key": "warm.1"} if kind == "phrase" else words
        fast = [await dewi.emit(kind, {"id": f"message-{at}", **words}) for at in range(6)]
        assert fast[-1].reason is Reason.TOO_FAST


async def test_an_eleventh_event_in_a_second_is_refused(house: House) -> None:
    async with undisturbed(house):
        dewi = await house.come("Bu Dewi")
        answers = await asyncio.gather(*(dewi.nod() for _ in range(40)))
        refused = [answer for answer in answers if not answer.ok]
        assert {answer.reason for answer in refused} == {Reason.TOO_FAST}
        assert len(answers) - len(refused) >= limits.ALL_EVENTS.burst


async def test_a_command_that_names_more_people_than_a_circle_has_is_refused(house: House) -> None:
    async with undisturbed(house) as (host, _):
        people = tuple(MemberId(f"m-{at}") for at in range(COMMAND_MAX + 1))
        answer = await host.send(StartRound(Wording(""), Order.BY_HAND, named=people))
        assert answer.reason is Reason.TOO_LONG


@pytest.mark.parametrize("bytes_over", [0, 1, 50_000])
async def test_a_frame_above_16_kb_is_not_passed_on(house: House, bytes_over: int) -> None:
    async with undisturbed(house) as (_, rina):
        dewi = await house.come("Bu Dewi")
        frame = '42["say",{"id":"12345678","text":"'
        frame += "x" * (line.MAX_FRAME + 1 - len(frame) + bytes_over)
        await dewi.send_raw(frame)
        while not dewi.closed:
            await dewi.change()
        assert rina.said == []


@pytest.mark.parametrize(
    "frame", [b"\x00" * 100, b"42", '451-["say",{"_placeholder":true,"num":0}]', '52-["nod"]']
)
async def test_attachments_close_that_line_before_anything_is_kept(
    house: House, frame: str | bytes
) -> None:
    async with undisturbed(house), bare(house) as socket:
        await socket.recv()
        await socket.send(
            hello({"protocol": 1, "circle": house.slug, "tab": "t", "observer": True})
        )
        await socket.send(frame)
        await until_closed(socket)


async def test_whoever_answers_pings_and_never_says_hello_is_cut_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "HELLO_SECONDS", 0.3)
    async with undisturbed(house), bare(house) as socket:
        pongs = asyncio.create_task(pong(socket))
        await until_closed(socket)
        await pongs


async def pong(socket: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        while True:
            await socket.send("3")
            await asyncio.sleep(0.02)


async def test_a_fourth_tab_is_refused_and_costs_the_neighbours_nothing(house: House) -> None:
    async with undisturbed(house):
        for _ in range(3):
            await house.come("Bu Dewi")
        with pytest.raises(ConnectRefused) as refusal:
            await house.come("Bu Dewi")
        assert refusal.value.reason == Reason.TOO_MANY_TABS


async def test_whoever_guesses_waits_for_a_no_and_members_of_that_network_for_nothing(
    house: House,
) -> None:
    joins = house.live.gateway._failed
    for _ in range(400):
        joins.failed("127.0.0.1", house.live.gateway.clock.now())
    async with undisturbed(house):
        guess = asyncio.create_task(house.come("Orang"))
        dewi = await house.come("Bu Dewi")
        assert (await dewi.sync()).ok
        assert not guess.done()
        guess.cancel()
        await asyncio.gather(guess, return_exceptions=True)
    joins._buckets.clear()


async def test_twenty_failed_joins_are_counted_and_a_full_house_is_none(house: House) -> None:
    gateway = house.live.gateway
    gateway._failed._buckets.clear()
    for _ in range(3):
        await house.come("Bu Dewi")
    for name in ("Orang", "Orang", "Bu Dewi"):
        with pytest.raises(ConnectRefused):
            await house.come(name)
    (bucket,) = gateway._failed._buckets.values()
    assert limits.FAILED_JOINS.burst - 2.5 < bucket.left < limits.FAILED_JOINS.burst - 1.5
    gateway._failed._buckets.clear()


async def test_one_address_with_too_many_lines_gets_no_more_and_another_one_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with undisturbed(house), bare(house) as first:
        monkeypatch.setattr(limits, "MOST_LINES", 3)
        with pytest.raises(InvalidStatus) as refusal:
            async with bare(house):
                pass
        assert refusal.value.response.status_code == 429
        assert int(refusal.value.response.headers["Retry-After"]) > 0
        async with bare(house, local_addr=("127.0.0.2", 0)) as neighbour:
            assert str(await neighbour.recv()).startswith("0")
        await first.close()


def test_a_crowded_household_is_slowed_down_before_it_is_turned_away() -> None:
    crowd = limits.Crowd()
    waits = [crowd.enter("203.0.113.7") for _ in range(limits.MOST_LINES + 1)]
    assert waits[: limits.CROWDED] == [0.0] * limits.CROWDED
    slowed = [wait for wait in waits[limits.CROWDED : -1] if wait is not None]
    assert len(slowed) == limits.MOST_LINES - limits.CROWDED
    assert slowed == sorted(slowed) and 0 < slowed[0] < slowed[-1] < limits.LONGEST_WAIT
    assert waits[-1] is None
    assert crowd.enter("203.0.113.8") == 0
    crowd.leave("203.0.113.7")
    assert crowd.enter("203.0.113.7") is not None


def test_whoever_closes_is_forgotten() -> None:
    crowd = limits.Crowd()
    for _ in range(5):
        crowd.enter("2001:db8::1")
        crowd.leave("2001:db8::2")
    assert not crowd._open


async def test_lines_that_ended_are_counted_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with undisturbed(house):
        monkeypatch.setattr(limits, "MOST_LINES", 4)
        for _ in range(6):
            async with bare(house) as socket:
                await socket.send("junk")
                await until_closed(socket)
            async with bare(house, local_addr=("127.0.0.3", 0)) as socket:
                await socket.recv()
