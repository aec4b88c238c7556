"""A meeting's state as JSON, and back, for the store and the bus. Refuses what it does not know.

Declines to be sent to a client (views are) and to read what clients send (`payloads` does).
"""

from __future__ import annotations

import contextlib

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

from realtime.domain.meeting import Meeting

# pydantic takes no settings for a dataclass itself, hence the union with None; from there it
# hands them down to every plain dataclass inside.
_MEETING: TypeAdapter[Meeting | None] = TypeAdapter(
    Meeting | None, config=ConfigDict(extra="forbid", strict=True)
)


class Unreadable(ValueError):
    """These bytes are no meeting as this version knows them. Carries no part of them."""

    def __init__(self) -> None:
        super().__init__("unreadable meeting")


def dump_meeting(meeting: Meeting) -> bytes:
    """The whole state of a meeting. No words that anybody said are part of it."""
    return orjson.dumps(meeting)


def parse_meeting(data: bytes) -> Meeting:
    """The inverse of `dump_meeting`. Raises `Unreadable`."""
    meeting = None
    # Swallowed rather than chained: a validation error quotes its input.
    with contextlib.suppress(ValidationError):
        meeting = _MEETING.validate_json(data)
    if meeting is None:
        raise Unreadable
    return meeting
