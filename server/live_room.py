"""What the pages may ask of the live room: who leaves it, and whether anybody is in it.

Declines to tell who is there, and anything that is said.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from quart import Quart, current_app

from realtime.domain.meeting import CircleId, MemberId
from realtime.domain.refusal import Refused
from server.circles.seat_ids import seat_id
from server.web import services

EXTENSION = "lingkar.room"


class LiveRoom(Protocol):
    """Implemented by `realtime.room.Room`. Both raise `Refused` where nothing is sure."""

    async def remove_from_outside(self, circle_id: CircleId, member_id: MemberId) -> None: ...

    async def is_under_way(self, circle_id: CircleId) -> bool: ...


def hand_over(pages: Quart, room: LiveRoom) -> None:
    """Let these pages reach the room."""
    pages.extensions[EXTENSION] = room


def _room() -> LiveRoom | None:
    """None where the pages are served by themselves: then there is no meeting either."""
    extensions: dict[str, Any] = current_app.extensions
    return cast("LiveRoom | None", extensions.get(EXTENSION))


async def put_out(circle_id: str, person_id: str) -> bool:
    """Take somebody out of a meeting under way, for tonight. Ban or end the membership first.

    False when the room is out of reach: they may still sit there, but cannot connect again.
    """
    room = _room()
    if room is None:
        return True
    try:
        seat = seat_id(services().keys, circle_id, person_id)
        await room.remove_from_outside(CircleId(circle_id), seat)
    except Refused:
        return False
    return True


async def is_under_way(circle_id: str) -> bool:
    """Is that circle meeting now? True also where nobody can tell: unknown is not empty."""
    room = _room()
    if room is None:
        return False
    try:
        return await room.is_under_way(CircleId(circle_id))
    except Refused:
        return True
