"""Meetings in Redis: swapped by version, announced in the same step. Holds no rules.

Keys of a circle: `{circle}:meeting` (a hash: epoch, version, state, and under which reign; while
copies are gathered also the newest of them), `{circle}:seq`, `{circle}:here`; its channel is
`{circle}`. What is said is in none of them. The set of open circles lies elsewhere in a cluster:
it is a hint, put right by every process for the circles that it serves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from realtime.domain.meeting import CircleId, Instant, Meeting, Phase
from realtime.ports import Newest, OutOfReach, Settling
from realtime.store.link import KEPT, Link, key
from realtime.store.node import Script
from realtime.store.pipe import Word
from realtime.wire import dump_meeting, parse_meeting

OPEN = "lingkar:open"
HERE = Path(__file__).parent
SWAP = Script.read(HERE / "swap.lua", reigned=True)
OFFER = Script.read(HERE / "offer.lua", reigned=True)
SETTLE = Script.read(HERE / "settle.lua", reigned=True)
MOMENT = Script.read(HERE / "moment.lua")
WINDOW = 0.9
"""Seconds from the first copy put forward until the newest is the meeting again.

Everybody whose bus was lost is back within them: see `keeper`."""
UNSURE = -1


class RedisMeetingStore:
    """Implements `ports.MeetingStore`."""

    def __init__(self, link: Link, clock: Callable[[], Instant] | None = None) -> None:
        self._link, self._clock = link, clock
        self._last: dict[CircleId, tuple[bytes, Meeting]] = {}

    async def load(self, circle_id: CircleId) -> Meeting | None:
        found = await self._link.ask("HMGET", key(circle_id, "meeting"), "state", "until")
        state, gathering = found
        if gathering is not None:
            raise Settling
        return None if state is None else parse_meeting(state)

    async def swap(self, old: Meeting | None, new: Meeting) -> bool:
        state = dump_meeting(new)
        # Noted before it is sent: the bus can be faster than the answer.
        self._last[new.circle_id] = state, new
        seen: tuple[Word, Word] = ("", "") if old is None else (old.epoch, old.version)
        swapping = self._link.run(
            SWAP, keys_of(new.circle_id), *seen, new.epoch, new.version, state, KEPT
        )
        if is_open(new) and not is_open(old):
            # Before it is: a circle in the set without a meeting does no harm.
            _, swapped = await asyncio.gather(self._list(new.circle_id), swapping)
        else:
            swapped = await swapping
        if swapped == 1 and is_open(old) and not is_open(new):
            await self._list(new.circle_id, "SREM")
        if swapped == UNSURE:
            raise Settling
        return bool(swapped)

    async def offer(
        self, circle_id: CircleId, copy: Meeting | None, outage: float
    ) -> Newest | None:
        mark: tuple[Word, Word, Word] = ("", "", "")
        if copy is not None:
            mark = copy.epoch, copy.version, dump_meeting(copy)
        now = "" if self._clock is None else round(self._clock() * 1000)
        told, *newest = await self._link.run(
            OFFER,
            keys_of(circle_id),
            *mark,
            round(outage * 1000),
            round(WINDOW * 1000),
            now,
            KEPT,
        )
        if told == b"wait":
            raise Settling
        if told == b"kept":
            return None
        _, _, state, lasted, epoch, loss = newest
        return Newest(parse_meeting(state), int(epoch), int(lasted) / 1000, int(loss))

    async def settle(self, newest: Newest, again: Meeting) -> bool:
        copy = newest.copy
        settled, _ = await asyncio.gather(
            self._link.run(
                SETTLE,
                keys_of(again.circle_id),
                newest.loss,
                copy.epoch,
                copy.version,
                again.epoch,
                again.version,
                dump_meeting(again),
                KEPT,
            ),
            self._list(again.circle_id, "SADD" if is_open(again) else "SREM"),
        )
        return bool(settled)

    def read(self, circle_id: CircleId, state: bytes) -> Meeting:
        """A state off the bus. Most are this process' own: those need no second reading."""
        last = self._last.pop(circle_id, None)
        return last[1] if last and last[0] == state else parse_meeting(state)

    async def moment(self, circle_id: CircleId) -> int:
        return int(await self._link.run(MOMENT, keys_of(circle_id)[:1]))

    async def still_open(self, circles: Iterable[CircleId]) -> None:
        if names := tuple(circles):
            await self._link.ask("SADD", OPEN, *names)

    async def open_circles(self) -> tuple[CircleId, ...]:
        circles = await self._link.ask("SMEMBERS", OPEN)
        return tuple(sorted(CircleId(circle.decode()) for circle in circles))

    async def _list(self, circle_id: CircleId, how: str = "SADD") -> None:
        # The set may lie on another server than the meeting, which goes on without it.
        with suppress(OutOfReach):
            await self._link.ask(how, OPEN, circle_id)

    async def forget(self, circle_id: CircleId) -> None:
        parts = [key(circle_id, part) for part in ("meeting", "seq", "here")]
        # The set last: a circle left in it is forgotten again, a meeting left behind is not.
        await asyncio.gather(self._link.ask("DEL", *parts), self._link.ask("SREM", OPEN, circle_id))


def keys_of(circle_id: CircleId) -> tuple[str, str]:
    return key(circle_id, "meeting"), key(circle_id)


def is_open(meeting: Meeting | None) -> bool:
    return meeting is not None and meeting.phase is not Phase.ENDED
