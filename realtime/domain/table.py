"""Who may ask for what: one table. What has no row is refused. Declines to carry anything out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from realtime.domain.commands import (
    Accept,
    Admit,
    Ask,
    BecomeMember,
    BecomeObserver,
    Close,
    ComeBack,
    Command,
    Decline,
    Excuse,
    Extend,
    HandOver,
    Interject,
    InvitePassed,
    Leave,
    Lock,
    LowerHand,
    NameGreeter,
    NameSuccessor,
    NameTypist,
    NeedHand,
    Offer,
    PassStick,
    Pause,
    Prolong,
    Quieten,
    Ready,
    Remind,
    Remove,
    Reorder,
    Resume,
    RingBell,
    SetFloor,
    SetNods,
    SetPhase,
    SetPrompt,
    SpeakHere,
    StartRound,
    StepOut,
    TakeBack,
    TakeHand,
    TakeOn,
    TurnAway,
    Withdraw,
)
from realtime.domain.meeting import Meeting, MemberId, Offered, Phase, Presence, Role
from realtime.domain.reading import greets, in_order, next_in_round
from realtime.domain.refusal import Reason, Refused


class As(Flag):
    """What somebody is at this moment; several at once."""

    NOBODY = 0
    SEATED = auto()
    """Has a seat, whether here, stepped out or away."""
    HERE = auto()
    OUT = auto()
    """Stepped out."""
    FACILITATOR = auto()
    """A facilitator who is here."""
    ORDER = auto()
    """Here, and the stick can come to them."""
    NEXT = auto()
    """Next in the round."""
    OFFERED = auto()
    HOLDER = auto()
    GREETER = auto()
    """A member who lets people in tonight, and is here."""


@dataclass(frozen=True)
class Row:
    may: As
    reason: Reason = Reason.NOT_ALLOWED
    """Told to whoever is here and is none of `may`."""
    paused: bool = True
    """May it be asked while the meeting is paused?"""


F = As.FACILITATOR

MAY: dict[type[Command], Row] = {
    Ask: Row(As.ORDER),
    Withdraw: Row(As.SEATED),
    LowerHand: Row(F),
    StartRound: Row(F, paused=False),
    Offer: Row(F, paused=False),
    # A holder who presses again, or said 'ready' and then accepts, is quietly right.
    Accept: Row(As.OFFERED | As.HOLDER, Reason.NOT_OFFERED, paused=False),
    Ready: Row(As.OFFERED | As.NEXT | As.HOLDER, Reason.NOT_YOUR_TURN, paused=False),
    Decline: Row(As.OFFERED | As.NEXT, Reason.NOT_OFFERED, paused=False),
    # Anybody here: a press that comes too late must be a quiet no-op, not a refusal.
    PassStick: Row(As.HERE),
    Extend: Row(F),
    TakeBack: Row(F),
    Remind: Row(F, paused=False),
    InvitePassed: Row(F, paused=False),
    Excuse: Row(F),
    Reorder: Row(F),
    StepOut: Row(As.HERE | As.OUT),
    ComeBack: Row(As.HERE | As.OUT),
    Interject: Row(F),
    SetFloor: Row(F),
    SetPhase: Row(F),
    SetPrompt: Row(F),
    SetNods: Row(As.HOLDER, Reason.NOT_YOUR_TURN, paused=False),
    Pause: Row(F),
    Resume: Row(F),
    RingBell: Row(As.HERE),
    Prolong: Row(F),
    Close: Row(F),
    NeedHand: Row(As.SEATED),
    TakeHand: Row(F),
    Admit: Row(F | As.GREETER),
    TurnAway: Row(F | As.GREETER),
    Lock: Row(F),
    Remove: Row(F),
    Quieten: Row(F),
    NameSuccessor: Row(F),
    NameGreeter: Row(F),
    NameTypist: Row(F),
    HandOver: Row(F),
    TakeOn: Row(As.HERE),
    BecomeMember: Row(As.HERE),
    BecomeObserver: Row(As.HERE),
    SpeakHere: Row(As.SEATED),
    Leave: Row(As.SEATED),
}
"""Command -> who may. The commands' own rules come after it, never instead of it."""

NO_ROW = Row(As.NOBODY)


def standing_of(meeting: Meeting, actor: MemberId) -> As:
    seat = meeting.seat(actor)
    if seat is None or seat.presence is Presence.LEFT:
        return As.NOBODY
    if seat.presence is not Presence.HERE:
        return As.SEATED | (As.OUT if seat.presence is Presence.STEPPED_OUT else As.NOBODY)
    stick = meeting.stick
    holds = {
        As.FACILITATOR: seat.role is Role.FACILITATOR,
        As.ORDER: in_order(meeting, seat),
        As.NEXT: next_in_round(meeting) == actor,
        As.OFFERED: isinstance(stick, Offered) and stick.to == actor,
        As.HOLDER: meeting.holder() == actor,
        As.GREETER: greets(meeting, actor),
    }
    is_now = As.SEATED | As.HERE
    for flag, holding in holds.items():
        is_now |= flag if holding else As.NOBODY
    return is_now


def check(meeting: Meeting, actor: MemberId, command: Command) -> None:
    """Raise `Refused` unless the table lets this person ask for this now."""
    if meeting.phase is Phase.ENDED and not isinstance(command, Leave):
        raise Refused(Reason.ENDED)
    if actor in meeting.removed:
        raise Refused(Reason.REMOVED)
    is_now = standing_of(meeting, actor)
    row = MAY.get(type(command), NO_ROW)
    if not is_now & As.SEATED:
        raise Refused(Reason.NOT_SEATED)
    if not row.may & is_now:
        if is_now & As.HERE:
            raise Refused(row.reason)
        raise Refused(Reason.STEPPED_OUT if is_now & As.OUT else Reason.NOT_SEATED)
    if meeting.paused and not row.paused:
        raise Refused(Reason.PAUSED)
