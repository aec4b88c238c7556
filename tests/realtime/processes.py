"""Processes that can be killed, over one store in which accidents can be arranged.

Each has a clock of its own, which disagrees with the others and jumps. Draws nothing at random.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from realtime.clock import UNSEEN_SECONDS, Clock, Watch
from realtime.domain.commands import Command, Report
from realtime.domain.meeting import CircleId, Instant, Meeting, MemberId
from realtime.domain.reading import stamp
from realtime.domain.stick import next_deadline
from realtime.ports import MeetingStore, Newest, OutOfReach
from realtime.room import Room
from tests.realtime.conftest import Door

BASE = 1_000_000.0
"""What a wall clock that is right says at the beginning."""
Between = Callable[[], Awaitable[None]]


class Killed(Exception):
    """The process carrying this out is no more; nothing after this line happens."""


class Fate(StrEnum):
    """What may befall a process as it swaps."""

    KILLED_BEFORE = "killed before its swap"
    KILLED_AFTER = "killed after its swap"
    ANSWER_LOST = "swapped, and never told so"


@dataclass
class Deed:
    """What a process is just doing, to judge the swap by."""

    process: Process
    actor: MemberId
    what: Command | Report
    done: str = ""
    until: Instant | None = None


class Shelf:
    """The one store. Between a load and the swap after it, whatever is arranged happens."""

    def __init__(
        self, store: MeetingStore, swapped: Callable[[Meeting | None, Meeting], None]
    ) -> None:
        self.inner, self._swapped = store, swapped
        self.stored: Meeting | None = None
        """What must be in the store: the last that was swapped in."""
        self.arranged: list[Fate | Between] = []
        self.races = 0
        self.lost = False

    async def load(self, circle_id: CircleId) -> Meeting | None:
        if self.lost:
            raise OutOfReach
        meeting = await self.inner.load(circle_id)
        assert meeting == self.stored, "the store holds what nobody swapped in"
        return meeting

    async def offer(
        self, circle_id: CircleId, copy: Meeting | None, outage: float
    ) -> Newest | None:
        if self.lost:
            raise OutOfReach
        return await self.inner.offer(circle_id, copy, outage)

    async def settle(self, newest: Newest, again: Meeting) -> bool:
        won = await self.inner.settle(newest, again)
        assert won, "two put one loss right"
        before, self.stored = self.stored, again
        self._swapped(before, again)
        return won

    async def swap(self, old: Meeting | None, new: Meeting) -> bool:
        if self.lost:
            raise OutOfReach
        arranged = self.arranged.pop(0) if self.arranged else None
        if arranged is Fate.KILLED_BEFORE:
            raise Killed
        if arranged is not None and not isinstance(arranged, Fate):
            # Somebody else's whole command, after this one's load and before its swap.
            await arranged()
        before = self.stored
        won = await self.inner.swap(old, new)
        met = (before and stamp(before)) == (old and stamp(old))
        assert won == met, "a swap was not compared with what is there"
        assert not won or before == old, "a swap over a meeting that its writer never saw"
        self.races += not won
        if won:
            self.stored = new
            self._swapped(before, new)
        if arranged is Fate.KILLED_AFTER:
            raise Killed
        if arranged is Fate.ANSWER_LOST:
            raise OutOfReach
        return won

    async def moment(self, circle_id: CircleId) -> int:
        return await self.inner.moment(circle_id)

    async def attend(self, circles: Iterable[CircleId]) -> tuple[CircleId, ...]:
        return await self.inner.attend(circles)

    async def unlist(self, circle_id: CircleId) -> None:
        await self.inner.unlist(circle_id)

    async def forget(self, circle_id: CircleId) -> None:
        await self.inner.forget(circle_id)
        self.stored = None


class Sky:
    """The time as it really is."""

    def __init__(self) -> None:
        self.passed = 0.0


class Clocks:
    """One process' clocks: the wall one is wrong by `skew` and may jump, the other only goes on."""

    def __init__(self, sky: Sky, skew: float) -> None:
        self._sky, self.skew = sky, skew
        self._started = sky.passed
        self.jump = 0.0
        self.jumped_at = 0.0

    def wall(self) -> float:
        return BASE + self._sky.passed + self.skew + self.jump

    def monotonic(self) -> float:
        return 77.0 + self._sky.passed - self._started


class Told(Clock):
    """Remembers what it said last."""

    last: Instant = 0.0

    def now(self) -> Instant:
        self.last = super().now()
        return self.last


class Noting(Room):
    """Notes since when it has seen the next deadline, to judge the watch without asking it."""

    due: dict[Instant, float]
    monotonic: Callable[[], float]

    def note(self, meeting: Meeting) -> bool:
        old = self.known.get(meeting.circle_id)
        newer = super().note(meeting)
        is_now = self.known[meeting.circle_id]
        assert old is None or stamp(is_now) >= stamp(old), "a process went back to an older meeting"
        deadline = next_deadline(meeting)
        if newer and deadline is None:
            self.due = {}
        elif newer and deadline is not None and deadline not in self.due:
            left = deadline - self._clock.now()
            self.due = {deadline: self.monotonic() + (left if left > 0 else UNSEEN_SECONDS)}
        return newer


@dataclass
class Process:
    """What `Live` is to the clock, without sockets: told of changes, and looking at the time."""

    clocks: Clocks
    room: Noting
    watch: Watch
    clock: Told
    serving: bool
    """Has people of the circle: hears of changes. Otherwise it looks at the store now and then."""
    began: float
    deaf_until: float = 0.0
    alive: bool = True

    @classmethod
    def start(cls, shelf: Shelf, sky: Sky, skew: float, serving: bool, door: Door) -> Process:
        clocks = Clocks(sky, skew)
        clock, watch = Told(clocks.wall, clocks.monotonic), Watch(clocks.monotonic)
        room = Noting(shelf, door, clock, watch)
        room.due, room.monotonic = {}, clocks.monotonic
        return cls(clocks, room, watch, clock, serving, sky.passed)

    def extend(self, circle_id: CircleId, seconds: float) -> None:
        """The store is back after so long."""
        self.watch.extend(circle_id, seconds)
        self.room.due = {at: due + seconds for at, due in self.room.due.items()}

    def error(self) -> float:
        """By how much its clock is wrong, beside its skew."""
        return self.clock.now() - (self.clocks.wall() - self.clocks.jump)
