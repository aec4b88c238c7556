"""The one UDP port: who is believed to be where."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import cast

import pytest
from aioice import stun as theirs

from realtime.audio import stun
from realtime.audio.port import MOST_ADDRESSES, STALE, Address
from realtime.audio.relay import Relay
from realtime.domain.meeting import MemberId
from tests.realtime.audio.listener import Listener
from tests.realtime.audio.relays import VOICE, World, until, world

PASSWORD = b"pw" * 12


def arrive(here: World, data: bytes, address: Address, later: float = 0.0) -> None:
    """Let a check arrive as if it came from `address`."""
    port = here.relay._port
    now = asyncio.get_running_loop().time() + later
    port._check(port._sockets[0], data, address, now)


def where(here: World, name: str) -> Address | None:
    reach = here.circle._people[MemberId(name)].reach
    return reach.address if reach is not None else None


def test_a_check_is_read_as_others_write_it() -> None:
    request = theirs.Message(theirs.Method.BINDING, theirs.Class.REQUEST)
    request.attributes["USERNAME"] = "ours:theirs"
    request.attributes["PRIORITY"] = 1
    request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity(PASSWORD)
    check = stun.read_check(bytes(request))
    assert check is not None
    assert (check.ours, check.nominates) == (b"ours", True)
    assert check.transaction == request.transaction_id
    assert check.holds(PASSWORD)
    assert not check.holds(b"other")


@pytest.mark.parametrize("address", [("192.0.2.7", 40_000), ("2001:db8::7", 40_000)])
def test_an_answer_is_written_as_others_read_it(address: tuple[str, int]) -> None:
    transaction = os.urandom(12)
    answer = theirs.parse_message(stun.answer_check(transaction, address, PASSWORD))
    assert answer.message_class == theirs.Class.RESPONSE
    assert answer.transaction_id == transaction
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == address
    assert answer.check_message_integrity(PASSWORD)


def test_what_follows_the_signature_does_not_count() -> None:
    signed = stun.write_check(os.urandom(12), b"ours:theirs", PASSWORD, nominates=False)
    nominated = bytearray(signed + b"\x00\x25\x00\x00")
    nominated[2:4] = (len(nominated) - 20).to_bytes(2, "big")
    check = stun.read_check(bytes(nominated))
    assert check is not None
    assert not check.nominates


async def test_a_stranger_gets_no_answer_and_is_nowhere() -> None:
    async with world() as here:
        a = await here.join("a")
        replies = a.replies
        for name, password in (
            (b"unknown:x", a.offer.password.encode()),
            (a.offer.ufrag.encode() + b":x", b"guessed"),
            (b"", a.offer.password.encode()),
        ):
            a.send(stun.write_check(os.urandom(12), name, password))
        await until(lambda: here.relay.counters.dropped_junk == 3)
        await a.check()
        assert a.replies == replies + 1
        assert here.relay._port.sizes == (1, 1)


async def test_an_address_is_not_learnt_from_media_alone() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sealed = a.seal(b"voice", VOICE)
        elsewhere.sendto(sealed, a.server)
        await until(lambda: here.relay.counters.dropped_junk == 1)
        b.drain()
        assert b.heard == []
        elsewhere.close()


async def test_a_check_copied_on_the_way_moves_nobody() -> None:
    async with world() as here:
        a = await here.join("a")
        check = a.write_check()
        a.send(check)
        await until(lambda: here.relay.counters.stun >= 2)
        before, junk = where(here, "a"), here.relay.counters.dropped_junk
        arrive(here, check, ("127.0.0.9", 9))
        assert where(here, "a") == before
        assert here.relay.counters.dropped_junk == junk + 1
        # The same from the same place is a retransmission, and is answered.
        arrive(here, check, cast(Address, before))
        assert here.relay.counters.dropped_junk == junk + 1


async def test_nobody_takes_the_place_of_somebody_who_is_there() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        place = cast(Address, where(here, "a"))
        arrive(here, b.write_check(), place)
        assert where(here, "a") == place
        assert where(here, "b") != place
        arrive(here, b.write_check(), place, later=STALE + 1)
        assert where(here, "b") == place
        assert where(here, "a") is None
        await a.check()
        assert where(here, "a") is None, "the newcomer lives there now"


async def test_a_check_that_does_not_nominate_moves_nobody() -> None:
    async with world() as here:
        a = await here.join("a")
        before = where(here, "a")
        arrive(here, a.write_check(nominates=False), ("127.0.0.9", 9))
        assert where(here, "a") == before
        arrive(here, a.write_check(), ("127.0.0.9", 9))
        assert where(here, "a") == ("127.0.0.9", 9)


async def test_somebody_has_only_so_many_places() -> None:
    async with world() as here:
        a = await here.join("a")
        for number in range(1, 50):
            arrive(here, a.write_check(nominates=number % 2 == 0), ("127.0.0.9", number))
        person = here.circle._people[MemberId("a")]
        assert len(person.places) == MOST_ADDRESSES
        assert where(here, "a") in person.places
        assert here.relay._port.sizes == (1, MOST_ADDRESSES)
        assert len(person.checks) <= 64


async def test_whoever_left_is_nowhere() -> None:
    async with world() as here:
        a = await here.join("a")
        await a.close()
        await until(lambda: here.relay._port.sizes == (0, 0))


async def test_one_number_in_both_families() -> None:
    relay = await Relay.open("127.0.0.1", "::1", 0, [("127.0.0.1", 0), ("::1", 0), ("::2", 7)])
    try:
        circle = relay.circle("c")  # type: ignore[arg-type]
        offer = circle.join(MemberId("a"), "", listen_only=True).offer
        probe = Listener(offer)
        assert probe.offer.addresses == (
            ("127.0.0.1", relay.port), ("::1", relay.port), ("::2", 7)
        )  # fmt: skip
        await probe.check()
        six = Listener(offer, ("::1", relay.port))
        await six.check()
        assert relay._port.sizes == (1, 2)
        for client in (probe, six):
            client.leave_silently()
    finally:
        await relay.close()


async def test_a_taken_port_is_said_at_once() -> None:
    async with world() as here:
        with pytest.raises(OSError):
            await Relay.open("127.0.0.1", None, here.relay.port, [])
    with pytest.raises(ValueError):
        await Relay.open(None, None, 0, [])
