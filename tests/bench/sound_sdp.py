"""Session descriptions as a browser would write them, as far as one audio line needs it.

Reads what a peer offers or answers and writes the other side's text. Judges nothing: a peer that
says something strange is measured strangely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

EXTENSIONS = (
    "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
)
TURNED = {"recvonly": "sendonly", "sendonly": "recvonly", "sendrecv": "sendrecv"}


@dataclass(frozen=True)
class Me:
    """What the side that is measured with has to say about itself."""

    ufrag: str
    password: str
    fingerprint: str
    host: str
    port: int
    ssrc: int


@dataclass(frozen=True)
class Said:
    """What the other side said."""

    ufrag: str
    password: str
    fingerprint: tuple[str, str]
    setup: str
    lite: bool
    address: tuple[str, int]
    payload: int
    lines: tuple[tuple[str, str], ...]
    """Of each media line its mid and its direction."""


def read(sdp: str) -> Said:
    """Everything is bundled here, so that what any line says holds for all of them."""

    def first(pattern: str) -> re.Match[str]:
        found = re.search(pattern, sdp)
        if found is None:
            raise ValueError(f"the description lacks {pattern}")
        return found

    # The candidate of this machine's own IPv4 address; a peer may list others.
    candidate = first(r"a=candidate:\S+ 1 (?:udp|UDP) \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host")
    fingerprint = first(r"a=fingerprint:(sha-256) (\S+)")
    return Said(
        ufrag=first(r"a=ice-ufrag:(\S+)")[1],
        password=first(r"a=ice-pwd:(\S+)")[1],
        fingerprint=(fingerprint[1], fingerprint[2]),
        setup=first(r"a=setup:(\S+)")[1],
        lite="a=ice-lite" in sdp,
        address=(candidate[1], int(candidate[2])),
        payload=int(first(r"a=rtpmap:(\d+) opus/48000")[1]),
        lines=tuple(_line(part) for part in sdp.split("\nm=")[1:]),
    )


def _line(part: str) -> tuple[str, str]:
    mid = re.search(r"a=mid:(\S+)", part)
    direction = re.search(r"a=(recvonly|sendonly|sendrecv|inactive)", part)
    assert mid is not None
    return mid[1], direction[1] if direction else "sendrecv"


def answer(said: Said, me: Me, *, speaks: bool) -> str:
    """A description that agrees to all that was offered; who never speaks has no uplink."""
    lines = []
    for mid, direction in said.lines:
        turned = TURNED.get(direction, "inactive")
        if turned == "sendonly" and not speaks:
            turned = "inactive"
        lines.append((mid, turned))
    return _write(lines, me, said.payload, setup="active", candidate=not said.lite)


def offer(me: Me) -> str:
    """A description of one line that only sends."""
    return _write([("0", "sendonly")], me, 111, setup="actpass", candidate=True)


def _write(
    lines: Sequence[tuple[str, str]], me: Me, payload: int, *, setup: str, candidate: bool
) -> str:
    said = [
        "v=0",
        "o=- 4242 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(mid for mid, _ in lines),
    ]
    for mid, direction in lines:
        said += [
            f"m=audio 9 UDP/TLS/RTP/SAVPF {payload}",
            "c=IN IP4 0.0.0.0",
            "a=rtcp:9 IN IP4 0.0.0.0",
            f"a=ice-ufrag:{me.ufrag}",
            f"a=ice-pwd:{me.password}",
            f"a=fingerprint:sha-256 {me.fingerprint}",
            f"a=setup:{setup}",
            f"a=mid:{mid}",
            *EXTENSIONS,
            f"a={direction}",
            "a=rtcp-mux",
            f"a=rtpmap:{payload} opus/48000/2",
            f"a=fmtp:{payload} minptime=10;useinbandfec=1;usedtx=1",
        ]
        if direction in ("sendonly", "sendrecv"):
            said += [f"a=msid:voice voice{mid}", f"a=ssrc:{me.ssrc} cname:bench"]
        if candidate:
            said += [
                f"a=candidate:1 1 udp 2130706431 {me.host} {me.port} typ host",
                "a=end-of-candidates",
            ]
    return "\r\n".join([*said, ""])
