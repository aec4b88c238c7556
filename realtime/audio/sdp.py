"""The server's one offer, and what it takes from the answer.

Declines candidates, however many a client sends: people are found by their checks alone, so no
address of theirs is ever read here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from realtime.audio.slots import SLOTS

LARGEST = 16 * 1024
MOST_LINES = 600
MOST_CANDIDATES = 20
MOST_FINGERPRINTS = 8
PAYLOAD = 111
MID_EXTENSION, LEVEL_EXTENSION = 1, 2
CNAME = "lingkar"

_DIGESTS = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_DIRECTIONS = {"sendrecv", "sendonly", "recvonly", "inactive"}
_HEX = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")
_MEDIA = re.compile(r"audio \d{1,5} UDP/TLS/RTP/SAVPF((?: \d{1,3})+)")


class BadAnswer(Exception):
    """Not an answer to our offer, or more than an answer needs. Carries none of its text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What we need to know from the browser's side."""

    fingerprints: tuple[tuple[str, str], ...]


def write_offer(
    ufrag: str,
    password: str,
    fingerprint: str,
    addresses: Sequence[tuple[str, int]],
    ssrcs: Sequence[int],
    *,
    listen_only: bool,
) -> str:
    """Return the offer: mid 0 is the way up, mids 1 to 3 are the slots."""
    mids = " ".join(str(mid) for mid in range(1 + SLOTS))
    lines = [
        "v=0",
        f"o=- {secrets.randbits(62)} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {mids}",
        "a=msid-semantic: WMS *",
    ]
    transport = [
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        f"a=fingerprint:sha-256 {fingerprint}",
        "a=setup:actpass",
        *(_candidate(index, *address) for index, address in enumerate(addresses)),
        "a=end-of-candidates",
    ]
    lines += _media(0, "inactive" if listen_only else "recvonly", transport)
    for slot, ssrc in enumerate(ssrcs):
        lines += _media(1 + slot, "sendonly", transport)
        lines += [f"a=msid:slot{slot} slot{slot}", f"a=ssrc:{ssrc} cname:{CNAME}"]
    return "\r\n".join(lines) + "\r\n"


def _candidate(index: int, host: str, port: int) -> str:
    priority = (126 << 24) + ((65535 - index) << 8) + 255
    return f"a=candidate:{index + 1} 1 udp {priority} {host} {port} typ host"


def _media(mid: int, direction: str, transport: Sequence[str]) -> list[str]:
    return [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {PAYLOAD}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        *transport,
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        f"a=extmap:{MID_EXTENSION} urn:ietf:params:rtp-hdrext:sdes:mid",
        f"a=extmap:{LEVEL_EXTENSION} urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        f"a=rtpmap:{PAYLOAD} opus/48000/2",
        f"a=fmtp:{PAYLOAD} minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=24000",
        "a=ptime:20",
    ]


def read_answer(text: str) -> Answer:
    """Return what matters of an answer; refuse one that is too large or not one of ours."""
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        raise BadAnswer
    lines = text.splitlines()
    if not lines or lines[0] != "v=0" or len(lines) > MOST_LINES:
        raise BadAnswer
    if sum(line.startswith("a=candidate:") for line in lines) > MOST_CANDIDATES:
        raise BadAnswer
    media = _sections(lines)[1:]
    if len(media) != 1 + SLOTS:
        raise BadAnswer
    for mid, section in enumerate(media):
        _check_media(section, mid)
    if set(_values(lines, "setup")) != {"active"}:
        # The browser begins the handshake, so that whoever cannot be reached costs us nothing.
        raise BadAnswer
    return Answer(_fingerprints(lines))


def _sections(lines: Sequence[str]) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _values(lines: Sequence[str], name: str) -> list[str]:
    start = f"a={name}:"
    return [line[len(start) :].strip() for line in lines if line.startswith(start)]


def _check_media(section: Sequence[str], mid: int) -> None:
    media = _MEDIA.fullmatch(section[0][2:].rstrip())
    if media is None or str(PAYLOAD) not in media[1].split():
        raise BadAnswer
    if _values(section, "mid") != [str(mid)] or "a=rtcp-mux" not in section:
        raise BadAnswer
    directions = [line[2:] for line in section if line[2:] in _DIRECTIONS and line[:2] == "a="]
    allowed = {"sendonly", "inactive"} if mid == 0 else {"recvonly", "inactive"}
    if len(directions) != 1 or directions[0] not in allowed:
        raise BadAnswer


def _fingerprints(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for value in _values(lines, "fingerprint"):
        algorithm, _, digest = value.partition(" ")
        size = _DIGESTS.get(algorithm.lower())
        if size is None:
            continue
        if len(digest) != 3 * size - 1 or not _HEX.fullmatch(digest):
            raise BadAnswer
        found[(algorithm.lower(), digest.upper())] = None
    if not 0 < len(found) <= MOST_FINGERPRINTS:
        raise BadAnswer
    return tuple(found)
