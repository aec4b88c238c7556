"""The round: who is in it, in which order, when it closes. Declines to move the stick."""

from __future__ import annotations

import random
from dataclasses import replace

from realtime.domain.meeting import (
    Floor,
    Meeting,
    MemberId,
    Offered,
    Order,
    Phase,
    Presence,
    Round,
    Seat,
    Standing,
)
from realtime.domain.offers import go_on, offer_next, withdraw_offer
from realtime.domain.reading import (
    PENDING,
    Moment,
    in_order,
    open_round,
    seated,
    stick_person,
    turn_of,
    unfinished_of,
    without,
)
from realtime.domain.refusal import Reason, Refused
from realtime.domain.turns import (
    as_spoken,
    forget_unfinished,
    order_of,
    rest,
    with_order,
    with_standing,
)

LONGEST_PROMPT = 280


def start(meeting: Meeting, prompt: str, order: Order, at: Moment) -> Meeting:
    """A new round over everybody in the order: standings begin anew, the first is offered."""
    if turn_of(meeting) is not None:
        raise Refused(Reason.STICK_TAKEN)
    prompt = checked_prompt(prompt)
    people = ordered(meeting, order, at.fresh)
    if not people:
        raise Refused(Reason.NOBODY_WAITING)
    if is_same_start(meeting, prompt, people, order):
        return meeting
    meeting = withdraw_offer(meeting, to_front=True)
    number = meeting.round.number + 1 if meeting.round else 1
    chosen = frozenset(people)
    meeting = replace(
        meeting,
        # A round of closing words leaves the meeting in its closing.
        phase=Phase.CLOSING if meeting.phase is Phase.CLOSING else Phase.SHARING,
        floor=Floor.STICK,
        prompt=prompt,
        round=Round(number=number, order=people),
        seats=tuple(
            replace(s, standing=Standing.WAITING if s.member_id in chosen else None)
            for s in meeting.seats
        ),
        unfinished=(),
        ready=(),
    )
    return offer_next(meeting, at, by=at.actor)


def ordered(meeting: Meeting, order: Order, seed: str) -> tuple[MemberId, ...]:
    people = [s.member_id for s in seated(meeting) if in_order(meeting, s)]
    match order:
        case Order.ASKED:
            asked = [a.member_id for a in meeting.asked if a.member_id in people]
            people = asked + [m for m in people if m not in asked]
        case Order.SHUFFLED:
            # The caller's unguessable token is the seed, so that this stays a function.
            random.Random(seed).shuffle(people)  # noqa: S311
        case Order.SEATS:
            pass
    return tuple(people)


def is_same_start(
    meeting: Meeting, prompt: str, people: tuple[MemberId, ...], order: Order
) -> bool:
    """Is this the same start pressed twice? A round that nobody has answered stays as it is."""
    current = open_round(meeting)
    if current is None or meeting.prompt != prompt or not isinstance(meeting.stick, Offered):
        return False
    if any(s.standing not in (None, Standing.WAITING) for s in meeting.seats):
        return False
    now = (meeting.stick.to, *current.order)
    return set(now) == set(people) if order is Order.SHUFFLED else now == people


def checked_prompt(prompt: str) -> str:
    prompt = prompt.strip()
    if len(prompt) > LONGEST_PROMPT:
        raise Refused(Reason.TOO_LONG)
    return prompt


def join(meeting: Meeting, seat: Seat) -> Meeting:
    """A latecomer: the end of the round under way. Whoever had their turn in it does not again."""
    if open_round(meeting) is None or not in_order(meeting, seat):
        return meeting
    if seat.standing in (Standing.SPOKEN, Standing.DECLINED):
        return meeting
    if seat.member_id == stick_person(meeting) or seat.member_id in order_of(meeting):
        return meeting
    meeting = with_standing(meeting, seat.member_id, Standing.WAITING)
    return with_order(meeting, (*order_of(meeting), seat.member_id))


def drop(meeting: Meeting, member: MemberId) -> Meeting:
    """Out of the order and the queue; what was spoken or declined in this round stays so."""
    seat = meeting.seat(member)
    meeting = forget_unfinished(with_order(meeting, without(order_of(meeting), member)), member)
    if seat and seat.standing in PENDING:
        meeting = with_standing(meeting, member, None)
    return replace(
        meeting,
        ready=without(meeting.ready, member),
        asked=tuple(a for a in meeting.asked if a.member_id != member),
    )


def excuse(meeting: Meeting, member: MemberId, at: Moment) -> Meeting:
    """A facilitator skips somebody in this round, without a mark."""
    seat = meeting.seat(member)
    if seat is None or seat.presence is Presence.LEFT:
        raise Refused(Reason.NO_SUCH_SEAT)
    turn = turn_of(meeting)
    if turn and turn[0] == member:
        raise Refused(Reason.STICK_TAKEN)
    offered = isinstance(meeting.stick, Offered) and meeting.stick.to == member
    waits = offered or unfinished_of(meeting, member) or seat.standing in PENDING
    if not waits:
        return meeting
    if unfinished_of(meeting, member):
        # They did speak, and are not heard to the end.
        meeting = as_spoken(meeting, member)
    meeting = drop(meeting, member)
    return go_on(rest(meeting), at, by=at.actor, but=member) if offered else meeting


def reorder(meeting: Meeting, order: tuple[MemberId, ...]) -> Meeting:
    """Only people not yet offered; whoever is not named keeps their place behind."""
    if open_round(meeting) is None:
        raise Refused(Reason.NOBODY_WAITING)
    now = order_of(meeting)
    named = tuple(dict.fromkeys(m for m in order if m in now))
    return with_order(meeting, named + tuple(m for m in now if m not in named))


def close_if_heard(meeting: Meeting) -> Meeting:
    """The round closes once everybody spoke, declined twice, left or was excused."""
    current = open_round(meeting)
    if current is None or any(s.standing in PENDING for s in seated(meeting)):
        return meeting
    closed = replace(meeting, round=replace(current, order=(), closed=True), ready=())
    # After the closing words the floor opens for goodbyes.
    return replace(closed, floor=Floor.OPEN) if meeting.phase is Phase.CLOSING else closed
