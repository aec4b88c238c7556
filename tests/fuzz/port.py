"""Datagrams at the one UDP port of sound: checks, handshakes, media, junk. Nobody answers them."""

from __future__ import annotations

import os
import socket
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.place import Place

MAGIC = b"\x21\x12\xa4\x42"
firsts = st.sampled_from(
    [
        b"\x00\x01",
        b"\x01\x01",
        b"\x16\xfe\xfd",
        b"\x17\xfe\xfd",
        b"\x80\x6f",
        b"\x81\xc9",
        b"\x40\x00",
    ]
)


@st.composite
def checks(draw: st.DrawFn) -> bytes:
    """A binding request, or almost: lengths that lie, attributes of any kind."""
    body = b""
    for _ in range(draw(st.integers(0, 8))):
        value = draw(st.binary(max_size=40))
        size = draw(st.one_of(st.just(len(value)), st.integers(0, 65535)))
        kind = draw(
            st.one_of(st.sampled_from([6, 8, 0x25, 0x24, 0x802A, 0x8028]), st.integers(0, 65535))
        )
        body += kind.to_bytes(2, "big") + size.to_bytes(2, "big") + value
    size = draw(st.one_of(st.just(len(body)), st.integers(0, 65535)))
    return (
        b"\x00\x01"
        + size.to_bytes(2, "big")
        + MAGIC
        + draw(st.binary(min_size=12, max_size=12))
        + body
    )


datagrams = st.one_of(
    checks(),
    st.binary(max_size=1500),
    st.builds(lambda a, b: a + b, firsts, st.binary(max_size=400)),
)


def datagrams_of_strangers(place: Place) -> Any:
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setblocking(False)

    def test(several: list[bytes]) -> None:
        for one in several:
            place.did["datagrams"] += 1
            out.sendto(one, ("127.0.0.1", place.sound_port))
            out.sendto(one + os.urandom(4), ("127.0.0.1", place.sound_port))
            place.did["datagrams"] += 1
        try:
            said = out.recv(2000)
        except (BlockingIOError, ConnectionRefusedError):
            return
        raise AssertionError(f"a stranger was answered with {len(said)} bytes")

    return (st.lists(datagrams, min_size=1, max_size=20),), test
