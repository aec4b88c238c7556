"""One slot of a circle: carries whoever has it to every listener, as one unbroken stream.

Whose turn it is changes; the numbers and the clock of what a listener gets run on. Declines to
know who may speak. A number is never used twice for one listener: that would give away words.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from realtime.audio.fan import Fan, Lane
from realtime.audio.sdp import LEVEL_EXTENSION, PAYLOAD

RATE = 48_000
FRAME = 960
"""Twenty milliseconds."""
HUSH = b"\x08\x07\xc6\xb3\x0e\xc6"
"""Twenty milliseconds of silence in Opus: what a slot ends with. In its mode for speech (SILK), so
that whatever the decoder kept of one voice's loudness is forgotten before the next one: after
silence in the other mode (CELT) a voice in that mode fades in over a tenth of a second and more."""
MOST_AHEAD = 1000
"""A jump further than that is no lost packets but another count."""
MOST_BEHIND = 250
AWRY = 2 * RATE
"""How far a sender's clock may run ahead of ours within one spurt."""
QUIETEST = 75
"""-dBov: what is quieter is no voice. Claimed by the sender, so no more than a hint."""
SMALLEST_VOICE = 4
"""Bytes: Opus writes silence with fewer."""

_HEADER = struct.Struct("!BBHII")
_SEQUENCE = struct.Struct("!H")
_LEVEL = struct.Struct("!HHBBxx")
_WRAP = 0xFFFFFFFF


@dataclass(slots=True)
class Spoken:
    """An opened packet of somebody's voice."""

    seq: int
    timestamp: int
    marker: int
    level: int | None
    payload: memoryview

    @property
    def voiced(self) -> bool:
        """Whether there is likely a voice in it."""
        if len(self.payload) < SMALLEST_VOICE:
            return False
        return self.level is None or self.level & 0x7F <= QUIETEST


def read_packet(view: memoryview, size: int) -> Spoken | None:
    """Take a decrypted packet apart; None when it is not what we offered to take."""
    first, second, seq, timestamp, _ = _HEADER.unpack_from(view)
    if second & 0x7F != PAYLOAD:
        return None
    start, level = _HEADER.size + 4 * (first & 0x0F), None
    if first & 0x10:
        extension = start + 4
        if extension > size:
            return None
        start = extension + 4 * _SEQUENCE.unpack_from(view, extension - 2)[0]
        if start > size:
            return None
        if view[extension - 4] == 0xBE and view[extension - 3] == 0xDE:
            level = _find_level(view, extension, start)
    end = size - view[size - 1] if first & 0x20 else size
    if end <= start:
        return None
    return Spoken(seq, timestamp, second & 0x80, level, view[start:end])


def _find_level(view: memoryview, at: int, end: int) -> int | None:
    while at < end:
        head = view[at]
        if head >> 4 == LEVEL_EXTENSION:
            return view[at + 1] if at + 1 < end else None
        at += 1 if head == 0 else 2 + (head & 0x0F)
    return None


class Voice:
    """The stream of one slot, to all who hear it."""

    def __init__(self, fan: Fan) -> None:
        self.ssrc = secrets.randbits(31) + 1
        self.sent_since_report = False
        self._fan = fan
        self._lanes: Sequence[Lane] = ()
        self._live = False
        self._anew = True
        self._highest = self._age = self._shift = 0
        self._clock, self._clock_at = secrets.randbits(31), 0.0

    def seat(self, lanes: Sequence[Lane]) -> None:
        """Be heard by these from the next packet on."""
        self._settle()
        self._lanes = lanes
        self._fan.seat(lanes)

    def turn_over(self) -> None:
        """The next packet is somebody else's, or a new beginning of the same person's."""
        self._settle()
        self._anew = True

    @property
    def due(self) -> float:
        """When the next packet of an unbroken stream would come."""
        return self._clock_at + FRAME / RATE

    def clock(self, now: float) -> int:
        """What the stream's clock says."""
        return self._clock + int((now - self._clock_at) * RATE)

    def carry(self, spoken: Spoken, now: float) -> bool:
        """Forward a packet to everybody who hears this slot, unless it came too late."""
        ahead = (spoken.seq - self._highest) & 0xFFFF
        late = self._live and ahead >= 0x8000
        if late:
            if 0x10000 - ahead > min(self._age, MOST_BEHIND):
                return False
        elif self._live and 0 < ahead <= MOST_AHEAD and self._in_time(spoken, now):
            self._highest = spoken.seq
            self._age += ahead
        else:
            self._begin(spoken, now)
        stamp = (spoken.timestamp + self._shift) & _WRAP
        if not late:
            self._clock, self._clock_at = stamp, now
        self.sent_since_report = True
        self._fan.spread(_write(spoken, stamp, self.ssrc), spoken.seq, len(spoken.payload))
        return True

    def hush(self, now: float) -> None:
        """Send one frame of silence in the name of nobody."""
        self._settle()
        self._anew = True
        self._clock, self._clock_at = self._next_stamp(now), now
        for lane in self._lanes:
            lane.offset, lane.next = lane.next, (lane.next + 1) & 0xFFFF
        silence = Spoken(0, 0, 0, None, memoryview(HUSH))
        self._fan.spread(_write(silence, self._clock, self.ssrc), 0, len(HUSH))

    def _settle(self) -> None:
        """End this count: whatever comes next goes on after the highest number used."""
        if self._live:
            self._live = False
            for lane in self._lanes:
                lane.next = (self._highest + lane.offset + 1) & 0xFFFF

    def _in_time(self, spoken: Spoken, now: float) -> bool:
        forward = (spoken.timestamp + self._shift - self._clock) & _WRAP
        if forward <= (now - self._clock_at) * RATE + AWRY:
            return True
        self._anew = True
        return False

    def _begin(self, spoken: Spoken, now: float) -> None:
        self._settle()
        for lane in self._lanes:
            lane.offset = (lane.next - spoken.seq) & 0xFFFF
        if self._anew:
            self._anew = False
            self._shift = self._next_stamp(now) - spoken.timestamp
            spoken.marker = 0x80
        self._live, self._highest, self._age = True, spoken.seq, 0

    def _next_stamp(self, now: float) -> int:
        # By our clock in whole frames, rounded down, and never back into what was said before.
        passed = int((now - self._clock_at) * RATE) // FRAME * FRAME if self._clock_at else 0
        return (self._clock + max(FRAME, passed)) & _WRAP


def _write(spoken: Spoken, stamp: int, ssrc: int) -> bytes:
    """Return the packet without a number; of the extensions only the loudness goes on."""
    kind = spoken.marker | PAYLOAD
    if spoken.level is None:
        return _HEADER.pack(0x80, kind, 0, stamp, ssrc) + spoken.payload
    level = _LEVEL.pack(0xBEDE, 1, LEVEL_EXTENSION << 4, spoken.level)
    return _HEADER.pack(0x90, kind, 0, stamp, ssrc) + level + spoken.payload
