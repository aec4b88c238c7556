"""Socket.IO: who comes in, who goes, and what this process hears of the circles it serves.

Declines to know the rules (`room`), who hears what (`audiences`) and what events mean (`events`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any, Protocol

import orjson
import socketio.exceptions

from realtime import limits, trace
from realtime.audiences import Audiences, Circle, Leaving, Socket
from realtime.clock import Clock
from realtime.counts import COUNTS
from realtime.domain.meeting import CircleId, Meeting, MemberId
from realtime.domain.reading import stamp
from realtime.domain.refusal import Reason, Refused
from realtime.frames import Server
from realtime.line import address_of
from realtime.notes import Note, named, note
from realtime.payloads import CLIENT_EVENTS, Hello, parse
from realtime.ports import (
    PASSING,
    Admission,
    Fanout,
    Heard,
    OutOfReach,
    Presence,
    StateHeard,
    WordsHeard,
)
from realtime.room import Room, sitting
from realtime.views import OLDEST, PROTOCOL, Gone, Whispered

ANSWER_SECONDS = 2.0
BAN_SECONDS = 0.3
"""For asking how long somebody is out, whose line is closed after it."""
GUESSES = frozenset({Reason.NOT_SIGNED_IN, Reason.NOT_A_MEMBER, Reason.MALFORMED, Reason.BANNED})
"""Refusals that slow an address down. A full house or a new version is nobody's doing."""
BEGIN_SECONDS = 2.5
BEGIN_AGAIN = 0.1
CLOSED = "client disconnect"
FAULTS_OF = frozenset(
    {
        *CLIENT_EVENTS,
        *("unknown", "connect", "disconnect", "gone", "back", "clock", "beat", "sound"),
    }
)
"""In the course of what something may go wrong here, as a log names it."""
TABS = 3
"""Connections of one person in one circle."""


class Beside(Protocol):
    """What goes on beside the words, where there is any: sound."""

    def closed(self, circle: Circle, socket: Socket) -> None:
        """This tab was closed by its person; a line that is lost is none of that."""

    async def part(self, circle: Circle, socket: Socket) -> None:
        """This person has to go: return once nothing of theirs is heard, and soon."""

    def gone(self, circle: Circle, payload: bytes) -> None:
        """`sound_gone` came by the bus."""


class Gateway:
    """The sockets of this process. `events` answers what they send."""

    def __init__(
        self,
        room: Room,
        admission: Admission,
        fanout: Fanout,
        presence: Presence,
        clock: Clock,
        origins: Iterable[str],
        *,
        straight: bool = True,
        release: str = "",
    ) -> None:
        self.room, self.fanout, self.presence, self.clock = room, fanout, presence, clock
        self._admission = admission
        self.server = Server(origins, self._welcome, straight=straight)
        self.audiences = Audiences(self.server, release)
        self.circles: dict[CircleId, Circle] = {}
        self.beside: Beside | None = None
        self.shut = False
        """Nothing passes: what is said could be kept."""
        self.on_loss: Callable[[CircleId], None] | None = None
        """The store lost a meeting that is served here."""
        self.stopping = False
        self._of: dict[str, Circle] = {}
        self._doors: dict[CircleId, asyncio.Lock] = {}
        self._failed = limits.FailedJoins()
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)

    def find(self, sid: str) -> tuple[Circle, Socket] | None:
        """The circle and the person behind a socket; None once they are on the way out."""
        circle = self._of.get(sid)
        socket = circle.sockets.get(sid) if circle else None
        return (circle, socket) if circle and socket and socket.ready else None

    # --- Coming in ---

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object) -> None:
        """Let somebody in, or refuse with the reason as the message of the error."""
        trace.begin()
        try:
            await self._enter(sid, cookies_of(environ), auth)
        except Refused as refusal:
            COUNTS.refused_joins[refusal.reason] += 1
            if refusal.reason in GUESSES:
                await self._hold_up(address_of(environ.get("asgi.scope", {})))
            raise socketio.exceptions.ConnectionRefusedError(refusal.reason.value) from None
        except OutOfReach:
            COUNTS.refused_joins[Reason.OUT_OF_REACH] += 1
            reason = Reason.OUT_OF_REACH.value
            raise socketio.exceptions.ConnectionRefusedError(reason) from None
        except Exception as bug:
            log_fault("connect", bug)
            COUNTS.refused_joins[Reason.FAULT] += 1
            raise socketio.exceptions.ConnectionRefusedError(Reason.FAULT.value) from None

    async def _hold_up(self, address: str) -> None:
        """Whoever guesses waits for the answer; members who share their network come in at once."""
        now = self.clock.now()
        self._failed.failed(address, now)
        await asyncio.sleep(self._failed.wait(address, now))

    async def _enter(self, sid: str, cookies: Mapping[str, str], auth: object) -> None:
        hello = read_hello(auth)
        if self.shut or self.stopping:
            raise Refused(Reason.OUT_OF_REACH)
        guest = await self._admission.admit(cookies, hello.circle)
        again = sitting(self.room.known.get(guest.circle_id), guest.member_id) is not None
        knocks = not again and not guest.facilitator
        if knocks:
            await self._in_their_turn(guest.circle_id)
        socket = Socket(sid, guest, cookies, hello.circle, hello.observer, hello.tab)
        try:
            tabs = await self.presence.arrive(guest.circle_id, guest.member_id, sid)
            if tabs > TABS:
                raise Refused(Reason.TOO_MANY_TABS)
            circle = await self._take_in(socket)
            # One knock at a time: a dozen would race each other and whoever presses inside.
            async with circle.knocking if knocks else nullcontext():
                await self._arrive(circle, socket)
        except BaseException:
            await self._leave(socket)
            raise
        COUNTS.joins += 1
        COUNTS.reconnects += again

    async def _arrive(self, circle: Circle, socket: Socket) -> None:
        """Let the meeting learn of them. A store that just began lets nobody open one at once."""
        until = asyncio.get_running_loop().time() + BEGIN_SECONDS
        while True:
            try:
                if circle.out_of_reach:
                    raise Refused(Reason.OUT_OF_REACH)
                await self.room.arrived(socket.guest, socket.observer, socket.tab)
            except Refused as refusal:
                late = asyncio.get_running_loop().time() >= until
                if refusal.reason is not Reason.OUT_OF_REACH or circle.out_of_reach or late:
                    raise
                await asyncio.sleep(BEGIN_AGAIN)
            else:
                return

    async def _in_their_turn(self, circle_id: CircleId) -> None:
        """Whoever has no seat yet knocks when it is their turn: a raid is not felt inside."""
        circle = self.circles.get(circle_id)
        # Where nobody is yet, there is nobody to feel it.
        if circle is None or circle_id not in self.room.known:
            return
        wait = circle.pace.wait(self.clock.now())
        if wait is None:
            raise Refused(Reason.TOO_FAST)
        await asyncio.sleep(wait)

    async def _take_in(self, socket: Socket) -> Circle:
        """Hear the circle before the meeting learns of them, so that nothing is missed."""
        circle_id = socket.guest.circle_id
        async with self._doors.setdefault(circle_id, asyncio.Lock()):
            circle = self.circles.get(circle_id)
            if circle is None:
                circle = Circle(circle_id)

                await self.fanout.listen(circle_id, partial(self._hear, circle))
                circle.seq = max(circle.seq, await self.fanout.sequence(circle_id))
                self.circles[circle_id] = circle
            circle.take_in(socket)
            self._of[socket.sid] = circle
            return circle

    async def _welcome(self, sid: str) -> None:
        """The client heard that it is connected: now it gets the present, never old words."""
        circle = self._of.get(sid)
        socket = circle.sockets.get(sid) if circle else None
        if circle is None or socket is None:
            return
        meeting = self.room.known.get(circle.circle_id)
        if meeting is not None:
            self.audiences.welcome(circle, socket, meeting)
            self.show(circle, meeting, [socket])

    # --- Going out ---

    async def _disconnect(self, sid: str, why: str) -> None:
        try:
            await self._see_off(sid, why)
        except Exception as bug:
            # Socket.IO would say nothing of it, or all.
            log_fault("disconnect", bug)

    async def _see_off(self, sid: str, why: str) -> None:
        circle = self._of.get(sid)
        socket = circle.sockets.get(sid) if circle else None
        if circle is None or socket is None:
            return
        closed = why == CLOSED or self.server.hung_up(sid)
        left, guest = await self._leave(socket), socket.guest
        if left is None or self.stopping:
            return
        # A page that came back before its old line ended is the same tab still.
        again = any(
            other.guest.member_id == guest.member_id and other.tab == socket.tab
            for other in circle.sockets.values()
        )
        if self.beside is not None and closed and not again:
            self.beside.closed(circle, socket)
        if not again:
            await self.room.lost(guest.circle_id, guest.member_id, socket.tab if left else None)

    async def _leave(self, socket: Socket) -> int | None:
        """Forget a connection. How many the person has left; None when that is unknown."""
        socket.hears(False)
        circle_id = socket.guest.circle_id
        circle = self._of.pop(socket.sid, None)
        left = None
        with suppress(OutOfReach):
            left = await self.presence.depart(circle_id, socket.guest.member_id, socket.sid)
        async with self._doors.setdefault(circle_id, asyncio.Lock()):
            if circle is not None:
                circle.let_go(socket)
            if circle is not None and not circle.sockets and self.circles.get(circle_id) is circle:
                del self.circles[circle_id]
                self.room.forget(circle_id)
                with suppress(OutOfReach):
                    await self.fanout.unlisten(circle_id)
        return left

    def show(self, circle: Circle, meeting: Meeting, sockets: Iterable[Socket]) -> None:
        """Send what changed, and see those out who have no place any more."""
        circle.shown = max(circle.shown, stamp(meeting))
        for leaving in self.audiences.show(sockets, meeting, self.clock.now()):
            self.server.soon(self._see_out(leaving))

    async def _see_out(self, leaving: Leaving) -> None:
        socket, why = leaving.socket, leaving.why
        circle = self._of.get(socket.sid)
        if self.beside is not None and circle is not None:
            # Sound first, then sockets.
            await self.beside.part(circle, socket)
        if why.reason == "removed" and await self._is_banned(socket):
            why = Gone("banned")
        with suppress(TimeoutError):
            # Whoever leaves by their own wish gets the answer first.
            await asyncio.wait_for(socket.idle.wait(), ANSWER_SECONDS)
        self.audiences.say_gone(socket, why)
        await self.server.close(socket.sid)

    async def _is_banned(self, socket: Socket) -> bool:
        """For how long somebody is out is the admission's to know."""
        try:
            async with asyncio.timeout(BAN_SECONDS):
                await self._admission.admit(socket.cookies, socket.slug)
        except TimeoutError:
            # Unknown; they go now, and the door knows when they come again.
            return False
        except Refused as refusal:
            return refusal.reason is Reason.BANNED
        except Exception as bug:
            log_fault("gone", bug)
        return False

    # --- What the bus says ---

    def _hear(self, circle: Circle, heard: Heard) -> None:
        """Nothing in here waits: it is carried out where it arrives."""
        if isinstance(heard, WordsHeard):
            self._hear_words(circle, heard)
        elif isinstance(heard, StateHeard):
            self.room.note(heard.meeting)
            # As it came, between the words before and after it; never back to an older one.
            if stamp(heard.meeting) >= circle.shown:
                self.show(circle, heard.meeting, circle.ready())
            self._tell_undone(circle)
        elif self.on_loss is not None:
            # Copies are wanted.
            self.on_loss(circle.circle_id)

    def _hear_words(self, circle: Circle, heard: WordsHeard) -> None:
        payload = heard.payload
        if heard.event not in PASSING:
            circle.seq = max(circle.seq, heard.seq)
            # The place in the order is put into the words' JSON without opening it.
            payload = payload[:-1] + b',"seq":%d}' % heard.seq
        if heard.event == "sound_gone":
            if self.beside is not None:
                self.beside.gone(circle, payload)
            return
        if heard.event == "said":
            said = orjson.loads(heard.payload)
            circle.note_author(said["id"], MemberId(said["member_id"]), heard.seq)
        known = self.room.known.get(circle.circle_id)
        if heard.event == "whispered":
            whispered = Whispered(**orjson.loads(heard.payload))
            circle.note_whisper(whispered.id, whispered.member_id)
            if known is not None:
                self.audiences.whisper(circle, known, whispered, payload)
        elif known is not None:
            self.audiences.words(circle, known, heard, payload)

    def lost_reach(self, circles: Iterable[Circle]) -> None:
        """The store or the bus of these is gone: say so; nobody loses a place for it."""
        news = [circle for circle in circles if not circle.out_of_reach]
        for circle in news:
            circle.out_of_reach = True
        COUNTS.redis_outages += bool(news)
        self.audiences.trouble(news, True)

    async def back_in_reach(self, circle: Circle, outage: float) -> None:
        """Everybody gets the present afresh. Raises `OutOfReach` where it was too early."""
        await self._refresh(circle, outage)
        if not self.shut and circle.out_of_reach:
            circle.out_of_reach = False
            self.audiences.trouble([circle], False)

    async def _refresh(self, circle: Circle, outage: float) -> None:
        here = {sid: socket.guest.member_id for sid, socket in circle.sockets.items()}
        await self.presence.beat(circle.circle_id, here)
        meeting = await self.room.load(circle.circle_id, outage)
        circle.seq = await self.fanout.sequence(circle.circle_id)
        for socket in circle.ready():
            if meeting is None:
                socket.hears(False)
                self.server.soon(self._see_out(Leaving(socket, Gone("ended"))))
                continue
            self.audiences.welcome(circle, socket, meeting)
            self.show(circle, meeting, [socket])
        self._tell_undone(circle)

    def _tell_undone(self, circle: Circle) -> None:
        """A loss took back what somebody was told as done; they were shown what holds."""
        if people := self.room.promises.take_broken(circle.circle_id):
            self.audiences.undone(circle, people)


def read_hello(auth: object) -> Hello:
    """The handshake. Whoever speaks another protocol is told so, whatever else they say."""
    if isinstance(auth, dict) and type(version := auth.get("protocol")) is int:
        if version < OLDEST:
            raise Refused(Reason.OLD_CLIENT)
        if version > PROTOCOL:
            # While processes are exchanged, a new page may come to one that is not new yet.
            raise Refused(Reason.NEW_CLIENT)
        return parse(Hello, auth)
    raise Refused(Reason.MALFORMED)


def cookies_of(environ: Mapping[str, Any]) -> dict[str, str]:
    pairs = (part.partition("=") for part in str(environ.get("HTTP_COOKIE", "")).split(";"))
    return {name.strip(): value.strip() for name, found, value in pairs if found}


def log_fault(event: str, bug: BaseException) -> None:
    """Where something went wrong, by kind and place. What it says may hold what somebody said."""
    note(Note.EVENT_FAULT, event=named(event, FAULTS_OF), error=bug)
