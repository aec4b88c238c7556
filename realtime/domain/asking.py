"""What people ask for: the stick, in the order of the queue, and a hand of the facilitators.

Declines to give either: offers and facilitators do.
"""

from __future__ import annotations

from dataclasses import replace

from realtime.domain.meeting import Asked, Hand, Meeting, MemberId, Resting
from realtime.domain.offers import go_on
from realtime.domain.reading import Moment, open_round, stick_person
from realtime.domain.rounds import is_invited
from realtime.domain.turns import speak_here


def ask(meeting: Meeting, at: Moment) -> Meeting:
    """Join the queue; its order is the server's, and asking again keeps the place."""
    asked = any(a.member_id == at.actor for a in meeting.asked)
    if asked or stick_person(meeting) == at.actor:
        return meeting
    mine = Asked(at.actor, at.now)
    seat = meeting.seat(at.actor)
    if seat is None or not is_invited(meeting, seat):
        return replace(meeting, asked=(*meeting.asked, mine))
    # Whoever has not had a turn in the round comes before those who would like another.
    first = tuple(a for a in meeting.asked if is_asked_again(meeting, a.member_id))
    others = tuple(a for a in meeting.asked if a not in first)
    meeting = replace(meeting, asked=(*first, mine, *others))
    # They answer the question whether they want a turn: it needs no second yes.
    meeting = speak_here(replace(meeting, ready=(*meeting.ready, at.actor)), at)
    return go_on(meeting, at) if isinstance(meeting.stick, Resting) else meeting


def is_asked_again(meeting: Meeting, member: MemberId) -> bool:
    seat = meeting.seat(member)
    return seat is not None and is_invited(meeting, seat)


def withdraw(meeting: Meeting, member: MemberId | None) -> Meeting:
    """Leave the queue; None empties it."""
    kept = () if member is None else tuple(a for a in meeting.asked if a.member_id != member)
    gone = {a.member_id for a in meeting.asked if a not in kept}
    ready = meeting.ready
    if open_round(meeting) is None:
        # Outside a round 'ready' was said with the asking, and goes with it.
        ready = tuple(m for m in ready if m not in gone)
    return replace(meeting, asked=kept, ready=ready)


def need_hand(meeting: Meeting, at: Moment) -> Meeting:
    """Calling again while nobody has come changes nothing; after that it is a new call."""
    before = next((h for h in meeting.hands if h.member_id == at.actor), None)
    if before and before.taken_by is None:
        return meeting
    others = tuple(h for h in meeting.hands if h is not before)
    return replace(meeting, hands=(*others, Hand(at.actor, at.now)))


def take_hand(meeting: Meeting, member: MemberId, done: bool, at: Moment) -> Meeting:
    hand = next((h for h in meeting.hands if h.member_id == member), None)
    if hand is None or (not done and hand.taken_by == at.actor):
        return meeting
    taken = () if done else (replace(hand, taken_by=at.actor),)
    return replace(meeting, hands=(*(h for h in meeting.hands if h is not hand), *taken))
