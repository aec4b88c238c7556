"""Sees to it, for all circles of this process, that time is noticed and that losses are.

Declines to know any rule: what is due, and who is gone, the room decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from functools import partial
from weakref import WeakKeyDictionary

from realtime.audiences import Circle, Socket
from realtime.clock import Clock, Watch
from realtime.domain.meeting import CircleId, Meeting, MemberId, Phase, Presence
from realtime.domain.refusal import Refused
from realtime.domain.stick import next_deadline
from realtime.gateway import Gateway, log_fault
from realtime.ports import OutOfReach
from realtime.repeating import every
from realtime.store import Stores
from realtime.store.presence import LASTS

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
"""Circles that no process serves are looked at each so many rounds of the clock."""
ALONE_SECONDS = LASTS + CLOCK_SECONDS * OTHERS_EVERY
"""After which whoever is still connected to such a circle is so to a process that lives."""


class Glance:
    """What the clock looks at of a meeting."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.deadline = next_deadline(meeting)
        self.away = any(seat.presence is Presence.AWAY for seat in meeting.seats)
        people = [s.member_id for s in meeting.seats if s.presence is Presence.HERE]
        self.people = (*people, *(w.member_id for w in meeting.waiting))
        """Who has to be connected somewhere."""


class Ticker:
    """Looks at the clock and beats, from start to stop."""

    def __init__(
        self,
        gateway: Gateway,
        stores: Stores,
        clock: Clock,
        watch: Watch,
        monotonic: Callable[[], float],
    ) -> None:
        self._gateway, self._room, self._stores = gateway, gateway.room, stores
        self._clock, self._watch, self._monotonic = clock, watch, monotonic
        self._epochs: dict[CircleId, tuple[int, float]] = {}
        """The meeting's present epoch, and when it began on this process' monotonic clock."""
        self._turn = 0
        self._glances: WeakKeyDictionary[Circle, Glance] = WeakKeyDictionary()
        self._ended: dict[CircleId, float] = {}
        self._sure_until: dict[CircleId, float] = {}
        """Until when nobody can be found gone: on the monotonic clock, by the beats that hold."""
        self._served: frozenset[CircleId] = frozenset()
        self._adopted: dict[CircleId, float] = {}
        """Circles that nobody may be serving any more, and since when they are looked at here."""
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(
                every(CLOCK_SECONDS, self.look_at_the_clock, partial(log_fault, "clock"))
            ),
            asyncio.create_task(every(BEAT_SECONDS, self.beat, partial(log_fault, "beat"))),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def beat(self) -> None:
        """Without waiting for one another, so that the store gets many together."""
        beats = [asyncio.create_task(self._beat_of(circle)) async for circle in self._one_by_one()]
        await asyncio.gather(*beats)

    async def _one_by_one(self) -> AsyncIterator[Circle]:
        """The circles here, with room between them for what people say."""
        for at, circle in enumerate(list(self._gateway.circles.values())):
            if at % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            yield circle

    async def _beat_of(self, circle: Circle) -> None:
        here = {sid: socket.guest.member_id for sid, socket in circle.sockets.items()}
        # One circle's server may be away while the others' are there.
        with suppress(OutOfReach):
            await self._stores.presence.beat(circle.circle_id, here)

    async def look_at_the_clock(self) -> None:
        self._turn += 1
        if self._gateway.shut:
            return
        async for circle in self._one_by_one():
            meeting = self._room.known.get(circle.circle_id)
            if meeting is not None and not circle.out_of_reach:
                with suppress(OutOfReach, Refused):
                    await self._carry_on(meeting, losses=self._turn % LOSSES_EVERY == 0)
        if self._turn % OTHERS_EVERY == 0:
            await self.look_at_others()

    async def look_at_others(self) -> None:
        """Circles without a process, as theirs died; and what is left of meetings that ended here.

        Each of them by one process alone. Were all to look at all, it would be the work of every
        process that other processes have many circles.
        """
        self._keep_what_was_left()
        with suppress(OutOfReach):
            await self._adopt()
        for circle_id in list(self._adopted):
            if circle_id in self._gateway.circles:
                del self._adopted[circle_id]
            elif not await self._is_alone(circle_id):
                del self._adopted[circle_id]
                self._watch.forget(circle_id)
        known = {*self._adopted, *self._gateway.circles}
        self._epochs = {one: seen for one, seen in self._epochs.items() if one in known}
        self._sure_until = {one: at for one, at in self._sure_until.items() if one in known}
        for circle_id, meeting in list(self._room.known.items()):
            if meeting.phase is Phase.ENDED:
                self._ended.setdefault(circle_id, self._monotonic() + TOMBSTONE_SECONDS)
            if circle_id not in known:
                self._room.forget(circle_id)
        for circle_id, until in list(self._ended.items()):
            if self._monotonic() >= until:
                del self._ended[circle_id]
                over = await self._stores.meetings.load(circle_id)
                if over is not None and over.phase is Phase.ENDED:
                    await self._stores.meetings.forget(circle_id)

    def _keep_what_was_left(self) -> None:
        """Of circles whose last people here are gone: they may have been the last of all."""
        served = frozenset(self._gateway.circles)
        for circle_id in self._served - served:
            self._adopted[circle_id] = self._monotonic()
        self._served = served

    async def _adopt(self) -> None:
        """Say which meetings are attended to here, and take on some of those that are nowhere."""
        # One that this process cannot reach is for whoever can.
        here = (c.circle_id for c in self._gateway.circles.values() if not c.out_of_reach)
        meetings = (self._room.known.get(circle_id) for circle_id in here)
        under_way = [m.circle_id for m in meetings if m and m.phase is not Phase.ENDED]
        for circle_id in await self._stores.meetings.attend([*under_way, *self._adopted]):
            self._adopted[circle_id] = self._monotonic()

    async def _is_alone(self, circle_id: CircleId) -> bool:
        """Carry a circle on that nobody served; whether it still has nobody else."""
        with suppress(OutOfReach, Refused):
            meeting = await self._room.load(circle_id)
            if meeting is None or meeting.phase is Phase.ENDED:
                await self._stores.meetings.unlist(circle_id)
                return False
            await self._carry_on(meeting, losses=True)
            if self._monotonic() < self._adopted[circle_id] + ALONE_SECONDS:
                return True
            return not await self._stores.presence.connected(circle_id)
        return False

    async def _carry_on(self, meeting: Meeting, *, losses: bool) -> None:
        """Carry out what is due, then see who is gone without a goodbye, or back."""
        seen = self._glance(meeting)
        deadline = seen.deadline
        if self._watch.is_due(meeting.circle_id, deadline, self._clock.now()):
            # Up to that instant alone: a clock that jumped must not bring later ones with it.
            await self._room.tick(meeting.circle_id, deadline or 0.0)
        if not losses:
            return
        if seen.away:
            await self._bring_back(meeting)
        if self._monotonic() >= self._sure_until.get(meeting.circle_id, 0.0):
            await self._look_for_losses(meeting, seen.people)

    async def _look_for_losses(self, meeting: Meeting, people: Iterable[MemberId]) -> None:
        """Report who is connected nowhere; nobody is looked for again before a beat runs out."""
        now, circle_id = self._monotonic(), meeting.circle_id
        near = {socket.guest.member_id for socket in self._sockets(meeting)}
        # Nobody need be asked about those whose connection is here.
        far = [member_id for member_id in people if member_id not in near]
        left: list[float] = []
        if far:
            if now < await self._settled_at(meeting):
                return
            connected = await self._stores.presence.connected(circle_id)
            for member_id in far:
                if member_id not in connected:
                    await self._room.lost(circle_id, member_id)
            left = [connected[one] for one in far if one in connected]
        # Whoever is here now, or comes, beats later than this.
        self._sure_until[circle_id] = now + min([*left, LASTS - BEAT_SECONDS])

    def _glance(self, meeting: Meeting) -> Glance:
        """Made anew when the meeting is another one: the clock looks far more often than that."""
        circle = self._gateway.circles.get(meeting.circle_id)
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
        circle = self._gateway.circles.get(meeting.circle_id)
        return circle.ready() if circle else []

    async def _bring_back(self, meeting: Meeting) -> None:
        """Somebody whose connection is here was taken for gone: a process had been asleep."""
        for socket in self._sockets(meeting):
            seat = meeting.seat(socket.guest.member_id)
            if seat is not None and seat.presence is Presence.AWAY:
                await self._room.arrived(socket.guest, socket.observer)
