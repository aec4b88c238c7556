"""What becomes of a meeting once somebody asks for something. Pure: reads no clock, does no I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from realtime.domain import attendance, conduct, deadlines, door, offers, rounds, turns
from realtime.domain import commands as c
from realtime.domain.commands import Command, Report
from realtime.domain.deadlines import next_deadline
from realtime.domain.meeting import CircleId, Frame, Instant, Meeting, MemberId, Phase
from realtime.domain.reading import Moment, public
from realtime.domain.table import MAY, As, Row, check, standing_of

__all__ = [
    "MAY",
    "As",
    "Row",
    "carry_out",
    "decide",
    "next_deadline",
    "open_meeting",
    "standing_of",
]

REMEMBERED = 64
"""Command ids kept, so that a repeat changes nothing."""

TurnCommand = (
    c.Offer | c.Accept | c.Ready | c.Decline | c.PassStick | c.Extend | c.TakeBack | c.SetNods
)
RoundCommand = c.StartRound | c.Excuse | c.Reorder | c.Ask | c.Withdraw | c.LowerHand
PersonCommand = (
    c.StepOut | c.ComeBack | c.Leave | c.NeedHand | c.TakeOn | c.BecomeMember | c.BecomeObserver
)
DoorCommand = c.TakeHand | c.Admit | c.TurnAway | c.Lock | c.Remove | c.HandOver
MeetingCommand = c.Interject | c.SetFloor | c.SetPhase | c.SetPrompt | c.Pause | c.Resume | c.Close


def open_meeting(circle_id: CircleId, frame: Frame, now: Instant) -> Meeting:
    """A meeting nobody sits in yet. Its time counts anew from the first facilitator's arrival."""
    return Meeting(circle_id=circle_id, frame=frame, opened=now, ends=now + frame.minutes * 60)


def carry_out(
    meeting: Meeting, actor: MemberId, command: Command, command_id: str, now: Instant, fresh: str
) -> Meeting:
    """`decide`, once for each `command_id` of that person: a repeat changes nothing."""
    done = f"{actor} {command_id}"
    if done in meeting.done:
        return meeting
    new = decide(meeting, actor, command, now, fresh)
    if new is meeting:
        return meeting
    return replace(new, done=(*meeting.done, done)[-REMEMBERED:])


def decide(
    meeting: Meeting, actor: MemberId, command: Command | Report, now: Instant, fresh: str
) -> Meeting:
    """The meeting as it stands once `actor`'s command, or a report about them, is carried out.

    `now` is in seconds since 1970; `fresh` an unguessable token that becomes the new turn's id.
    Returns the same object when nothing changes. Raises `Refused` for an expected no.
    """
    at = Moment(actor, now, fresh)
    if isinstance(command, Report):
        new = report(meeting, command, at)
    else:
        check(meeting, actor, command)
        new = obey(meeting, command, at)
    if new is not meeting:
        new = settle(new, now)
    if new == meeting:
        return meeting
    shown = meeting.shown + (public(new) != public(meeting))
    return replace(new, version=meeting.version + 1, shown=shown)


def settle(meeting: Meeting, now: Instant) -> Meeting:
    """What follows by itself from any change: a round that is over, a meeting left alone."""
    if meeting.phase is Phase.ENDED:
        return meeting
    meeting = rounds.close_if_heard(meeting)
    meeting = conduct.pause_if_left_alone(meeting, now)
    return door.open_door(meeting, now)


def report(meeting: Meeting, seen: Report, at: Moment) -> Meeting:
    match seen:
        case c.Arrived():
            return attendance.arrived(meeting, seen, at)
        case c.Lost():
            ended = meeting.phase is Phase.ENDED
            return meeting if ended else attendance.lost(meeting, at)
        case c.Tick():
            if meeting.phase is Phase.ENDED:
                return meeting
            return settle(deadlines.tick(meeting, at), at.now)
        case _:
            assert_never(seen)


def obey(meeting: Meeting, command: Command, at: Moment) -> Meeting:
    if isinstance(command, TurnCommand):
        return move_stick(meeting, command, at)
    if isinstance(command, RoundCommand):
        return keep_round(meeting, command, at)
    if isinstance(command, PersonCommand):
        return move_person(meeting, command, at)
    if isinstance(command, DoorCommand):
        return keep_door(meeting, command, at)
    return hold_meeting(meeting, command, at)


def move_stick(meeting: Meeting, command: TurnCommand, at: Moment) -> Meeting:
    match command:
        case c.Offer(member_id=member):
            return offers.offer(meeting, member, at)
        case c.Accept():
            return offers.accept(meeting, at)
        case c.Ready():
            return offers.ready(meeting, at)
        case c.Decline():
            return offers.decline(meeting, at)
        case c.PassStick(turn_id=turn_id, to=to):
            return offers.pass_stick(meeting, turn_id, to, at)
        case c.Extend(turn_id=turn_id, seconds=seconds):
            return turns.extend(meeting, turn_id, seconds)
        case c.TakeBack(turn_id=turn_id):
            return turns.take_back(meeting, turn_id)
        case c.SetNods(off=off):
            return conduct.set_nods(meeting, off)
        case _:
            assert_never(command)


def keep_round(meeting: Meeting, command: RoundCommand, at: Moment) -> Meeting:
    match command:
        case c.StartRound(prompt=prompt, order=order):
            return rounds.start(meeting, prompt, order, at)
        case c.Excuse(member_id=member):
            return rounds.excuse(meeting, member, at)
        case c.Reorder(order=wanted):
            return rounds.reorder(meeting, wanted)
        case c.Ask():
            return conduct.ask(meeting, at)
        case c.Withdraw():
            return conduct.withdraw(meeting, at.actor)
        case c.LowerHand(member_id=whose):
            return conduct.withdraw(meeting, whose)
        case _:
            assert_never(command)


def move_person(meeting: Meeting, command: PersonCommand, at: Moment) -> Meeting:
    match command:
        case c.StepOut():
            return attendance.step_out(meeting, at)
        case c.ComeBack():
            return attendance.come_back(meeting, at)
        case c.Leave():
            return attendance.leave(meeting, at)
        case c.NeedHand():
            return conduct.need_hand(meeting, at)
        case c.TakeOn():
            return door.take_on(meeting, at)
        case c.BecomeMember():
            return door.become_member(meeting, at)
        case c.BecomeObserver():
            return door.become_observer(meeting, at)
        case _:
            assert_never(command)


def keep_door(meeting: Meeting, command: DoorCommand, at: Moment) -> Meeting:
    match command:
        case c.TakeHand(member_id=member, done=done):
            return conduct.take_hand(meeting, member, done, at)
        case c.Admit(member_id=whom):
            return door.admit(meeting, whom, at)
        case c.TurnAway(member_id=member):
            return door.turn_away(meeting, member)
        case c.Lock(on=on):
            return door.lock(meeting, on)
        case c.Remove(member_id=member):
            # Whether they may come to other meetings is the admission's to remember.
            return door.remove(meeting, member, at)
        case c.HandOver(member_id=member):
            return door.hand_over(meeting, member)
        case _:
            assert_never(command)


def hold_meeting(meeting: Meeting, command: MeetingCommand, at: Moment) -> Meeting:
    match command:
        case c.Interject(on=on):
            return conduct.interject(meeting, on, at)
        case c.SetFloor(floor=floor):
            return conduct.set_floor(meeting, floor)
        case c.SetPhase(phase=phase):
            return conduct.set_phase(meeting, phase)
        case c.SetPrompt(prompt=prompt):
            return conduct.set_prompt(meeting, prompt)
        case c.Pause():
            return conduct.pause(meeting, at.now)
        case c.Resume():
            return conduct.resume(meeting, at)
        case c.Close():
            return conduct.close(meeting)
        case _:
            assert_never(command)
