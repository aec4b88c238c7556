"""Which event may come from whom: one table. What is not listed is refused.

Declines to know the rules of the stick; those come after it, in the domain.
"""

from __future__ import annotations

from enum import StrEnum

from realtime.domain.meeting import Meeting, MemberId, Phase, Presence, Role
from realtime.domain.refusal import Reason, Refused


class Place(StrEnum):
    """Where somebody is, as far as the gateway has to know."""

    STRANGER = "stranger"
    """Neither at the door nor in a seat; removed people too."""
    WAITING = "waiting"
    OBSERVER = "observer"
    MEMBER = "member"
    FACILITATOR = "facilitator"


SEATED = frozenset({Place.OBSERVER, Place.MEMBER, Place.FACILITATOR})

MAY: dict[str, frozenset[Place]] = {
    "command": SEATED,
    "say": frozenset({Place.MEMBER, Place.FACILITATOR}),
    "phrase": frozenset({Place.MEMBER, Place.FACILITATOR}),
    # Observers too, and whoever stepped out.
    "whisper": SEATED,
    # Whoever became an observer can still take back what they said before.
    "retract": SEATED,
    "nod": SEATED,
    "sync": SEATED | {Place.WAITING},
    "observe": frozenset({Place.WAITING}),
    # Observers listen. Who may be heard is the sound process's to keep (`audio/floor.py`).
    "sound_join": SEATED,
    "sound_answer": SEATED,
    "sound_leave": SEATED,
}

NOBODY: frozenset[Place] = frozenset()

ROLES = {
    Role.OBSERVER: Place.OBSERVER,
    Role.MEMBER: Place.MEMBER,
    Role.FACILITATOR: Place.FACILITATOR,
}


def place_of(meeting: Meeting | None, member_id: MemberId) -> Place:
    if meeting is None or meeting.phase is Phase.ENDED or member_id in meeting.removed:
        return Place.STRANGER
    seat = meeting.seat(member_id)
    if seat is not None and seat.presence is not Presence.LEFT:
        return ROLES[seat.role]
    if any(w.member_id == member_id for w in meeting.waiting):
        return Place.WAITING
    return Place.STRANGER


def check(event: str, meeting: Meeting | None, member_id: MemberId) -> None:
    """Raise `Refused` unless the table lets this event come from there."""
    place = place_of(meeting, member_id)
    if place in MAY.get(event, NOBODY):
        return
    raise Refused(_why(place, meeting, member_id))


def _why(place: Place, meeting: Meeting | None, member_id: MemberId) -> Reason:
    if meeting is not None and meeting.phase is Phase.ENDED:
        return Reason.ENDED
    if meeting is not None and member_id in meeting.removed:
        return Reason.REMOVED
    if place is Place.OBSERVER:
        return Reason.OBSERVERS_LISTEN
    return Reason.NOT_SEATED if place in (Place.STRANGER, Place.WAITING) else Reason.NOT_ALLOWED
