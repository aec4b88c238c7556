"""Everything a person can ask of a meeting, and what the server itself reports to it.

Declines to carry words that people say: those are events of their own (see `chat`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from realtime.domain.meeting import Floor, Instant, MemberId, Order, Phase, TurnId, Wording

# Commands: a person presses something. No payload names its own actor.

# --- The stick, and the turn of whoever holds it ---


@dataclass(frozen=True)
class Offer:
    """Offer the stick to somebody; None offers it to whoever is next."""

    member_id: MemberId | None
    type: Literal["offer"] = "offer"


@dataclass(frozen=True)
class Accept:
    type: Literal["accept"] = "accept"


@dataclass(frozen=True)
class Ready:
    """The next in line says beforehand that they will take it."""

    type: Literal["ready"] = "ready"


@dataclass(frozen=True)
class Decline:
    type: Literal["decline"] = "decline"


@dataclass(frozen=True)
class PassStick:
    """End the turn named and offer the stick on; in open order the holder may name somebody."""

    turn_id: TurnId
    to: MemberId | None
    type: Literal["pass_stick"] = "pass_stick"


@dataclass(frozen=True)
class Extend:
    turn_id: TurnId
    seconds: int
    type: Literal["extend"] = "extend"


@dataclass(frozen=True)
class TakeBack:
    turn_id: TurnId
    type: Literal["take_back"] = "take_back"


@dataclass(frozen=True)
class Remind:
    """A private, gentle word to the holder: find an ending."""

    turn_id: TurnId
    type: Literal["remind"] = "remind"


@dataclass(frozen=True)
class SetNods:
    """The holder turns nods off for their turn, or on again."""

    off: bool
    type: Literal["set_nods"] = "set_nods"


TurnCommand = Offer | Accept | Ready | Decline | PassStick | Extend | TakeBack | Remind | SetNods


# --- The round, and asking for the stick ---


@dataclass(frozen=True)
class StartRound:
    """`named`: who comes first, in an order made by hand. `closing`: a round of closing words."""

    prompt: Wording
    order: Order
    named: tuple[MemberId, ...] = ()
    closing: bool = False
    type: Literal["start_round"] = "start_round"


@dataclass(frozen=True)
class InvitePassed:
    """'Anybody who passed, would you like a turn?' Asked of all, answered by whoever wants."""

    type: Literal["invite_passed"] = "invite_passed"


@dataclass(frozen=True)
class Excuse:
    """A facilitator skips somebody in this round, without a mark."""

    member_id: MemberId
    type: Literal["excuse"] = "excuse"


@dataclass(frozen=True)
class Reorder:
    """Move somebody not yet offered to right before another one, or (None) to the end.

    A move and not a whole order, so that two facilitators' moves both hold.
    """

    member_id: MemberId
    before: MemberId | None
    type: Literal["reorder"] = "reorder"


@dataclass(frozen=True)
class Ask:
    type: Literal["ask"] = "ask"


@dataclass(frozen=True)
class Withdraw:
    type: Literal["withdraw"] = "withdraw"


@dataclass(frozen=True)
class LowerHand:
    """A facilitator lowers one hand, or all of them (`member_id` None)."""

    member_id: MemberId | None
    type: Literal["lower_hand"] = "lower_hand"


RoundCommand = StartRound | InvitePassed | Excuse | Reorder | Ask | Withdraw | LowerHand


# --- Oneself ---


@dataclass(frozen=True)
class StepOut:
    type: Literal["step_out"] = "step_out"


@dataclass(frozen=True)
class ComeBack:
    type: Literal["come_back"] = "come_back"


@dataclass(frozen=True)
class Leave:
    type: Literal["leave"] = "leave"


@dataclass(frozen=True)
class NeedHand:
    type: Literal["need_hand"] = "need_hand"


@dataclass(frozen=True)
class TakeOn:
    """Answer a hand-over."""

    yes: bool
    type: Literal["take_on"] = "take_on"


@dataclass(frozen=True)
class BecomeMember:
    type: Literal["become_member"] = "become_member"


@dataclass(frozen=True)
class BecomeObserver:
    type: Literal["become_observer"] = "become_observer"


@dataclass(frozen=True)
class SpeakHere:
    """Speak from this connection from now on; the server knows which one it is."""

    type: Literal["speak_here"] = "speak_here"


PersonCommand = (
    StepOut | ComeBack | Leave | NeedHand | TakeOn | BecomeMember | BecomeObserver | SpeakHere
)


# --- The people: for facilitators, and whoever greets ---


@dataclass(frozen=True)
class TakeHand:
    """A facilitator sees to somebody's call; `done` puts it away."""

    member_id: MemberId
    done: bool
    type: Literal["take_hand"] = "take_hand"


@dataclass(frozen=True)
class Admit:
    """Let one person in; None lets everybody in."""

    member_id: MemberId | None
    type: Literal["admit"] = "admit"


@dataclass(frozen=True)
class TurnAway:
    member_id: MemberId
    type: Literal["turn_away"] = "turn_away"


@dataclass(frozen=True)
class Lock:
    on: bool
    type: Literal["lock"] = "lock"


Revoked = Literal["nothing", "invitation", "branch"]


@dataclass(frozen=True)
class Remove:
    """Ask somebody to leave: tonight only, or (`ban`) not to return.

    `revoke`: with them the invitation that they came by, or the whole `branch`: those that they
    handed out too, and whoever came by these leaves for tonight.
    """

    member_id: MemberId
    ban: bool
    revoke: Revoked = "nothing"
    type: Literal["remove"] = "remove"


@dataclass(frozen=True)
class Quieten:
    """Take the floor from somebody, or give it back. Their turn, if they have one, is over."""

    member_id: MemberId
    on: bool
    type: Literal["quieten"] = "quieten"


@dataclass(frozen=True)
class HandOver:
    """Offer the circle to somebody; it counts once they take it on. None takes the offer back.

    `stay`: facilitate together. Otherwise the giver becomes a member.
    """

    member_id: MemberId | None
    stay: bool
    type: Literal["hand_over"] = "hand_over"


@dataclass(frozen=True)
class NameSuccessor:
    """Who is asked to take the circle on, should no facilitator be there; None: nobody."""

    member_id: MemberId | None
    type: Literal["name_successor"] = "name_successor"


@dataclass(frozen=True)
class NameGreeter:
    """A member lets people in at the door tonight, beside the facilitators; None: nobody."""

    member_id: MemberId | None
    type: Literal["name_greeter"] = "name_greeter"


@dataclass(frozen=True)
class NameTypist:
    """A member types what is spoken, so that a turn by voice can be read; None: nobody."""

    member_id: MemberId | None
    type: Literal["name_typist"] = "name_typist"


CareCommand = (
    TakeHand
    | Admit
    | TurnAway
    | Lock
    | Remove
    | Quieten
    | HandOver
    | NameSuccessor
    | NameGreeter
    | NameTypist
)


# --- The meeting as a whole ---


@dataclass(frozen=True)
class Interject:
    """A facilitator is heard beside the holder, or stops; the stick does not move."""

    on: bool
    type: Literal["interject"] = "interject"


@dataclass(frozen=True)
class SetFloor:
    floor: Floor
    type: Literal["set_floor"] = "set_floor"


@dataclass(frozen=True)
class SetPhase:
    phase: Phase
    type: Literal["set_phase"] = "set_phase"


@dataclass(frozen=True)
class SetPrompt:
    prompt: Wording
    type: Literal["set_prompt"] = "set_prompt"


@dataclass(frozen=True)
class Pause:
    type: Literal["pause"] = "pause"


@dataclass(frozen=True)
class Resume:
    type: Literal["resume"] = "resume"


@dataclass(frozen=True)
class RingBell:
    """Call a silence, where the circle agreed to it; a facilitator resumes."""

    type: Literal["ring_bell"] = "ring_bell"


@dataclass(frozen=True)
class Prolong:
    """Move the end of the meeting."""

    seconds: int
    type: Literal["prolong"] = "prolong"


@dataclass(frozen=True)
class Close:
    type: Literal["close"] = "close"


MeetingCommand = (
    Interject | SetFloor | SetPhase | SetPrompt | Pause | Resume | RingBell | Prolong | Close
)


Command = TurnCommand | RoundCommand | PersonCommand | CareCommand | MeetingCommand
"""Each in one group: `cases` has a function for every one of them."""


# --- Reports: what the server saw. Never parsed from a client. ---


@dataclass(frozen=True)
class Arrived:
    """Somebody connected: they sit down, come back to their seat, or wait at the door."""

    name: str
    facilitator: bool
    observer: bool
    first_visit: bool
    tab: str = ""
    listens_first: bool = False
    companion: MemberId | None = None
    type: Literal["arrived"] = "arrived"


@dataclass(frozen=True)
class Lost:
    """The person's last connection is gone."""

    type: Literal["lost"] = "lost"


@dataclass(frozen=True)
class TabLost:
    """One of the person's connections is gone, others remain."""

    tab: str
    type: Literal["tab_lost"] = "tab_lost"


@dataclass(frozen=True)
class PutOut:
    """The circle's pages took the person out of the circle: they leave its meeting too."""

    type: Literal["put_out"] = "put_out"


@dataclass(frozen=True)
class Tick:
    """Time went on: deadlines that are past are carried out.

    `noticed`: when the process saw to it. What begins then is counted from there, so that an
    outage takes nothing from anybody's time.
    """

    noticed: Instant = 0.0
    type: Literal["tick"] = "tick"


Report = Arrived | Lost | TabLost | PutOut | Tick
