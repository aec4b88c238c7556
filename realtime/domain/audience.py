"""Who receives what: the people inside, and the facilitators among them. Sends nothing itself."""

from __future__ import annotations

from realtime.domain.meeting import Meeting, MemberId, Presence, Role

INSIDE = frozenset({Presence.HERE, Presence.AWAY})
"""Somebody away has no connection of their own; one that comes back early misses nothing."""


def inside(meeting: Meeting) -> frozenset[MemberId]:
    """Who receives the words: whoever stepped out or left is out, so quiet is by delivery."""
    return frozenset(s.member_id for s in meeting.seats if s.presence in INSIDE)


def facilitators(meeting: Meeting) -> frozenset[MemberId]:
    """Who receives the door, the queue and calls for a hand."""
    return frozenset(
        s.member_id for s in meeting.seats if s.presence in INSIDE and s.role is Role.FACILITATOR
    )


def seats(meeting: Meeting) -> frozenset[MemberId]:
    """Who receives the state of the meeting: every seat, those stepped out too."""
    return frozenset(s.member_id for s in meeting.seats if s.presence is not Presence.LEFT)
