"""What one listener gets of a slot in which speakers change: one count, never used twice."""

from __future__ import annotations

import array
import struct
from itertools import pairwise

import pytest
from aiortc.codecs.opus import OpusDecoder
from aiortc.jitterbuffer import JitterFrame
from av import AudioFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.audio.voice import FRAME, HUSH, MOST_AHEAD, RATE, Voice, read_packet
from tests.realtime.audio.noting import Noting, lane, spoken


@pytest.fixture
def fan() -> Noting:
    return Noting()


@pytest.fixture
def voice(fan: Noting) -> Voice:
    made = Voice(fan)
    made.seat([lane()])
    return made


def test_the_next_speaker_goes_on_where_the_last_one_stopped(voice: Voice, fan: Noting) -> None:
    for step in range(3):
        voice.carry(spoken(500 + step, 7000 + step * FRAME), 10.0 + step * 0.02)
    voice.turn_over()
    voice.carry(spoken(60_000, 5), 10.09)
    numbers = [number for _, number, *_ in fan.sent]
    stamps = [stamp for _, _, stamp, *_ in fan.sent]
    assert numbers == [100, 101, 102, 103]
    assert [later - earlier for earlier, later in pairwise(stamps)] == [
        FRAME, FRAME, 2 * FRAME
    ]  # fmt: skip
    assert [marker for *_, marker, _ in fan.sent] == [True, False, False, True]


def test_a_lost_packet_stays_lost_and_a_late_one_keeps_its_place(voice: Voice, fan: Noting) -> None:
    for seq in (10, 11, 14, 13):
        assert voice.carry(spoken(seq, seq * FRAME), 10.0)
    assert [number for _, number, *_ in fan.sent] == [100, 101, 104, 103]


def test_what_comes_later_than_its_turn_is_dropped(voice: Voice, fan: Noting) -> None:
    voice.carry(spoken(10), 10.0)
    voice.turn_over()
    voice.carry(spoken(20), 10.0)
    assert not voice.carry(spoken(19), 10.0)
    assert len(fan.sent) == 2


def test_a_leap_in_the_numbers_is_a_new_count(voice: Voice, fan: Noting) -> None:
    voice.carry(spoken(10), 10.0)
    voice.carry(spoken(11 + MOST_AHEAD), 10.02)
    voice.carry(spoken(30_000), 10.04)
    assert [number for _, number, *_ in fan.sent] == [100, 101, 102]


def test_a_clock_that_leaps_leads_nobody_astray(voice: Voice, fan: Noting) -> None:
    voice.carry(spoken(10, 0), 10.0)
    voice.carry(spoken(11, 1 << 31), 10.02)
    voice.carry(spoken(12, 99), 10.04)
    stamps = [stamp for _, _, stamp, *_ in fan.sent]
    assert all((b - a) & 0xFFFFFFFF < RATE for a, b in pairwise(stamps))


def test_the_next_packet_is_due_a_frame_after_the_last_also_after_one_of_silence(
    voice: Voice, fan: Noting
) -> None:
    voice.carry(spoken(10), 10.0)
    assert voice.due == pytest.approx(10.02)
    voice.turn_over()
    voice.hush(voice.due)
    assert voice.due == pytest.approx(10.04)


def test_the_silence_that_ends_a_slot_is_one_frame_in_the_mode_for_speech_and_silent() -> None:
    configuration, frames = HUSH[0] >> 3, HUSH[0] & 3
    # RFC 6716, 3.1: up to 11 the mode for speech, of these each fourth from 1 is of 20 ms.
    assert configuration < 12 and configuration % 4 == 1 and frames == 0
    (decoded,) = OpusDecoder().decode(JitterFrame(data=HUSH, timestamp=0))
    assert isinstance(decoded, AudioFrame)
    samples = array.array("h", bytes(decoded.planes[0]))
    assert len(samples) >= FRAME
    assert max(map(abs, samples)) < 64


def test_silence_is_sent_in_the_same_count(voice: Voice, fan: Noting) -> None:
    voice.carry(spoken(10), 10.0)
    voice.turn_over()
    voice.hush(10.02)
    voice.hush(10.04)
    voice.carry(spoken(900), 10.06)
    assert [(number, payload) for _, number, _, _, payload in fan.sent] == [
        (100, b"voice"), (101, HUSH), (102, HUSH), (103, b"voice")
    ]  # fmt: skip


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("carry"), st.integers(-300, 2000)),
        st.tuples(st.just("turn over"), st.integers(0, 65535)),
        st.tuples(st.just("hush"), st.just(0)),
        st.tuples(st.just("seat"), st.integers(0, 7)),
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(STEPS)
def test_no_number_is_ever_used_twice_for_one_listener(steps: list[tuple[str, int]]) -> None:
    # Sealing two packets under one number would give away both.
    fan, seen = Noting(), set[int]()
    voice, lanes, seq = Voice(fan), [lane(n * 1000) for n in range(3)], 0
    for now, (what, number) in enumerate(steps):
        if what == "carry":
            seq = (seq + number) & 0xFFFF
            if seq in seen:
                continue  # SRTP lets no number in twice.
            seen.add(seq)
            voice.carry(spoken(seq, seq * FRAME), now * 0.02)
        elif what == "turn over":
            voice.turn_over()
            seq, seen = number, set()
        elif what == "hush":
            voice.hush(now * 0.02)
        else:
            voice.seat([lane for bit, lane in enumerate(lanes) if number >> bit & 1])
    used = [(id(lane), number) for lane, number, *_ in fan.sent]
    assert len(used) == len(set(used))


def packet(first: int, rest: bytes, kind: int = 111) -> tuple[memoryview, int]:
    plain = struct.pack("!BBHII", first, kind, 5, 6, 7) + rest
    return memoryview(bytearray(plain + bytes(100))), len(plain)


def test_a_packet_is_taken_apart() -> None:
    level = struct.pack("!HHBBBB", 0xBEDE, 1, 0x20, 0x85, 0, 0)
    read = read_packet(*packet(0x90, level + b"opus"))
    assert read is not None
    assert (read.seq, read.timestamp, bytes(read.payload), read.level) == (5, 6, b"opus", 0x85)
    assert read.voiced
    padded = read_packet(*packet(0xA0, b"opus\0\0\x03"))
    assert padded is not None
    assert bytes(padded.payload) == b"opus"
    with_source = read_packet(*packet(0x81, b"\1\2\3\4opus"))
    assert with_source is not None
    assert bytes(with_source.payload) == b"opus"


@pytest.mark.parametrize(
    ("first", "rest", "kind"),
    [
        (0x80, b"opus", 0),
        (0x80, b"", 111),
        (0x90, b"\xbe", 111),
        (0x90, b"\xbe\xde\xff\xffopus", 111),
        (0xA0, b"opus\xff", 111),
        (0x8F, b"opus", 111),
    ],
)
def test_what_makes_no_sense_is_nothing(first: int, rest: bytes, kind: int) -> None:
    assert read_packet(*packet(first, rest, kind)) is None


@given(st.integers(0x80, 0xBF), st.binary(max_size=80))
def test_no_packet_breaks_the_reader(first: int, rest: bytes) -> None:
    read = read_packet(*packet(first, rest))
    assert read is None or 0 < len(read.payload) <= len(rest)
