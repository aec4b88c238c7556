"""Builds, starts and stops the live room of one process: its sockets, its clock, its beats.

Declines to know any rule; it only sees to it that time is noticed and losses are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import socketio

from realtime.audiences import Circle, Socket
from realtime.audio.desk import Desk
from realtime.audio.turn import Turn
from realtime.clock import Clock, Watch
from realtime.domain.meeting import CircleId, Meeting, Phase, Presence
from realtime.domain.refusal import Refused
from realtime.domain.stick import next_deadline
from realtime.draining import drain
from realtime.events import Events
from realtime.gateway import Gateway, log_fault
from realtime.line import App, guarded
from realtime.ports import Admission, OutOfReach
from realtime.reach import Reach
from realtime.room import Room
from realtime.store import Stores, by_redis
from realtime.store.link import Link

CLOCK_SECONDS = 0.5
BEAT_SECONDS = 4.0
SETTLED_SECONDS = 12.0
"""For so long after an epoch began nobody is taken for gone: every process has to beat again.

An epoch begins when the store has lost something, also where this process noticed no outage. It is
named by the store's own time, so that a process that has just begun waits no longer than others.
"""
TOMBSTONE_SECONDS = 600.0
"""How long an ended meeting says so to whoever comes late; it holds no people any more."""
AT_ONCE = 10
"""Circles that are looked at before others have their turn."""
LOSSES_EVERY = 3
OTHERS_EVERY = 10
"""Circles that no process may be serving are looked at each so many rounds of the clock."""


class Glance:
    """What the clock looks at of a meeting."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.deadline = next_deadline(meeting)
        self.away = any(seat.presence is Presence.AWAY for seat in meeting.seats)
        people = [s.member_id for s in meeting.seats if s.presence is Presence.HERE]
        self.people = (*people, *(w.member_id for w in meeting.waiting))
        """Who has to be connected somewhere."""


class Live:
    """The live room of one process. `asgi` serves it; `room` answers the pages' questions."""

    def __init__(
        self,
        admission: Admission,
        stores: Stores,
        origins: Iterable[str],
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        straight: bool = True,
        release: str = "",
    ) -> None:
        """`straight`: see `frames.Server`. `release`: see `views.Joined`."""
        self._stores, self._monotonic = stores, monotonic
        self._clock = clock or Clock()
        self._watch = Watch(monotonic)
        self.room = Room(stores.meetings, admission, self._clock, self._watch)
        self.gateway = Gateway(
            self.room,
            admission,
            stores.fanout,
            stores.presence,
            self._clock,
            origins,
            straight=straight,
            release=release,
        )
        self.events = Events(self.gateway)
        self.sio: socketio.AsyncServer = self.gateway.server
        self._sound: tuple[Desk, Link] | None = None
        self._reach = Reach(self.gateway, self._watch, monotonic)
        self._epochs: dict[CircleId, tuple[int, float]] = {}
        """The meeting's present epoch, and when it began on this process' monotonic clock."""
        self._turn = 0
        self._glances: WeakKeyDictionary[Circle, Glance] = WeakKeyDictionary()
        self._ended: dict[CircleId, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def with_sound(self, redis_url: str, turn: Turn) -> Live:
        """The same room, and sound beside it where a sound process serves over that Redis."""
        link = Link(redis_url)
        self._sound = Desk(self.gateway, self.events, link, turn), link
        return self

    def asgi(self, pages: App | None = None) -> App:
        """The room at /socket.io/ behind its guard, the pages elsewhere."""
        return guarded(socketio.ASGIApp(self.sio, pages, socketio_path="socket.io"))

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._reach.mind(self._stores.fanout.troubles())),
            asyncio.create_task(self._every(CLOCK_SECONDS, "clock", self._look_at_the_clock)),
            asyncio.create_task(self._every(BEAT_SECONDS, "beat", self._beat)),
        ]
        if self._sound:
            await self._sound[0].start()

    async def drain(self) -> None:
        """Send everybody on to another process, one after another; nobody is away for it."""
        await drain(self.gateway)

    def seated(self) -> tuple[int, int, int]:
        """How many circles have people here, how many people, and over how many connections."""
        here = [
            [socket.guest.member_id for socket in circle.sockets.values()]
            for circle in self.gateway.circles.values()
        ]
        return len(here), sum(len(set(ids)) for ids in here), sum(len(ids) for ids in here)

    async def reaches_the_store(self) -> bool:
        """Whether meetings can be read and changed now."""
        try:
            await self._stores.meetings.open_circles()
        except OutOfReach:
            return False
        return True

    async def has_sound(self) -> bool:
        """Whether a sound process is there for whoever turns it on."""
        return self._sound is not None and await self._sound[0].is_served()

    async def stop(self) -> None:
        """Close every socket so that clients come back elsewhere; nobody loses a place."""
        self.gateway.stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._reach.stop()
        for circle in list(self.gateway.circles.values()):
            for sid in list(circle.sockets):
                await self.sio.cut(self.sio.eio_of(sid))
        await self.sio.shutdown()
        if self._sound:
            desk, link = self._sound
            await desk.stop()
            await link.close()
        await self._stores.close()

    async def _every(
        self, seconds: float, name: str, rounds: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        while True:
            try:
                await rounds()
            except (OutOfReach, Refused):
                pass
            except Exception as bug:
                # A meeting that cannot be read must not stop the clock of the others.
                log_fault(name, bug)
            await asyncio.sleep(seconds)

    async def shut(self, on: bool) -> None:
        """Let nothing pass, or again: what is said could be kept. Nobody loses a place for it."""
        self._reach.shut(on)

    # --- The clock ---

    async def _beat(self) -> None:
        """Without waiting for one another, so that the store gets many together."""
        beats = [asyncio.create_task(self._beat_of(circle)) async for circle in self._one_by_one()]
        await asyncio.gather(*beats)
        meetings = (self.room.known.get(circle_id) for circle_id in self.gateway.circles)
        under_way = [m.circle_id for m in meetings if m and m.phase is not Phase.ENDED]
        await self._stores.meetings.still_open(under_way)

    async def _one_by_one(self) -> AsyncIterator[Circle]:
        """The circles here, with room between them for what people say."""
        for at, circle in enumerate(list(self.gateway.circles.values())):
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            yield circle

    async def _beat_of(self, circle: Circle) -> None:
        here = {sid: socket.guest.member_id for sid, socket in circle.sockets.items()}
        # One circle's server may be away while the others' are there.
        with suppress(OutOfReach):
            await self._stores.presence.beat(circle.circle_id, here)

    async def _look_at_the_clock(self) -> None:
        self._turn += 1
        if self.gateway.shut:
            return
        async for circle in self._one_by_one():
            meeting = self.room.known.get(circle.circle_id)
            if meeting is not None and not circle.out_of_reach:
                with suppress(OutOfReach, Refused):
                    await self._carry_on(meeting, losses=self._turn % LOSSES_EVERY == 0)
        if self._turn % OTHERS_EVERY == 0:
            await self._look_at_others()

    async def _look_at_others(self) -> None:
        """Circles whose process died; and what is left of meetings that ended here."""
        open_circles = await self._stores.meetings.open_circles()
        for circle_id in open_circles:
            if circle_id not in self.gateway.circles:
                with suppress(OutOfReach, Refused):
                    meeting = await self.room.load(circle_id)
                    if meeting is not None:
                        await self._carry_on(meeting, losses=True)
        known = {*open_circles, *self.gateway.circles}
        self._epochs = {one: seen for one, seen in self._epochs.items() if one in known}
        for circle_id, meeting in list(self.room.known.items()):
            if meeting.phase is Phase.ENDED:
                self._ended.setdefault(circle_id, self._monotonic() + TOMBSTONE_SECONDS)
            if circle_id not in self.gateway.circles:
                self.room.forget(circle_id)
        for circle_id, until in list(self._ended.items()):
            if self._monotonic() >= until:
                del self._ended[circle_id]
                over = await self._stores.meetings.load(circle_id)
                if over is not None and over.phase is Phase.ENDED:
                    await self._stores.meetings.forget(circle_id)

    async def _carry_on(self, meeting: Meeting, *, losses: bool) -> None:
        """Carry out what is due, then see who is gone without a goodbye, or back."""
        seen = self._glance(meeting)
        deadline = seen.deadline
        if self._watch.is_due(meeting.circle_id, deadline, self._clock.now()):
            # Up to that instant alone: a clock that jumped must not bring later ones with it.
            await self.room.tick(meeting.circle_id, deadline or 0.0)
        if not losses:
            return
        if seen.away:
            await self._bring_back(meeting)
        near = {socket.guest.member_id for socket in self._sockets(meeting)}
        # Nobody need be asked about those whose connection is here.
        far = [member_id for member_id in seen.people if member_id not in near]
        if far and self._monotonic() >= await self._settled_at(meeting):
            connected = await self._stores.presence.connected(meeting.circle_id)
            for member_id in far:
                if member_id not in connected:
                    await self.room.lost(meeting.circle_id, member_id)

    def _glance(self, meeting: Meeting) -> Glance:
        """Made anew when the meeting is another one: the clock looks far more often than that."""
        circle = self.gateway.circles.get(meeting.circle_id)
        if circle is None:
            return Glance(meeting)
        seen = self._glances.get(circle)
        if seen is None or seen.meeting is not meeting:
            seen = self._glances[circle] = Glance(meeting)
        return seen

    async def _settled_at(self, meeting: Meeting) -> float:
        """From when on somebody who does not beat is gone, on the monotonic clock."""
        epoch, since = self._epochs.get(meeting.circle_id, (0, 0.0))
        if epoch != meeting.epoch:
            age = (await self._stores.meetings.moment(meeting.circle_id) - meeting.epoch) / 1e6
            # One that begins only after now is of a clock that was set back since.
            since = self._monotonic() - max(0.0, age)
            self._epochs[meeting.circle_id] = meeting.epoch, since
        return since + SETTLED_SECONDS

    def _sockets(self, meeting: Meeting) -> list[Socket]:
        circle = self.gateway.circles.get(meeting.circle_id)
        return circle.ready() if circle else []

    async def _bring_back(self, meeting: Meeting) -> None:
        """Somebody whose connection is here was taken for gone: a process had been asleep."""
        for socket in self._sockets(meeting):
            seat = meeting.seat(socket.guest.member_id)
            if seat is not None and seat.presence is Presence.AWAY:
                await self.room.arrived(socket.guest, socket.observer)


def build(
    admission: Admission, redis_url: str, origins: Iterable[str], turn: Turn, release: str
) -> Live:
    """The live room over a Redis or Valkey. `origins` are the pages that may open a socket."""
    room = Live(admission, by_redis(redis_url), origins, release=release)
    return room.with_sound(redis_url, turn)
