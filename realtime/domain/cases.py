"""Each command and each report, and the rule that it is a case of. Declines to ask who may."""

from __future__ import annotations

from typing import assert_never

from realtime.domain import (
    asking,
    attendance,
    conduct,
    deadlines,
    door,
    notices,
    offers,
    quiet,
    roles,
    rounds,
    turns,
)
from realtime.domain import commands as c
from realtime.domain.commands import (
    CareCommand,
    Command,
    MeetingCommand,
    PersonCommand,
    Report,
    RoundCommand,
    TurnCommand,
)
from realtime.domain.meeting import Instant, Meeting, Phase
from realtime.domain.reading import Moment


def obey(meeting: Meeting, command: Command, at: Moment) -> Meeting:
    if isinstance(command, TurnCommand):
        return move_stick(meeting, command, at)
    if isinstance(command, RoundCommand):
        return keep_round(meeting, command, at)
    if isinstance(command, PersonCommand):
        return move_person(meeting, command, at)
    if isinstance(command, CareCommand):
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
            return turns.extend(meeting, turn_id, seconds, at.now)
        case c.TakeBack(turn_id=turn_id):
            return turns.take_back(meeting, turn_id, at)
        case c.Remind(turn_id=turn_id):
            return turns.remind(meeting, turn_id)
        case c.SetNods(off=off):
            return conduct.set_nods(meeting, off)
        case _:
            assert_never(command)


def keep_round(meeting: Meeting, command: RoundCommand, at: Moment) -> Meeting:
    match command:
        case c.StartRound():
            return rounds.start(meeting, command, at)
        case c.InvitePassed():
            return rounds.invite_passed(meeting)
        case c.Excuse(member_id=member):
            return rounds.excuse(meeting, member, at)
        case c.Reorder(member_id=member, before=before):
            return rounds.reorder(meeting, member, before)
        case c.Ask():
            return asking.ask(meeting, at)
        case c.Withdraw():
            return asking.withdraw(meeting, at.actor)
        case c.LowerHand(member_id=whose):
            return asking.withdraw(meeting, whose)
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
            return asking.need_hand(meeting, at)
        case c.TakeOn(yes=yes):
            return roles.take_on(meeting, yes, at)
        case c.BecomeMember():
            return roles.become_member(meeting, at)
        case c.BecomeObserver():
            return roles.become_observer(meeting, at)
        case c.SpeakHere():
            return turns.speak_here(meeting, at)
        case _:
            assert_never(command)


def keep_door(meeting: Meeting, command: CareCommand, at: Moment) -> Meeting:
    match command:
        case c.TakeHand(member_id=member, done=done):
            return asking.take_hand(meeting, member, done, at)
        case c.Admit(member_id=whom):
            return door.admit(meeting, whom, at)
        case c.TurnAway(member_id=member):
            return door.turn_away(meeting, member)
        case c.Lock(on=on):
            return door.lock(meeting, on, at.actor)
        case c.Remove(member_id=member):
            # Whether they may come to other meetings is the admission's to remember.
            return door.remove(meeting, member, at)
        case c.Quieten(member_id=member, on=True):
            return quiet.quieten(meeting, member, at)
        case c.Quieten(member_id=member):
            return notices.heard_again(meeting, member, at.actor)
        case c.HandOver(member_id=whom, stay=stay):
            return roles.hand_over(meeting, whom, stay, at)
        case c.NameSuccessor(member_id=whom):
            return roles.name_successor(meeting, whom)
        case c.NameGreeter(member_id=whom):
            return roles.name_greeter(meeting, whom, at.actor)
        case c.NameTypist(member_id=whom):
            return roles.name_typist(meeting, whom, at.actor)
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
        case c.RingBell():
            return conduct.ring_bell(meeting, at.now)
        case c.Prolong(seconds=seconds):
            return conduct.prolong(meeting, seconds, at.now)
        case c.Close():
            return conduct.close(meeting)
        case _:
            assert_never(command)


def report(meeting: Meeting, seen: Report, at: Moment) -> Meeting:
    match seen:
        case c.Arrived():
            return attendance.arrived(meeting, seen, at)
        case c.Lost():
            ended = meeting.phase is Phase.ENDED
            return meeting if ended else attendance.lost(meeting, at)
        case c.TabLost(tab=tab):
            return attendance.tab_lost(meeting, tab, at)
        case c.PutOut():
            return door.put_out(meeting, at.actor, at)
        case c.Tick(noticed=noticed):
            if meeting.phase is Phase.ENDED:
                return meeting
            return settle(deadlines.tick(meeting, at, noticed), at.now)
        case _:
            assert_never(seen)


def settle(meeting: Meeting, now: Instant) -> Meeting:
    """What follows by itself from any change: a round that is over, a meeting left alone."""
    if meeting.phase is Phase.ENDED:
        return meeting
    meeting = rounds.close_if_heard(meeting)
    meeting = conduct.pause_if_left_alone(meeting, now)
    meeting = roles.ask_successor(meeting, now)
    return door.open_door(meeting, now)
