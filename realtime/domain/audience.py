"""Who receives what: the people inside, and the facilitators among them. Sends nothing itself."""

from __future__ import annotations

from typing import Literal

from realtime.domain.meeting import Meeting, MemberId, Presence, Role
from realtime.domain.reading import companion_of

INSIDE = frozenset({Presence.HERE, Presence.AWAY})
"""Somebody away has no connection of their own; one that comes back early misses nothing."""


Line = Literal["facilitators", "companion"]
"""A private line: between one person and the facilitators, or a newcomer and their companion."""


def inside(meeting: Meeting) -> frozenset[MemberId]:
    """Who receives the words: whoever stepped out or left is out, so quiet is by delivery."""
    return frozenset(s.member_id for s in meeting.seats if s.presence in INSIDE)


def facilitators(meeting: Meeting) -> frozenset[MemberId]:
    """Who receives the door, the queue and calls for a hand."""
    return frozenset(
        s.member_id for s in meeting.seats if s.presence in INSIDE and s.role is Role.FACILITATOR
    )


def on_line(meeting: Meeting, line: Line, of: MemberId) -> frozenset[MemberId]:
    """Who receives a private line: whose it is, and the facilitators or the companion."""
    if line == "facilitators":
        return facilitators(meeting) | (seats(meeting) & {of})
    companion = companion_of(meeting, of)
    return frozenset() if companion is None else frozenset({of, companion})


def seats(meeting: Meeting) -> frozenset[MemberId]:
    """Who receives the state of the meeting: every seat, those stepped out too."""
    return frozenset(s.member_id for s in meeting.seats if s.presence is not Presence.LEFT)
