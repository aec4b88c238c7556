"""Builds what each audience receives of a meeting (see `views`). Declines to send or store it."""

from __future__ import annotations

from typing import Literal

from realtime.domain.deadlines import LAST_WORDS
from realtime.domain.meeting import (
    Hand,
    Held,
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    Presence,
    Seat,
)
from realtime.domain.reading import (
    companion_of,
    greets,
    in_order,
    is_full,
    newcomers_of,
    next_in_round,
    open_round,
    seated,
    stick_person,
    turn_of,
    unfinished_of,
)
from realtime.domain.rounds import is_invited
from realtime.views import (
    AskedView,
    FacilitatorView,
    GuideView,
    HandingView,
    HandView,
    HeardView,
    LobbyView,
    MeetingView,
    NoticeView,
    PairView,
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
        inviting=meeting.round is not None and meeting.round.inviting,
        locked=meeting.locked,
        paused=meeting.paused,
        silence=meeting.silence,
        bell=meeting.frame.bell,
        hard_limit=meeting.frame.hard_limit,
        sound=meeting.frame.sound,
        nods_off=meeting.nods_off,
        seats=tuple(SeatView(s.member_id, s.name, s.role, s.presence) for s in seated(meeting)),
        stick=stick_view(meeting),
        next=next_in_round(meeting),
        interjecting=meeting.interjecting,
        ends=ms(meeting.ends),
        ending=meeting.ending,
        capacity=meeting.frame.seats,
        greeter=meeting.greeter,
        typist=meeting.typist,
        notices=tuple(NoticeView(x.n, x.kind, x.member_id, x.by) for x in meeting.notices),
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
    if seat is None or seat.presence is Presence.LEFT:
        return None
    stick = meeting.stick
    offer = stick if isinstance(stick, Offered) and stick.to == member else None
    held = stick if isinstance(stick, Held) and stick.by == member else None
    asked = [a.member_id for a in meeting.asked]
    newcomers = newcomers_of(meeting, member)
    return YouView(
        member_id=member,
        role=seat.role,
        presence=seat.presence,
        standing=seat.standing if in_order(meeting, seat) else None,
        place=asked.index(member) + 1 if member in asked else None,
        ahead=ahead(meeting, member),
        offered=offer is not None,
        offered_by=offer.by if offer else None,
        turn_id=held.turn_id if held else None,
        ready=member in meeting.ready,
        unfinished=unfinished_of(meeting, member) is not None,
        hand_sent=any(h.member_id == member for h in meeting.hands),
        handing=handing_view(meeting) if is_handed(meeting, member) else None,
        reminded=offer is not None and offer.nudges > 0,
        wind_up=held.reminders if held else 0,
        last_words=ms(held.warned + LAST_WORDS) if held and held.warned is not None else None,
        invited=is_invited(meeting, seat),
        quietened=member in meeting.quietened,
        speaks_from=seat.tab,
        successor=meeting.successor == member,
        waiting=waiting_views(meeting) if greets(meeting, member) else None,
        companion=companion_of(meeting, member),
        newcomers=newcomers,
        hands=tuple(hand_view(h) for h in meeting.hands if h.member_id in newcomers),
    )


def is_handed(meeting: Meeting, member: MemberId) -> bool:
    return meeting.handing is not None and meeting.handing.to == member


def handing_view(meeting: Meeting) -> HandingView | None:
    handing = meeting.handing
    return HandingView(handing.to, handing.by, handing.stay) if handing else None


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
        waiting=waiting_views(meeting),
        asked=tuple(AskedView(a.member_id, ms(a.at)) for a in meeting.asked),
        order=current.order if current else (),
        people=tuple(heard(meeting, s) for s in seated(meeting) if in_order(meeting, s)),
        hands=tuple(hand_view(h) for h in meeting.hands),
        turn_id=turn[1] if turn else None,
        handing=handing_view(meeting),
        successor=meeting.successor,
        unheard=tuple(s.member_id for s in seated(meeting) if in_order(meeting, s) and not s.turns),
        silent=stick.to if isinstance(stick, Offered) and stick.nudges > 1 else None,
        pairs=pairs(meeting),
    )


def waiting_views(meeting: Meeting) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(w.member_id, w.name, w.observer or w.listens_first, w.first_visit, ms(w.since))
        for w in meeting.waiting
    )


def hand_view(hand: Hand) -> HandView:
    return HandView(hand.member_id, ms(hand.at), hand.taken_by)


def pairs(meeting: Meeting) -> tuple[PairView, ...]:
    both = ((s.member_id, companion_of(meeting, s.member_id)) for s in seated(meeting))
    return tuple(PairView(new, companion) for new, companion in both if companion is not None)


def guide_view(meeting: Meeting) -> GuideView:
    frame = meeting.frame
    return GuideView(frame.prompts, frame.agenda, frame.soft_seconds, frame.minutes)


def heard(meeting: Meeting, seat: Seat) -> HeardView:
    return HeardView(
        member_id=seat.member_id,
        standing=seat.standing,
        turns=seat.turns,
        spoke=round(seat.spoke),
        heard=None if seat.heard is None else ms(seat.heard),
        since=ms(seat.since),
        first_visit=seat.first_visit,
        quietened=seat.member_id in meeting.quietened,
        invited=is_invited(meeting, seat),
    )


def lobby_view(meeting: Meeting | None, member: MemberId) -> LobbyView:
    """For one person at the door: nothing of the room but who opens it."""
    if meeting is None:
        return LobbyView("no_host", "", listens_first=False)
    knock = next((w for w in meeting.waiting if w.member_id == member), None)
    return LobbyView(
        lobby_state(meeting, member), who_opens(meeting), knock is not None and knock.listens_first
    )


def who_opens(meeting: Meeting) -> str:
    """The name of whoever opens the door; empty while no facilitator is there."""
    hosts = meeting.facilitators_present()
    greeter = meeting.seat(meeting.greeter) if meeting.greeter else None
    if hosts and greeter and greets(meeting, greeter.member_id):
        return greeter.name
    return hosts[0].name if hosts else ""


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
