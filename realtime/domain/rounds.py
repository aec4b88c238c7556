"""The round: who is in it, in which order, when it closes. Declines to move the stick."""

from __future__ import annotations

import random
from dataclasses import replace

from realtime.domain.commands import StartRound
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
    Wording,
)
from realtime.domain.offers import go_on, offer_next, withdraw_offer
from realtime.domain.reading import (
    PENDING,
    Moment,
    in_order,
    open_round,
    reachable,
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


def start(meeting: Meeting, asked: StartRound, at: Moment) -> Meeting:
    """A new round over everybody in the order: standings begin anew, the first is offered."""
    if turn_of(meeting) is not None:
        raise Refused(Reason.STICK_TAKEN)
    prompt = checked_prompt(asked.prompt)
    people = ordered(meeting, asked, at.fresh)
    if not people:
        raise Refused(Reason.NOBODY_WAITING)
    if asked.closing and meeting.phase is not Phase.CLOSING:
        # The closing words are another round than one that was just begun.
        meeting = withdraw_offer(meeting, to_front=True)
    if is_same_start(meeting, prompt, people, asked.order):
        return meeting
    meeting = withdraw_offer(meeting, to_front=True)
    number = meeting.round.number + 1 if meeting.round else 1
    chosen = frozenset(people)
    meeting = replace(
        meeting,
        # Whatever round is started in the closing is one of closing words.
        phase=Phase.CLOSING if asked.closing or meeting.phase is Phase.CLOSING else Phase.SHARING,
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


def ordered(meeting: Meeting, asked: StartRound, seed: str) -> tuple[MemberId, ...]:
    people = [s.member_id for s in seated(meeting) if in_order(meeting, s)]
    first: list[MemberId] = []
    match asked.order:
        case Order.ASKED:
            first = [a.member_id for a in meeting.asked]
        case Order.BY_HAND:
            first = list(asked.named)
        case Order.SHUFFLED:
            # The caller's unguessable token is the seed, so that this stays a function.
            random.Random(seed).shuffle(people)  # noqa: S311
        case Order.SEATS:
            pass
    first = [m for m in dict.fromkeys(first) if m in people]
    return tuple(first + [m for m in people if m not in first])


def is_same_start(
    meeting: Meeting, prompt: Wording, people: tuple[MemberId, ...], order: Order
) -> bool:
    """Is this the same start pressed twice? A round that nobody has answered stays as it is."""
    current = open_round(meeting)
    if current is None or meeting.prompt != prompt or not isinstance(meeting.stick, Offered):
        return False
    if any(s.standing not in (None, Standing.WAITING) for s in meeting.seats):
        return False
    now = (meeting.stick.to, *current.order)
    if order is Order.SHUFFLED:
        return set(now) == set(people)
    # Absent people at the head were passed over, to the end.
    head = next((i for i, m in enumerate(people) if reachable(meeting, m)), 0)
    return now == people[head:] + people[:head]


def checked_prompt(prompt: Wording) -> Wording:
    prompt = Wording(prompt.id.strip(), prompt.en.strip())
    if max(len(prompt.id), len(prompt.en)) > LONGEST_PROMPT:
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
    if unfinished_of(meeting, seat.member_id):
        # Their place is the turn that they may still finish.
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


def reorder(meeting: Meeting, member: MemberId, before: MemberId | None) -> Meeting:
    """Move somebody in the round, or outside one in the queue of those who asked.

    Only people not yet offered. Before somebody who is just being offered it means: first.
    """
    if open_round(meeting):
        return with_order(meeting, moved(meeting, order_of(meeting), member, before))
    asked = {a.member_id: a for a in meeting.asked}
    queue = moved(meeting, tuple(asked), member, before)
    return replace(meeting, asked=tuple(asked[m] for m in queue))


def moved(
    meeting: Meeting, order: tuple[MemberId, ...], member: MemberId, before: MemberId | None
) -> tuple[MemberId, ...]:
    there = before in (None, *order) or before == stick_person(meeting)
    if member not in order or not there:
        raise Refused(Reason.NOT_IN_ROUND)
    if member == before:
        return order
    others = without(order, member)
    at = len(others) if before is None else others.index(before) if before in others else 0
    return (*others[:at], member, *others[at:])


def invite_passed(meeting: Meeting) -> Meeting:
    """Ask everybody at once whether they want the turn that they let go by."""
    current = meeting.round
    if current is None or not current.closed or turn_of(meeting) or meeting.phase is Phase.ENDED:
        raise Refused(Reason.WRONG_PHASE)
    return replace(meeting, round=replace(current, inviting=True), floor=Floor.STICK)


def is_invited(meeting: Meeting, seat: Seat) -> bool:
    """May this person still take the turn that they let go by?"""
    inviting = meeting.round is not None and meeting.round.inviting
    return inviting and seat.standing is Standing.DECLINED and in_order(meeting, seat)


def close_if_heard(meeting: Meeting) -> Meeting:
    """The round closes once everybody spoke, declined twice, left or was excused."""
    current = open_round(meeting)
    if current is None or any(s.standing in PENDING for s in seated(meeting)):
        return meeting
    closed = replace(meeting, round=replace(current, order=(), closed=True), ready=())
    # After the closing words the floor opens for goodbyes.
    return replace(closed, floor=Floor.OPEN) if meeting.phase is Phase.CLOSING else closed
