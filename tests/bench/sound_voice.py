"""Frames of real Opus, as a browser encodes a voice: what every peer of a benchmark forwards."""

from __future__ import annotations

import math
import random
import struct

import av
from av.audio.frame import AudioFrame

RATE, SAMPLES = 48000, 960
BITS = 32000
"""What browsers spend on one voice unless they are told otherwise."""


def voice(frames: int) -> list[bytes]:
    """So many frames of 20 ms, no two alike: a hum with breath in it, louder and softer."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = BITS
    encoder.options = {"application": "voip", "frame_duration": "20"}
    dice = random.Random(7)
    encoded: dict[bytes, None] = {}
    at = 0
    while len(encoded) < frames:
        samples = [_sample(at + i, dice) for i in range(SAMPLES)]
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(struct.pack(f"{SAMPLES}h", *samples))
        frame.sample_rate, frame.pts = RATE, at
        at += SAMPLES
        for packet in encoder.encode(frame):
            encoded.setdefault(bytes(packet))
    return list(encoded)[:frames]


def _sample(at: int, dice: random.Random) -> int:
    turn = 2 * math.pi * at / RATE
    loud = 0.6 + 0.4 * math.sin(turn * 3)
    hum = sum(math.sin(turn * 140 * n) / n for n in (1, 2, 3, 5))
    return int(4000 * loud * (hum + dice.gauss(0, 0.3)))
