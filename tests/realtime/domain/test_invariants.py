"""Random people, presses, lost connections and clocks: what must hold after every single step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from realtime import present
from realtime.domain import chat
from realtime.domain import commands as c
from realtime.domain.commands import Command, Report
from realtime.domain.meeting import (
    CircleId,
    Floor,
    Frame,
    Held,
    Meeting,
    MemberId,
    Offered,
    Order,
    Phase,
    PlaceHeld,
    Presence,
    Resting,
    Role,
    Standing,
    TurnId,
    Unfinished,
)
from realtime.domain.reading import (
    PENDING,
    attended,
    open_round,
    seated,
    stick_person,
    turn_of,
    unfinished_of,
)
from realtime.domain.refusal import Refused
from realtime.domain.stick import carry_out, decide, next_deadline, open_meeting
from tests.realtime.domain.circle import SERVER, SITI, Circle, trio

FACILITATORS = (MemberId("sari"), MemberId("adi"))
MEMBERS = tuple(MemberId(n) for n in ("rina", "siti", "budi", "tono", "wati", "joko"))
PEOPLE = FACILITATORS + MEMBERS
ELSEWHERE = (Presence.STEPPED_OUT, Presence.AWAY)
CURRENT = TurnId("current")
"""Stands for the turn under way, filled in when the press is made."""

who = st.sampled_from(PEOPLE)
turn_ids = st.sampled_from([CURRENT, CURRENT, TurnId("t1"), TurnId("nonsense")])
st.register_type_strategy(MemberId, who)
st.register_type_strategy(TurnId, turn_ids)

FIELDS = {
    "member_id": who,
    "turn_id": turn_ids,
    "to": st.one_of(st.none(), who),
    "prompt": st.sampled_from(["", "Apa kabar?"]),
    "order": st.sampled_from(Order),
    "seconds": st.sampled_from([60, -30, 10**6]),
    "floor": st.sampled_from(Floor),
    "phase": st.sampled_from(Phase),
}


def pressed(kind: type[Command]) -> st.SearchStrategy[Command]:
    given = {
        name: FIELDS[name] if name in FIELDS else st.booleans()
        for name in kind.__dataclass_fields__
        if name != "type"
    }
    if kind in (c.Offer, c.Admit, c.LowerHand):
        given["member_id"] = st.one_of(st.none(), who)
    if kind is c.Reorder:
        given["order"] = st.lists(who, max_size=4).map(tuple)
    return st.builds(kind, **given)


# Closing ends everything, so it has a rule of its own that comes up seldom.
presses = st.one_of([pressed(k) for k in get_args(Command) if k is not c.Close])


class AnyMeeting(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000.0
        self.count = 0
        self.m: Meeting = open_meeting(CircleId("c"), Frame(title=""), self.now)
        self.began_with: set[MemberId] = set()
        self.left_or_excused: set[MemberId] = set()
        self.declines: Counter[MemberId] = Counter()
        self.turns: dict[TurnId, MemberId] = {}
        self.had_turn: set[MemberId] = set()

    @initialize(
        door=st.sampled_from(["ask", "open"]),
        seats=st.sampled_from([4, 8, 12]),
        facilitating=st.booleans(),
        filled=st.booleans(),
    )
    def begin(self, door: str, seats: int, facilitating: bool, filled: bool) -> None:
        frame = Frame(
            title="",
            door="open" if door == "open" else "ask",
            seats=seats,
            facilitators_in_order=facilitating,
        )
        self.m = open_meeting(self.m.circle_id, frame, self.now)
        if not filled:
            return
        for person in PEOPLE[:1] + PEOPLE[2:6]:
            self.arrive(person, observer=False)
        self.press(FACILITATORS[0], c.Admit(None))
        self.press(FACILITATORS[0], c.StartRound("", Order.SEATS))

    # --- One step, and what must hold between before and after ---

    def step(self, actor: MemberId, what: Command | Report) -> None:
        before = self.m
        self.count += 1
        fresh, name = f"t{self.count}", f"id{self.count}"
        try:
            if isinstance(what, Report):
                after = decide(before, actor, what, self.now, fresh)
            else:
                after = carry_out(before, actor, what, name, self.now, fresh)
                again = carry_out(after, actor, what, name, self.now + 5, fresh + "x")
                assert again is after or after is before, "a repeat changed something"
        except Refused:
            return
        self.m = after
        if after is not before:
            self.compare(before, after, actor, what)

    def compare(
        self, before: Meeting, after: Meeting, actor: MemberId, what: Command | Report
    ) -> None:
        assert after.epoch == before.epoch
        assert after.version == before.version + 1
        was, is_now = (replace(present.meeting_view(m, 0), version=0) for m in (before, after))
        assert (after.shown == before.shown) == (was == is_now)
        self.count_round(before, after, actor, what)
        self.check_new_turn(before, after)
        if before.paused and after.paused:
            assert not is_new_offer(before, after), "an offer while paused"
        match what:
            case c.NeedHand():
                self.check_private(before, after, actor)
            case c.Lost():
                self.check_lost(before, after, actor)
            case c.Remove(member_id=member) if stick_person(before) == member:
                assert isinstance(after.stick, Resting), "a removal moved the stick on"
            case c.StepOut() if before.holder() == actor:
                assert isinstance(after.stick, Resting)
                left = unfinished_of(after, actor)
                assert left is not None
                assert (actor, left.turn_id) == turn_of(before)
            case c.Leave() if before.holder() == actor:
                assert isinstance(after.stick, Resting)
            case c.PassStick(turn_id=turn_id):
                turn = turn_of(before)
                assert turn is not None
                assert turn[1] == turn_id, "a stale pass moved something"
            case _:
                pass

    def check_private(self, before: Meeting, after: Meeting, actor: MemberId) -> None:
        assert after.shown == before.shown
        assert present.meeting_view(after, 0) == present.meeting_view(before, 0)
        for other in set(PEOPLE) - {actor}:
            assert present.you_view(after, other, 0) == present.you_view(before, other, 0)

    def check_lost(self, before: Meeting, after: Meeting, actor: MemberId) -> None:
        """A lost connection alone advances nothing."""
        assert after.round == before.round
        assert after.asked == before.asked
        assert after.unfinished == before.unfinished
        if before.holder() == actor:
            assert isinstance(after.stick, PlaceHeld)
            assert turn_of(after) == turn_of(before)
        else:
            assert after.stick == before.stick

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
            seat = before.seat(member)
            assert seat is not None
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

    # --- What people and the world do ---

    @rule(person=who, observer=st.booleans())
    def arrive(self, person: MemberId, observer: bool) -> None:
        facilitator = person in FACILITATORS
        self.step(person, c.Arrived(person.title(), facilitator, observer, first_visit=False))

    @rule(person=who)
    def lose(self, person: MemberId) -> None:
        self.step(person, c.Lost())

    @rule(seconds=st.sampled_from([0.5, 5, 19, 31, 61, 61, 300, -3600, 700]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.step(SERVER, c.Tick())
        due = next_deadline(self.m)
        assert due is None or due > self.now, "a deadline was not carried out"

    @rule(person=who, command=presses)
    def press(self, person: MemberId, command: Command) -> None:
        turn = turn_of(self.m)
        if turn and getattr(command, "turn_id", None) == CURRENT:
            command = replace(command, turn_id=turn[1])  # type: ignore[arg-type]
        self.step(person, command)

    @rule(command=presses)
    def the_right_person_presses(self, command: Command) -> None:
        """Most random presses are refused; these come from somebody who often may."""
        actor = stick_person(self.m)
        here = self.m.facilitators_present()
        if here and not isinstance(command, c.Accept | c.Decline | c.Ready | c.StepOut | c.SetNods):
            actor = here[0].member_id
        self.press(actor or SITI, command)

    @precondition(lambda self: isinstance(self.m.stick, Offered))
    @rule(yes=st.booleans())
    def answer(self, yes: bool) -> None:
        person = stick_person(self.m)
        assert person is not None
        self.step(person, c.Accept() if yes else c.Decline())

    @precondition(lambda self: isinstance(self.m.stick, Held))
    @rule(step_out=st.booleans())
    def finish(self, step_out: bool) -> None:
        turn = turn_of(self.m)
        assert turn is not None
        self.step(turn[0], c.StepOut() if step_out else c.PassStick(turn[1], None))

    @precondition(lambda self: any(s.presence in ELSEWHERE for s in self.m.seats))
    @rule()
    def return_to_seat(self) -> None:
        seat = next(s for s in self.m.seats if s.presence in ELSEWHERE)
        self.arrive(seat.member_id, observer=False)
        self.step(seat.member_id, c.ComeBack())

    @precondition(lambda self: len(self.turns) > 1 and self.m.facilitators_present())
    @rule()
    def press_too_late(self) -> None:
        turn = turn_of(self.m)
        past = [t for t in self.turns if turn is None or t != turn[1]]
        actor = self.m.facilitators_present()[0].member_id
        for old in past[-2:]:
            for command in (c.PassStick(old, None), c.TakeBack(old), c.Extend(old, 60)):
                before = self.m
                self.step(actor, command)
                assert self.m is before, "a late press moved something"

    @precondition(lambda self: bool(stick_person(self.m) and self.m.facilitators_present()))
    @rule(sure=st.sampled_from([False, False, False, True]))
    def remove_whoever_has_the_stick(self, sure: bool) -> None:
        member = stick_person(self.m)
        if sure and member is not None:
            self.step(self.m.facilitators_present()[0].member_id, c.Remove(member, ban=False))

    @precondition(lambda self: isinstance(self.m.stick, Resting) and self.m.facilitators_present())
    @rule(again=st.sampled_from([False, False, True]))
    def facilitate(self, again: bool) -> None:
        actor = self.m.facilitators_present()[0].member_id
        self.step(actor, c.Resume())
        command = c.StartRound("", Order.SEATS) if again else c.Offer(None)
        self.step(actor, command)

    @precondition(lambda self: self.count > 60)
    @rule(person=who)
    def close(self, person: MemberId) -> None:
        self.step(person, c.Close())

    # --- What must hold at every moment ---

    @invariant()
    def the_stick_is_with_somebody_who_can_have_it(self) -> None:
        member = stick_person(self.m)
        if member is None:
            return
        seat = self.m.seat(member)
        assert seat is not None
        assert seat.role is not Role.OBSERVER
        assert member not in self.m.removed
        allowed = {
            Held: {Presence.HERE},
            Offered: {Presence.HERE, Presence.AWAY},
            PlaceHeld: {Presence.AWAY},
        }
        assert seat.presence in allowed[type(self.m.stick)]

    @invariant()
    def everybody_still_to_speak_has_exactly_one_place(self) -> None:
        current = open_round(self.m)
        order = current.order if current else ()
        assert len(set(order)) == len(order)
        pending = {s.member_id for s in seated(self.m) if s.standing in PENDING}
        if current is None:
            # What a closed round leaves behind: nobody waits in it, but where the meeting ended.
            assert not pending or self.m.phase is Phase.ENDED
            return
        for member in pending:
            interrupted = unfinished_of(self.m, member) is not None
            at_stick = stick_person(self.m) == member
            places = (member in order) + (interrupted or at_stick)
            assert places == 1, f"{member} has {places} places"
        assert set(order) <= pending

    @invariant()
    def a_round_is_open_only_while_somebody_is_to_speak(self) -> None:
        if open_round(self.m):
            assert any(s.standing in PENDING for s in seated(self.m))

    @invariant()
    def words_follow_the_floor(self) -> None:
        writing = set()
        for person in PEOPLE:
            try:
                chat.may_say(self.m, person)
            except Refused:
                continue
            writing.add(person)
        facilitating = {s.member_id for s in self.m.facilitators_present()}
        here = {s.member_id for s in self.m.seats if s.presence is Presence.HERE}
        observing = {s.member_id for s in self.m.seats if s.role is Role.OBSERVER}
        assert writing <= here - observing
        holder = self.m.holder()
        if self.m.floor is Floor.STICK and not isinstance(self.m.stick, Resting):
            assert writing <= facilitating | ({holder} if holder else set())
        if self.m.floor is Floor.QUIET or self.m.paused:
            assert writing <= facilitating

    @invariant()
    def seats_are_unique_and_not_too_many(self) -> None:
        ids = [s.member_id for s in self.m.seats]
        assert len(set(ids)) == len(ids)
        assert len(seated(self.m)) <= self.m.frame.seats + len(FACILITATORS)
        gone = {s.member_id for s in self.m.seats if s.presence is Presence.LEFT}
        assert set(self.m.removed) & set(ids) <= gone
        assert not {w.member_id for w in self.m.waiting} & {s.member_id for s in seated(self.m)}

    @invariant()
    def left_alone_it_is_paused_and_locked(self) -> None:
        if self.m.phase is Phase.ENDED or turn_of(self.m) or attended(self.m, self.now):
            return
        assert self.m.paused
        assert self.m.locked
        assert isinstance(self.m.stick, Resting)

    @invariant()
    def every_view_can_be_built(self) -> None:
        present.meeting_view(self.m, self.now)
        present.facilitator_view(self.m, self.now)
        for person in PEOPLE:
            present.you_view(self.m, person, self.now)
            present.lobby_view(self.m, person)

    @invariant()
    def after_the_end_nothing_is_left_to_do(self) -> None:
        if self.m.phase is Phase.ENDED:
            assert next_deadline(self.m) is None
            assert isinstance(self.m.stick, Resting)


def is_new_offer(before: Meeting, after: Meeting) -> bool:
    if isinstance(after.stick, Offered):
        return stick_person(before) != after.stick.to
    return turn_of(after) is not None and turn_of(after) != turn_of(before)


TestAnyMeeting = AnyMeeting.TestCase
TestAnyMeeting.settings = settings(
    max_examples=100,
    stateful_step_count=60,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_every_command_is_pressed_by_the_random_people() -> None:
    for kind in get_args(Command):
        assert pressed(kind) is not None


def test_two_writers_on_one_state_never_double_a_move() -> None:
    """Whoever loses the race decides again on the winner's state: the same press moves once."""
    circle: Circle = trio()
    circle.start()
    circle.accept()
    press = c.PassStick(circle.turn_id, None)
    won = carry_out(circle.meeting, circle.person, press, "a", circle.now, "x")
    lost = carry_out(won, MemberId("sari"), press, "b", circle.now, "y")
    assert lost is won
