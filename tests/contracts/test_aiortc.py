"""What the sound leans on in aiortc and pylibsrtp though neither promises it.

`realtime/audio/parts.py` alone touches these. When a test here fails after an update, its
message says what changed and what that breaks.
"""

from __future__ import annotations

import asyncio
import inspect
import struct
from typing import Any

import aiortc
import pylibsrtp
import pytest
from aiortc import rtcdtlstransport, rtp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from realtime.audio import parts
from realtime.audio.parts import Buffer, Certificate, Dtls, HandshakeFailed, Srtp
from tests.realtime.audio.listener import parse_rtcp

WORDS = b"a voice, still plain"


def packet(seq: int = 1) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, seq, 960, 77) + WORDS


def work(how: Any, session: Any, data: bytes) -> tuple[int, bytes]:
    """Seal or open in place, as the relay does."""
    buffer = Buffer()
    buffer.view[: len(data)] = data
    buffer.length[0] = len(data)
    failed = how(session, buffer.data, buffer.length)
    return failed, bytes(buffer.view[: buffer.length[0]])


class Pair:
    """Two ends whose datagrams reach one another at once."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.server = Dtls(Certificate.generateCertificate(), self._to_client, self.ended.set)
        self.theirs = Certificate.generateCertificate()
        self.ours = self.server._transport.getLocalParameters().fingerprints[0].value
        self.client = Dtls(self.theirs, self._to_server, role="client")
        self.to_server = 0

    def _to_client(self, data: bytes) -> None:
        self.client.feed(data)

    def _to_server(self, data: bytes) -> None:
        self.to_server += 1
        self.server.feed(data)

    async def shake(self, fingerprint: str | None = None) -> tuple[Srtp, Srtp]:
        return await asyncio.gather(
            self.server.shake([("sha-256", fingerprint or self.theirs.fingerprint)], 10),
            self.client.shake([("sha-256", self.ours)], 10),
        )

    async def close(self) -> None:
        await self.client.close()
        await self.server.close()


def test_the_version_is_one_that_these_tests_were_written_for() -> None:
    version = tuple(int(part) for part in aiortc.__version__.split(".")[:2])
    assert version == (1, 16), "read rtcdtlstransport.py's changes, then this file, then pin anew"
    assert int(pylibsrtp.__version__.split(".")[0]) == 1


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (RTCDtlsTransport, "__init__", ["self", "transport", "certificates"]),
        (RTCDtlsTransport, "_set_role", ["self", "role"]),
        (RTCDtlsTransport, "start", ["self", "remoteParameters"]),
        (RTCDtlsTransport, "stop", ["self"]),
        (RTCCertificate, "__init__", ["self", "key", "cert"]),
        (RTCCertificate, "_create_ssl_context", ["self", "srtp_profiles"]),
        (rtp.RtcpPacket, "parse", ["data"]),
    ],
)
def test_what_we_call_takes_what_we_give(owner: type, name: str, parameters: list[str]) -> None:
    found = getattr(owner, name, None)
    assert found is not None, f"{owner.__name__}.{name} is gone"
    assert list(inspect.signature(found).parameters) == parameters, f"{name} takes other things"


def test_the_transport_asks_its_ice_for_three_things_alone() -> None:
    source = inspect.getsource(RTCDtlsTransport)
    asked = {
        word.split("(")[0].split(")")[0].rstrip(".,:")
        for line in source.splitlines()
        for word in (line.split("self.transport.")[1:])
    }
    names = {name.split()[0].split(",")[0] for name in asked}
    assert names == {"_recv", "_send", "role"}, f"our pipe lacks some of {names}"


async def test_two_ends_shake_hands_and_each_opens_what_the_other_sealed() -> None:
    pair = Pair()
    server, client = await pair.shake()
    for sender, receiver in ((server, client), (client, server)):
        failed, sealed = work(parts.protect, sender.tx, packet())
        assert not failed
        assert WORDS not in sealed
        assert sealed[:12] == packet()[:12], "the header is no longer plain"
        assert work(parts.unprotect, receiver.rx, sealed) == (0, packet())
        failed, _ = work(parts.unprotect, receiver.rx, sealed)
        assert failed, "the same packet is let in twice"
        report = bytes(rtp.RtcpRrPacket(ssrc=7))
        failed, sealed = work(parts.protect_rtcp, sender.tx, report)
        assert not failed
        assert work(parts.unprotect_rtcp, receiver.rx, sealed) == (0, report)
    await pair.close()


async def test_we_are_the_server_whatever_aiortc_makes_of_ice() -> None:
    pair = Pair()
    assert pair.server._transport._role == "server", "the role is kept elsewhere"
    beginning = asyncio.create_task(pair.server.shake([("sha-256", "AA")], 10))
    await asyncio.sleep(0)
    assert pair.to_server == 0
    beginning.cancel()
    await pair.close()


async def test_the_shorter_key_is_chosen() -> None:
    pair = Pair()
    await pair.shake()
    ssl = pair.server._transport._ssl
    assert ssl is not None
    chosen = ssl.get_selected_srtp_profile()
    assert chosen == b"SRTP_AEAD_AES_128_GCM", f"sealing takes longer with {chosen!r}"
    assert pair.server._transport._srtp_profiles is parts.PROFILES
    await pair.close()


async def test_a_false_fingerprint_fails_the_handshake() -> None:
    pair = Pair()
    with pytest.raises(HandshakeFailed):
        await pair.shake(fingerprint=":".join(["AA"] * 32))
    await pair.close()


async def test_a_handshake_that_stops_fails_in_time() -> None:
    alone = Dtls(Certificate.generateCertificate(), lambda data: None)
    with pytest.raises(HandshakeFailed):
        await alone.shake([("sha-256", "AA")], 0.01)
    await alone.close()


async def test_nonsense_in_a_handshake_is_survived() -> None:
    pair = Pair()
    for junk in (b"\x16" * 20, b"\x16\xfe\xfd" + bytes(10), b"\x14\xfe\xfd" + b"\xff" * 200):
        pair.server.feed(junk)
    await pair.shake()
    await pair.close()


async def test_a_goodbye_is_told_once() -> None:
    pair = Pair()
    await pair.shake()
    await pair.client.close()
    async with asyncio.timeout(5):
        await pair.ended.wait()
    assert pair.server._transport.state == "closed", "the states have other names"
    await pair.server.close()


async def test_one_context_serves_everybody_and_remembers_nobody() -> None:
    certificate = Certificate.generateCertificate()
    profiles = rtcdtlstransport.SRTP_PROFILES
    context = certificate._create_ssl_context(profiles)
    assert certificate._create_ssl_context(profiles) is context
    assert context.set_session_cache_mode(SSL.SESS_CACHE_OFF) == SSL.SESS_CACHE_OFF


def test_a_session_is_a_handle_that_the_four_functions_take() -> None:
    policy = Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_OUTBOUND)
    session = Session(policy)
    failed, sealed = work(parts.protect, session._srtp[0], packet())
    assert not failed, "the handle is kept elsewhere, or the functions take other things"
    assert sealed == Session(policy).protect(packet()), "what is done in place is not the same"


def test_a_part_of_a_buffer_is_sealed_where_it_lies() -> None:
    buffer = Buffer(3 * parts.BUFFER)
    start = parts.BUFFER
    buffer.view[start : start + len(packet())] = packet()
    buffer.length[0] = len(packet())
    session = Session(Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    assert not parts.protect(session._srtp[0], parts.part_of(buffer, start), buffer.length)
    assert WORDS not in bytes(buffer.view)
    assert parts.address_of(buffer) > 0


@pytest.mark.parametrize("size", [0, 1, 7, 11, 12, 13, 27])
def test_what_is_too_short_to_be_sealed_is_refused_and_harms_nothing(size: int) -> None:
    for how in (parts.unprotect, parts.unprotect_rtcp):
        session = Session(Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_INBOUND))
        failed, _ = work(how, session._srtp[0], b"\x80\xc8" + bytes(size))
        assert failed


def test_reports_are_read_as_they_were_written() -> None:
    info = rtp.RtcpReceiverInfo(
        ssrc=1, fraction_lost=2, packets_lost=-3, highest_sequence=4, jitter=5, lsr=6, dlsr=7
    )
    compound: list[Any] = [
        rtp.RtcpRrPacket(ssrc=9, reports=[info]),
        rtp.RtcpSdesPacket(chunks=[rtp.RtcpSourceInfo(ssrc=9, items=[(1, b"name")])]),
        rtp.RtcpByePacket(sources=[9]),
    ]
    assert parse_rtcp(b"".join(bytes(part) for part in compound)) == compound
    sender = rtp.RtcpSenderInfo(ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4)
    report = rtp.RtcpSrPacket(ssrc=9, sender_info=sender)
    assert parse_rtcp(bytes(report)) == [report]


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_malformed_report_is_none(cut: int) -> None:
    info = rtp.RtcpReceiverInfo(
        ssrc=1, fraction_lost=2, packets_lost=3, highest_sequence=4, jitter=5, lsr=6, dlsr=7
    )
    whole = bytes(rtp.RtcpRrPacket(ssrc=9, reports=[info, info]))
    if 0 < cut < len(whole):
        assert parse_rtcp(whole[:cut]) == []
    spoilt = bytearray(whole)
    spoilt[cut % len(whole)] ^= 0xFF
    parse_rtcp(bytes(spoilt))
