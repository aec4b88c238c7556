"""Taking the floor from somebody, and giving it back. Declines to close sockets or sound."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.attendance import relieved
from realtime.domain.meeting import Meeting, MemberId, NoticeKind, Presence, Role
from realtime.domain.notices import with_notice
from realtime.domain.offers import withdraw_offer
from realtime.domain.reading import Moment, stick_person, turn_of, without
from realtime.domain.refusal import Reason, Refused
from realtime.domain.turns import end_turn


def quieten(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """They write and speak no more until a facilitator says so; the stick rests with it.

    An offer not yet answered is taken back: they are reached again once they are heard again.
    """
    seat = meeting.seat(member)
    if seat is None or seat.presence is Presence.LEFT:
        raise Refused(Reason.NO_SUCH_SEAT)
    if seat.role is Role.FACILITATOR:
        raise Refused(Reason.NOT_ALLOWED)
    if member in meeting.quietened:
        return meeting
    turn = turn_of(meeting)
    if turn and turn[0] == member:
        meeting = end_turn(meeting, at.now)
    if stick_person(meeting) == member:
        meeting = withdraw_offer(meeting, to_front=True)
    # Nor is the circle offered to them, unless a facilitator does so from now on.
    meeting = replace(
        relieved(meeting, member),
        quietened=(*meeting.quietened, member),
        ready=without(meeting.ready, member),
    )
    return with_notice(meeting, NoticeKind.QUIETENED, member, at.actor)
