"""The one module that touches what is private in aiortc and pylibsrtp: DTLS, SRTP, RTCP.

Declines to know who speaks to whom. tests/contracts/test_aiortc.py holds everything used here
that neither package promises to keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from aiortc.rtp import (
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSourceInfo,
)
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import Certificate as X509
from OpenSSL import SSL
from pylibsrtp import SRTP_MAX_SRTCP_TRAILER_LEN, Session
from pylibsrtp._binding import ffi, lib

__all__ = [
    "BUFFER",
    "Buffer",
    "Certificate",
    "Dtls",
    "HandshakeFailed",
    "RtcpReceiverInfo",
    "RtcpRrPacket",
    "RtcpSdesPacket",
    "RtcpSourceInfo",
    "Srtp",
    "address_of",
    "part_of",
    "protect",
    "protect_rtcp",
    "unprotect",
    "unprotect_rtcp",
]

BUFFER = 2048
LARGEST = BUFFER - SRTP_MAX_SRTCP_TRAILER_LEN
"""What fits a buffer with the trailer that protecting adds."""
MOST_WAITING = 16
"""Datagrams of a handshake kept until it reads them; more are dropped, as a network would."""
# Ours first, then whatever else the other side may know: the shorter key seals in two thirds of
# the time, for every listener of every packet.
PROFILES = sorted(SRTP_PROFILES, key=lambda profile: profile is not SRTP_AEAD_AES_128_GCM)

# (session, buffer, length) -> 0 when it went well; each works in place.
protect: Callable[[Any, Any, Any], int] = lib.srtp_protect
unprotect: Callable[[Any, Any, Any], int] = lib.srtp_unprotect
protect_rtcp: Callable[[Any, Any, Any], int] = lib.srtp_protect_rtcp
unprotect_rtcp: Callable[[Any, Any, Any], int] = lib.srtp_unprotect_rtcp


class HandshakeFailed(Exception):
    """The other side did not prove to be who answered, or fell silent."""


class Buffer:
    """Room for one packet that SRTP works on in place, used again for every packet."""

    __slots__ = ("data", "length", "view")

    def __init__(self, size: int = BUFFER) -> None:
        self.data: Any = ffi.new("char[]", size)
        self.length: Any = ffi.new("int *")
        self.view = memoryview(ffi.buffer(self.data)).cast("B")


def address_of(buffer: Buffer) -> int:
    """Return where a buffer is, for the kernel."""
    return int(ffi.cast("uintptr_t", buffer.data))


def part_of(buffer: Buffer, start: int) -> Any:
    """Return the part of a buffer that begins at `start`, to be sealed in place."""
    return buffer.data + start


class Certificate(RTCCertificate):
    """The process's certificate, with one TLS context for everybody instead of one each."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, cert: X509) -> None:
        super().__init__(key, cert)
        self._context: SSL.Context | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint, as an offer writes it."""
        return next(f.value for f in self.getFingerprints() if f.algorithm == "sha-256")

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # A shared context would otherwise remember every session that it ever saw.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


class Srtp:
    """The keys of one person's media, ready for the four functions above."""

    __slots__ = ("_sessions", "rx", "tx")

    def __init__(self, rx: Session, tx: Session) -> None:
        # The handles live as long as the sessions do.
        self._sessions = (rx, tx)
        self.rx: Any = rx._srtp[0]
        self.tx: Any = tx._srtp[0]


class _Pipe:
    """What aiortc takes for its ICE transport: datagrams in, datagrams out."""

    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._out = send
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._closed = False

    def feed(self, datagram: bytes) -> None:
        if not self._closed and self._queue.qsize() < MOST_WAITING:
            self._queue.put_nowait(datagram)

    def close(self) -> None:
        self._closed = True
        self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        datagram = None if self._closed else await self._queue.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, data: bytes) -> None:
        self._out(data)


class Dtls:
    """One person's DTLS, always the server's side."""

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], None],
        ended: Callable[[], None] | None = None,
        *,
        role: str = "server",
    ) -> None:
        self._pipe = _Pipe(send)
        self._transport = RTCDtlsTransport(self._pipe, [certificate])  # type: ignore[arg-type]
        self._transport._set_role(role)
        self._transport._srtp_profiles = PROFILES
        self._ended = ended

    def feed(self, datagram: bytes) -> None:
        """Take a datagram that arrived."""
        self._pipe.feed(datagram)

    async def shake(self, fingerprints: Sequence[tuple[str, str]], seconds: float) -> Srtp:
        """Carry the handshake out and return the media keys."""
        wanted = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints]
        try:
            async with asyncio.timeout(seconds):
                await self._transport.start(RTCDtlsParameters(wanted))
        except TimeoutError:
            raise HandshakeFailed from None
        if self._transport.state != "connected":
            raise HandshakeFailed
        self._transport.on("statechange", self._changed)
        return Srtp(self._transport._rx_srtp, self._transport._tx_srtp)

    def _changed(self) -> None:
        if self._transport.state == "closed" and self._ended is not None:
            ended, self._ended = self._ended, None
            ended()

    async def close(self) -> None:
        """Say goodbye to the other side and stop reading."""
        self._ended = None
        self._pipe.close()
        await self._transport.stop()
