"""What is reported of how voices arrive, alone and over the relay."""

from __future__ import annotations

from aiortc.rtp import (
    RtcpByePacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from realtime.audio import rtcp
from realtime.audio.rtcp import CALLS_FOR_REPAIR, HINTED_LOSS, Reception
from tests.realtime.audio.listener import Listener
from tests.realtime.audio.relays import VOICE, until, world


def reception(*numbers: int) -> Reception:
    made = Reception(9, numbers[0])
    for step, number in enumerate(numbers):
        made.arrived(number & 0xFFFF, step * 960, step * 0.02)
    return made


def test_a_voice_that_arrives_whole_has_no_loss() -> None:
    report = reception(*range(100)).report(3.0)
    assert (report.fraction_lost, report.packets_lost, report.jitter) == (0, 0, 0)
    assert report.highest_sequence == 99


def test_every_fourth_lost_is_a_quarter() -> None:
    report = reception(*(n for n in range(100) if n % 4 != 1)).report(3.0)
    assert (report.fraction_lost, report.packets_lost) == (64, 25)


def test_the_count_goes_round() -> None:
    report = reception(*range(65_500, 65_600)).report(3.0)
    assert report.highest_sequence == 65_599
    assert report.packets_lost == 0


def test_each_report_is_of_what_came_since_the_last() -> None:
    made = reception(0, 1, 4, 5)
    assert made.report(1.0).fraction_lost == 85
    assert not made.fresh()
    made.arrived(6, 0, 2.0)
    assert made.fresh()
    again = made.report(2.0)
    assert (again.fraction_lost, again.packets_lost) == (0, 2)


def test_a_pause_is_no_jitter_and_uneven_arrival_is() -> None:
    paused, uneven = Reception(9, 0), Reception(9, 0)
    for step in range(50):
        paused.arrived(step, step * 960, step * 0.02 + (60 if step > 25 else 0))
        uneven.arrived(step, step * 960, step * 0.02 + (step % 2) * 0.01)
    assert paused.report(70.0).jitter == 0
    assert 300 < uneven.report(1.0).jitter <= 480


def test_loss_further_down_is_hinted_at_within_bounds() -> None:
    for now, (hint, told) in enumerate(
        [(1, 1), (CALLS_FOR_REPAIR, HINTED_LOSS), (255, HINTED_LOSS)]
    ):
        made = reception(*range(50))
        assert made.report(now, hint=hint).fraction_lost == told


def test_a_loss_that_can_be_heard_is_told_as_one_that_browsers_repair_and_a_greater_as_it_is() -> (
    None
):
    few, many = reception(*(n for n in range(100) if n % 33)), reception(*range(0, 100, 2))
    assert few.report(1.0).fraction_lost == HINTED_LOSS
    assert many.report(1.0).fraction_lost > 120


def test_the_senders_clock_is_sent_back() -> None:
    made = reception(1, 2)
    made.sender_reported(0xABCD1234, 10.0)
    report = made.report(10.5)
    assert (report.lsr, report.dlsr) == (0xABCD1234, 32768)


@given(st.binary(max_size=200))
def test_no_report_breaks_the_reader(data: bytes) -> None:
    rtcp.read(data)


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 1 << 40), st.integers(0, 1 << 40))
def test_what_we_write_can_be_read(ssrc: int, packets: int, octets: int) -> None:
    assert rtcp.read(rtcp.write_sender_report(ssrc, packets, packets, octets)).sender_report


def receiver_report(client: Listener, loss: int) -> bytes:
    ours = client.offer.ssrcs[0]
    info = RtcpReceiverInfo(
        ssrc=ours, fraction_lost=loss, packets_lost=1, highest_sequence=9, jitter=1, lsr=0, dlsr=0
    )
    return bytes(RtcpRrPacket(ssrc=1, reports=[info])) + rtcp.describe(1)


async def test_a_speaker_learns_how_they_arrive_and_what_listeners_lose() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        info = RtcpSenderInfo(
            ntp_timestamp=0x1111222233334444, rtp_timestamp=0, packet_count=1, octet_count=1
        )
        a.speak(b"heard", VOICE)
        a.report(bytes(RtcpSrPacket(ssrc=a.ssrc, sender_info=info)) + rtcp.describe(a.ssrc))
        b.report(receiver_report(b, 200))
        listener = here.circle._people[b"b".decode()]  # type: ignore[index]
        await until(lambda: here.relay.counters.received == 1 and listener.loss == 200)
        here.tick()
        await a.until(lambda: any(isinstance(report, RtcpRrPacket) for report in a.reports))
        report = next(r for r in a.reports if isinstance(r, RtcpRrPacket)).reports[0]
        assert (report.ssrc, report.fraction_lost) == (a.ssrc, HINTED_LOSS)
        assert report.lsr == 0x22223333


async def test_listeners_learn_the_clock_of_a_slot_that_is_in_use() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        a.speak(b"heard", VOICE)
        await b.until(lambda: b.heard != [])
        here.tick()
        await b.until(lambda: any(isinstance(report, RtcpSrPacket) for report in b.reports))
        report = next(r for r in b.reports if isinstance(r, RtcpSrPacket))
        assert report.ssrc == b.offer.ssrcs[0]
        assert report.sender_info.packet_count == 1
        assert report.sender_info.octet_count == 5
        assert not any(isinstance(report, RtcpSrPacket) for report in a.reports)


async def test_a_voice_that_says_goodbye_frees_its_slot_and_may_come_back() -> None:
    async with world() as here:
        a, b = await here.join("a"), await here.join("b")
        here.allow("a")
        a.speak(b"heard", VOICE)
        await b.until(lambda: b.heard != [])
        assert here.slots[-1:] == [("a", None, None)]
        silent = bytes(RtcpRrPacket(ssrc=a.ssrc))
        a.report(silent + rtcp.describe(a.ssrc) + bytes(RtcpByePacket(sources=[a.ssrc])))
        await until(lambda: here.slots[-1] == (None, None, None))
        assert here.gone == []
        a.speak(b"again", VOICE)
        await until(lambda: here.slots[-1][0] == "a")
