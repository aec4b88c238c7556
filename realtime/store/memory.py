"""The store within one process, for tests and for reading. Keeps no words.

`Memory` stands for the Redis that several processes share: give the same one to each. `cut` and
`mend` play an outage, `restart` and `fail_over` what is lost with one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from realtime.domain.meeting import CircleId, Instant, Meeting, MemberId
from realtime.domain.reading import stamp
from realtime.ports import (
    CopiesWanted,
    Heard,
    Newest,
    OutOfReach,
    Settling,
    StateHeard,
)
from realtime.store.redis import ATTENDED, MOST_LEFT, WINDOW, is_open

if TYPE_CHECKING:
    from realtime.store.memory_bus import MemoryFanout


@dataclass
class Gathering:
    """Copies of a lost meeting are being put forward."""

    loss: int
    until: Instant
    newest: Meeting | None = None
    outage: float = 0.0


class Memory:
    """What is kept, and who listens."""

    def __init__(self, clock: Callable[[], Instant] = time.time) -> None:
        self.clock = clock
        self.young_until = 0.0
        self.unsure: set[CircleId] = set()
        """Circles whose last changes may have been lost, and that nobody put right yet."""
        self.gathering: dict[CircleId, Gathering] = {}
        self.losses = count()
        self.meetings: dict[CircleId, Meeting] = {}
        self.attended: dict[CircleId, Instant] = {}
        """Of each meeting under way, when a process last attended to it."""
        self.sequences: dict[CircleId, int] = {}
        self.here: defaultdict[CircleId, dict[tuple[MemberId, str], Instant]] = defaultdict(dict)
        self.buses: list[MemoryFanout] = []
        self.lost = False

    def cut(self) -> None:
        """From now on nothing can be reached."""
        self.lost = True
        for bus in self.buses:
            bus.tell(lost=True)

    def mend(self) -> None:
        """Everything is in reach again, as it was."""
        self.lost = False
        for bus in self.buses:
            bus.tell(lost=False)

    def restart(self) -> None:
        """Everything is gone, and everybody has to come back."""
        for kept in (self.meetings, self.attended, self.sequences, self.here, self.gathering):
            kept.clear()
        self.young_until = self.clock() + WINDOW

    def fail_over(self, **older: Meeting) -> None:
        """Another has taken over, to whom the last changes of these may not have come."""
        self.meetings.update({CircleId(name): meeting for name, meeting in older.items()})
        self.unsure |= set(self.meetings)

    def reach(self) -> None:
        if self.lost:
            raise OutOfReach

    def pass_on(self, circle_id: CircleId, heard: Heard) -> None:
        for bus in self.buses:
            bus.pass_on(circle_id, heard)


class MemoryMeetingStore:
    """Implements `ports.MeetingStore`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def load(self, circle_id: CircleId) -> Meeting | None:
        self._memory.reach()
        if circle_id in self._memory.gathering:
            raise Settling
        return self._memory.meetings.get(circle_id)

    async def swap(self, old: Meeting | None, new: Meeting) -> bool:
        memory = self._memory
        memory.reach()
        stored = memory.meetings.get(new.circle_id)
        young = stored is None and memory.clock() < memory.young_until
        if young or new.circle_id in memory.gathering or new.circle_id in memory.unsure:
            raise Settling
        if _mark(stored) != _mark(old):
            return False
        memory.meetings[new.circle_id] = new
        if is_open(new) != is_open(old):
            self._list(new)
        memory.pass_on(new.circle_id, StateHeard(new))
        return True

    async def offer(
        self, circle_id: CircleId, copy: Meeting | None, outage: float
    ) -> Newest | None:
        memory = self._memory
        memory.reach()
        stored, gathering = memory.meetings.get(circle_id), memory.gathering.get(circle_id)
        if gathering is None:
            lost = stored is not None and circle_id in memory.unsure
            if copy is not None:
                lost = lost or stored is None or differs(copy, stored)
            if not lost:
                return None
            gathering = memory.gathering[circle_id] = Gathering(
                next(memory.losses), memory.clock() + WINDOW, stored
            )
            memory.pass_on(circle_id, CopiesWanted())
        best = gathering.newest
        if copy is not None and (best is None or stamp(copy) > stamp(best)):
            gathering.newest = copy
        gathering.outage = max(outage, gathering.outage)
        if memory.clock() < gathering.until:
            raise Settling
        newest = gathering.newest
        assert newest is not None
        epochs = (one.epoch + 1 for one in (newest, stored) if one is not None)
        return Newest(
            newest, max(await self.moment(circle_id), *epochs), gathering.outage, gathering.loss
        )

    async def settle(self, newest: Newest, again: Meeting) -> bool:
        memory, circle_id = self._memory, again.circle_id
        memory.reach()
        gathering = memory.gathering.get(circle_id)
        if gathering is None or gathering.loss != newest.loss:
            return False
        if _mark(gathering.newest) != _mark(newest.copy):
            return False
        del memory.gathering[circle_id]
        memory.unsure.discard(circle_id)
        memory.meetings[circle_id] = again
        self._list(again)
        memory.pass_on(circle_id, StateHeard(again))
        return True

    async def moment(self, circle_id: CircleId) -> int:
        self._memory.reach()
        return round(self._memory.clock() * 1_000_000)

    async def attend(self, circles: Iterable[CircleId]) -> tuple[CircleId, ...]:
        memory = self._memory
        memory.reach()
        now = memory.clock()
        memory.attended.update(dict.fromkeys(circles, now))
        past = [one for one, at in memory.attended.items() if at < now - ATTENDED]
        # A time that is still to come: the clock was set back since.
        future = [one for one, at in memory.attended.items() if at > now + ATTENDED]
        left = (past or future)[:MOST_LEFT]
        memory.attended.update(dict.fromkeys(left, now))
        return tuple(left)

    async def unlist(self, circle_id: CircleId) -> None:
        self._memory.reach()
        self._memory.attended.pop(circle_id, None)

    def _list(self, meeting: Meeting) -> None:
        if is_open(meeting):
            self._memory.attended[meeting.circle_id] = self._memory.clock()
        else:
            self._memory.attended.pop(meeting.circle_id, None)

    async def forget(self, circle_id: CircleId) -> None:
        self._memory.reach()
        self._memory.meetings.pop(circle_id, None)
        self._memory.gathering.pop(circle_id, None)
        self._memory.sequences.pop(circle_id, None)
        self._memory.here.pop(circle_id, None)
        self._memory.attended.pop(circle_id, None)


def differs(copy: Meeting, stored: Meeting) -> bool:
    """Does this copy prove that what is stored is not all there was?"""
    if stamp(copy) == stamp(stored):
        return copy != stored
    return stamp(copy) > stamp(stored)


def _mark(meeting: Meeting | None) -> tuple[int, int] | None:
    return None if meeting is None else (meeting.epoch, meeting.version)
