"""A hostile network: whatever reaches the port, the call under way goes on and nothing grows."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from realtime.audio import rtcp, stun
from realtime.audio.handshakes import Handshakes
from realtime.audio.parts import Dtls, protect_rtcp
from realtime.audio.voice import HUSH
from realtime.domain.meeting import MemberId
from tests.realtime.audio.listener import Listener, certificate
from tests.realtime.audio.relays import VOICE, World, until, world

ONCE = 1000
LEFT = int(os.environ.get("LINGKAR_FUZZ_HANDSHAKES", "600"))
"""Handshakes begun and left, after the first ONCE; ten thousand take two minutes."""
BATCH = 25


async def hello() -> bytes:
    """Return the first datagram of a handshake; it may begin any number of them."""
    sent: list[bytes] = []
    dtls = Dtls(certificate(), sent.append, role="client")
    beginning = asyncio.create_task(dtls.shake([("sha-256", "AA")], 5))
    await until(lambda: sent != [])
    beginning.cancel()
    return sent[0]


class Call:
    """A and B talk; whoever breaks that is noticed at the next word."""

    def __init__(self, here: World, a: Listener, b: Listener) -> None:
        self.here, self.a, self.b = here, a, b
        self.words = 0

    async def goes_on(self) -> None:
        """Speak a word and hear it, the next in the count."""
        self.words += 1
        word = b"%06d" % self.words
        self.a.speak(word, VOICE)
        await self.b.until(lambda: any(packet.payload == word for packet in self.b.heard))
        numbers = [p.seq for p in self.b.heard if p.slot == 0 and p.payload != HUSH]
        assert numbers == [(numbers[0] + step) & 0xFFFF for step in range(len(numbers))]
        self.b.heard.clear()

    async def under(self, datagrams: Iterator[bytes], send: Callable[[bytes], None]) -> None:
        """Let all of these arrive while the call goes on."""
        for number, datagram in enumerate(datagrams):
            send(datagram)
            if number % BATCH == BATCH - 1:
                self.here.tick()
                await self.goes_on()
        await self.goes_on()


async def call(here: World) -> Call:
    a, b = await here.join("a"), await here.join("b")
    here.allow("a")
    made = Call(here, a, b)
    await made.goes_on()
    return made


def stranger(here: World) -> tuple[socket.socket, Callable[[bytes], None]]:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    return sock, lambda data: void(sock.sendto(data, ("127.0.0.1", here.relay.port)))


def void(_: object) -> None:
    """A result that nobody wants."""


async def samples(on: Call) -> list[bytes]:
    """One valid datagram of each kind, as somebody may have recorded them."""
    a = on.a
    report = rtcp.write_sender_report(a.ssrc, 1, 2, 3)
    check = a.write_check()
    # Known already: one that never arrived might as well be A's own, from somewhere new.
    a.send(check)
    await on.goes_on()
    return [
        check,
        a.seal(b"recorded", VOICE),
        on.b.seal(b"recorded"),
        a.report(report),
        await hello(),
        stun.answer_check(os.urandom(12), ("192.0.2.1", 1), a.offer.password.encode()),
        b"\x16\xfe\xfd" + bytes(10),
        b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x01\x00",
    ]


def spoilt(from_: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Cut, flipped, glued and invented datagrams, each time the same."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(from_))
        how = chance.randrange(6)
        if how == 0:
            del data[chance.randrange(len(data)) :]
        elif how == 1:
            for _ in range(chance.randrange(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        elif how == 2:
            data += chance.randbytes(chance.randrange(1, 1400))
        elif how == 3:
            data = bytearray(chance.randbytes(chance.randrange(1, 1700)))
        elif how == 4:
            data[2:4] = chance.randbytes(2)
        else:
            data[0] = chance.randrange(256)
        yield bytes(data)


@pytest.mark.parametrize("seed", range(3))
async def test_a_strangers_junk_harms_no_call_and_is_not_told_of(
    seed: int, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with world() as here:
        on = await call(here)
        sock, send = stranger(here)
        await on.under(spoilt(await samples(on), 800, seed), send)
        assert here.relay._port.sizes == (2, 2)
        sock.close()
    assert capfd.readouterr() == ("", "")
    assert caplog.messages == []


@pytest.mark.parametrize("seed", range(3))
async def test_junk_from_the_address_of_a_speaker_harms_no_call(seed: int) -> None:
    # As an attacker sends it who writes somebody else's address on it.
    async with world() as here:
        on = await call(here)
        await on.under(spoilt(await samples(on), 800, seed), on.a.send)
        await on.under(spoilt(await samples(on), 800, seed), on.b.send)
        assert here.gone == []
        assert here.relay._port.sizes == (2, 2)


async def test_what_was_recorded_may_be_played_again_and_again() -> None:
    async with world() as here:
        on = await call(here)
        recorded = await samples(on)
        sock, send = stranger(here)
        await on.under((recorded[n % len(recorded)] for n in range(400)), send)
        # The first time from where it belongs it is news, and thereafter none.
        await on.under((recorded[n % 5] for n in range(400)), on.a.send)
        assert here.gone == []
        sock.close()


async def test_a_member_who_invents_streams_is_kept_within_bounds() -> None:
    async with world() as here:
        on = await call(here)
        c = await here.join("c")
        await on.under((c.seal(b"voice", VOICE, ssrc=n) for n in range(1, 400)), c.send)
        assert len(here.circle._people[MemberId("c")]._ssrcs) == 4


async def test_a_member_who_sends_sealed_nonsense_harms_no_call() -> None:
    async with world() as here:
        on = await call(here)
        here.allow("a", "c")
        c = await here.join("c")
        chance = random.Random(7)

        def nonsense() -> Iterator[bytes]:
            for number in range(400):
                c.seq = (c.seq + chance.choice([1, 1, 2, 900, 30_000])) & 0xFFFF
                c.timestamp = chance.randrange(1 << 32)
                payload = chance.randbytes(chance.randrange(1, 1200))
                yield c.seal(payload, chance.choice([None, 0, 127]))
                yield c._seal(b"\x80\xc9" + chance.randbytes(4 * (number % 20) + 6), protect_rtcp)

        await on.under(nonsense(), c.send)
        assert here.circle._people[MemberId("a")].may_speak


async def test_more_than_any_voice_needs_is_not_even_opened() -> None:
    async with world() as here:
        on = await call(here)
        here.circle._people[MemberId("b")].budget = 500
        for _ in range(80):
            for _ in range(50):
                on.b.send(b"\x80\x6f" + bytes(60))
            await asyncio.sleep(0)
        await on.goes_on()
        assert here.relay.counters.dropped_rate > 0
        assert here.relay.counters.dropped_junk < 4000


def begun(sock: socket.socket) -> bool:
    """Whether the server's side of a handshake has arrived."""
    with contextlib.suppress(BlockingIOError):
        while True:
            if 20 <= sock.recv(2048)[0] < 64:
                return True
    return False


def resident() -> int:
    """Kilobytes that this process takes."""
    gc.collect()
    with contextlib.suppress(AttributeError):
        # What was given back, but kept for the next time, is no growth.
        ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.mark.long
async def test_handshakes_begun_and_left_take_nothing_from_a_call_and_leave_nothing() -> None:
    async with world() as here:
        here.circle._shared.handshakes._gap = 0.001
        on = await call(here)
        first, others = await hello(), here.relay.circle("others")  # type: ignore[arg-type]

        async def begin_and_leave(count: int) -> None:
            sock, send = stranger(here)
            for number in range(count):
                joined = others.join(MemberId(f"m{number % BATCH}"), "", listen_only=True)
                client = Listener(joined.offer)
                await others.answer(joined.ticket, client.answer)
                check = client.write_check()
                client.leave_silently()
                send(check)
                send(first)
                # Each is well under way before it is left: we have said who we are.
                await until(lambda sock=sock: begun(sock))  # type: ignore[misc]
                # From a new address each time, as if it were somebody new.
                sock.close()
                sock, send = stranger(here)
                if number % BATCH == BATCH - 1:
                    await on.goes_on()
            sock.close()

        # What allocators set aside once, they have by then.
        await begin_and_leave(ONCE)
        before = resident()
        await begin_and_leave(LEFT)
        grown = resident() - before
        print(f"{ONCE + LEFT} handshakes begun and left: {grown} kB more than after {ONCE}")
        assert here.relay.people <= 2 + BATCH
        assert grown < 2_000
        others.close()
        assert here.relay._port.sizes == (2, 2)
        assert here.relay.counters.surprises == 0


async def test_a_queue_of_handshakes_forgets_whoever_leaves_it() -> None:
    turns = Handshakes(under_way=1, a_second=0.01)
    async with turns.place():
        pass

    async def begin() -> None:
        async with turns.place():
            pass

    waiting = [asyncio.create_task(begin()) for _ in range(100)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    turns._next = 0.0
    async with asyncio.timeout(1):
        await begin()
