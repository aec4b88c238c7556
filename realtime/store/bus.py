"""The bus over Redis: one sharded channel a circle, heard only where somebody is in it.

One line to each server that has channels of ours. Words are passed on and never kept; what was
said while the bus was lost is gone, and its numbers say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path

from realtime.domain.meeting import CircleId
from realtime.notes import Note, note
from realtime.ports import PASSING, CopiesWanted, OutOfReach, StateHeard, Trouble, WordsHeard
from realtime.store.hearing import Ear, Hear, Troubles
from realtime.store.keeper import Keeper
from realtime.store.link import KEPT, PATIENCE, Link, Place, key
from realtime.store.node import Script
from realtime.store.redis import RedisMeetingStore
from realtime.wire import Unreadable

SAY = Script.read(Path(__file__).with_name("say.lua"))
PLACE = Script.read(Path(__file__).with_name("place.lua"))
MOVE_SECONDS = 0.3
"""A channel that moves to another server may take so long before people are told."""
AGAIN = 0.05


def channel_of(circle_id: CircleId) -> bytes:
    return key(circle_id).encode()


@lru_cache(maxsize=4096)
def circle_of(channel: bytes) -> CircleId:
    return CircleId(channel[1:-1].decode())


class RedisFanout:
    """Implements `ports.Fanout`, and `keeper.Listener`. Tells the present state after a loss."""

    def __init__(self, link: Link, meetings: RedisMeetingStore) -> None:
        self._link = link
        self._meetings = meetings
        self._ears: dict[bytes, Ear] = {}
        self._last: dict[CircleId, int] = {}
        """The place of the last words that were heard of, so that none is given twice."""
        self._troubles = Troubles()
        self._keepers: dict[Place, Keeper] = {}
        self._where: dict[bytes, Keeper] = {}
        self._moving: dict[bytes, asyncio.Task[None]] = {}
        self._heard: set[bytes] = set()
        """Heard at least once, so that a loss of them is one."""

    async def publish(self, circle_id: CircleId, event: str, payload: bytes) -> int:
        keys = (key(circle_id, "seq"), key(circle_id))
        last = self._last.get(circle_id, 0)
        words = (event, payload, KEPT, int(event not in PASSING), last)
        return self._note(circle_id, int(await self._link.run(SAY, keys, *words)))

    async def sequence(self, circle_id: CircleId) -> int:
        last = self._last.get(circle_id, 0)
        return int(await self._link.run(PLACE, (key(circle_id, "seq"),), last, KEPT))

    async def listen(self, circle_id: CircleId, hear: Hear) -> None:
        """One hearer a circle: a second one takes the place of the first."""
        channel = channel_of(circle_id)
        ear = Ear(hear, partial(self._meetings.load, circle_id))
        before, self._ears[channel] = self._ears.get(channel), ear
        self._last.setdefault(circle_id, 0)
        if before is not None:
            before.stop()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._subscribed(channel)
            self._heard.add(channel)
        except BaseException as error:
            ear.stop()
            if self._ears.get(channel) is ear:
                await self.unlisten(circle_id)
            if isinstance(error, TimeoutError):
                raise OutOfReach from None
            raise

    async def unlisten(self, circle_id: CircleId) -> None:
        channel = channel_of(circle_id)
        ear = self._ears.pop(channel, None)
        self._last.pop(circle_id, None)
        self._heard.discard(channel)
        self._troubles.forget(circle_id)
        if ear is not None:
            ear.stop()
        if (moving := self._moving.pop(channel, None)) is not None:
            moving.cancel()
        keeper = self._where.pop(channel, None)
        if keeper is not None:
            keeper.forget(channel)

    def troubles(self) -> AsyncIterator[Trouble]:
        return self._troubles.heard()

    async def close(self) -> None:
        """Hear nothing more of anything. Not to be awaited by a hearer."""
        moving, self._moving = list(self._moving.values()), {}
        for task in moving:
            task.cancel()
        await asyncio.gather(*moving, return_exceptions=True)
        for keeper in self._keepers.values():
            await keeper.close()
        ears, self._ears = list(self._ears.values()), {}
        for ear in ears:
            ear.stop()
        for ear in ears:
            await ear.stopped()

    async def _subscribed(self, channel: bytes) -> None:
        """Return once the channel is heard, wherever that is. Raises `OutOfReach`."""
        while True:
            place = await self._link.place_of(channel)
            keeper = self._keepers.get(place)
            if keeper is None:
                keeper = self._keepers[place] = Keeper(self._link, place, self)
            self._where[channel] = keeper
            if await keeper.hear(channel):
                return
            await self._link.look_again()
            await asyncio.sleep(AGAIN)

    # --- What the keepers say ---

    def lost(self, channels: Iterable[bytes]) -> None:
        self._troubles.tell(True, map(circle_of, self._heard.intersection(channels)))

    def back(self, channels: Iterable[bytes]) -> None:
        for circle_id in self._troubles.tell(False, map(circle_of, channels)):
            if (ear := self._ears.get(channel_of(circle_id))) is not None:
                ear.afresh()

    def moved(self, channel: bytes) -> None:
        """Follow it. What was said meanwhile is missed, and the numbers tell."""
        if channel in self._ears and channel not in self._moving:
            task = self._moving[channel] = asyncio.create_task(self._follow(channel))
            task.add_done_callback(partial(self._followed, channel))

    def _followed(self, channel: bytes, task: asyncio.Task[None]) -> None:
        if self._moving.get(channel) is task:
            del self._moving[channel]

    async def _follow(self, channel: bytes) -> None:
        patience = MOVE_SECONDS
        while True:
            with suppress(OutOfReach, TimeoutError):
                async with asyncio.timeout(patience):
                    await self._link.look_again()
                    await self._subscribed(channel)
                    break
            self.lost([channel])
            patience = PATIENCE
            await asyncio.sleep(AGAIN)
        self.back([channel])
        if (ear := self._ears.get(channel)) is not None:
            ear.afresh()

    def heard(self, channel: bytes, data: bytes) -> None:
        """Take a frame apart: `s <meeting>`, `w <seq> <event> <payload>`, or `c`."""
        ear, circle_id = self._ears.get(channel), circle_of(channel)
        if ear is None:
            return
        try:
            if data.startswith(b"w "):
                _, seq, event, payload = data.split(b" ", 3)
                ear.pass_on(WordsHeard(self._note(circle_id, int(seq)), event.decode(), payload))
            elif data.startswith(b"s "):
                ear.pass_on(StateHeard(self._meetings.read(circle_id, data[2:])))
            elif data == b"c":
                ear.pass_on(CopiesWanted())
            else:
                note(Note.BUS_UNREADABLE)
        except (Unreadable, ValueError):
            # Another version on the same channel. Nothing of what it said is named.
            note(Note.BUS_UNREADABLE)

    def _note(self, circle_id: CircleId, seq: int) -> int:
        # It is there for as long as somebody listens.
        if seq > self._last.get(circle_id, seq):
            self._last[circle_id] = seq
        return seq
