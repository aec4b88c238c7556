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

Hear = Callable[[Heard], Awaitable[None]]
MOST_UNHEARD = 2048
"""When a hearer falls this far behind, the backlog is dropped for the present state."""
RETRY = 0.2


class _Note(enum.Enum):
    AFRESH = enum.auto()
    STOP = enum.auto()


class Ear:
    """One circle's hearer: its own queue, so that order is kept and nobody waits for it."""

    def __init__(self, hear: Hear, load: Callable[[], Awaitable[Meeting | None]]) -> None:
        self._hear = hear
        self._load = load
        self._queue: asyncio.Queue[Heard | _Note] = asyncio.Queue()
        self._loaded: Meeting | None = None
        self._task = asyncio.create_task(self._listen())

    def pass_on(self, heard: Heard) -> None:
        """Let the hearer have this after everything before it."""
        if self._queue.qsize() >= MOST_UNHEARD:
            # Words lost so show as a gap in their numbers; the state is whole again at once.
            self._drop()
            self._queue.put_nowait(_Note.AFRESH)
        self._queue.put_nowait(heard)

    def afresh(self) -> None:
        """Let the hearer have the meeting as it is now: some of its changes may be missed."""
        self._queue.put_nowait(_Note.AFRESH)

    def stop(self) -> None:
        """Hear nothing more. What is being heard now is heard to its end, never cut."""
        self._drop()
        self._queue.put_nowait(_Note.STOP)

    async def stopped(self) -> None:
        """Return once the hearer is through; not to be awaited by the hearer itself."""
        await asyncio.wait([self._task])

    def _drop(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()

    async def _listen(self) -> None:
        while (item := await self._queue.get()) is not _Note.STOP:
            try:
                if isinstance(item, StateHeard):
                    await self._state(item)
                elif isinstance(item, _Note):
                    await self._present()
                else:
                    await self._hear(item)
            except Exception as error:
                # A fault of one hearer must not make the circle deaf. Its class only: the
                # text of an error can quote what was heard.
                note(Note.HEARING_FAILED, error=error)

    async def _state(self, heard: StateHeard) -> None:
        """Pass a state on, unless a load has overtaken it on its way through the bus."""
        if self._loaded is not None and not _after(heard.meeting, self._loaded):
            return
        self._loaded = None
        await self._hear(heard)

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
            await self._hear(StateHeard(meeting))


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
