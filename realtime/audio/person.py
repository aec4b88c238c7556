"""One person's sound: their handshake, their voice on its way in, their three lanes out.

Declines to know the floor: `may_speak` and `hears` are set by the circle, and start as no.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from realtime.audio import parts, rtcp
from realtime.audio.counters import Counters
from realtime.audio.fan import Lane
from realtime.audio.handshakes import Handshakes
from realtime.audio.parts import Buffer, Certificate, Dtls, HandshakeFailed, Srtp
from realtime.audio.port import Address, Reach
from realtime.audio.sdp import Answer
from realtime.audio.slots import SLOTS
from realtime.audio.voice import Spoken, read_packet
from realtime.domain.meeting import MemberId

SHAKE_SECONDS = 15.0
EXPIRY = 30.0
MOST_A_SECOND = 1000
"""Datagrams taken from one person; a voice needs fifty."""
SAVED_SECONDS = 3
"""What was not used is theirs for so long: after a hitch a phone sends all at once."""
MOST_SSRCS = 4
MOST_EARLY = 4
REMEMBERED_CHECKS = 64
LOSS_COUNTS = 6.0
"""Seconds that a listener's report of loss counts."""

_SSRC = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Calls:
    """What happens to a person, told to their circle."""

    ready: Callable[[Person], None]
    spoke: Callable[[Person, Spoken, float], None]
    fell_silent: Callable[[Person], None]
    moved: Callable[[Person], object]
    lost: Callable[[Person], None]


class Person:
    """Somebody at the port; one at most for each member."""

    def __init__(
        self, member_id: MemberId, tab: str, now: float, counters: Counters, calls: Calls
    ) -> None:
        self.member_id, self.tab = member_id, tab
        self.ticket = secrets.token_urlsafe(16)
        self.may_speak = self.hears = False
        self.lanes: tuple[Lane, ...] = ()
        self.ufrag = secrets.token_hex(6).encode()
        self.password = secrets.token_hex(16).encode()
        self.seen = now
        self.reach: Reach | None = None
        self.places: list[Address] = []
        self.checks: deque[tuple[bytes, Address]] = deque(maxlen=REMEMBERED_CHECKS)
        self.budget = SAVED_SECONDS * MOST_A_SECOND
        self.loss, self._loss_at = 0, 0.0
        self.answer: Answer | None = None
        self.reception: rtcp.Reception | None = None
        self._counters, self._calls = counters, calls
        self._srtp: Srtp | None = None
        self._ssrcs: set[int] = set()
        self._early: list[bytes] = []
        self._dtls: Dtls | None = None
        self._goodbye: Reach | None = None
        self._shaking: asyncio.Task[None] | None = None

    def take_answer(self, answer: Answer, certificate: Certificate, handshakes: Handshakes) -> None:
        """Be ready for the handshake; it begins when the browser begins it."""
        self.answer = answer
        self._dtls = Dtls(certificate, self._send, lambda: self._calls.lost(self))
        self._handshakes = handshakes
        early, self._early = self._early, []
        for datagram in early:
            self.on_dtls(datagram)

    def close(self) -> asyncio.Task[None] | None:
        """Stop everything; returns what still runs for a moment."""
        self.may_speak = self.hears = False
        self._srtp, self.lanes = None, ()
        self._goodbye = self.reach
        if self._shaking is not None:
            self._shaking.cancel()
        if self._dtls is None:
            return None
        dtls, self._dtls = self._dtls, None
        return asyncio.create_task(dtls.close())

    # What the port calls.

    def on_dtls(self, datagram: bytes) -> None:
        """Take a datagram of the handshake."""
        if self._dtls is None or self.answer is None:
            if len(self._early) < MOST_EARLY:
                self._early.append(datagram)
            return
        self._dtls.feed(datagram)
        if self._shaking is None:
            self._shaking = asyncio.create_task(self._shake(self._dtls, self.answer))

    def on_moved(self) -> None:
        """Go on at another address, or stop sending where there is none."""
        if self.reach is not None:
            for lane in self.lanes:
                lane.reach = self.reach
        self._make_lanes()
        self._calls.moved(self)

    def _make_lanes(self) -> None:
        if self._srtp is not None and self.reach is not None and not self.lanes:
            srtp, reach = self._srtp, self.reach
            # Far from where the count wraps, lest a lost first packet mislead the other side.
            self.lanes = tuple(Lane(srtp, reach, secrets.randbits(14)) for _ in range(SLOTS))

    def on_media(self, packet: Buffer, size: int, now: float) -> None:
        """Take a packet of media, still sealed."""
        if self._srtp is None:
            self._counters.dropped_junk += 1
        elif self.budget <= 0:
            self._counters.dropped_rate += 1
        elif 192 <= packet.view[1] < 224:
            self.budget -= 1
            self._take_report(self._srtp, packet, size, now)
        else:
            self.budget -= 1
            self._take_voice(self._srtp, packet, size, now)

    # Handshake.

    async def _shake(self, dtls: Dtls, answer: Answer) -> None:
        try:
            async with self._handshakes.place():
                srtp = await dtls.shake(answer.fingerprints, SHAKE_SECONDS)
        except HandshakeFailed:
            self._counters.handshakes_failed += 1
            self._calls.lost(self)
        except Exception:
            # A certificate nobody thought of; nothing of it is told.
            self._counters.handshakes_failed += 1
            self._counters.surprises += 1
            self._calls.lost(self)
        else:
            self._counters.handshakes += 1
            self._srtp = srtp
            self._make_lanes()
            self._calls.ready(self)

    def _send(self, data: bytes) -> None:
        reach = self.reach or self._goodbye
        if reach is not None:
            with contextlib.suppress(OSError):
                reach.send(data, reach.address)

    # Media.

    def _take_voice(self, srtp: Srtp, packet: Buffer, size: int, now: float) -> None:
        view = packet.view
        ssrc = _SSRC.unpack_from(view, 8)[0]
        if ssrc not in self._ssrcs and len(self._ssrcs) >= MOST_SSRCS:
            # Each would have keys and a window of its own kept for it.
            self._counters.dropped_junk += 1
            return
        packet.length[0] = size
        if parts.unprotect(srtp.rx, packet.data, packet.length):
            self._counters.dropped_junk += 1
            return
        spoken = read_packet(view, packet.length[0])
        self.seen = now
        self._ssrcs.add(ssrc)
        if spoken is None:
            self._counters.dropped_junk += 1
            return
        self._counters.received += 1
        reception = self.reception
        if reception is None or reception.ssrc != ssrc:
            if reception is not None:
                self._calls.fell_silent(self)
            reception = self.reception = rtcp.Reception(ssrc, spoken.seq)
        reception.arrived(spoken.seq, spoken.timestamp, now)
        if not self.may_speak:
            self._counters.dropped_gate += 1
            return
        self._calls.spoke(self, spoken, now)

    def _take_report(self, srtp: Srtp, packet: Buffer, size: int, now: float) -> None:
        packet.length[0] = size
        if parts.unprotect_rtcp(srtp.rx, packet.data, packet.length):
            self._counters.dropped_junk += 1
            return
        self.seen = now
        heard = rtcp.read(bytes(packet.view[: packet.length[0]]))
        if heard.sender_report is not None and self.reception is not None:
            self.reception.sender_reported(heard.sender_report, now)
        if heard.reports:
            self.loss, self._loss_at = heard.worst_loss, now
        if heard.left:
            self._calls.fell_silent(self)

    def send_report(self, plain: bytes, buffer: Buffer) -> None:
        """Seal a report and send it."""
        if self._srtp is None or self.reach is None:
            return
        buffer.view[: len(plain)] = plain
        buffer.length[0] = len(plain)
        if parts.protect_rtcp(self._srtp.tx, buffer.data, buffer.length):
            self._counters.surprises += 1
            return
        with contextlib.suppress(OSError):
            self.reach.send(buffer.view[: buffer.length[0]], self.reach.address)

    def refill(self) -> None:
        """Once a second."""
        self.budget = min(self.budget + MOST_A_SECOND, SAVED_SECONDS * MOST_A_SECOND)

    def loss_now(self, now: float) -> int:
        """Return the loss this listener last reported, while that is news."""
        return self.loss if now - self._loss_at < LOSS_COUNTS else 0
