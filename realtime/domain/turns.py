"""A turn: its beginning, its interruptions, its end. Declines to choose who has the next one."""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.meeting import (
    Held,
    Instant,
    Meeting,
    MemberId,
    NoticeKind,
    PlaceHeld,
    Resting,
    Standing,
    Stick,
    TurnId,
    Unfinished,
)
from realtime.domain.notices import with_notice
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


def end_turn(meeting: Meeting, now: Instant) -> Meeting:
    """The turn under way is over and counts as spoken; the stick rests."""
    turn = turn_of(meeting)
    if turn is None:
        return rest(meeting)
    return as_spoken(rest(with_time_counted(meeting, now)), turn[0])


def as_spoken(meeting: Meeting, member: MemberId) -> Meeting:
    seat = meeting.seat(member)
    meeting = forget_unfinished(meeting, member)
    invited = meeting.round is not None and meeting.round.inviting
    pending = seat and seat.standing in PENDING and open_round(meeting)
    if pending or (invited and seat and seat.standing is Standing.DECLINED):
        return with_standing(meeting, member, Standing.SPOKEN)
    return meeting


def with_time_counted(meeting: Meeting, now: Instant) -> Meeting:
    """Facilitators see for how long each was heard; in memory alone, gone at the end."""
    match meeting.stick:
        case Held(by=by, started=started):
            seconds = turn_clock(meeting, now) - started
        case PlaceHeld(by=by, elapsed=elapsed):
            seconds = elapsed
        case _:
            return meeting
    seat = meeting.seat(by)
    if seat is None:
        return meeting
    return meeting.reseat(replace(seat, spoke=seat.spoke + max(0.0, seconds), heard=now))


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
    meeting = rest(forget_unfinished(with_time_counted(meeting, now), left.member_id))
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
            warned=None if stick.warned is None else clock - stick.warned,
        ),
    )


def give_place_back(meeting: Meeting, now: Instant) -> Meeting:
    stick = meeting.stick
    if not isinstance(stick, PlaceHeld):
        return meeting
    clock = turn_clock(meeting, now)
    held = Held(stick.by, stick.turn_id, clock - stick.elapsed, clock + stick.remaining)
    # The minute of last words stood still as well, and does not begin anew.
    warned = None if stick.warned is None else clock - stick.warned
    return replace(meeting, stick=replace(held, warned=warned))


def begin_turn(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """A new turn, or the interrupted one taken up again: same turn, same time."""
    now = at.now
    seat = meeting.seat(member)
    turn = unfinished_of(meeting, member)
    if turn:
        held = Held(member, turn.turn_id, now - turn.elapsed, now + turn.remaining)
        if seat:
            # Counted when it was interrupted; its end counts the whole of it.
            seat = replace(seat, spoke=max(0.0, seat.spoke - turn.elapsed))
    else:
        held = Held(member, TurnId(at.fresh), now, now + meeting.frame.soft_seconds)
        if seat:
            seat = replace(seat, turns=seat.turns + 1)
    if seat:
        speaks_here = at.tab if at.actor == member and at.tab else seat.tab
        meeting = meeting.reseat(replace(seat, tab=speaks_here))
    return replace(
        forget_unfinished(rest(meeting), member),
        stick=held,
        asked=tuple(a for a in meeting.asked if a.member_id != member),
        ready=without(meeting.ready, member),
    )


# --- The turn under way ---


def extend(meeting: Meeting, turn_id: TurnId, by: int, now: Instant) -> Meeting:
    """Move the soft limit; it is a colour and a soft tone, never a cut."""
    if abs(by) > LONGEST_EXTENSION:
        raise Refused(Reason.MALFORMED)
    seconds = movable(meeting.stick, by, turn_clock(meeting, now))
    if not seconds:
        return meeting
    match meeting.stick:
        case Held(turn_id=current, soft_limit=limit) if current == turn_id:
            # With more time given, a warning that it is over no longer holds.
            moved = replace(meeting.stick, soft_limit=limit + seconds, warned=None)
            return replace(meeting, stick=moved)
        case PlaceHeld(turn_id=current, remaining=left) if current == turn_id:
            kept = replace(meeting.stick, remaining=left + seconds, warned=None)
            return replace(meeting, stick=kept)
        case _:
            return meeting


def movable(stick: Stick, seconds: int, clock: Instant) -> float:
    """Less time only down to none: no turn was over before somebody said so."""
    match stick:
        case Held(soft_limit=limit):
            left = limit - clock
        case PlaceHeld(remaining=remaining):
            left = remaining
        case _:
            return seconds
    return max(float(seconds), min(0.0, -left))


def take_back(meeting: Meeting, turn_id: TurnId, at: Moment) -> Meeting:
    turn = turn_of(meeting)
    if turn is None or turn[1] != turn_id:
        return meeting
    return with_notice(end_turn(meeting, at.now), NoticeKind.TOOK_BACK, turn[0], at.actor)


def remind(meeting: Meeting, turn_id: TurnId) -> Meeting:
    """For the holder alone: no other view changes."""
    match meeting.stick:
        case Held(turn_id=current, reminders=so_far) if current == turn_id:
            return replace(meeting, stick=replace(meeting.stick, reminders=so_far + 1))
        case _:
            return meeting


def speak_here(meeting: Meeting, at: Moment) -> Meeting:
    seat = meeting.seat(at.actor)
    if seat is None or not at.tab:
        return meeting
    return meeting.reseat(replace(seat, tab=at.tab))
