"""The bus of the store within one process: a circle's states and words, to whoever listens here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from realtime.domain.meeting import CircleId
from realtime.ports import (
    PASSING,
    Heard,
    Trouble,
    WordsHeard,
)
from realtime.store.hearing import Ear, Hear, Troubles
from realtime.store.memory import Memory, MemoryMeetingStore


class MemoryFanout:
    """Implements `ports.Fanout`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._meetings = MemoryMeetingStore(memory)
        self._ears: dict[CircleId, Ear] = {}
        self._last: dict[CircleId, int] = {}
        self._troubles = Troubles()
        memory.buses.append(self)

    async def publish(self, circle_id: CircleId, event: str, payload: bytes) -> int:
        self._memory.reach()
        seq = await self.sequence(circle_id) + (event not in PASSING)
        self._memory.sequences[circle_id] = seq
        self._memory.pass_on(circle_id, WordsHeard(seq, event, payload))
        return seq

    async def sequence(self, circle_id: CircleId) -> int:
        self._memory.reach()
        last = self._last.get(circle_id, 0)
        seq = self._memory.sequences[circle_id] = max(
            last, self._memory.sequences.get(circle_id, 0)
        )
        return seq

    async def listen(self, circle_id: CircleId, hear: Hear) -> None:
        self._memory.reach()
        await self.unlisten(circle_id)
        self._ears[circle_id] = Ear(hear, partial(self._meetings.load, circle_id))

    async def unlisten(self, circle_id: CircleId) -> None:
        ear = self._ears.pop(circle_id, None)
        self._last.pop(circle_id, None)
        self._troubles.forget(circle_id)
        if ear is not None:
            ear.stop()

    def troubles(self) -> AsyncIterator[Trouble]:
        return self._troubles.heard()

    def tell(self, *, lost: bool) -> None:
        for circle_id in self._troubles.tell(lost, self._ears):
            if not lost:
                self._ears[circle_id].afresh()

    def pass_on(self, circle_id: CircleId, heard: Heard) -> None:
        ear = self._ears.get(circle_id)
        if ear is not None:
            if isinstance(heard, WordsHeard):
                self._last[circle_id] = max(heard.seq, self._last.get(circle_id, 0))
            ear.pass_on(heard)

    async def close(self) -> None:
        """Hear nothing more of anything. Not to be awaited by a hearer."""
        self._memory.buses.remove(self)
        ears, self._ears = list(self._ears.values()), {}
        for ear in ears:
            ear.stop()
        for ear in ears:
            await ear.stopped()
