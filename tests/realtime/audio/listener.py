"""A light real client: ICE checks, DTLS and SRTP over one UDP socket, for tests and benches.

Takes the server's offer as a browser does and keeps what it hears, packet by packet. Declines
to decode: what is in a packet is up to whoever sent it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiortc.rtp import RtcpPacket

from realtime.audio import parts, stun
from realtime.audio.circle import RelayCircle
from realtime.audio.parts import Buffer, Certificate, Dtls, Srtp
from realtime.domain.meeting import MemberId

FRAME = 960
CHECK_EVERY = 2.5
_HEADER = struct.Struct("!BBHII")
_shared: list[Certificate] = []


def certificate() -> Certificate:
    """One certificate for all clients of a process: making one takes longer than a handshake."""
    if not _shared:
        _shared.append(Certificate.generateCertificate())
    return _shared[0]


def parse_rtcp(data: bytes) -> list[Any]:
    """The reports of a compound packet; none when any of it is malformed."""
    try:
        return list(RtcpPacket.parse(data))
    except (ValueError, IndexError, struct.error):
        return []


@dataclass(slots=True)
class Packet:
    """What was heard."""

    slot: int
    seq: int
    timestamp: int
    marker: bool
    level: int | None
    payload: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Offer:
    """What a client takes from the server's offer."""

    ufrag: str
    password: str
    fingerprint: str
    addresses: tuple[tuple[str, int], ...]
    ssrcs: tuple[int, ...]
    listen_only: bool

    @classmethod
    def read(cls, sdp: str) -> Offer:
        def all_of(pattern: str) -> list[Any]:
            return list(dict.fromkeys(re.findall(pattern, sdp)))

        return cls(
            ufrag=all_of(r"a=ice-ufrag:(\S+)")[0],
            password=all_of(r"a=ice-pwd:(\S+)")[0],
            fingerprint=all_of(r"a=fingerprint:sha-256 (\S+)")[0],
            addresses=tuple(
                (host, int(port))
                for host, port in all_of(r"a=candidate:\d+ 1 udp \d+ (\S+) (\d+) typ host")
            ),
            ssrcs=tuple(int(ssrc) for ssrc in all_of(r"a=ssrc:(\d+) ")),
            listen_only="a=recvonly" not in sdp,
        )


def write_answer(fingerprint: str, *, listen_only: bool = False, slots: int = 3) -> str:
    """Return an answer as a browser writes it."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1 2 3"]
    for mid in range(1 + slots):
        direction = "recvonly" if mid else "inactive" if listen_only else "sendonly"
        lines += [
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "c=IN IP4 0.0.0.0",
            "a=ice-ufrag:abcd",
            "a=ice-pwd:abcdefghijklmnopqrstuvwx",
            f"a=fingerprint:sha-256 {fingerprint}",
            "a=setup:active",
            f"a=mid:{mid}",
            f"a={direction}",
            "a=rtcp-mux",
            "a=rtpmap:111 opus/48000/2",
        ]
    return "\r\n".join(lines) + "\r\n"


class Listener:
    """One client. `heard` fills while it is connected; `on_packet`, if set, is told instead."""

    def __init__(self, offer: str, address: tuple[str, int] | None = None) -> None:
        self.offer = Offer.read(offer)
        self.answer = write_answer(certificate().fingerprint, listen_only=self.offer.listen_only)
        self.server = address or self.offer.addresses[0]
        self.heard: list[Packet] = []
        self.reports: list[Any] = []
        self.replies = 0
        self.on_packet: Callable[[bytes, float], None] | None = None
        self.said_goodbye = False
        self.ssrc = secrets.randbits(31)
        self.seq, self.timestamp = secrets.randbits(14), secrets.randbits(31)
        self._slots = {ssrc: slot for slot, ssrc in enumerate(self.offer.ssrcs)}
        self._loop = asyncio.get_running_loop()
        self._buffer = Buffer()
        self.socket = self._bind()
        self._dtls = Dtls(certificate(), self.send, self._ended, role="client")
        self.srtp: Srtp | None = None
        self._checked = asyncio.Event()
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def join(
        cls, circle: RelayCircle, member_id: str, tab: str = "", *, listen_only: bool = False
    ) -> Listener:
        """Join a circle of this process and connect."""
        joined = circle.join(MemberId(member_id), tab, listen_only=listen_only)
        client = cls(joined.offer)
        await circle.answer(joined.ticket, client.answer)
        await client.connect()
        return client

    async def connect(self, seconds: float = 10) -> None:
        """Check, shake hands, and go on checking."""
        async with asyncio.timeout(seconds):
            await self.check()
            self.srtp = await self._dtls.shake([("sha-256", self.offer.fingerprint)], seconds)
        self._tasks.append(asyncio.create_task(self._keep_checking()))

    async def check(self) -> None:
        """Check until there is an answer."""
        self._checked.clear()
        while not self._checked.is_set():
            self.send(self.write_check())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._checked.wait(), 0.2)

    def write_check(self, *, nominates: bool = True) -> bytes:
        """Return a check of ours."""
        return stun.write_check(
            os.urandom(12),
            f"{self.offer.ufrag}:abcd".encode(),
            self.offer.password.encode(),
            nominates=nominates,
        )

    async def move(self) -> None:
        """Go on from another address, as a phone does that leaves the Wi-Fi."""
        self._loop.remove_reader(self.socket.fileno())
        self.socket.close()
        self.socket = self._bind()
        await self.check()

    def leave_silently(self) -> None:
        """Be gone without a word."""
        for task in self._tasks:
            task.cancel()
        self._loop.remove_reader(self.socket.fileno())
        self.socket.close()

    async def close(self) -> None:
        """Say goodbye and be gone."""
        if self.socket.fileno() < 0:
            return
        await self._dtls.close()
        self.leave_silently()

    # Speaking.

    def speak(self, payload: bytes, level: int | None = None, **fields: int) -> bytes:
        """Send the next packet of a voice, and return it sealed; fields override the header's."""
        self.seq = fields.get("seq", (self.seq + 1) & 0xFFFF)
        self.timestamp = fields.get("timestamp", (self.timestamp + FRAME) & 0xFFFFFFFF)
        sealed = self.seal(payload, level, ssrc=fields.get("ssrc", self.ssrc))
        self.send(sealed)
        return sealed

    def seal(self, payload: bytes, level: int | None = None, *, ssrc: int | None = None) -> bytes:
        """Return a sealed packet without sending it."""
        first, extension = 0x80, b""
        if level is not None:
            first, extension = 0x90, struct.pack("!HHBBxx", 0xBEDE, 1, 0x20, level)
        source = self.ssrc if ssrc is None else ssrc
        header = _HEADER.pack(first, 111, self.seq, self.timestamp, source)
        return self._seal(header + extension + payload, parts.protect)

    def report(self, plain: bytes) -> bytes:
        """Send a report, and return it sealed."""
        sealed = self._seal(plain, parts.protect_rtcp)
        self.send(sealed)
        return sealed

    def send(self, data: bytes) -> None:
        """Send a datagram as it is."""
        with contextlib.suppress(OSError):
            self.socket.sendto(data, self.server)

    # Hearing.

    async def until(self, condition: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until what was heard satisfies."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._arrived.clear()
                await self._arrived.wait()

    def drain(self) -> None:
        """Read all that has arrived, now."""
        self._read(self.socket)

    def of(self, slot: int) -> list[Packet]:
        """Return what was heard in a slot."""
        return [packet for packet in self.heard if packet.slot == slot]

    def _seal(self, plain: bytes, how: Callable[[Any, Any, Any], int]) -> bytes:
        assert self.srtp is not None
        buffer = Buffer()
        buffer.view[: len(plain)] = plain
        buffer.length[0] = len(plain)
        assert how(self.srtp.tx, buffer.data, buffer.length) == 0
        return bytes(buffer.view[: buffer.length[0]])

    def _bind(self) -> socket.socket:
        six = ":" in self.server[0]
        family = socket.AF_INET6 if six else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind(("::1" if six else "127.0.0.1", 0))
        self._loop.add_reader(sock.fileno(), self._read, sock)
        return sock

    def _read(self, sock: socket.socket) -> None:
        buffer = self._buffer
        while True:
            try:
                size = sock.recv_into(buffer.view)
            except (BlockingIOError, InterruptedError, OSError):
                break
            first = buffer.view[0]
            if first < 4:
                self.replies += 1
                self._checked.set()
            elif 20 <= first < 64:
                self._dtls.feed(bytes(buffer.view[:size]))
            elif self.srtp is not None:
                self._take(self.srtp, buffer, size)
        self._arrived.set()

    def _take(self, srtp: Srtp, buffer: Buffer, size: int) -> None:
        at = self._loop.time()
        if self.on_packet is not None:
            self.on_packet(bytes(buffer.view[:size]), at)
            return
        buffer.length[0] = size
        if 192 <= buffer.view[1] < 224:
            if parts.unprotect_rtcp(srtp.rx, buffer.data, buffer.length) == 0:
                self.reports += parse_rtcp(bytes(buffer.view[: buffer.length[0]]))
            return
        assert parts.unprotect(srtp.rx, buffer.data, buffer.length) == 0, "heard a forged packet"
        plain = bytes(buffer.view[: buffer.length[0]])
        first, second, seq, timestamp, ssrc = _HEADER.unpack_from(plain)
        start, level = (20, plain[17]) if first & 0x10 else (12, None)
        self.heard.append(
            Packet(self._slots[ssrc], seq, timestamp, second >= 128, level, plain[start:], at)
        )

    def _ended(self) -> None:
        self.said_goodbye = True
        self._arrived.set()

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY)
            self.send(self.write_check())
