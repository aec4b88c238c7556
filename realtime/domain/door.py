"""The door and the roles: admitting, locking, removing, handing over.

Declines to know who belongs to the circle: that is the admission's.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.attendance import go, sit_from_door
from realtime.domain.meeting import (
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    Presence,
    Role,
)
from realtime.domain.offers import go_on
from realtime.domain.reading import Moment, is_full, turn_of, without
from realtime.domain.refusal import Reason, Refused
from realtime.domain.rounds import drop, join
from realtime.domain.turns import end_turn


def admit(meeting: Meeting, member: MemberId | None, at: Moment) -> Meeting:
    """Let one person in, or everybody there is a seat for."""
    if meeting.locked:
        raise Refused(Reason.LOCKED)
    if member is None:
        if meeting.waiting and is_full(meeting):
            raise Refused(Reason.FULL)
        return admit_all(meeting, at.now)
    knock = next((w for w in meeting.waiting if w.member_id == member), None)
    if knock is not None:
        return sit_from_door(meeting, knock, at.now)
    seat = meeting.seat(member)
    if seat is None or seat.presence is Presence.LEFT:
        raise Refused(Reason.NO_SUCH_SEAT)
    return meeting


def admit_all(meeting: Meeting, now: Instant) -> Meeting:
    for knock in meeting.waiting:
        if is_full(meeting):
            break
        meeting = sit_from_door(meeting, knock, now)
    return meeting


def open_door(meeting: Meeting, now: Instant) -> Meeting:
    """A circle with an open door seats whoever waits, once a facilitator is there to greet."""
    shut = meeting.frame.door != "open" or meeting.locked or meeting.phase is Phase.ENDED
    if shut or not meeting.facilitators_present():
        return meeting
    return admit_all(meeting, now)


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


def lock(meeting: Meeting, on: bool) -> Meeting:
    return replace(meeting, locked=on, lock_lifts=False) if meeting.locked != on else meeting


def remove(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """Asked to leave for tonight. Their turn ends, and the stick rests: never silently on."""
    if member in meeting.removed:
        return meeting
    waits = any(w.member_id == member for w in meeting.waiting)
    if meeting.seat(member) is None and not waits:
        raise Refused(Reason.NO_SUCH_SEAT)
    if member == at.actor:
        check_not_last(meeting, member)
    meeting = go(meeting, member, at, at.now, move_on=False)
    return replace(
        meeting,
        removed=(*meeting.removed, member),
        hands=tuple(h for h in meeting.hands if h.member_id != member),
    )


def check_not_last(meeting: Meeting, member: MemberId) -> None:
    others = (s for s in meeting.facilitators_present() if s.member_id != member)
    if not any(others):
        raise Refused(Reason.LAST_FACILITATOR)


# --- Roles ---


def hand_over(meeting: Meeting, member: MemberId) -> Meeting:
    """Offer the circle; it counts once they take it on. The giver stays until they say so."""
    seat = meeting.seat(member)
    if seat is None or seat.presence is not Presence.HERE:
        raise Refused(Reason.NO_SUCH_SEAT)
    if seat.role is Role.FACILITATOR:
        return meeting
    return replace(meeting, handing_to=member)


def take_on(meeting: Meeting, at: Moment) -> Meeting:
    seat = meeting.seat(at.actor)
    if seat and seat.role is Role.FACILITATOR:
        return meeting
    if seat is None or meeting.handing_to != at.actor:
        raise Refused(Reason.NOT_OFFERED)
    return replace(with_role(meeting, at, Role.FACILITATOR), handing_to=None)


def become_member(meeting: Meeting, at: Moment) -> Meeting:
    """As a latecomer; once closing began, the seat stays a listening one."""
    seat = meeting.seat(at.actor)
    if seat is None or seat.role is Role.MEMBER:
        return meeting
    if seat.role is Role.FACILITATOR:
        check_not_last(meeting, at.actor)
    elif meeting.phase is Phase.CLOSING:
        raise Refused(Reason.WRONG_PHASE)
    return with_role(meeting, at, Role.MEMBER)


def become_observer(meeting: Meeting, at: Moment) -> Meeting:
    seat = meeting.seat(at.actor)
    if seat is None or seat.role is Role.OBSERVER:
        return meeting
    if seat.role is Role.FACILITATOR:
        check_not_last(meeting, at.actor)
    return with_role(meeting, at, Role.OBSERVER)


def with_role(meeting: Meeting, at: Moment, role: Role) -> Meeting:
    """Change a role. Who leaves the order leaves the round; a holder's turn ends as spoken.

    A holder who takes the circle on finishes their turn first: nobody is cut off.
    """
    me = at.actor
    seat = meeting.seat(me)
    if seat is None:
        return meeting
    turn = turn_of(meeting)
    holding = turn is not None and turn[0] == me
    offered = isinstance(meeting.stick, Offered) and meeting.stick.to == me
    meeting = meeting.reseat(replace(seat, role=role))
    if role is not Role.FACILITATOR:
        meeting = replace(meeting, interjecting=without(meeting.interjecting, me))
    if holding and role is not Role.OBSERVER:
        return meeting
    stays = role is Role.MEMBER or (
        role is Role.FACILITATOR and meeting.frame.facilitators_in_order
    )
    if stays:
        changed = meeting.seat(me)
        return join(meeting, changed) if changed else meeting
    meeting = end_turn(meeting) if holding else meeting
    meeting = drop(meeting, me)
    return go_on(meeting, at) if offered else meeting
