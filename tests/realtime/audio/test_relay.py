"""What of a voice reaches whom, packet by packet, over real DTLS and SRTP."""

from __future__ import annotations

import asyncio

import pytest

from realtime.audio.relay import BadAnswer, Crowded
from realtime.audio.voice import HUSH
from realtime.domain.meeting import MemberId
from tests.realtime.audio.listener import Listener, Packet
from tests.realtime.audio.relays import NOISE, VOICE, World, until, world


async def speak_without_end(*voices: tuple[Listener, bytes]) -> None:
    """Say one's name every two milliseconds, whoever has the stick."""
    while True:
        for client, name in voices:
            client.speak(name, VOICE)
        await asyncio.sleep(0.002)


def voices(packets: list[Packet]) -> list[bytes]:
    return [packet.payload for packet in packets if packet.payload != HUSH]


async def said(world: World, client: Listener, words: bytes, level: int | None = VOICE) -> None:
    """Speak one packet and wait until the relay has dealt with it."""
    counters = world.relay.counters
    before = counters.received + counters.dropped_junk
    client.speak(words, level)
    await until(lambda: counters.received + counters.dropped_junk > before)


async def test_not_one_packet_is_heard_after_the_stick_was_taken_away() -> None:
    async with world() as here:
        a, b, c = [await here.join(name) for name in "abc"]
        sending = asyncio.create_task(speak_without_end((a, b"aaaa"), (b, b"bbbb")))
        for move in range(500):
            holder, other = ("a", b"bbbb") if move % 2 else ("b", b"aaaa")
            here.allow(holder)
            # All that was sent up to now waits in this socket; what is read later was sent later.
            c.drain()
            c.heard.clear()
            name = holder.encode() * 4
            await c.until(lambda name=name: name in voices(c.heard))  # type: ignore[misc]
            assert other not in voices(c.heard)
        sending.cancel()


async def test_the_stick_moves_as_one_unbroken_stream() -> None:
    async with world() as here:
        a, b, c = [await here.join(name) for name in "abc"]
        sending = asyncio.create_task(speak_without_end((a, b"aaaa"), (b, b"bbbb")))
        for move in range(50):
            before = len(c.heard)
            here.allow("ab"[move % 2])
            await c.until(lambda before=before: len(c.heard) > before + 3)  # type: ignore[misc]
        sending.cancel()
        assert {packet.slot for packet in c.heard} == {0}
        for earlier, later in zip(c.heard, c.heard[1:], strict=False):
            assert later.seq == (earlier.seq + 1) & 0xFFFF
            assert 0 < (later.timestamp - earlier.timestamp) & 0xFFFFFFFF < 48_000
            changed = earlier.payload != later.payload and later.payload != HUSH
            assert later.marker == changed
        assert c.heard[0].seq < 0x8000


async def test_nobody_is_heard_before_a_meeting_says_so() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        await said(here, a, b"nothing")
        here.allow(hear="ab")
        await said(here, a, b"nothing")
        here.allow("a", hear="ab")
        await said(here, a, b"heard")
        await b.until(lambda: b.heard != [])
        assert voices(b.heard) == [b"heard"]
        assert here.relay.counters.dropped_gate == 2


async def test_an_older_meeting_says_nothing() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        both = frozenset({MemberId("a"), MemberId("b")})
        here.circle.obey((2, 1), {}, both)
        here.circle.obey((1, 9), {MemberId("a"): ""}, both)
        await said(here, a, b"stale")
        assert here.relay.counters.dropped_gate == 1
        here.circle.obey((2, 2), {MemberId("a"): ""}, both)
        await said(here, a, b"fresh")
        await b.until(lambda: b.heard != [])
        assert voices(b.heard) == [b"fresh"]


async def test_a_shut_gate_opens_again_only_by_a_meeting_that_is_no_older() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        both, speak = frozenset({MemberId("a"), MemberId("b")}), {MemberId("a"): ""}
        here.circle.obey((1, 5), speak, both)
        await said(here, a, b"one!")
        here.circle.shut()
        assert set(here.circle.slots) == {None}
        here.circle.obey((1, 4), speak, both)
        await said(here, a, b"two!")
        here.circle.obey((1, 5), speak, both)
        await said(here, a, b"three")
        await b.until(lambda: b"three" in voices(b.heard))
        assert voices(b.heard) == [b"one!", b"three"]


async def test_a_voice_comes_from_the_tab_that_holds_the_seat_alone() -> None:
    async with world() as here:
        a, b = await here.join("a", "old"), await here.join("b")
        both = frozenset({MemberId("a"), MemberId("b")})
        here.circle.obey((1, 1), {MemberId("a"): "new"}, both)
        await said(here, a, b"old tab")
        here.circle.obey((1, 2), {MemberId("a"): "old"}, both)
        await said(here, a, b"this tab")
        await b.until(lambda: b.heard != [])
        assert voices(b.heard) == [b"this tab"]


async def test_whoever_may_not_hear_hears_nothing_and_nobody_hears_themselves() -> None:
    async with world() as here:
        a, b, c = [await here.join(name) for name in "abc"]
        here.allow("a", hear="ab")
        await said(here, a, b"one!")
        here.allow("a", hear="abc")
        await said(here, a, b"two!")
        here.allow("a", hear="ac")
        await said(here, a, b"three")
        await c.until(lambda: len(voices(c.heard)) == 2)
        assert voices(c.heard) == [b"two!", b"three"]
        assert voices(b.heard) == [b"one!", b"two!"]
        assert a.heard == []


async def test_three_voices_at_once_and_a_fourth_when_one_falls_silent() -> None:
    async with world() as here:
        a, b, c, d, e = [await here.join(name) for name in "abcde"]
        here.allow(*"abcd")
        for client, name in ((a, b"aaaa"), (b, b"bbbb"), (c, b"cccc"), (d, b"dddd")):
            await said(here, client, name)
        assert here.relay.counters.dropped_slots == 1
        assert here.slots == [("a", None, None), ("a", "b", None), ("a", "b", "c")]
        # Noise keeps nobody's slot; nor do the few bytes with which a pause is sent.
        await said(here, a, b"aaaa", NOISE)
        await said(here, c, b"\xf8", None)
        here.tick(later=2.5)
        assert here.slots[-1:] == [(None, None, None)]
        await said(here, a, b"noise", NOISE)
        await said(here, d, b"dddd")
        assert here.slots[-1:] == [("d", None, None)]
        await e.until(lambda: b"dddd" in voices(e.heard))
        assert {p.payload for p in e.heard if p.payload != HUSH} == {
            b"aaaa", b"bbbb", b"cccc", b"dddd", b"\xf8"
        }  # fmt: skip


async def test_a_released_slot_ends_in_silence_that_is_nobodys() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        await said(here, a, b"aaaa")
        here.allow()
        await b.until(lambda: len(b.heard) == 6)
        assert [packet.payload for packet in b.heard] == [b"aaaa", *[HUSH] * 5]
        numbers = [packet.seq - b.heard[0].seq for packet in b.heard]
        assert numbers == [0, 1, 2, 3, 4, 5]
        assert a.heard == []


async def test_the_claimed_loudness_goes_on_and_nothing_else_of_the_header_does() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        await said(here, a, b"with", VOICE)
        await said(here, a, b"without", None)
        await b.until(lambda: len(b.heard) == 2)
        assert [(packet.level, packet.payload) for packet in b.heard] == [
            (VOICE, b"with"),
            (None, b"without"),
        ]
        assert b.offer.ssrcs[0] != a.ssrc


async def test_the_numbers_go_round_without_a_loss_even_past_ones_own_turn() -> None:
    async with world() as here:
        clients = {name: await here.join(name) for name in "abc"}
        for turn in range(6):
            name = "ab"[turn % 2]
            speaker = clients[name]
            here.allow(name)
            for number in range(40):
                # Most of the numbers are lost on the way in: so it takes seconds, not an hour.
                speaker.speak(b"%04d" % number, VOICE, seq=(speaker.seq + 900) & 0xFFFF)
                await asyncio.sleep(0)
            for listener in clients.values():
                if listener is not speaker:
                    await listener.until(lambda l=listener: len(voices(l.heard)) >= 40)  # type: ignore[misc] # noqa: E741
                    assert voices(listener.heard) == [b"%04d" % n for n in range(40)]
                    listener.heard.clear()


async def test_a_gap_on_the_way_in_stays_a_gap_and_a_repeated_packet_is_heard_once() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        sealed = a.speak(b"one!", VOICE)
        a.send(sealed)
        a.speak(b"two!", VOICE, seq=(a.seq + 3) & 0xFFFF)
        await b.until(lambda: len(b.heard) == 2)
        assert b.heard[1].seq == (b.heard[0].seq + 3) & 0xFFFF
        assert here.relay.counters.dropped_junk == 1


async def test_a_phone_that_changes_networks_goes_on_hearing_and_being_heard() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a", "b")
        await b.move()
        await said(here, a, b"to b")
        await b.until(lambda: b.heard != [])
        await said(here, b, b"from b")
        await a.until(lambda: a.heard != [])
        assert here.relay.counters.moves == 1
        assert here.gone == []


async def test_somebody_silent_for_thirty_seconds_is_gone_and_may_come_again() -> None:
    async with world() as here:
        a, b = await here.join("a", "tab"), await here.join("b")
        here.allow("b")
        a.leave_silently()
        await said(here, b, b"here")
        here.tick(later=29)
        assert here.gone == []
        await b.check()
        later = asyncio.get_running_loop().time() + 31
        here.circle._people[MemberId("b")].seen = later
        here.circle.tick(later)
        assert [(member, tab) for _, member, tab in here.gone] == [("a", "tab")]
        again = await here.join("a")
        here.allow("b")
        await said(here, b, b"again")
        await again.until(lambda: again.heard != [])


async def test_of_two_tabs_the_newer_one_has_the_sound() -> None:
    async with world() as here:
        joined = here.circle.join(MemberId("a"), "one", listen_only=False)
        await here.join("a", "two")
        assert here.gone == [(joined.ticket, "a", "one")]
        with pytest.raises(BadAnswer):
            await here.circle.answer(joined.ticket, here.clients[0].answer)
        here.circle.leave(joined.ticket)
        assert here.relay.people == 1


async def test_leaving_tells_nobody_and_frees_the_slot() -> None:
    async with world() as here:
        joined = here.circle.join(MemberId("a"), "", listen_only=False)
        a = Listener(joined.offer)
        here.clients.append(a)
        await here.circle.answer(joined.ticket, a.answer)
        await a.connect()
        here.allow("a")
        await until(lambda: here.relay.counters.handshakes == 1)
        await said(here, a, b"here")
        here.circle.leave(joined.ticket)
        assert here.circle.slots == (None, None, None)
        assert here.gone == []
        await a.until(lambda: a.said_goodbye)


async def test_whoever_says_goodbye_is_gone_at_once() -> None:
    async with world() as here:
        a = await here.join("a")
        await a.close()
        await until(lambda: here.gone != [])
        assert here.relay.people == 0


async def test_there_is_an_end_to_how_many_a_circle_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.audio.circle.MOST_PEOPLE", 2)
    async with world() as here:
        for name in "ab":
            here.circle.join(MemberId(name), "", listen_only=True)
        with pytest.raises(Crowded):
            here.circle.join(MemberId("c"), "", listen_only=True)
        here.circle.join(MemberId("b"), "again", listen_only=True)


async def test_all_of_it_over_ipv6() -> None:
    async with world("::1") as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        await said(here, a, b"six!")
        await b.until(lambda: b.heard != [])
        assert voices(b.heard) == [b"six!"]


async def test_another_circle_hears_nothing() -> None:
    async with world() as here:
        a = await here.join("a")
        other = here.relay.circle("other")  # type: ignore[arg-type]
        b = await Listener.join(other, "b")
        here.clients.append(b)
        other.obey((1, 1), {MemberId("a"): ""}, frozenset({MemberId("b")}))
        here.allow("a")
        await said(here, a, b"only here")
        b.drain()
        assert b.heard == []
