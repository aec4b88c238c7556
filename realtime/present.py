"""Builds what each audience receives of a meeting (see `views`). Declines to send or store it."""

from __future__ import annotations

from typing import Literal

from realtime.domain.meeting import (
    Held,
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    Seat,
)
from realtime.domain.reading import (
    in_order,
    is_full,
    next_in_round,
    open_round,
    seated,
    stick_person,
    turn_of,
    unfinished_of,
)
from realtime.views import (
    AskedView,
    FacilitatorView,
    HandView,
    HeardView,
    LobbyView,
    MeetingView,
    SeatView,
    StickView,
    WaitingView,
    YouView,
)

LobbyState = Literal[
    "waiting", "no_host", "late", "admitted", "turned_away", "locked", "full", "ended"
]


def ms(instant: Instant) -> int:
    return round(instant * 1000)


def meeting_view(meeting: Meeting, now: Instant) -> MeetingView:
    """For every seat. Its version is `shown`: one that private facts move would tell of them."""
    current = open_round(meeting)
    return MeetingView(
        circle_id=meeting.circle_id,
        title=meeting.frame.title,
        epoch=meeting.epoch,
        version=meeting.shown,
        now=ms(now),
        phase=meeting.phase,
        floor=meeting.floor,
        prompt=meeting.prompt,
        round=current.number if current else None,
        locked=meeting.locked,
        paused=meeting.paused,
        nods_off=meeting.nods_off,
        seats=tuple(SeatView(s.member_id, s.name, s.role, s.presence) for s in seated(meeting)),
        stick=stick_view(meeting),
        next=next_in_round(meeting),
        interjecting=meeting.interjecting,
        ends=ms(meeting.ends),
        capacity=meeting.frame.seats,
    )


def stick_view(meeting: Meeting) -> StickView:
    held = meeting.stick if isinstance(meeting.stick, Held) else None
    return StickView(
        kind=meeting.stick.kind,
        member_id=stick_person(meeting),
        started=ms(held.started) if held else None,
        soft_limit=ms(held.soft_limit) if held else None,
    )


def you_view(meeting: Meeting, member: MemberId, now: Instant) -> YouView | None:
    """For one person about themselves; None for somebody without a seat."""
    seat = meeting.seat(member)
    if seat is None or seat not in seated(meeting):
        return None
    stick = meeting.stick
    offer = stick if isinstance(stick, Offered) and stick.to == member else None
    asked = [a.member_id for a in meeting.asked]
    return YouView(
        member_id=member,
        role=seat.role,
        presence=seat.presence,
        standing=seat.standing if in_order(meeting, seat) else None,
        place=asked.index(member) + 1 if member in asked else None,
        ahead=ahead(meeting, member),
        offered=offer is not None,
        offered_by=offer.by if offer else None,
        turn_id=stick.turn_id if isinstance(stick, Held) and stick.by == member else None,
        ready=member in meeting.ready,
        unfinished=unfinished_of(meeting, member) is not None,
        hand_sent=any(h.member_id == member for h in meeting.hands),
        handing_to_you=meeting.handing_to == member,
        reminded=offer is not None and offer.nudges > 0,
    )


def ahead(meeting: Meeting, member: MemberId) -> MemberId | None:
    """Who comes right before them: in the order, or on the stick where they are the first."""
    current = open_round(meeting)
    if current is None or member not in current.order:
        return None
    place = current.order.index(member)
    return current.order[place - 1] if place else stick_person(meeting)


def facilitator_view(meeting: Meeting, now: Instant) -> FacilitatorView:
    current = open_round(meeting)
    turn = turn_of(meeting)
    stick = meeting.stick
    return FacilitatorView(
        now=ms(now),
        opened=ms(meeting.opened),
        minutes=meeting.frame.minutes,
        waiting=tuple(
            WaitingView(w.member_id, w.name, w.observer, w.first_visit, ms(w.since))
            for w in meeting.waiting
        ),
        asked=tuple(AskedView(a.member_id, ms(a.at)) for a in meeting.asked),
        order=current.order if current else (),
        people=tuple(heard(s) for s in seated(meeting) if in_order(meeting, s)),
        hands=tuple(HandView(h.member_id, ms(h.at), h.taken_by) for h in meeting.hands),
        turn_id=turn[1] if turn else None,
        handing_to=meeting.handing_to,
        prompts=meeting.frame.prompts,
        soft_seconds=meeting.frame.soft_seconds,
        silent=stick.to if isinstance(stick, Offered) and stick.nudges > 1 else None,
    )


def heard(seat: Seat) -> HeardView:
    return HeardView(
        member_id=seat.member_id,
        standing=seat.standing,
        turns=seat.turns,
        nods=seat.nods,
        since=ms(seat.since),
        first_visit=seat.first_visit,
    )


def lobby_view(meeting: Meeting | None, member: MemberId) -> LobbyView:
    """For one person at the door: nothing of the room but who opens it."""
    if meeting is None:
        return LobbyView("no_host", "")
    hosts = meeting.facilitators_present()
    return LobbyView(lobby_state(meeting, member), hosts[0].name if hosts else "")


def lobby_state(meeting: Meeting, member: MemberId) -> LobbyState:
    if meeting.phase is Phase.ENDED:
        return "ended"
    if member in meeting.turned_away or member in meeting.removed:
        return "turned_away"
    if any(s.member_id == member for s in seated(meeting)):
        return "admitted"
    if not meeting.facilitators_present():
        return "no_host"
    if meeting.locked:
        return "locked"
    if is_full(meeting):
        return "full"
    return "late" if open_round(meeting) else "waiting"
