"""Meetings in Redis: swapped by version, announced in the same step. Holds no rules.

Keys of a circle: `{circle}:meeting` (a hash: epoch, version, state), `{circle}:seq`,
`{circle}:here`; its channel is `{circle}`. What is said is in none of them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from realtime.domain.meeting import CircleId, Meeting, Phase
from realtime.store.link import KEPT, Link, Script, key
from realtime.wire import dump_meeting, parse_meeting

OPEN = "lingkar:open"
SWAP = Script.read(Path(__file__).with_name("swap.lua"))


class RedisMeetingStore:
    """Implements `ports.MeetingStore`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._last: dict[CircleId, tuple[bytes, Meeting]] = {}

    async def load(self, circle_id: CircleId) -> Meeting | None:
        state = await self._link.ask("HGET", key(circle_id, "meeting"), "state")
        return None if state is None else parse_meeting(state)

    async def swap(self, old: Meeting | None, new: Meeting) -> bool:
        keys = (key(new.circle_id, "meeting"), key(new.circle_id), OPEN)
        state = dump_meeting(new)
        # Noted before it is sent: the bus can be faster than the answer.
        self._last[new.circle_id] = state, new
        swapped = await self._link.run(
            SWAP,
            keys,
            "" if old is None else old.epoch,
            "" if old is None else old.version,
            new.epoch,
            new.version,
            state,
            new.circle_id,
            0 if new.phase is Phase.ENDED else 1,
            KEPT,
        )
        return bool(swapped)

    def read(self, circle_id: CircleId, state: bytes) -> Meeting:
        """A state off the bus. Most are this process' own: those need no second reading."""
        last = self._last.pop(circle_id, None)
        return last[1] if last and last[0] == state else parse_meeting(state)

    async def moment(self) -> int:
        seconds, micros = await self._link.ask("TIME")
        return int(seconds) * 1_000_000 + int(micros)

    async def open_circles(self) -> tuple[CircleId, ...]:
        circles = await self._link.ask("SMEMBERS", OPEN)
        return tuple(sorted(CircleId(circle.decode()) for circle in circles))

    async def forget(self, circle_id: CircleId) -> None:
        parts = [key(circle_id, part) for part in ("meeting", "seq", "here")]
        # The set last: a circle left in it is forgotten again, a meeting left behind is not.
        await asyncio.gather(self._link.ask("DEL", *parts), self._link.ask("SREM", OPEN, circle_id))
