"""Both ways to send one packet to many do the same."""

from __future__ import annotations

import pytest

from realtime.audio import fan, parts
from realtime.audio.circle import RelayCircle
from realtime.audio.counters import Counters
from realtime.audio.fan import Fan, PlainFan
from realtime.audio.port import Reach
from realtime.audio.relay import Relay
from realtime.domain.meeting import CircleId, MemberId
from tests.realtime.audio.listener import Listener
from tests.realtime.audio.relays import VOICE, until


def batching(counters: Counters) -> Fan:
    made = fan.choose()(counters)
    if isinstance(made, PlainFan):
        pytest.skip("there is no call here that sends many datagrams at once")
    return made


async def members(circle: RelayCircle, relay: Relay) -> list[Listener]:
    clients = []
    for number in range(6):
        joined = circle.join(MemberId(f"m{number}"), "", listen_only=False)
        six = number % 2
        client = Listener(joined.offer, ("::1" if six else "127.0.0.1", relay.port))
        await circle.answer(joined.ticket, client.answer)
        await client.connect()
        clients.append(client)
    await until(lambda: relay.counters.handshakes == len(clients))
    everybody = frozenset(MemberId(f"m{number}") for number in range(6))
    circle.obey((1, 1), {MemberId("m0"): ""}, everybody)
    return clients


@pytest.mark.parametrize("make_fan", [PlainFan, batching])
async def test_every_listener_in_both_families_hears_every_size(
    make_fan: type[PlainFan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan, "MOST_AT_ONCE", 2)
    relay = await Relay.open("127.0.0.1", "::1", 0, [("127.0.0.1", 0)], make_fan=make_fan)
    circle = relay.circle(CircleId("c"))
    clients = await members(circle, relay)
    words = [b"x" * size for size in (5, 900, 60, 61, 4)]
    for word in words:
        clients[0].speak(word, VOICE)
    for listener in clients[1:]:
        await listener.until(lambda l=listener: len(l.heard) == len(words))  # type: ignore[misc] # noqa: E741
        assert [packet.payload for packet in listener.heard] == words
    assert relay.counters.forwarded == len(words) * 5
    lane = circle._people[MemberId("m1")].lanes[0]
    assert (lane.packets, lane.octets) == (5, sum(map(len, words)))
    for client in clients:
        await client.close()
    await relay.close()


@pytest.mark.parametrize("make_fan", [PlainFan, batching])
async def test_one_who_cannot_be_reached_or_sealed_for_keeps_nobody_from_hearing(
    make_fan: type[PlainFan], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = await Relay.open("127.0.0.1", "::1", 0, [("127.0.0.1", 0)], make_fan=make_fan)
    circle = relay.circle(CircleId("c"))
    clients = await members(circle, relay)
    person = circle._people[MemberId("m2")]
    assert person.reach is not None
    nowhere = Reach(relay._port._sockets[0], ("255.255.255.255", 9))
    for lane in person.lanes:
        lane.reach = nowhere
    unsealed = circle._people[MemberId("m4")].lanes[0].tx
    seal = parts.protect
    monkeypatch.setattr(
        "realtime.audio.fan.protect", lambda tx, *rest: tx == unsealed or seal(tx, *rest)
    )
    circle._stage.seat_all()
    clients[0].speak(b"heard", VOICE)
    for number in (1, 3, 5):
        await clients[number].until(lambda n=number: clients[n].heard != [])  # type: ignore[misc]
    for number in (2, 4):
        clients[number].drain()
        assert clients[number].heard == []
    assert relay.counters.dropped_full == 1
    assert relay.counters.surprises == 1
    for client in clients:
        await client.close()
    await relay.close()
