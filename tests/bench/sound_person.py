"""Somebody on the other end of a call, as light as can be: real ICE and DTLS, then SRTP counted.

A socket of its own, so that every relay sees an address for each person as it would in the world.
The kernel stamps packets as they arrive; they are counted, and one a round is decrypted.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from contextlib import suppress
from functools import cached_property
from typing import Any

from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtp import (
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from tests.bench import sound_sdp as sdp
from tests.bench.sound_ears import Ears

CERTIFICATE = RTCCertificate.generateCertificate()
FINGERPRINT = next(f.value for f in CERTIFICATE.getFingerprints() if f.algorithm == "sha-256")
STAMPED = 35
"""SO_TIMESTAMPNS of Linux: when the kernel took the packet in, on the clock of the day."""
ROOM = 33
"""SO_RCVBUFFORCE: as much room for what waits to be read as is asked for."""
HEADERS = 28
"""Bytes of IPv4 and UDP around each packet."""
STEP = 960
"""What the clock of Opus counts in 20 ms."""


BUFFER = bytearray(2048)
BUFFERS = (BUFFER,)


class Ice:
    """What aiortc's DTLS asks of the transport under it."""

    state = "completed"
    role = "controlled"

    def __init__(self, person: Person) -> None:
        self._person = person
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def _recv(self) -> bytes:
        return await self.arrived.get()

    async def _send(self, data: bytes) -> None:
        self._person.send(data)


class Person:
    """Joins, speaks or listens, reports as a browser does, and counts."""

    def __init__(self, host: str, ears: Ears, *, speaks: bool) -> None:
        self._ears = ears
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, STAMPED, 1)
        # So that a client kept waiting is not taken for a relay that loses packets.
        with suppress(PermissionError):
            self.socket.setsockopt(socket.SOL_SOCKET, ROOM, 1 << 22)
        self.speaks = speaks
        self.bytes_in = self.bytes_out = 0
        self.reset(0)
        self._ice = Ice(self)
        self._dtls = RTCDtlsTransport(self._ice, [CERTIFICATE])  # type: ignore[arg-type]
        self._found = asyncio.Event()
        self._said: sdp.Said | None = None
        self._sequence, self._clock = secrets.randbelow(1 << 14), secrets.randbits(31)
        self._spoken = self._octets = 0
        address, port = self.socket.getsockname()
        self.me = sdp.Me(
            ufrag=secrets.token_hex(4),
            password=secrets.token_hex(16),
            fingerprint=FINGERPRINT,
            host=address,
            port=port,
            ssrc=secrets.randbits(31) | 1,
        )
        self.connected: asyncio.Task[None] | None = None
        ears.add(self.socket.fileno(), self._readable)

    # --- Joining ---

    def take(self, said: sdp.Said) -> None:
        """What the other side said; from here on the call is set up by itself."""
        self._said = said
        self.connected = asyncio.create_task(self._connect(said))

    async def _connect(self, said: sdp.Said) -> None:
        while not self._found.is_set():
            self.check()
            try:
                await asyncio.wait_for(self._found.wait(), 0.1)
            except TimeoutError:
                continue
        # Offered 'actpass' it is the one who answers that begins, and that is this side but once.
        self._dtls._set_role("server" if said.setup == "active" else "client")
        print_of = RTCDtlsFingerprint(*said.fingerprint)
        await self._dtls.start(RTCDtlsParameters([print_of]))
        if self._dtls.state != "connected":
            raise ConnectionError("the handshake failed")

    def check(self) -> None:
        """An ICE check, which also keeps the call alive afterwards."""
        said = self._said
        if said is None:
            return
        asked = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        asked.attributes["USERNAME"] = f"{said.ufrag}:{self.me.ufrag}"
        asked.attributes["PRIORITY"] = 1853824767
        if said.lite or said.setup == "active":
            asked.attributes["ICE-CONTROLLING"] = 42
            asked.attributes["USE-CANDIDATE"] = None
        else:
            asked.attributes["ICE-CONTROLLED"] = 42
        asked.add_message_integrity(said.password.encode())
        self.send(bytes(asked))

    def leave(self) -> None:
        self._ears.remove(self.socket.fileno())
        if self.connected is not None:
            self.connected.cancel()
        if self._dtls._task is not None:
            self._dtls._task.cancel()
        self.socket.close()

    # --- What arrives ---

    def reset(self, keep: int) -> None:
        """Begin to count anew, and keep the moment of one packet in so many."""
        self._keep, self.received, self.reports = keep, 0, 0
        self.first: bytes | None = None
        self.kept: list[tuple[bytes, bytes]] = []

    def _readable(self) -> None:
        sample = self._keep and self.received % self._keep == 0
        try:
            if sample:
                size, ancillary, _, _ = self.socket.recvmsg_into(BUFFERS, 64)
            else:
                size = self.socket.recv_into(BUFFER)
        except OSError:
            return
        self.bytes_in += size + HEADERS
        if BUFFER[0] >= 128:
            if 64 <= BUFFER[1] & 0x7F < 96:
                self.reports += 1
                return
            if self.first is None:
                self.first = bytes(BUFFER[:size])
            if sample:
                self.kept.append((bytes(BUFFER[2:4]), ancillary[0][2]))
            self.received += 1
        elif BUFFER[0] >= 20:
            self._ice.arrived.put_nowait(bytes(BUFFER[:size]))
        else:
            self._checked(bytes(BUFFER[:size]))

    def _checked(self, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class == stun.Class.REQUEST and self._said is not None:
            reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            reply.attributes["XOR-MAPPED-ADDRESS"] = self._said.address
            reply.add_message_integrity(self.me.password.encode())
            self.send(bytes(reply))
        elif message.message_class == stun.Class.RESPONSE:
            self._found.set()

    def heard(self) -> bytes:
        """What was said in the first packet of the round, in the clear."""
        assert self.first is not None
        plain: bytes = self._dtls._rx_srtp.unprotect(self.first)
        start = 12
        if plain[0] & 0x10:
            start += 4 + 4 * struct.unpack_from("!H", plain, 14)[0]
        return plain[start:]

    # --- What is sent ---

    def send(self, data: bytes) -> None:
        assert self._said is not None
        self.bytes_out += len(data) + HEADERS
        with suppress(BlockingIOError):
            self.socket.sendto(data, self._said.address)

    def say(self, frame: bytes) -> int:
        """Send one frame of Opus with its level, and tell when, on the clock of the day."""
        assert self._said is not None
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._clock = (self._clock + STEP) & 0xFFFFFFFF
        self._spoken += 1
        self._octets += len(frame)
        header = struct.pack(
            "!BBHLL", 0x90, self._said.payload, self._sequence, self._clock, self.me.ssrc
        )
        # One-byte extensions: the mid "0" as number 1, then the level, voiced, as number 2.
        extension = b"\xbe\xde\x00\x01" + b"\x10" + self._mid + b"\x20\x9e"
        sealed = self._dtls._tx_srtp.protect(header + extension + frame)
        now = time.time_ns()
        self.send(sealed)
        return now

    @cached_property
    def _mid(self) -> bytes:
        assert self._said is not None
        return self._said.lines[0][0].encode()[:1]

    def report(self) -> None:
        """RTCP as a browser sends it: what was said, or how what is heard came through."""
        sealing: Any = self._dtls._tx_srtp
        if sealing is None:
            return
        packet: Any
        if self.speaks:
            seconds = time.time() + 2208988800
            sent = RtcpSenderInfo(
                int(seconds * 2**32), self._clock, self._spoken, self._octets & 0xFFFFFFFF
            )
            packet = RtcpSrPacket(self.me.ssrc, sent)
        elif self.first is None:
            return
        else:
            sequence, ssrc = struct.unpack_from("!H4xL", self.first, 2)
            highest = (sequence + self.received) & 0xFFFF
            packet = RtcpRrPacket(1, [RtcpReceiverInfo(ssrc, 0, 0, highest, 0, 0, 0)])
        name = RtcpSdesPacket([RtcpSourceInfo(packet.ssrc, [(1, b"bench")])])
        self.send(sealing.protect_rtcp(bytes(packet) + bytes(name)))
