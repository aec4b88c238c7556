"""The roles: handing the circle over, taking it on, becoming a member or an observer.

Declines to know who may facilitate a circle for good: that is the admission's.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.attendance import helps_no_more
from realtime.domain.door import check_not_last
from realtime.domain.meeting import (
    Handing,
    Instant,
    Meeting,
    MemberId,
    NoticeKind,
    Offered,
    Phase,
    Presence,
    Role,
)
from realtime.domain.notices import with_notice
from realtime.domain.offers import go_on
from realtime.domain.reading import Moment, attended, is_here, turn_of, without
from realtime.domain.refusal import Reason, Refused
from realtime.domain.rounds import drop, join
from realtime.domain.turns import end_turn

TOLD = {
    Role.FACILITATOR: NoticeKind.FACILITATES,
    Role.MEMBER: NoticeKind.IS_MEMBER,
    Role.OBSERVER: NoticeKind.OBSERVES,
}


def hand_over(meeting: Meeting, member: MemberId | None, stay: bool, at: Moment) -> Meeting:
    """Offer the circle, or take that back; it counts once they take it on."""
    if member is None:
        return replace(meeting, handing=None) if meeting.handing else meeting
    seat = meeting.seat(member)
    if seat is None or seat.presence is not Presence.HERE:
        raise Refused(Reason.NO_SUCH_SEAT)
    if seat.role is Role.FACILITATOR:
        return meeting
    return replace(meeting, handing=Handing(member, at.actor, stay))


def take_on(meeting: Meeting, yes: bool, at: Moment) -> Meeting:
    """Answer a hand-over. Who gave the circle away altogether is a member from then on."""
    seat = meeting.seat(at.actor)
    handing = meeting.handing
    if handing is None or handing.to != at.actor:
        if seat and seat.role is Role.FACILITATOR:
            return meeting
        raise Refused(Reason.NOT_OFFERED)
    meeting = replace(meeting, handing=None)
    if not yes:
        # Whoever was named for want of a facilitator and says no is not asked again.
        return replace(meeting, successor=None) if handing.by is None else meeting
    meeting = with_role(meeting, at.actor, Role.FACILITATOR, at, by=handing.by)
    if handing.stay or handing.by is None:
        return meeting
    return with_role(meeting, handing.by, Role.MEMBER, at, by=handing.by)


def name_successor(meeting: Meeting, member: MemberId | None) -> Meeting:
    if member is not None:
        seat = meeting.seat(member)
        if seat is None or seat.presence is Presence.LEFT:
            raise Refused(Reason.NO_SUCH_SEAT)
        if seat.role is not Role.MEMBER:
            raise Refused(Reason.NOT_ALLOWED)
    return replace(meeting, successor=member)


def name_greeter(meeting: Meeting, member: MemberId | None, by: MemberId) -> Meeting:
    """Ask a member to let people in tonight, or (None) nobody. Everybody is told."""
    before = meeting.greeter
    if member == before:
        return meeting
    check_helper(meeting, member)
    meeting = replace(meeting, greeter=member)
    if member is None:
        return with_notice(meeting, NoticeKind.GREETS_NO_MORE, before, by)
    return with_notice(meeting, NoticeKind.GREETS, member, by)


def name_typist(meeting: Meeting, member: MemberId | None, by: MemberId) -> Meeting:
    """Ask a member to type what is spoken, or (None) nobody. Everybody is told."""
    before = meeting.typist
    if member == before:
        return meeting
    check_helper(meeting, member)
    meeting = replace(meeting, typist=member)
    if member is None:
        return with_notice(meeting, NoticeKind.TYPES_NO_MORE, before, by)
    return with_notice(meeting, NoticeKind.TYPES, member, by)


def check_helper(meeting: Meeting, member: MemberId | None) -> None:
    """Only a member with the floor is asked for help. Raises `Refused`."""
    if member is None:
        return
    seat = meeting.seat(member)
    if seat is None or seat.presence is Presence.LEFT:
        raise Refused(Reason.NO_SUCH_SEAT)
    if seat.role is not Role.MEMBER or member in meeting.quietened:
        raise Refused(Reason.NOT_ALLOWED)


def to_be_asked(meeting: Meeting) -> MemberId | None:
    """Who is named and here, if nobody was asked yet."""
    if is_asking(meeting) or meeting.successor is None:
        return None
    return meeting.successor if is_here(meeting, meeting.successor) else None


def is_asking(meeting: Meeting) -> bool:
    return meeting.handing is not None and meeting.handing.by is None


def ask_successor(meeting: Meeting, now: Instant) -> Meeting:
    """Left alone, the meeting asks who was named; with a facilitator back, it asks no more."""
    if meeting.facilitators_present():
        return replace(meeting, handing=None) if is_asking(meeting) else meeting
    successor = to_be_asked(meeting)
    alone = meeting.paused and meeting.locked and not attended(meeting, now)
    if successor is None or not alone:
        return meeting
    return replace(meeting, handing=Handing(successor, None, stay=True))


def become_member(meeting: Meeting, at: Moment) -> Meeting:
    """As a latecomer; once closing began, the seat stays a listening one."""
    seat = meeting.seat(at.actor)
    if seat is None or seat.role is Role.MEMBER:
        return meeting
    if seat.role is Role.FACILITATOR:
        check_not_last(meeting, at.actor)
    elif meeting.phase is Phase.CLOSING:
        raise Refused(Reason.WRONG_PHASE)
    return with_role(meeting, at.actor, Role.MEMBER, at)


def become_observer(meeting: Meeting, at: Moment) -> Meeting:
    seat = meeting.seat(at.actor)
    if seat is None or seat.role is Role.OBSERVER:
        return meeting
    if seat.role is Role.FACILITATOR:
        check_not_last(meeting, at.actor)
    return with_role(meeting, at.actor, Role.OBSERVER, at)


def with_role(
    meeting: Meeting, me: MemberId, role: Role, at: Moment, *, by: MemberId | None = None
) -> Meeting:
    """Change a role. Who leaves the order leaves the round; a holder's turn ends as spoken.

    A holder who takes the circle on finishes their turn first: nobody is cut off.
    """
    seat = meeting.seat(me)
    if seat is None or seat.role is role or seat.presence is Presence.LEFT:
        return meeting
    turn = turn_of(meeting)
    holding = turn is not None and turn[0] == me
    offered = isinstance(meeting.stick, Offered) and meeting.stick.to == me
    meeting = with_notice(meeting.reseat(replace(seat, role=role)), TOLD[role], me, by)
    meeting = without_the_old(meeting, me, role)
    if holding and role is not Role.OBSERVER:
        return meeting
    stays = role is Role.MEMBER or (
        role is Role.FACILITATOR and meeting.frame.facilitators_in_order
    )
    if stays:
        changed = meeting.seat(me)
        return join(meeting, changed) if changed else meeting
    meeting = end_turn(meeting, at.now) if holding else meeting
    meeting = drop(meeting, me)
    return go_on(meeting, at) if offered else meeting


def without_the_old(meeting: Meeting, me: MemberId, role: Role) -> Meeting:
    """Whoever has this role now has nothing left that does not go with it."""
    if role is Role.FACILITATOR:
        meeting = replace(
            meeting,
            quietened=without(meeting.quietened, me),
            successor=None if meeting.successor == me else meeting.successor,
        )
    else:
        given = meeting.handing is not None and meeting.handing.by == me
        meeting = replace(
            meeting,
            interjecting=without(meeting.interjecting, me),
            # Only a facilitator has the circle to give.
            handing=None if given else meeting.handing,
        )
    if role is not Role.MEMBER:
        # A facilitator greets and writes anyway, and who listens is asked for nothing.
        meeting = helps_no_more(meeting, me)
    if role is Role.OBSERVER and meeting.successor == me:
        meeting = replace(meeting, successor=None)
    return meeting
