"""What a meeting's past rules out for its next step: one before and one after, compared.

Draws nothing at random and carries nothing out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from realtime import present
from realtime.domain import commands as c
from realtime.domain.commands import Command, Report
from realtime.domain.deadlines import LAST_WORDS
from realtime.domain.meeting import (
    Held,
    Instant,
    Meeting,
    MemberId,
    Offered,
    Phase,
    PlaceHeld,
    Presence,
    Resting,
    Standing,
    TurnId,
    Unfinished,
)
from realtime.domain.reading import (
    PENDING,
    companion_of,
    open_round,
    stick_person,
    turn_of,
    unfinished_of,
)
from tests.realtime.domain.holding import PEOPLE


@dataclass
class Past:
    """What was seen of one meeting so far, in the one order of its changes."""

    began_with: set[MemberId] = field(default_factory=set)
    left_or_excused: set[MemberId] = field(default_factory=set)
    declines: Counter[MemberId] = field(default_factory=Counter)
    turns: dict[TurnId, MemberId] = field(default_factory=dict)
    had_turn: set[MemberId] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    def copy(self) -> Past:
        """As it was up to here, for a meeting that is taken up again from here."""
        return Past(
            set(self.began_with),
            set(self.left_or_excused),
            Counter(self.declines),
            dict(self.turns),
            set(self.had_turn),
            set(self.done),
        )

    def compare(
        self, before: Meeting, after: Meeting, actor: MemberId, what: Command | Report, now: Instant
    ) -> None:
        assert after.epoch == before.epoch
        assert after.version == before.version + 1
        was, is_now = (replace(present.meeting_view(m, 0), version=0) for m in (before, after))
        assert (after.shown == before.shown) == (was == is_now)
        self.count_round(before, after, actor, what)
        self.check_new_turn(before, after)
        if before.paused and after.paused:
            assert not is_new_offer(before, after), "an offer while paused"
        if isinstance(what, Report):
            check_report(before, after, actor, what, now)
        else:
            check_press(before, after, actor, what)

    def check_new_turn(self, before: Meeting, after: Meeting) -> None:
        """Nobody gets a second turn in a round; an interrupted one goes on as the same turn."""
        turn = turn_of(after)
        if turn is None or turn == turn_of(before):
            return
        member, turn_id = turn
        if turn_id in self.turns:
            assert self.turns[turn_id] == member
            left = unfinished_of(before, member)
            assert isinstance(left, Unfinished)
            assert left.turn_id == turn_id
            return
        self.turns[turn_id] = member
        if open_round(after):
            assert member not in self.had_turn, "a second turn in one round"
            assert before.seat(member) is not None
            self.had_turn.add(member)

    def count_round(
        self, before: Meeting, after: Meeting, actor: MemberId, what: Command | Report
    ) -> None:
        was, is_now = before.round, after.round
        if is_now and (was is None or was.number != is_now.number):
            self.declines.clear()
            self.had_turn.clear()
            self.left_or_excused.clear()
            self.began_with = {s.member_id for s in after.seats if s.standing in PENDING}
        if isinstance(what, c.Decline):
            self.declines[actor] += 1
        if isinstance(what, c.Excuse):
            self.left_or_excused.add(what.member_id)
        for seat in after.seats:
            old = before.seat(seat.member_id)
            changed_role = old is not None and old.role is not seat.role
            if seat.presence is Presence.LEFT or changed_role:
                self.left_or_excused.add(seat.member_id)
        closed = is_now and is_now.closed and was and not was.closed
        if closed and after.phase is not Phase.ENDED:
            self.check_closed(after)

    def check_closed(self, after: Meeting) -> None:
        for member in self.began_with - self.left_or_excused:
            seat = after.seat(member)
            assert seat is not None
            assert seat.standing in (Standing.SPOKEN, Standing.DECLINED), "closed over somebody"
            if seat.standing is Standing.DECLINED:
                assert self.declines[member] >= 2


def is_new_offer(before: Meeting, after: Meeting) -> bool:
    if isinstance(after.stick, Offered):
        return stick_person(before) != after.stick.to
    return turn_of(after) is not None and turn_of(after) != turn_of(before)


def left_alone(before: Meeting, after: Meeting) -> bool:
    """Is this the change that found nobody facilitating? Whatever comes first may be it."""
    alone = not after.facilitators_present()
    paused = after.paused and not before.paused
    return alone and (paused or (after.lock_lifts and not before.lock_lifts))


# --- What a person's press may do ---


def check_press(before: Meeting, after: Meeting, actor: MemberId, what: Command) -> None:
    turn = turn_of(before)
    turn_id = getattr(what, "turn_id", None)
    assert turn_id is None or (turn is not None and turn[1] == turn_id), "a stale press moved it"
    if before.facilitators_present() and isinstance(what, c.TakeOn | c.HandOver):
        assert after.facilitators_present(), "a hand-over left nobody to facilitate"
    if not before.silence and after.silence:
        assert isinstance(what, c.RingBell)
    match what:
        case c.NeedHand():
            check_private(before, after, {actor, companion_of(before, actor)})
        case c.Remind():
            check_private(before, after, {turn[0]} if turn else set())
        case c.NameSuccessor():
            check_private(before, after, {before.successor, after.successor})
        case c.Remove(member_id=member) | c.Quieten(member_id=member, on=True) if turn:
            if turn[0] == member:
                assert isinstance(after.stick, Resting), "the stick moved on over somebody"
        case c.Remove(member_id=member) if stick_person(before) == member:
            assert isinstance(after.stick, Resting), "a removal moved the stick on"
        case c.StepOut() if before.holder() == actor:
            assert isinstance(after.stick, Resting)
            left = unfinished_of(after, actor)
            assert left is not None
            assert (actor, left.turn_id) == turn
        case c.Leave() if before.holder() == actor:
            assert isinstance(after.stick, Resting)
        case _:
            pass


def check_private(before: Meeting, after: Meeting, whose: set[MemberId | None]) -> None:
    """Nobody but these people, and the facilitators in their own view, learns of it."""
    if left_alone(before, after):
        return
    assert after.shown == before.shown
    assert present.meeting_view(after, 0) == present.meeting_view(before, 0)
    for other in set(PEOPLE) - whose:
        assert present.you_view(after, other, 0) == present.you_view(before, other, 0)


# --- What the world, and time, may do ---


def check_report(
    before: Meeting, after: Meeting, actor: MemberId, what: Report, now: Instant
) -> None:
    for seat in after.seats:
        old = before.seat(seat.member_id)
        declined = seat.standing in (Standing.DEFERRED, Standing.DECLINED)
        assert not declined or (old and old.standing is seat.standing), "declined by no press"
    match what:
        case c.Lost():
            check_lost(before, after, actor)
        case c.Tick():
            check_time(before, after, now)
        case _:
            pass


def check_lost(before: Meeting, after: Meeting, actor: MemberId) -> None:
    """A lost connection alone advances nothing. It may be what shows that nobody facilitates."""
    if left_alone(before, after):
        assert turn_of(after) is turn_of(before) is None
        return
    assert after.round == before.round
    assert after.asked == before.asked
    assert after.unfinished == before.unfinished
    if before.holder() == actor:
        assert isinstance(after.stick, PlaceHeld)
        assert turn_of(after) == turn_of(before)
    else:
        assert after.stick == before.stick


def check_time(before: Meeting, after: Meeting, now: Instant) -> None:
    """Time ends a turn only by agreement and after its warning; a kept place lapses to rest."""
    stick = before.stick
    if after.phase is Phase.ENDED or turn_of(before) == turn_of(after):
        return
    if isinstance(stick, Held):
        assert before.frame.hard_limit, "a turn was cut that nobody agreed to cut"
        assert stick.warned is not None, "a turn was cut without a warning"
        assert now >= stick.warned + LAST_WORDS, "a turn was cut before its last minute was over"
    elif isinstance(stick, PlaceHeld):
        assert now >= stick.until
        assert isinstance(after.stick, Resting)
    else:
        assert turn_of(after) is None or open_round(after), "time gave the stick to somebody"
