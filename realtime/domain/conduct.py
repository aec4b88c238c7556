"""How the meeting is held: floor, phase, pause, end.

Declines to move the stick, but for what pausing and closing do to it.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.meeting import (
    Ending,
    Floor,
    Held,
    Instant,
    Meeting,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Stick,
    Wording,
)
from realtime.domain.offers import offer_back, withdraw_offer
from realtime.domain.reading import (
    Moment,
    attended,
    open_round,
    reachable,
    turn_of,
    without,
)
from realtime.domain.refusal import Reason, Refused
from realtime.domain.rounds import checked_prompt
from realtime.domain.turns import LONGEST_EXTENSION, rest

ENDS_SOON = 300.0
"""Seconds before the end at which everybody is told of it."""

FLOORS = {
    Phase.GATHERING: Floor.OPEN,
    Phase.OPENING: Floor.QUIET,
    Phase.SHARING: Floor.STICK,
    Phase.CLOSING: Floor.STICK,
}
"""The floor each phase begins with."""


def set_phase(meeting: Meeting, phase: Phase) -> Meeting:
    if phase is meeting.phase:
        return meeting
    if phase not in FLOORS:
        # Ending is a command of its own: it empties the meeting.
        raise Refused(Reason.WRONG_PHASE)
    current = meeting.round
    return replace(
        meeting,
        phase=phase,
        floor=FLOORS[phase],
        round=replace(current, inviting=False) if current else None,
    )


def set_floor(meeting: Meeting, floor: Floor) -> Meeting:
    return replace(meeting, floor=floor) if floor is not meeting.floor else meeting


def set_prompt(meeting: Meeting, prompt: Wording) -> Meeting:
    return replace(meeting, prompt=checked_prompt(prompt))


def set_nods(meeting: Meeting, off: bool) -> Meeting:
    return replace(meeting, nods_off=off)


def interject(meeting: Meeting, on: bool, at: Moment) -> Meeting:
    others = without(meeting.interjecting, at.actor)
    if on and at.actor in meeting.interjecting:
        return meeting
    return replace(meeting, interjecting=(*others, at.actor) if on else others)


# --- Pausing ---


def pause(meeting: Meeting, now: Instant) -> Meeting:
    return meeting if meeting.paused else replace(meeting, paused=True, paused_since=now)


def ring_bell(meeting: Meeting, now: Instant) -> Meeting:
    """A silence. Who called it is not kept."""
    if not meeting.frame.bell:
        raise Refused(Reason.NO_BELL)
    return replace(pause(meeting, now), silence=True)


def resume(meeting: Meeting, at: Moment) -> Meeting:
    """Go on where it was: no turn's time ran; a lock the meeting put on by itself is lifted."""
    if not meeting.paused:
        return meeting
    moved = moved_on(meeting.stick, max(0.0, at.now - meeting.paused_since))
    meeting = replace(
        meeting,
        stick=moved,
        paused=False,
        paused_since=0.0,
        silence=False,
        locked=meeting.locked and not meeting.lock_lifts,
        lock_lifts=False,
    )
    for turn in meeting.unfinished:
        if reachable(meeting, turn.member_id):
            return offer_back(meeting, turn.member_id, at)
    return meeting


def moved_on(stick: Stick, by: float) -> Stick:
    match stick:
        case Held():
            return replace(
                stick,
                started=stick.started + by,
                soft_limit=stick.soft_limit + by,
                warned=None if stick.warned is None else stick.warned + by,
            )
        case PlaceHeld():
            return replace(stick, until=stick.until + by)
        case Offered():
            return replace(stick, at=stick.at + by)
        case _:
            return stick


def moved_by_outage(meeting: Meeting, by: float) -> Meeting:
    """An outage of so many seconds covered nobody's time: everything that runs out does so later.

    Of a pause its beginning moves too, else resuming would count the outage a second time.
    """
    return replace(
        meeting,
        ends=meeting.ends + by,
        stick=moved_on(meeting.stick, by),
        paused_since=meeting.paused_since + by if meeting.paused else meeting.paused_since,
        seats=tuple(
            replace(seat, since=seat.since + by) if seat.presence is Presence.AWAY else seat
            for seat in meeting.seats
        ),
        waiting=tuple(replace(one, since=one.since + by) for one in meeting.waiting),
    )


def pause_if_left_alone(meeting: Meeting, now: Instant) -> Meeting:
    """No facilitator is there: the turn under way may finish, then the meeting pauses and locks."""
    if attended(meeting, now) or turn_of(meeting) is not None:
        return meeting
    meeting = pause(withdraw_offer(meeting, to_front=True), now)
    return meeting if meeting.locked else replace(meeting, locked=True, lock_lifts=True)


def prolong(meeting: Meeting, seconds: int, now: Instant) -> Meeting:
    """Move the meeting's end, never into the past."""
    if abs(seconds) > LONGEST_EXTENSION:
        raise Refused(Reason.MALFORMED)
    if seconds > 0:
        # More time is more from now on, also where it was over.
        meeting = replace(meeting, ends=max(now, meeting.ends))
    ends = max(now, meeting.ends + seconds)
    return at_ending(replace(meeting, ends=ends, ending=Ending.NOT_YET), now)


def at_ending(meeting: Meeting, now: Instant) -> Meeting:
    """How near the end is. Once told stays told, should the clock step back."""
    soon = meeting.ending is Ending.SOON or meeting.ends - ENDS_SOON <= now
    due = meeting.ending is Ending.DUE or meeting.ends <= now
    ending = Ending.DUE if due else Ending.SOON if soon else Ending.NOT_YET
    return replace(meeting, ending=ending)


def close(meeting: Meeting) -> Meeting:
    """The end: nothing waits any more, the prompt is gone; people stay until they leave."""
    current = open_round(meeting)
    meeting = rest(meeting)
    return replace(
        meeting,
        phase=Phase.ENDED,
        floor=Floor.OPEN,
        prompt=Wording(),
        paused=False,
        paused_since=0.0,
        silence=False,
        waiting=(),
        unfinished=(),
        round=replace(current, order=(), closed=True, inviting=False) if current else None,
        asked=(),
        ready=(),
        handing=None,
        successor=None,
        greeter=None,
        typist=None,
    )
