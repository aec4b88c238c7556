"""To whom the stick goes next: offering, accepting, declining, passing on.

Declines to judge who may ask for it: that is `table`.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.meeting import (
    Floor,
    Meeting,
    MemberId,
    Offered,
    Presence,
    Resting,
    Role,
    Standing,
    TurnId,
)
from realtime.domain.notices import heard_again
from realtime.domain.reading import (
    PENDING,
    Moment,
    attended,
    in_order,
    next_in_round,
    next_person,
    open_round,
    turn_of,
    unfinished_of,
    without,
)
from realtime.domain.refusal import Reason, Refused
from realtime.domain.turns import (
    as_spoken,
    begin_turn,
    end_turn,
    order_of,
    rest,
    speak_here,
    with_order,
    with_standing,
)


def withdraw_offer(meeting: Meeting, *, to_front: bool) -> Meeting:
    """Take an unanswered offer back without a mark; its person keeps a place in the round."""
    stick = meeting.stick
    if not isinstance(stick, Offered):
        return meeting
    meeting = rest(meeting)
    seat = meeting.seat(stick.to)
    if unfinished_of(meeting, stick.to) or seat is None or seat.standing not in PENDING:
        return meeting
    order = without(order_of(meeting), stick.to)
    return with_order(meeting, (stick.to, *order) if to_front else (*order, stick.to))


def offer_to(meeting: Meeting, member: MemberId, by: MemberId | None, at: Moment) -> Meeting:
    """Offer the stick; who said 'I am ready' beforehand receives it at once."""
    meeting = with_order(meeting, without(order_of(meeting), member))
    if member in meeting.ready:
        return begin_turn(meeting, member, at)
    return replace(meeting, stick=Offered(to=member, at=at.now, by=by))


def offer_next(
    meeting: Meeting, at: Moment, *, by: MemberId | None = None, but: MemberId | None = None
) -> Meeting:
    """Offer the stick to whoever is next, or let it rest.

    Absent people who are passed over go to the end without a mark. `but` has just said no:
    when nobody else can be reached they are not pressed again, and the stick rests.
    """
    meeting = rest(meeting)
    member = next_person(meeting)
    if member is None or member == but:
        return meeting
    order = order_of(meeting)
    if member in order and member == next_in_round(meeting):
        reached = order.index(member)
        meeting = with_order(meeting, order[reached:] + order[:reached])
    return offer_to(meeting, member, by, at)


def go_on(
    meeting: Meeting, at: Moment, *, by: MemberId | None = None, but: MemberId | None = None
) -> Meeting:
    """The stick moves by itself after a turn or a no: not while paused, alone, or out of time."""
    if meeting.paused or at.now >= meeting.ends or not attended(meeting, at.now):
        return rest(meeting)
    return offer_next(meeting, at, by=by, but=but)


def offer_back(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """Whoever was interrupted is offered the stick on coming back, if it rests."""
    waits = unfinished_of(meeting, member) is not None and isinstance(meeting.stick, Resting)
    quiet = member in meeting.quietened
    if not waits or quiet or meeting.paused or not attended(meeting, at.now):
        return meeting
    return offer_to(meeting, member, None, at)


def offer(meeting: Meeting, member: MemberId | None, at: Moment) -> Meeting:
    """A facilitator offers the stick to one person, or to whoever is next."""
    if turn_of(meeting) is not None:
        raise Refused(Reason.STICK_TAKEN)
    if isinstance(meeting.stick, Offered) and member in (None, meeting.stick.to):
        # 'Next' pressed twice, or beside a pass, must not skip the person just offered.
        return meeting
    if open_round(meeting) is None:
        # A turn outside a round needs the stick's floor: on a quiet one its holder has no say.
        meeting = replace(meeting, floor=Floor.STICK)
    if member is not None:
        check_can_receive(meeting, member)
        # Offering it to somebody quietened, by name, gives them the floor back.
        meeting = heard_again(meeting, member, at.actor)
        return offer_to(withdraw_offer(meeting, to_front=True), member, at.actor, at)
    if next_person(meeting) is None:
        raise Refused(Reason.NOBODY_WAITING)
    return offer_next(meeting, at, by=at.actor)


def check_can_receive(meeting: Meeting, member: MemberId) -> None:
    """Raise unless the stick may be offered to exactly this person now."""
    seat = meeting.seat(member)
    if seat is None or seat.presence is not Presence.HERE:
        raise Refused(Reason.NO_SUCH_SEAT)
    unfinished = unfinished_of(meeting, member) is not None
    if not in_order(meeting, seat) and not unfinished:
        raise Refused(Reason.NOT_IN_ROUND)
    if open_round(meeting) and seat.standing not in PENDING and not unfinished:
        raise Refused(Reason.NOT_IN_ROUND)


def accept(meeting: Meeting, at: Moment) -> Meeting:
    if isinstance(meeting.stick, Offered) and meeting.stick.to == at.actor:
        return begin_turn(meeting, at.actor, at)
    return meeting


def decline(meeting: Meeting, at: Moment) -> Meeting:
    """Say no to an offer, or beforehand: offered once more at the end, then no more."""
    me = at.actor
    offered = isinstance(meeting.stick, Offered) and meeting.stick.to == me
    seat = meeting.seat(me)
    meeting = replace(meeting, ready=without(meeting.ready, me))
    if unfinished_of(meeting, me):
        meeting = as_spoken(meeting, me)
    elif seat and open_round(meeting) and seat.standing is Standing.WAITING:
        meeting = with_standing(meeting, me, Standing.DEFERRED)
        meeting = with_order(meeting, (*without(order_of(meeting), me), me))
    elif seat and open_round(meeting) and seat.standing is Standing.DEFERRED:
        if not offered:
            # A hurried second press must not use up the second asking.
            raise Refused(Reason.NOT_OFFERED)
        meeting = with_standing(meeting, me, Standing.DECLINED)
    else:
        meeting = replace(meeting, asked=tuple(a for a in meeting.asked if a.member_id != me))
    return go_on(meeting, at, but=me) if offered else meeting


def ready(meeting: Meeting, at: Moment) -> Meeting:
    if isinstance(meeting.stick, Offered) and meeting.stick.to == at.actor:
        return accept(meeting, at)
    if meeting.holder() == at.actor or at.actor in meeting.ready:
        return meeting
    return replace(speak_here(meeting, at), ready=(*meeting.ready, at.actor))


def pass_stick(meeting: Meeting, turn_id: TurnId, to: MemberId | None, at: Moment) -> Meeting:
    """End the turn named, and only that one: a second press of the same button moves nothing."""
    turn = turn_of(meeting)
    if turn is None or turn[1] != turn_id:
        return meeting
    seat = meeting.seat(at.actor)
    facilitating = seat is not None and seat.role is Role.FACILITATOR
    if turn[0] != at.actor and not facilitating:
        raise Refused(Reason.NOT_YOUR_TURN)
    if meeting.paused:
        raise Refused(Reason.PAUSED)
    after = end_turn(meeting, at.now)
    if to is None:
        return go_on(after, at, by=turn[0])
    if to == turn[0] or not (facilitating or open_round(meeting) is None):
        raise Refused(Reason.NOT_ALLOWED)
    check_can_receive(after, to)
    if to in after.quietened and not facilitating:
        raise Refused(Reason.QUIETENED)
    after = heard_again(after, to, at.actor)
    if not attended(meeting, at.now):
        return after
    return offer_to(after, to, at.actor, at)
