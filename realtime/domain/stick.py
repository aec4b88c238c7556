"""What becomes of a meeting once somebody asks for something. Pure: reads no clock, does no I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from realtime.domain import (
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
from realtime.domain.commands import Command, Report
from realtime.domain.deadlines import next_deadline
from realtime.domain.meeting import CircleId, Frame, Instant, Meeting, MemberId, Phase, Touched
from realtime.domain.reading import Moment, public
from realtime.domain.refusal import Reason, Refused
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
    c.Offer
    | c.Accept
    | c.Ready
    | c.Decline
    | c.PassStick
    | c.Extend
    | c.TakeBack
    | c.Remind
    | c.SetNods
)
RoundCommand = (
    c.StartRound | c.InvitePassed | c.Excuse | c.Reorder | c.Ask | c.Withdraw | c.LowerHand
)
PersonCommand = (
    c.StepOut
    | c.ComeBack
    | c.Leave
    | c.NeedHand
    | c.TakeOn
    | c.BecomeMember
    | c.BecomeObserver
    | c.SpeakHere
)
CareCommand = (
    c.TakeHand
    | c.Admit
    | c.TurnAway
    | c.Lock
    | c.Remove
    | c.Quieten
    | c.HandOver
    | c.NameSuccessor
    | c.NameGreeter
    | c.NameTypist
)
MeetingCommand = (
    c.Interject
    | c.SetFloor
    | c.SetPhase
    | c.SetPrompt
    | c.Pause
    | c.Resume
    | c.RingBell
    | c.Prolong
    | c.Close
)

FRAME: dict[type[Command], tuple[str, ...]] = {
    c.SetFloor: ("floor",),
    c.SetPhase: ("phase", "floor"),
    c.StartRound: ("phase", "floor", "prompt", "stick"),
    c.InvitePassed: ("floor",),
    c.SetPrompt: ("prompt",),
    c.Offer: ("stick",),
    c.Pause: ("pause",),
    c.Resume: ("pause",),
    c.Lock: ("lock",),
    c.Prolong: ("ends",),
}
"""Commands that set parts of the meeting's frame: two that set the same one conflict."""


def open_meeting(circle_id: CircleId, frame: Frame, now: Instant) -> Meeting:
    """A meeting nobody sits in yet. Its time counts anew from the first facilitator's arrival."""
    return Meeting(circle_id=circle_id, frame=frame, opened=now, ends=now + frame.minutes * 60)


def carry_out(
    meeting: Meeting,
    actor: MemberId,
    command: Command,
    command_id: str,
    now: Instant,
    fresh: str,
    *,
    seen: int | None = None,
    tab: str = "",
) -> Meeting:
    """`decide`, once for each `command_id` of that person: a repeat changes nothing.

    `seen` is what the person was shown last (see `Meeting.shown`). Raises `Refused(CONFLICT)`,
    naming who was faster, where somebody else has since set the same part of the frame.
    """
    done = done_as(actor, command_id)
    if done in meeting.done:
        return meeting
    new = decide(meeting, actor, command, now, fresh, tab)
    if new is meeting:
        return meeting
    parts = FRAME.get(type(command), ())
    for before in meeting.touched:
        if before.what not in parts or seen is None:
            continue
        if before.by != actor and before.shown > seen:
            raise Refused(Reason.CONFLICT, before.by)
    if parts:
        others = tuple(t for t in meeting.touched if t.what not in parts)
        mine = tuple(Touched(what, actor, new.shown) for what in parts)
        new = replace(new, touched=(*others, *mine))
    return replace(new, done=(*meeting.done, done)[-REMEMBERED:])


def done_as(actor: MemberId, command_id: str) -> str:
    """How a meeting remembers that a command was carried out."""
    return f"{actor} {command_id}"


def decide(
    meeting: Meeting,
    actor: MemberId,
    command: Command | Report,
    now: Instant,
    fresh: str,
    tab: str = "",
) -> Meeting:
    """The meeting as it stands once `actor`'s command, or a report about them, is carried out.

    `now` is in seconds since 1970; `fresh` an unguessable token that becomes the new turn's id.
    Returns the same object when nothing changes. Raises `Refused` for an expected no.
    """
    at = Moment(actor, now, fresh, tab)
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
    meeting = roles.ask_successor(meeting, now)
    return door.open_door(meeting, now)


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
            return conduct.take_hand(meeting, member, done, at)
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
