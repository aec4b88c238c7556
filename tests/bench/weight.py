"""What a change weighs on the wire: each frame plain and as permessage-deflate would send it.

Declines to compress anything for real: the server negotiates no compression.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

TAIL = b"\x00\x00\xff\xff"
"""What the extension leaves off the end of each message (RFC 7692)."""


@dataclass(frozen=True)
class Weight:
    """Bytes of one frame: as it is, compressed by itself, and compressed after the ones before."""

    plain: int
    alone: int
    after: int


def weigh(heard: Sequence[tuple[str, bytes]]) -> dict[str, Weight]:
    """The last frame of each event, out of all that one connection heard one after another."""
    line = zlib.compressobj(wbits=-15)
    last = {}
    for event, frame in heard:
        last[event] = Weight(len(frame), len(deflated(frame)), len(deflated(frame, line)))
    return last


def deflated(frame: bytes, line: zlib._Compress | None = None) -> bytes:
    """One message as the extension sends it; `line` remembers what went before."""
    packer = line or zlib.compressobj(wbits=-15)
    return (packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)
