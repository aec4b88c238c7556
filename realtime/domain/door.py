"""The door: admitting, turning away, locking, removing.

Declines to know who belongs to the circle: that is the admission's.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.attendance import go, sit_from_door
from realtime.domain.meeting import (
    Instant,
    Meeting,
    MemberId,
    NoticeKind,
    Phase,
    Presence,
    Waiting,
)
from realtime.domain.notices import with_notice
from realtime.domain.reading import Moment, is_full
from realtime.domain.refusal import Reason, Refused


def admit(meeting: Meeting, member: MemberId | None, at: Moment) -> Meeting:
    """Let one person in, or everybody there is a seat for."""
    if meeting.locked:
        raise Refused(Reason.LOCKED)
    if member is None:
        if meeting.waiting and is_full(meeting):
            raise Refused(Reason.FULL)
        return admit_all(meeting, at.now, at.actor)
    knock = next((w for w in meeting.waiting if w.member_id == member), None)
    if knock is not None:
        return let_in(meeting, knock, at.now, at.actor)
    seat = meeting.seat(member)
    if seat is None or seat.presence is Presence.LEFT:
        raise Refused(Reason.NO_SUCH_SEAT)
    return meeting


def let_in(meeting: Meeting, knock: Waiting, now: Instant, by: MemberId | None) -> Meeting:
    meeting = sit_from_door(meeting, knock, now)
    return with_notice(meeting, NoticeKind.ADMITTED, knock.member_id, by)


def admit_all(meeting: Meeting, now: Instant, by: MemberId | None) -> Meeting:
    for knock in meeting.waiting:
        if is_full(meeting):
            break
        meeting = let_in(meeting, knock, now, by)
    return meeting


def open_door(meeting: Meeting, now: Instant) -> Meeting:
    """A circle with an open door seats whoever waits, once a facilitator is there to greet."""
    shut = meeting.frame.door != "open" or meeting.locked or meeting.phase is Phase.ENDED
    if shut or not meeting.facilitators_present():
        return meeting
    return admit_all(meeting, now, None)


def turn_away(meeting: Meeting, member: MemberId) -> Meeting:
    if member in meeting.turned_away:
        return meeting
    if all(w.member_id != member for w in meeting.waiting):
        raise Refused(Reason.NO_SUCH_SEAT)
    return replace(
        meeting,
        waiting=tuple(w for w in meeting.waiting if w.member_id != member),
        turned_away=(*meeting.turned_away, member),
    )


def lock(meeting: Meeting, on: bool, by: MemberId) -> Meeting:
    if meeting.locked == on:
        return meeting
    meeting = replace(meeting, locked=on, lock_lifts=False)
    return with_notice(meeting, NoticeKind.LOCKED if on else NoticeKind.UNLOCKED, None, by)


def remove(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """Asked to leave for tonight. Their turn ends, and the stick rests: never silently on."""
    if member in meeting.removed:
        return meeting
    waits = any(w.member_id == member for w in meeting.waiting)
    if meeting.seat(member) is None and not waits:
        raise Refused(Reason.NO_SUCH_SEAT)
    if member == at.actor:
        check_not_last(meeting, member)
    return out(meeting, member, at, by=at.actor)


def put_out(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """Taken out of the circle from outside the room: out of its meeting, whatever they are in it.

    Somebody who is not in it is kept out by the admission.
    """
    seat = meeting.seat(member)
    seated = seat is not None and seat.presence is not Presence.LEFT
    if meeting.phase is Phase.ENDED or member in meeting.removed:
        return meeting
    if not seated and all(w.member_id != member for w in meeting.waiting):
        return meeting
    return out(meeting, member, at, by=None)


def out(meeting: Meeting, member: MemberId, at: Moment, *, by: MemberId | None) -> Meeting:
    seated = meeting.seat(member) is not None
    meeting = go(meeting, member, at, at.now, move_on=False)
    if seated:
        meeting = with_notice(meeting, NoticeKind.REMOVED, member, by)
    return replace(
        meeting,
        removed=(*meeting.removed, member),
        hands=tuple(h for h in meeting.hands if h.member_id != member),
    )


def check_not_last(meeting: Meeting, member: MemberId) -> None:
    others = (s for s in meeting.facilitators_present() if s.member_id != member)
    if not any(others):
        raise Refused(Reason.LAST_FACILITATOR)
