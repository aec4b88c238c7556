"""A fan that sends nothing and notes everything. Declines to seal: there are no keys here."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from realtime.audio.fan import Lane
from realtime.audio.voice import Spoken


class Keys:
    tx: Any = None


class Noting:
    """A fan that notes what each lane would have been sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Lane, int, int, bool, bytes]] = []
        self._lanes: Sequence[Lane] = ()

    def seat(self, lanes: Sequence[Lane]) -> None:
        self._lanes = lanes

    def spread(self, packet: bytes, seq: int, octets: int) -> None:
        assert octets <= len(packet)
        _, kind, _, stamp, _ = struct.unpack_from("!BBHII", packet)
        start = 20 if packet[0] & 0x10 else 12
        for lane in self._lanes:
            number = (seq + lane.offset) & 0xFFFF
            self.sent.append((lane, number, stamp, kind >= 128, packet[start:]))


def lane(first: int = 100) -> Lane:
    return Lane(Keys(), None, first)  # type: ignore[arg-type]


def spoken(seq: int, timestamp: int = 0, payload: bytes = b"voice") -> Spoken:
    return Spoken(seq & 0xFFFF, timestamp & 0xFFFFFFFF, 0, None, memoryview(payload))
