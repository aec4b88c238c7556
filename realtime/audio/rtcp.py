"""Reports: how well a voice arrives here (RFC 3550, A.3 and A.8), and how we sent it on.

Declines to act on anything that a report claims, but for a bounded hint at loss.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from functools import lru_cache

from realtime.audio import parts
from realtime.audio.sdp import CNAME

RATE = 48_000
HINTED_LOSS = 25
"""Of 256, just below a tenth: a browser adds redundancy, and does not hold back."""
CALLS_FOR_REPAIR = 5
"""Of 256, two in a hundred. At our bitrate Opus repairs from six in a hundred on, so whatever can
be heard is told as HINTED_LOSS."""
SENDER_REPORT, RECEIVER_REPORT, GOODBYE = 200, 201, 203
_HEAD, _CLOCK, _SENT = struct.Struct("!BBH"), struct.Struct("!I"), struct.Struct("!BBHIQIII")
_WHOLE = 0xFFFFFFFF
_NTP_EPOCH = 2_208_988_800


@dataclass(slots=True)
class Heard:
    """What one compound packet told us."""

    sender_report: int | None = None
    """The middle of the sender's clock, to be sent back."""
    reports: int = 0
    worst_loss: int = 0
    left: bool = False


def read(data: bytes) -> Heard:
    """Read a compound packet; what is malformed says nothing.

    By hand, not by aiortc: every listener reports every second, and only four things are of use.
    """
    heard, at = Heard(), 0
    while at < len(data):
        if len(data) < at + 8:
            return Heard()
        first, kind, words = _HEAD.unpack_from(data, at)
        blocks, end, count = at + 8, at + 4 + 4 * words, first & 0x1F
        if kind == SENDER_REPORT:
            blocks += 20
        if first >> 6 != 2 or end > len(data) or end < at + 8:
            return Heard()
        if kind in (SENDER_REPORT, RECEIVER_REPORT):
            if blocks + 24 * count > end:
                return Heard()
            for block in range(blocks, blocks + 24 * count, 24):
                heard.worst_loss = max(heard.worst_loss, data[block + 4])
            heard.reports += count
            if kind == SENDER_REPORT:
                heard.sender_report = _CLOCK.unpack_from(data, at + 10)[0]
        elif kind == GOODBYE:
            heard.left = True
        at = end
    return heard


class Reception:
    """How one stream of packets arrives."""

    __slots__ = (
        "_base",
        "_cycles",
        "_expected_before",
        "_highest",
        "_jitter",
        "_received",
        "_received_before",
        "_report_at",
        "_report_clock",
        "_transit",
        "ssrc",
    )

    def __init__(self, ssrc: int, seq: int) -> None:
        self.ssrc = ssrc
        self._base = self._highest = seq
        self._cycles = self._received = self._received_before = self._expected_before = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._report_clock, self._report_at = 0, 0.0

    def arrived(self, seq: int, timestamp: int, now: float) -> None:
        """Count a packet."""
        self._received += 1
        ahead = (seq - self._highest) & 0xFFFF
        if ahead < 0x8000:
            if seq < self._highest:
                self._cycles += 0x10000
            self._highest = seq
        transit = now * RATE - timestamp
        if self._transit is not None:
            moved = abs(transit - self._transit)
            # A pause in speech or a clock that wraps is no jitter.
            if moved < RATE:
                self._jitter += (moved - self._jitter) / 16
        self._transit = transit

    def sender_reported(self, clock: int, now: float) -> None:
        """Note the sender's clock for the next report."""
        self._report_clock, self._report_at = clock, now

    def fresh(self) -> bool:
        """Whether anything arrived since the last report."""
        return self._received != self._received_before

    def report(self, now: float, hint: int = 0) -> parts.RtcpReceiverInfo:
        """Return the report since the last one; `hint` is loss further down the way."""
        expected = self._cycles + self._highest - self._base + 1
        due = expected - self._expected_before
        missing = due - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        fraction = (missing << 8) // due if due > 0 and missing > 0 else 0
        since = now - self._report_at if self._report_clock else 0.0
        return parts.RtcpReceiverInfo(
            ssrc=self.ssrc,
            fraction_lost=min(255, max(fraction, told_as(max(fraction, hint)))),
            packets_lost=max(-(1 << 23), min((1 << 23) - 1, expected - self._received)),
            highest_sequence=(self._cycles + self._highest) & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            lsr=self._report_clock,
            dlsr=min(0xFFFFFFFF, int(since * 65536)),
        )


def told_as(loss: int) -> int:
    """What a speaker is told of somebody's loss, so that their browser does something about it."""
    return HINTED_LOSS if loss >= CALLS_FOR_REPAIR else loss


def write_receiver_report(ours: int, report: parts.RtcpReceiverInfo) -> bytes:
    """Return what tells a speaker how they arrive."""
    return bytes(parts.RtcpRrPacket(ssrc=ours, reports=[report])) + describe(ours)


def write_sender_report(ssrc: int, timestamp: int, packets: int, octets: int) -> bytes:
    """Return what tells a listener how a slot's clock runs."""
    ntp = int((time.time() + _NTP_EPOCH) * (1 << 32)) & ((1 << 64) - 1)
    sent = (timestamp & _WHOLE, packets & _WHOLE, octets & _WHOLE)
    return _SENT.pack(0x80, SENDER_REPORT, 6, ssrc, ntp, *sent) + describe(ssrc)


@lru_cache(1024)
def describe(ssrc: int) -> bytes:
    """Return the name that must go with every report: the relay's, the same for everybody."""
    items = [(1, CNAME.encode())]
    source = parts.RtcpSourceInfo(ssrc=ssrc, items=items)
    return bytes(parts.RtcpSdesPacket(chunks=[source]))
