"""A turn: its beginning, its interruptions, its end. Declines to choose who has the next one."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.meeting import (
    Held,
    Instant,
    Meeting,
    MemberId,
    PlaceHeld,
    Resting,
    Standing,
    TurnId,
    Unfinished,
)
from realtime.domain.reading import (
    PENDING,
    Moment,
    open_round,
    turn_clock,
    turn_of,
    unfinished_of,
    without,
)
from realtime.domain.refusal import Reason, Refused

PLACE_HELD = 60.0
"""Seconds that a holder's place is held after the connection is lost."""

LONGEST_EXTENSION = 3600
"""Seconds by which one command may move the soft limit, either way."""


def with_standing(meeting: Meeting, member: MemberId, standing: Standing | None) -> Meeting:
    seat = meeting.seat(member)
    return meeting if seat is None else meeting.reseat(replace(seat, standing=standing))


def with_order(meeting: Meeting, order: tuple[MemberId, ...]) -> Meeting:
    current = open_round(meeting)
    return meeting if current is None else replace(meeting, round=replace(current, order=order))


def order_of(meeting: Meeting) -> tuple[MemberId, ...]:
    current = open_round(meeting)
    return current.order if current else ()


def forget_unfinished(meeting: Meeting, member: MemberId) -> Meeting:
    return replace(
        meeting, unfinished=tuple(u for u in meeting.unfinished if u.member_id != member)
    )


# --- Ends of a turn ---


def rest(meeting: Meeting) -> Meeting:
    """The stick rests; what was for one turn alone (nods off, interjecting) ends with it."""
    return replace(meeting, stick=Resting(), nods_off=False, interjecting=())


def end_turn(meeting: Meeting) -> Meeting:
    """The turn under way is over and counts as spoken; the stick rests."""
    turn = turn_of(meeting)
    if turn is None:
        return rest(meeting)
    return as_spoken(rest(meeting), turn[0])


def as_spoken(meeting: Meeting, member: MemberId) -> Meeting:
    seat = meeting.seat(member)
    meeting = forget_unfinished(meeting, member)
    if seat and seat.standing in PENDING and open_round(meeting):
        return with_standing(meeting, member, Standing.SPOKEN)
    return meeting


def interrupt(meeting: Meeting, now: Instant) -> Meeting:
    """The stick rests and its holder keeps the right to finish the same turn."""
    match meeting.stick:
        case Held(by=by, turn_id=turn_id, started=started, soft_limit=limit):
            clock = turn_clock(meeting, now)
            left = Unfinished(by, turn_id, clock - started, limit - clock)
        case PlaceHeld(by=by, turn_id=turn_id, elapsed=elapsed, remaining=remaining):
            left = Unfinished(by, turn_id, elapsed, remaining)
        case _:
            return meeting
    meeting = rest(forget_unfinished(meeting, left.member_id))
    return replace(meeting, unfinished=(*meeting.unfinished, left))


def hold_place(meeting: Meeting, now: Instant) -> Meeting:
    """The holder's connection is gone: their time stands still and nobody else is offered it."""
    stick = meeting.stick
    if not isinstance(stick, Held):
        return meeting
    clock = turn_clock(meeting, now)
    return replace(
        meeting,
        stick=PlaceHeld(
            by=stick.by,
            turn_id=stick.turn_id,
            until=clock + PLACE_HELD,
            elapsed=clock - stick.started,
            remaining=stick.soft_limit - clock,
        ),
    )


def give_place_back(meeting: Meeting, now: Instant) -> Meeting:
    stick = meeting.stick
    if not isinstance(stick, PlaceHeld):
        return meeting
    clock = turn_clock(meeting, now)
    held = Held(stick.by, stick.turn_id, clock - stick.elapsed, clock + stick.remaining)
    return replace(meeting, stick=held)


def begin_turn(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """A new turn, or the interrupted one taken up again: same turn, same time."""
    now = at.now
    seat = meeting.seat(member)
    turn = unfinished_of(meeting, member)
    if turn:
        held = Held(member, turn.turn_id, now - turn.elapsed, now + turn.remaining)
    else:
        held = Held(member, TurnId(at.fresh), now, now + meeting.frame.soft_seconds)
        if seat:
            meeting = meeting.reseat(replace(seat, turns=seat.turns + 1))
    return replace(
        forget_unfinished(rest(meeting), member),
        stick=held,
        asked=tuple(a for a in meeting.asked if a.member_id != member),
        ready=without(meeting.ready, member),
    )


# --- The turn under way ---


def extend(meeting: Meeting, turn_id: TurnId, seconds: int) -> Meeting:
    """Move the soft limit; it is a colour and a soft tone, never a cut."""
    if abs(seconds) > LONGEST_EXTENSION:
        raise Refused(Reason.MALFORMED)
    match meeting.stick:
        case Held(turn_id=current, soft_limit=limit) if current == turn_id:
            return replace(meeting, stick=replace(meeting.stick, soft_limit=limit + seconds))
        case PlaceHeld(turn_id=current, remaining=left) if current == turn_id:
            return replace(meeting, stick=replace(meeting.stick, remaining=left + seconds))
        case _:
            return meeting


def take_back(meeting: Meeting, turn_id: TurnId) -> Meeting:
    turn = turn_of(meeting)
    return end_turn(meeting) if turn is not None and turn[1] == turn_id else meeting
