"""Random people, presses, lost connections and clocks, as a state machine over the domain.

Judges by `holding` and `past`. Other machines carry the same steps out elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args, get_type_hints

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Part
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
    Presence,
    Resting,
    TurnId,
    Wording,
)
from realtime.domain.reading import stick_person, turn_of
from realtime.domain.refusal import Refused
from realtime.domain.stick import carry_out, decide, next_deadline, open_meeting
from tests.realtime.domain.circle import SARI, SERVER, SITI
from tests.realtime.domain.holding import ALWAYS, COMPANIONS, FACILITATORS, PEOPLE, TABS
from tests.realtime.domain.past import Past
from tests.steps import STEPS

ELSEWHERE = (Presence.STEPPED_OUT, Presence.AWAY)
CURRENT = TurnId("current")
"""Stands for the turn under way, filled in when the press is made."""
NOTHING = Wording()

who = st.sampled_from(PEOPLE)
tabs = st.sampled_from(("", *TABS))
turn_ids = st.sampled_from([CURRENT, CURRENT, TurnId("t1"), TurnId("nonsense")])
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    MemberId: who,
    MemberId | None: st.one_of(st.none(), who),
    tuple[MemberId, ...]: st.lists(who, max_size=4).map(tuple),
    TurnId: turn_ids,
    Wording: st.sampled_from([NOTHING, Wording("Apa kabar?", "How are you?")]),
    Order: st.sampled_from(Order),
    Floor: st.sampled_from(Floor),
    Phase: st.sampled_from(Phase),
    int: st.sampled_from([60, -30, -300, 10**6]),
    bool: st.booleans(),
    c.Revoked: st.sampled_from(get_args(c.Revoked)),
}
"""How to draw a field of a command, by its type: a new command draws itself."""


def pressed(kind: type[Command]) -> st.SearchStrategy[Command]:
    hints = get_type_hints(kind)
    given = {name: KINDS[hint] for name, hint in hints.items() if name != "type"}
    return st.builds(kind, **given)


# Closing ends everything, so it has a rule of its own that comes up seldom.
presses = st.one_of([pressed(k) for k in get_args(Command) if k is not c.Close])
frames = st.builds(
    Frame,
    title=st.just(""),
    door=st.sampled_from(["ask", "open"]),
    seats=st.sampled_from([8, 4, 12]),
    minutes=st.sampled_from([75, 6]),
    facilitators_in_order=st.booleans(),
    bell=st.booleans(),
    hard_limit=st.booleans(),
)


def at_length(examples: int, steps: int) -> settings:
    """So many meetings of so many steps. Explaining an error takes longer than finding it."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=(Part.generate, Part.shrink),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


PRESSED_BY_THE_STICK = c.Accept | c.Decline | c.Ready | c.StepOut | c.SetNods | c.SpeakHere | c.Ask


class AnyMeeting(RuleBasedStateMachine):
    """The steps; `step` and `pass_time` carry them out, here by the domain alone."""

    name = "domain"

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000.0
        self.count = 0
        self.m: Meeting = open_meeting(self.fresh_circle(), Frame(title=""), self.now)
        self.past = Past()
        self.looked_at: tuple[Meeting, float] | None = None

    @initialize(frame=frames, filled=st.sampled_from([True, True, False]))
    def begin(self, frame: Frame, filled: bool) -> None:
        self.open(frame)
        if not filled:
            return
        for person in PEOPLE[:1] + PEOPLE[2:6]:
            self.arrive(person, observer=False, tab="")
        self.press(SARI, c.Admit(None), tab="")
        self.press(SARI, c.StartRound(NOTHING, Order.SEATS), tab="")

    # --- How a step is carried out ---

    def fresh_circle(self) -> CircleId:
        return CircleId("c")

    def open(self, frame: Frame) -> None:
        self.m = open_meeting(self.m.circle_id, frame, self.now)

    def step(self, actor: MemberId, what: Command | Report, tab: str = "") -> None:
        before = self.m
        self.count += 1
        fresh, name = f"t{self.count}", f"id{self.count}"
        try:
            if isinstance(what, Report):
                after = decide(before, actor, what, self.now, fresh)
            else:
                after = carry_out(before, actor, what, name, self.now, fresh, tab=tab)
                again = carry_out(after, actor, what, name, self.now + 5, fresh + "x")
                assert again is after or after is before, "a repeat changed something"
        except Refused:
            return
        self.m = after
        if after is not before:
            self.past.compare(before, after, actor, what, self.now)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        before, due = self.m, next_deadline(self.m)
        self.step(SERVER, c.Tick())
        told = due is not None and due <= self.now
        assert told or self.m is before, "time changed what no deadline had told of"
        due = next_deadline(self.m)
        assert due is None or due > self.now, "a deadline was not carried out"

    # --- What people and the world do ---

    @rule(person=who, observer=st.booleans(), tab=tabs)
    def arrive(self, person: MemberId, observer: bool, tab: str) -> None:
        facilitator = person in FACILITATORS
        arrived = c.Arrived(person.title(), facilitator, observer, False, tab)
        self.step(person, replace(arrived, companion=COMPANIONS.get(person)))

    @rule(person=who)
    def put_out(self, person: MemberId) -> None:
        """The pages take somebody out: seldom, for they do not come back."""
        if self.count % 40 == 0:
            self.step(person, c.PutOut())

    @rule(person=who)
    def lose(self, person: MemberId) -> None:
        self.step(person, c.Lost())

    @rule(person=who, tab=st.sampled_from(TABS))
    def lose_one_tab(self, person: MemberId, tab: str) -> None:
        self.step(person, c.TabLost(tab))

    @rule(seconds=st.sampled_from([0.5, 5, 19, 31, 61, 61, 300, -3600, 700]))
    def wait(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule(person=who, command=presses, tab=tabs)
    def press(self, person: MemberId, command: Command, tab: str) -> None:
        self.step(person, self.filled_in(command), tab)

    def filled_in(self, command: Command) -> Command:
        turn = turn_of(self.m)
        if turn and getattr(command, "turn_id", None) == CURRENT:
            return replace(command, turn_id=turn[1])  # type: ignore[arg-type]
        return command

    @rule(command=presses, tab=tabs)
    def the_right_person_presses(self, command: Command, tab: str) -> None:
        """Most random presses are refused; these come from somebody who often may."""
        self.press(self.right_person(command), command, tab)

    def right_person(self, command: Command) -> MemberId:
        here = self.m.facilitators_present()
        if isinstance(command, c.TakeOn) and self.m.handing:
            return self.m.handing.to
        if here and not isinstance(command, PRESSED_BY_THE_STICK):
            return here[0].member_id
        return stick_person(self.m) or SITI

    @precondition(lambda self: isinstance(self.m.stick, Offered))
    @rule(yes=st.booleans(), tab=tabs)
    def answer(self, yes: bool, tab: str) -> None:
        person = stick_person(self.m)
        assert person is not None
        self.step(person, c.Accept() if yes else c.Decline(), tab)

    @precondition(lambda self: self.m.facilitators_present())
    @rule(person=who, stay=st.booleans(), yes=st.sampled_from([True, True, False]))
    def hand_over_and_answer(self, person: MemberId, stay: bool, yes: bool) -> None:
        self.step(self.m.facilitators_present()[0].member_id, c.HandOver(person, stay))
        if self.m.handing:
            self.step(self.m.handing.to, c.TakeOn(yes))

    @precondition(lambda self: isinstance(self.m.stick, Held))
    @rule(step_out=st.booleans())
    def finish(self, step_out: bool) -> None:
        turn = turn_of(self.m)
        assert turn is not None
        self.step(turn[0], c.StepOut() if step_out else c.PassStick(turn[1], None))

    @precondition(lambda self: any(s.presence in ELSEWHERE for s in self.m.seats))
    @rule(tab=tabs)
    def return_to_seat(self, tab: str) -> None:
        seat = next(s for s in self.m.seats if s.presence in ELSEWHERE)
        self.arrive(seat.member_id, observer=False, tab=tab)
        self.step(seat.member_id, c.ComeBack())

    @precondition(lambda self: len(self.past.turns) > 1 and self.m.facilitators_present())
    @rule()
    def press_too_late(self) -> None:
        turn = turn_of(self.m)
        past = [t for t in self.past.turns if turn is None or t != turn[1]]
        actor = self.m.facilitators_present()[0].member_id
        for old in past[-2:]:
            for command in (c.PassStick(old, None), c.TakeBack(old), c.Extend(old, 60)):
                # That it moves nothing is checked of every press.
                self.step(actor, command)

    @precondition(lambda self: bool(stick_person(self.m) and self.m.facilitators_present()))
    @rule(sure=st.sampled_from([False, False, False, True]), out=st.booleans())
    def stop_whoever_has_the_stick(self, sure: bool, out: bool) -> None:
        member = stick_person(self.m)
        if sure and member is not None:
            command = c.Remove(member, ban=False) if out else c.Quieten(member, on=True)
            self.step(self.m.facilitators_present()[0].member_id, command)

    @precondition(lambda self: isinstance(self.m.stick, Resting) and self.m.facilitators_present())
    @rule(again=st.sampled_from([False, False, True]))
    def facilitate(self, again: bool) -> None:
        actor = self.m.facilitators_present()[0].member_id
        self.step(actor, c.Resume())
        self.step(actor, c.StartRound(NOTHING, Order.SEATS) if again else c.Offer(None))

    @precondition(lambda self: self.count > 60)
    @rule(person=who)
    def close(self, person: MemberId) -> None:
        self.step(person, c.Close())

    # --- What must hold after every single step ---

    @invariant()
    def everything_holds(self) -> None:
        STEPS[self.name] += 1
        meeting, now = self.looked_at or (None, 0.0)
        if meeting is self.m and now == self.now:
            return
        self.looked_at = (self.m, self.now)
        for holds in ALWAYS:
            holds(self.m, self.now)
