"""What a process hears of one circle, in order, and which circles it has lost.

Shared by both stores. Declines to know where the words come from; a hearer that is slow or
fails harms no other circle.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from realtime.domain.meeting import CircleId, Meeting
from realtime.notes import Note, note
from realtime.ports import Heard, OutOfReach, StateHeard, Trouble

Hear = Callable[[Heard], Awaitable[None] | None]
"""Gives nothing where it is through already; what it gives otherwise is waited for."""
MOST_UNHEARD = 2048
"""When a hearer falls this far behind, the backlog is dropped for the present state."""
RETRY = 0.2


class _Note(enum.Enum):
    AFRESH = enum.auto()
    STOP = enum.auto()


class Ear:
    """One circle's hearer, in order: at once where nothing waits, else by a queue of its own."""

    def __init__(self, hear: Hear, load: Callable[[], Awaitable[Meeting | None]]) -> None:
        self._hear = hear
        self._load = load
        self._queue: asyncio.Queue[Heard | Awaitable[None] | _Note] = asyncio.Queue()
        self._behind = False
        """Something is being heard, or waits to be: whatever comes has to wait as well."""
        self._loaded: Meeting | None = None
        self._task = asyncio.create_task(self._listen())

    def pass_on(self, heard: Heard) -> None:
        """Let the hearer have this after everything before it."""
        if not self._behind:
            waits = self._now(heard)
            if waits is not None:
                self._put(waits)
            return
        if self._queue.qsize() >= MOST_UNHEARD:
            # Words lost so show as a gap in their numbers; the state is whole again at once.
            self._drop()
            self._put(_Note.AFRESH)
        self._put(heard)

    def afresh(self) -> None:
        """Let the hearer have the meeting as it is now: some of its changes may be missed."""
        self._put(_Note.AFRESH)

    def stop(self) -> None:
        """Hear nothing more. What is being heard now is heard to its end, never cut."""
        self._drop()
        self._put(_Note.STOP)

    async def stopped(self) -> None:
        """Return once the hearer is through; not to be awaited by the hearer itself."""
        await asyncio.wait([self._task])

    def _put(self, item: Heard | Awaitable[None] | _Note) -> None:
        self._behind = True
        self._queue.put_nowait(item)

    def _drop(self) -> None:
        items = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for item in items:
            # What was begun is the first of them, if any.
            if not isinstance(item, Heard | _Note):
                self._queue.put_nowait(item)

    def _now(self, heard: Heard) -> Awaitable[None] | None:
        """Let it be heard; what is still to be waited for, if anything."""
        try:
            if isinstance(heard, StateHeard) and not self._is_news(heard):
                return None
            return self._hear(heard)
        except Exception as error:
            # A fault of one hearer must not make the circle deaf. Its class only: the
            # text of an error can quote what was heard.
            note(Note.HEARING_FAILED, error=error)
            return None

    async def _listen(self) -> None:
        while (item := await self._queue.get()) is not _Note.STOP:
            try:
                if isinstance(item, _Note):
                    await self._present()
                elif (waits := self._now(item) if isinstance(item, Heard) else item) is not None:
                    await waits
            except Exception as error:
                note(Note.HEARING_FAILED, error=error)
            if self._queue.empty():
                self._behind = False

    def _is_news(self, heard: StateHeard) -> bool:
        """Whether to pass a state on: not where a load has overtaken it on its way by the bus."""
        if self._loaded is not None and not _after(heard.meeting, self._loaded):
            return False
        self._loaded = None
        return True

    async def _present(self) -> None:
        """Load until there is an answer: unknown is not empty."""
        while True:
            try:
                meeting = await self._load()
                break
            except OutOfReach:
                if not self._queue.empty():
                    # Another note will follow once the bus is back, or it is time to stop.
                    return
                await asyncio.sleep(RETRY)
        if meeting is not None:
            self._loaded = meeting
            if (waits := self._hear(StateHeard(meeting))) is not None:
                await waits


def _after(one: Meeting, other: Meeting) -> bool:
    """Whether `one` comes after `other`, or is another meeting altogether."""
    newer = (one.epoch, one.version) > (other.epoch, other.version)
    return newer or one.opened != other.opened


class Troubles:
    """Which circles are lost, told to whoever asks, each change once."""

    def __init__(self) -> None:
        self.lost: set[CircleId] = set()
        self._askers: list[asyncio.Queue[Trouble]] = []

    def tell(self, lost: bool, circles: Iterable[CircleId]) -> frozenset[CircleId]:
        """Those of them for whom that is news."""
        news = frozenset(one for one in circles if (one in self.lost) != lost)
        if news:
            self.lost = self.lost | news if lost else self.lost - news
            for asker in self._askers:
                asker.put_nowait(Trouble(lost, news))
        return news

    def forget(self, circle_id: CircleId) -> None:
        """Nobody listens for it any more."""
        self.lost.discard(circle_id)

    def heard(self) -> AsyncIterator[Trouble]:
        """Changes from now on; the present trouble first, where there is one."""
        asker: asyncio.Queue[Trouble] = asyncio.Queue()
        self._askers.append(asker)
        if self.lost:
            asker.put_nowait(Trouble(True, frozenset(self.lost)))
        return self._changes(asker)

    async def _changes(self, asker: asyncio.Queue[Trouble]) -> AsyncIterator[Trouble]:
        try:
            while True:
                yield await asker.get()
        finally:
            self._askers.remove(asker)
