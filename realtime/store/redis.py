"""Meetings in Redis: swapped by version, announced in the same step. Holds no rules.

Keys of a circle: `{circle}:meeting` (a hash: epoch, version, state, and under which reign; while
copies are gathered also the newest of them), `{circle}:seq`, `{circle}:here`; its channel is
`{circle}`. What is said is in none of them. The set of meetings under way lies elsewhere in a
cluster: it is a hint, put right by every process for the circles that it serves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from realtime.domain.meeting import CircleId, Instant, Meeting, Phase
from realtime.ports import Newest, OutOfReach, Settling
from realtime.store.link import KEPT, Link, key
from realtime.store.node import Script
from realtime.store.pipe import Word
from realtime.wire import dump_meeting, parse_meeting

UNDER_WAY = "lingkar:under_way"
HERE = Path(__file__).parent
SWAP = Script.read(HERE / "swap.lua", reigned=True)
OFFER = Script.read(HERE / "offer.lua", reigned=True)
SETTLE = Script.read(HERE / "settle.lua", reigned=True)
MOMENT = Script.read(HERE / "moment.lua")
ATTEND = Script.read(HERE / "attend.lua")
WINDOW = 0.9
"""Seconds from the first copy put forward until the newest is the meeting again.

Everybody whose bus was lost is back within them: see `keeper`."""
ATTENDED = 11
"""Seconds for which it holds that a process attends to a meeting: it may miss saying so once.

Whoever is gone has to be found gone before `presence.JUMPED` is over."""
MOST_LEFT = 100
"""So many meetings to which nobody attends are given at once."""
UNSURE = -1
LOT = 500
"""Circles in one call, so that nothing waits long for it."""


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
            _, swapped = await asyncio.gather(self._list(new), swapping)
        else:
            swapped = await swapping
        if swapped == 1 and is_open(old) and not is_open(new):
            await self._list(new)
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
            self._list(again),
        )
        return bool(settled)

    def read(self, circle_id: CircleId, state: bytes) -> Meeting:
        """A state off the bus. Most are this process' own: those need no second reading."""
        last = self._last.pop(circle_id, None)
        return last[1] if last and last[0] == state else parse_meeting(state)

    async def moment(self, circle_id: CircleId) -> int:
        return int(await self._link.run(MOMENT, keys_of(circle_id)[:1]))

    async def attend(self, circles: Iterable[CircleId]) -> tuple[CircleId, ...]:
        names = tuple(circles)
        lots = [names[at : at + LOT] for at in range(0, len(names), LOT)]
        for lot in lots[:-1]:
            await self._attend(lot, 0)
        left = await self._attend(lots[-1] if lots else (), MOST_LEFT)
        return tuple(CircleId(circle.decode()) for circle in left)

    async def unlist(self, circle_id: CircleId) -> None:
        await self._link.ask("ZREM", UNDER_WAY, circle_id)

    async def _attend(self, circles: Sequence[CircleId], most: int) -> list[bytes]:
        now: Word = "" if self._clock is None else f"{self._clock():.3f}"
        left: list[bytes] = await self._link.run(
            ATTEND, (UNDER_WAY,), now, ATTENDED, most, KEPT, *circles
        )
        return left

    async def _list(self, meeting: Meeting) -> None:
        """Among those under way, or no longer."""
        circle_id = meeting.circle_id
        # The set may lie on another server than the meeting, which goes on without it.
        with suppress(OutOfReach):
            await (self._attend((circle_id,), 0) if is_open(meeting) else self.unlist(circle_id))

    async def forget(self, circle_id: CircleId) -> None:
        parts = [key(circle_id, part) for part in ("meeting", "seq", "here")]
        await asyncio.gather(self._link.ask("DEL", *parts), self.unlist(circle_id))


def keys_of(circle_id: CircleId) -> tuple[str, str]:
    return key(circle_id, "meeting"), key(circle_id)


def is_open(meeting: Meeting | None) -> bool:
    return meeting is not None and meeting.phase is not Phase.ENDED
