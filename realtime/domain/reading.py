"""Questions that the rules ask of a meeting. Changes nothing and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from realtime.domain.meeting import (
    Held,
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Role,
    Round,
    Seat,
    Standing,
    TurnId,
    Unfinished,
)

FACILITATOR_GRACE = 20.0
"""Seconds that a facilitator's lost connection still counts as being there: a reload, a tunnel."""

PENDING = frozenset({Standing.WAITING, Standing.DEFERRED})
"""Standings of people whose turn in this round is still to come, or under way."""


@dataclass(frozen=True)
class Moment:
    """Who acts, when, and the token that becomes a new turn's id or a shuffle's seed."""

    actor: MemberId
    now: Instant
    fresh: str
    tab: str = ""
    """The connection that they acted from, where that is known."""


def without(members: tuple[MemberId, ...], member: MemberId) -> tuple[MemberId, ...]:
    return tuple(m for m in members if m != member)


def is_under_way(meeting: Meeting | None) -> bool:
    """Is anybody meeting there, or has a seat kept for them?"""
    if meeting is None or meeting.phase is Phase.ENDED:
        return False
    return any(seat.presence is not Presence.LEFT for seat in meeting.seats)


def stick_person(meeting: Meeting) -> MemberId | None:
    """Who the stick is offered to, held by or kept for."""
    match meeting.stick:
        case Held(by=member) | PlaceHeld(by=member) | Offered(to=member):
            return member
        case _:
            return None


def turn_of(meeting: Meeting) -> tuple[MemberId, TurnId] | None:
    """The turn under way, also while its holder's place is held."""
    if isinstance(meeting.stick, Held | PlaceHeld):
        return meeting.stick.by, meeting.stick.turn_id
    return None


def turn_clock(meeting: Meeting, now: Instant) -> Instant:
    """The time as a turn counts it: it stands still while the meeting is paused."""
    return meeting.paused_since if meeting.paused else now


def is_here(meeting: Meeting, member: MemberId) -> bool:
    seat = meeting.seat(member)
    return seat is not None and seat.presence is Presence.HERE


def reachable(meeting: Meeting, member: MemberId) -> bool:
    """Can the stick reach this person now? Whoever cannot is passed over without a mark."""
    return is_here(meeting, member) and member not in meeting.quietened


def in_order(meeting: Meeting, seat: Seat) -> bool:
    """May the stick be offered to this seat at all? Never to observers."""
    if seat.presence is Presence.LEFT:
        return False
    if seat.role is Role.FACILITATOR:
        return meeting.frame.facilitators_in_order
    return seat.role is Role.MEMBER


def open_round(meeting: Meeting) -> Round | None:
    return meeting.round if meeting.round is not None and not meeting.round.closed else None


def unfinished_of(meeting: Meeting, member: MemberId) -> Unfinished | None:
    return next((u for u in meeting.unfinished if u.member_id == member), None)


def next_in_round(meeting: Meeting) -> MemberId | None:
    """Whom the round reaches next: interrupted turns first, then the order, the absent apart."""
    held = stick_person(meeting)
    for turn in meeting.unfinished:
        if turn.member_id != held and reachable(meeting, turn.member_id):
            return turn.member_id
    current = open_round(meeting)
    order = current.order if current else ()
    return next((m for m in order if reachable(meeting, m)), None)


def next_person(meeting: Meeting) -> MemberId | None:
    """Whom 'offer next' means: the round's next, or without a round whoever asked first."""
    member = next_in_round(meeting)
    if member is not None or open_round(meeting) is not None:
        return member
    held = stick_person(meeting)
    for asked in meeting.asked:
        seat = meeting.seat(asked.member_id)
        can = seat and in_order(meeting, seat) and reachable(meeting, seat.member_id)
        if can and asked.member_id != held:
            return asked.member_id
    return None


def attended(meeting: Meeting, now: Instant) -> bool:
    """Is a facilitator there, or gone for so short a time that it counts as there?"""
    facilitators = [s for s in meeting.seats if s.role is Role.FACILITATOR]
    return not meeting.seats or any(
        s.presence is Presence.HERE
        or (s.presence is Presence.AWAY and now < s.since + FACILITATOR_GRACE)
        for s in facilitators
    )


def seated(meeting: Meeting) -> tuple[Seat, ...]:
    """Everybody who has not left."""
    return tuple(s for s in meeting.seats if s.presence is not Presence.LEFT)


def stamp(meeting: Meeting) -> tuple[int, int]:
    """What tells the newer of two meetings."""
    return meeting.epoch, meeting.version


def is_full(meeting: Meeting) -> bool:
    return len(seated(meeting)) >= meeting.frame.seats


def greets(meeting: Meeting, member: MemberId) -> bool:
    """Does this member let people in tonight, and is here to do so?"""
    return meeting.greeter == member and is_here(meeting, member)


def companion_of(meeting: Meeting, member: MemberId) -> MemberId | None:
    """Who accompanies that newcomer, where both are in the meeting."""
    seat = meeting.seat(member)
    if seat is None or seat.companion in (None, member) or seat.presence is Presence.LEFT:
        return None
    other = meeting.seat(seat.companion) if seat.companion else None
    return other.member_id if other and other.presence is not Presence.LEFT else None


def newcomers_of(meeting: Meeting, member: MemberId) -> tuple[MemberId, ...]:
    """Whom this person accompanies, where both are in the meeting."""
    people = (s.member_id for s in meeting.seats if s.companion == member)
    return tuple(person for person in people if companion_of(meeting, person) == member)


def public(meeting: Meeting) -> tuple[object, ...]:
    """All that every seat may see, to tell whether a change shows. See `present.meeting_view`."""
    current = open_round(meeting)
    held = meeting.stick if isinstance(meeting.stick, Held) else None
    return (
        meeting.epoch,
        meeting.frame,
        meeting.phase,
        meeting.floor,
        meeting.prompt,
        current.number if current else None,
        meeting.locked,
        meeting.paused,
        meeting.silence,
        meeting.ending,
        meeting.round is not None and meeting.round.inviting,
        meeting.notices,
        meeting.nods_off,
        meeting.greeter,
        meeting.typist,
        tuple((s.member_id, s.name, s.role, s.presence) for s in seated(meeting)),
        (meeting.stick.kind, stick_person(meeting)),
        (held.started, held.soft_limit) if held else None,
        next_in_round(meeting),
        meeting.interjecting,
        meeting.ends,
    )
