"""What time alone changes: deadlines as absolute instants. Reads no clock and declines nobody.

The caller carries a deadline out only when its own monotonic clock saw the time pass too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from realtime.domain import roles
from realtime.domain.attendance import leave
from realtime.domain.conduct import ENDS_SOON, at_ending, close
from realtime.domain.meeting import (
    Ending,
    Held,
    Instant,
    Meeting,
    NoticeKind,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Role,
    Seat,
)
from realtime.domain.notices import with_notice
from realtime.domain.offers import go_on, withdraw_offer
from realtime.domain.reading import FACILITATOR_GRACE, Moment, turn_of
from realtime.domain.turns import end_turn, interrupt

REMIND = 30.0
"""Seconds of silence after which the person offered is reminded, privately."""
TELL_FACILITATORS = 60.0
OFFER_KEPT = 60.0
"""Seconds that an offer stays with somebody whose connection is lost."""
SEAT_KEPT = 600.0
"""Seconds that a seat is kept for somebody whose connection is lost."""
ALONE = 900.0
"""Seconds without a facilitator after which the meeting closes."""
LAST_WORDS = 60.0
"""Seconds between the warning and the end of a turn, where the circle agreed to a hard limit."""
BEFORE_FIRST = 1800.0
"""Seconds that the door waits for the first facilitator, from the last person who came to it."""


def tick(meeting: Meeting, at: Moment, noticed: Instant = 0.0) -> Meeting:
    """Carry out every deadline that is past. `noticed`: see `Tick`."""
    ends = closes(meeting)
    if ends is not None and ends <= at.now:
        return close(meeting)
    if not meeting.paused:
        meeting = lapse_place(lapse_offer(nudge(meeting, at.now), at.now), at.now)
        meeting = keep_limit(meeting, at, max(at.now, noticed))
    meeting = at_ending(meeting, at.now)
    for seat in meeting.seats:
        if seat.presence is Presence.AWAY and seat.since + SEAT_KEPT <= at.now:
            # `since` stays: it tells how long there has been no facilitator.
            meeting = leave(meeting, replace(at, actor=seat.member_id), since=seat.since)
    return meeting


def next_deadline(meeting: Meeting) -> Instant | None:
    """The earliest instant at which `tick` would change something, or None."""
    return min(deadlines(meeting), default=None)


def deadlines(meeting: Meeting) -> Iterator[Instant]:
    if meeting.phase is Phase.ENDED:
        return
    ends = closes(meeting)
    if ends is not None:
        yield ends
    yield from (s.since + SEAT_KEPT for s in meeting.seats if s.presence is Presence.AWAY)
    pauses = left_alone_at(meeting)
    if pauses is not None:
        yield pauses
    if meeting.ending is not Ending.DUE:
        yield meeting.ends if meeting.ending is Ending.SOON else meeting.ends - ENDS_SOON
    if not meeting.paused:
        yield from stick_deadlines(meeting)


def stick_deadlines(meeting: Meeting) -> Iterator[Instant]:
    stick = meeting.stick
    if isinstance(stick, PlaceHeld):
        yield stick.until
    elif isinstance(stick, Offered):
        if stick.nudges < 2:
            yield stick.at + (TELL_FACILITATORS if stick.nudges else REMIND)
        seat = meeting.seat(stick.to)
        if seat and seat.presence is Presence.AWAY:
            yield seat.since + OFFER_KEPT
    elif isinstance(stick, Held) and meeting.frame.hard_limit:
        yield stick.soft_limit if stick.warned is None else stick.warned + LAST_WORDS


def keep_limit(meeting: Meeting, at: Moment, noticed: Instant) -> Meeting:
    """Where the circle agreed to it, a turn ends a minute after its warning: never without one."""
    stick = meeting.stick
    if not isinstance(stick, Held) or not meeting.frame.hard_limit:
        return meeting
    if stick.warned is None:
        warned = noticed if stick.soft_limit <= at.now else None
        return replace(meeting, stick=replace(stick, warned=warned))
    if at.now < stick.warned + LAST_WORDS:
        return meeting
    ended = with_notice(end_turn(meeting, at.now), NoticeKind.TIME_UP, stick.by, None)
    return go_on(ended, replace(at, now=noticed), by=stick.by)


def nudge(meeting: Meeting, now: Instant) -> Meeting:
    """A silent offer: a private reminder, then a prompt to the facilitators."""
    stick = meeting.stick
    if not isinstance(stick, Offered):
        return meeting
    nudges = 2 if stick.at + TELL_FACILITATORS <= now else int(stick.at + REMIND <= now)
    # Once told stays told, should the clock step back.
    return replace(meeting, stick=replace(stick, nudges=max(nudges, stick.nudges)))


def lapse_offer(meeting: Meeting, now: Instant) -> Meeting:
    """Whoever was offered the stick has been away too long: it rests, they come at the end."""
    stick = meeting.stick
    seat = meeting.seat(stick.to) if isinstance(stick, Offered) else None
    if seat is None or seat.presence is not Presence.AWAY or now < seat.since + OFFER_KEPT:
        return meeting
    return withdraw_offer(meeting, to_front=False)


def lapse_place(meeting: Meeting, now: Instant) -> Meeting:
    """The holder did not come back in time: the stick rests, their turn waits for them."""
    if isinstance(meeting.stick, PlaceHeld) and meeting.stick.until <= now:
        return interrupt(meeting, now)
    return meeting


def facilitators(meeting: Meeting) -> tuple[Seat, ...]:
    return tuple(s for s in meeting.seats if s.role is Role.FACILITATOR)


def closes(meeting: Meeting) -> Instant | None:
    """When the meeting closes for want of a facilitator; None while one is there."""
    if meeting.phase is Phase.ENDED or meeting.facilitators_present():
        return None
    ever = facilitators(meeting)
    if not ever:
        came = max((w.since for w in meeting.waiting), default=meeting.opened)
        return max(came, meeting.opened) + BEFORE_FIRST
    return max(s.since for s in ever) + ALONE


def left_alone_at(meeting: Meeting) -> Instant | None:
    """When the grace for the last facilitator's lost connection is over, if that is to come."""
    if turn_of(meeting) is not None or meeting.facilitators_present():
        return None
    if meeting.paused and meeting.locked and roles.to_be_asked(meeting) is None:
        return None
    away = [s.since for s in facilitators(meeting) if s.presence is Presence.AWAY]
    return max(away) + FACILITATOR_GRACE if away else None
