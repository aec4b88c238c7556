"""Presence: arriving, stepping out, coming back, lost connections, leaving.

Declines to know about sockets: it is told what happened.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.commands import Arrived
from realtime.domain.meeting import (
    Ending,
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    Presence,
    Role,
    Seat,
    Waiting,
)
from realtime.domain.offers import go_on, offer_back, withdraw_offer
from realtime.domain.reading import Moment, is_full, turn_of, without
from realtime.domain.refusal import Reason, Refused
from realtime.domain.rounds import drop, join
from realtime.domain.turns import end_turn, give_place_back, hold_place, interrupt, rest


def at_presence(meeting: Meeting, member: MemberId, presence: Presence, now: Instant) -> Meeting:
    seat = meeting.seat(member)
    if seat is None or seat.presence is presence:
        return meeting
    return meeting.reseat(replace(seat, presence=presence, since=now))


def step_out(meeting: Meeting, at: Moment) -> Meeting:
    """Keeps seat and place; the holder may finish later, the person offered is passed over."""
    me = at.actor
    seat = meeting.seat(me)
    if seat is None or seat.presence is Presence.STEPPED_OUT:
        return meeting
    turn = turn_of(meeting)
    meeting = at_presence(meeting, me, Presence.STEPPED_OUT, at.now)
    meeting = replace(
        meeting,
        ready=without(meeting.ready, me),
        interjecting=without(meeting.interjecting, me),
    )
    if turn and turn[0] == me:
        return interrupt(meeting, at.now)
    if isinstance(meeting.stick, Offered) and meeting.stick.to == me:
        return go_on(withdraw_offer(meeting, to_front=False), at, but=me)
    return meeting


def come_back(meeting: Meeting, at: Moment) -> Meeting:
    seat = meeting.seat(at.actor)
    if seat is None or seat.presence is not Presence.STEPPED_OUT:
        return meeting
    meeting = at_presence(meeting, at.actor, Presence.HERE, at.now)
    return offer_back(meeting, at.actor, at)


def lost(meeting: Meeting, at: Moment) -> Meeting:
    """The last connection is gone: place, hand and seat stay; a turn's time stands still."""
    me = at.actor
    meeting = replace(meeting, waiting=tuple(w for w in meeting.waiting if w.member_id != me))
    seat = meeting.seat(me)
    if seat is None or seat.presence is not Presence.HERE:
        return meeting
    meeting = at_presence(meeting, me, Presence.AWAY, at.now)
    meeting = replace(meeting, interjecting=without(meeting.interjecting, me))
    return hold_place(meeting, at.now) if meeting.holder() == me else meeting


def tab_lost(meeting: Meeting, tab: str, at: Moment) -> Meeting:
    """The connection they spoke from is gone, another one is there: any may be next."""
    seat = meeting.seat(at.actor)
    if seat is None or not tab or seat.tab != tab:
        return meeting
    return meeting.reseat(replace(seat, tab=""))


def leave(meeting: Meeting, at: Moment, *, since: Instant | None = None) -> Meeting:
    """Gone for tonight. A turn left behind counts as spoken and the stick rests."""
    return go(meeting, at.actor, at, at.now if since is None else since, move_on=True)


def go(meeting: Meeting, member: MemberId, at: Moment, since: Instant, *, move_on: bool) -> Meeting:
    """Empty a seat. Only an unanswered offer moves on, and only where `move_on` says so."""
    turn = turn_of(meeting)
    offered = isinstance(meeting.stick, Offered) and meeting.stick.to == member
    if turn and turn[0] == member:
        meeting = end_turn(meeting, at.now)
    meeting = drop(meeting, member)
    meeting = replace(
        at_presence(meeting, member, Presence.LEFT, since),
        waiting=tuple(w for w in meeting.waiting if w.member_id != member),
        interjecting=without(meeting.interjecting, member),
    )
    meeting = relieved(meeting, member)
    if not offered:
        return meeting
    return go_on(meeting, at) if move_on else rest(meeting)


def relieved(meeting: Meeting, member: MemberId) -> Meeting:
    """They were named to take the circle on, to greet or to type, or had it to give: no longer."""
    return replace(
        helps_no_more(meeting, member),
        handing=None if of_handing(meeting, member) else meeting.handing,
        successor=None if meeting.successor == member else meeting.successor,
    )


def helps_no_more(meeting: Meeting, member: MemberId) -> Meeting:
    """Whatever they were asked to do for the others tonight."""
    return replace(
        meeting,
        greeter=None if meeting.greeter == member else meeting.greeter,
        typist=None if meeting.typist == member else meeting.typist,
    )


def of_handing(meeting: Meeting, member: MemberId) -> bool:
    return meeting.handing is not None and member in (meeting.handing.to, meeting.handing.by)


# --- Arriving ---

MOST_WAITING = 60
"""At the door at once: twice as many as the largest circle seats. More are a raid."""


def arrived(meeting: Meeting, who: Arrived, at: Moment) -> Meeting:
    """Somebody connected: back to their seat, straight to one, or to the door."""
    me = at.actor
    if meeting.phase is Phase.ENDED:
        raise Refused(Reason.ENDED)
    if me in meeting.removed:
        raise Refused(Reason.REMOVED)
    seat = meeting.seat(me)
    if seat and seat.presence is not Presence.LEFT:
        return back_to_seat(meeting, seat, who, at)
    companion = None if who.companion == me else who.companion
    knock = Waiting(
        me, who.name, who.observer, at.now, who.first_visit, who.listens_first, companion
    )
    if who.facilitator:
        first = not any(s.role is Role.FACILITATOR for s in meeting.seats)
        if first:
            # The meeting's time counts from when somebody opened its door.
            ends = at.now + meeting.frame.minutes * 60
            meeting = replace(meeting, opened=at.now, ends=ends, ending=Ending.NOT_YET)
        return sit(meeting, knock, Role.FACILITATOR, at.now)
    if me in meeting.turned_away:
        return meeting
    return at_door(meeting, knock)


def back_to_seat(meeting: Meeting, seat: Seat, who: Arrived, at: Moment) -> Meeting:
    """Flapping changes nothing; stepped out stays stepped out until they say otherwise."""
    companion = None if who.companion == seat.member_id else who.companion
    if seat.presence is not Presence.AWAY:
        return meeting.reseat(replace(seat, name=who.name, companion=companion))
    # The connection that they spoke from is gone: they speak from this one.
    back = replace(seat, name=who.name, tab=who.tab, companion=companion)
    meeting = meeting.reseat(back)
    meeting = at_presence(meeting, seat.member_id, Presence.HERE, at.now)
    turn = turn_of(meeting)
    if turn and turn[0] == seat.member_id:
        return give_place_back(meeting, at.now)
    return offer_back(meeting, seat.member_id, at)


def at_door(meeting: Meeting, knock: Waiting) -> Meeting:
    before = next((w for w in meeting.waiting if w.member_id == knock.member_id), None)
    if before is None and len(meeting.waiting) >= MOST_WAITING:
        raise Refused(Reason.TOO_FAST)
    if before is None:
        return replace(meeting, waiting=(*meeting.waiting, knock))
    knock = replace(knock, since=before.since)
    return replace(
        meeting,
        waiting=tuple(knock if w is before else w for w in meeting.waiting),
    )


def sit(meeting: Meeting, knock: Waiting, role: Role, now: Instant) -> Meeting:
    """Give a seat: the old one to whoever had one tonight. Latecomers join the round's end."""
    meeting = replace(
        meeting,
        waiting=tuple(w for w in meeting.waiting if w.member_id != knock.member_id),
    )
    seat = meeting.seat(knock.member_id)
    new = Seat(
        member_id=knock.member_id,
        name=knock.name,
        role=role,
        since=now,
        standing=seat.standing if seat else None,
        first_visit=knock.first_visit,
        companion=knock.companion,
        turns=seat.turns if seat else 0,
        spoke=seat.spoke if seat else 0.0,
        heard=seat.heard if seat else None,
    )
    meeting = meeting.reseat(new) if seat else replace(meeting, seats=(*meeting.seats, new))
    if role is Role.FACILITATOR:
        meeting = replace(meeting, quietened=without(meeting.quietened, new.member_id))
    return join(meeting, new)


def sit_from_door(meeting: Meeting, knock: Waiting, now: Instant) -> Meeting:
    if is_full(meeting):
        raise Refused(Reason.FULL)
    late = meeting.phase is Phase.CLOSING
    listens = knock.observer or knock.listens_first or late
    role = Role.OBSERVER if listens else Role.MEMBER
    return sit(meeting, knock, role, now)
