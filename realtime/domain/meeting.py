"""What a meeting is: seats, the stick, the round. Holds no words anybody said, reads no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Literal, NewType

CircleId = NewType("CircleId", str)
MemberId = NewType("MemberId", str)
TurnId = NewType("TurnId", str)
Instant = float
"""Seconds since 1970, always handed in by the caller."""


class Role(StrEnum):
    FACILITATOR = "facilitator"
    MEMBER = "member"
    OBSERVER = "observer"


class Presence(StrEnum):
    HERE = "here"
    STEPPED_OUT = "stepped_out"
    AWAY = "away"
    LEFT = "left"


class Phase(StrEnum):
    GATHERING = "gathering"
    OPENING = "opening"
    SHARING = "sharing"
    CLOSING = "closing"
    ENDED = "ended"


class Floor(StrEnum):
    STICK = "stick"
    OPEN = "open"
    QUIET = "quiet"


class Standing(StrEnum):
    WAITING = "waiting"
    DEFERRED = "deferred"
    SPOKEN = "spoken"
    DECLINED = "declined"


class Order(StrEnum):
    SEATS = "seats"
    ASKED = "asked"
    SHUFFLED = "shuffled"
    BY_HAND = "by_hand"
    """As the facilitator named them; whoever was not named comes after, clockwise."""


class Ending(StrEnum):
    """How near the meeting is to its end; a facilitator may still move that."""

    NOT_YET = "not_yet"
    SOON = "soon"
    DUE = "due"


class NoticeKind(StrEnum):
    """What facilitators do to somebody is told to everybody, without blame."""

    ADMITTED = "admitted"
    TOOK_BACK = "took_back"
    TIME_UP = "time_up"
    QUIETENED = "quietened"
    HEARD_AGAIN = "heard_again"
    REMOVED = "removed"
    FACILITATES = "facilitates"
    IS_MEMBER = "is_member"
    OBSERVES = "observes"
    GREETS = "greets"
    GREETS_NO_MORE = "greets_no_more"
    TYPES = "types"
    TYPES_NO_MORE = "types_no_more"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


@dataclass(frozen=True)
class Wording:
    """One text in the circle's languages; an empty one is read in the other."""

    id: str = ""
    en: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a circle's agenda: what happens, for how long, and what may be read out."""

    phase: Phase
    minutes: int
    title: Wording
    script: Wording


@dataclass(frozen=True)
class Notice:
    n: int
    """Counts up through the meeting, so that a client tells which ones are new."""
    kind: NoticeKind
    member_id: MemberId | None
    by: MemberId | None
    """The facilitator who acted; None where nobody did."""


@dataclass(frozen=True)
class Handing:
    """The circle is offered to somebody; it is theirs once they take it on."""

    to: MemberId
    by: MemberId | None
    """None: no facilitator is there, and they were named beforehand."""
    stay: bool
    """The giver goes on facilitating beside them."""


@dataclass(frozen=True)
class Touched:
    """Who last set this part of the meeting's frame, and how the meeting looked then."""

    what: str
    by: MemberId
    shown: int


@dataclass(frozen=True)
class Seat:
    """A person's place in this meeting. Kept through step-outs, reloads and lost connections."""

    member_id: MemberId
    name: str
    role: Role
    presence: Presence = Presence.HERE
    since: Instant = 0.0
    """When the present presence began."""
    standing: Standing | None = None
    """None outside the order of the round."""
    first_visit: bool = False
    turns: int = 0
    spoke: float = 0.0
    """Seconds with the stick tonight, for facilitators alone and gone at the end."""
    heard: Instant | None = None
    """When their last turn ended."""
    tab: str = ""
    """Where they speak from while they hold the stick; empty: wherever they write first."""
    companion: MemberId | None = None
    """Who accompanies them while they are new: for the two and the facilitators alone."""


@dataclass(frozen=True)
class Waiting:
    """Somebody at the door. They learn nothing of the room; only facilitators learn of them."""

    member_id: MemberId
    name: str
    observer: bool
    since: Instant
    first_visit: bool = False
    listens_first: bool = False
    """The circle begins so: they come in as an observer, whatever they chose."""
    companion: MemberId | None = None


@dataclass(frozen=True)
class Asked:
    member_id: MemberId
    at: Instant


@dataclass(frozen=True)
class Hand:
    """'I need a hand'. For facilitators alone: never in a view that members receive."""

    member_id: MemberId
    at: Instant
    taken_by: MemberId | None = None


@dataclass(frozen=True)
class Resting:
    kind: Literal["resting"] = "resting"


@dataclass(frozen=True)
class Offered:
    to: MemberId
    at: Instant
    kind: Literal["offered"] = "offered"
    by: MemberId | None = None
    """Who offered it: a facilitator, or whoever passed the stick on."""
    nudges: int = 0
    """1: silent for 30 s, they are reminded; 2: silent for 60 s, facilitators are told."""


@dataclass(frozen=True)
class Held:
    by: MemberId
    turn_id: TurnId
    started: Instant
    soft_limit: Instant
    kind: Literal["held"] = "held"
    reminders: int = 0
    """How often a facilitator reminded them, privately and gently."""
    warned: Instant | None = None
    """Where the circle agreed to a hard limit: when they were told that a minute is left."""


@dataclass(frozen=True)
class PlaceHeld:
    """The holder lost the connection; their time does not run until they are back."""

    by: MemberId
    turn_id: TurnId
    until: Instant
    elapsed: float
    remaining: float
    warned: float | None = None
    """Seconds of their last minute that are gone, where they were warned."""
    kind: Literal["place_held"] = "place_held"


Stick = Resting | Offered | Held | PlaceHeld


@dataclass(frozen=True)
class Unfinished:
    """A turn that was interrupted: coming back resumes the same turn, it is no new offer."""

    member_id: MemberId
    turn_id: TurnId
    elapsed: float
    remaining: float


@dataclass(frozen=True)
class Round:
    number: int
    order: tuple[MemberId, ...]
    """Who is still to be offered the stick, next first; deferred people go to its end."""
    closed: bool = False
    inviting: bool = False
    """Everybody was asked: whoever passed, would you like a turn now?"""


@dataclass(frozen=True)
class Frame:
    """What the circle brings into each of its meetings; constant while a meeting lasts."""

    title: str
    seats: int = 12
    soft_seconds: int = 240
    minutes: int = 75
    door: Literal["ask", "open"] = "ask"
    facilitators_in_order: bool = False
    prompts: tuple[Wording, ...] = ()
    agenda: tuple[Step, ...] = ()
    bell: bool = False
    """The circle agreed that anyone may call a silence."""
    hard_limit: bool = False
    """The circle agreed that a turn ends a minute after its time, with a warning before."""
    sound: bool = False
    """The circle meets with sound; writing goes on beside it all the same."""


@dataclass(frozen=True)
class Meeting:
    """One live gathering. Immutable: every change is a new one with a higher `version`.

    `version` grows with every change and is what the store compares. `shown` grows only when
    what every seat may see changes, so that a private fact moves nothing that members receive.
    """

    circle_id: CircleId
    frame: Frame
    epoch: int = 1
    version: int = 0
    shown: int = 0
    opened: Instant = 0.0
    ends: Instant = 0.0
    phase: Phase = Phase.GATHERING
    floor: Floor = Floor.OPEN
    prompt: Wording = field(default_factory=Wording)
    locked: bool = False
    paused: bool = False
    paused_since: Instant = 0.0
    """While paused no turn's time runs: resuming moves the times on by the length of the pause."""
    lock_lifts: bool = False
    """The meeting locked itself because no facilitator was there: resuming unlocks it."""
    silence: bool = False
    """Somebody rang the bell; always together with `paused`."""
    ending: Ending = Ending.NOT_YET
    nods_off: bool = False
    seats: tuple[Seat, ...] = ()
    """Clockwise, in the order in which people sat down."""
    waiting: tuple[Waiting, ...] = ()
    stick: Stick = field(default_factory=Resting)
    unfinished: tuple[Unfinished, ...] = ()
    round: Round | None = None
    asked: tuple[Asked, ...] = ()
    ready: tuple[MemberId, ...] = ()
    """Who said 'I am ready' before being reached: their offer is accepted at once."""
    interjecting: tuple[MemberId, ...] = ()
    hands: tuple[Hand, ...] = ()
    handing: Handing | None = None
    successor: MemberId | None = None
    """Who is asked to take the circle on, should no facilitator be there."""
    greeter: MemberId | None = None
    """A member whom a facilitator asked to let people in tonight. Everybody sees who it is."""
    typist: MemberId | None = None
    """A member whom a facilitator asked to type what is spoken. Everybody sees who it is."""
    quietened: tuple[MemberId, ...] = ()
    """A facilitator took the floor from them, until one gives it back."""
    removed: tuple[MemberId, ...] = ()
    """Removed for tonight; they do not come back into this meeting."""
    turned_away: tuple[MemberId, ...] = ()
    notices: tuple[Notice, ...] = ()
    touched: tuple[Touched, ...] = ()
    done: tuple[str, ...] = ()
    """The last command ids carried out, so that a repeat changes nothing."""

    def seat(self, member_id: MemberId) -> Seat | None:
        """The person's seat, or None for somebody who has none (left seats count)."""
        return self._seat_of.get(member_id)

    @cached_property
    def _seat_of(self) -> dict[MemberId, Seat]:
        """No field: of no copy, of nothing that is stored, and compared with nothing."""
        return {seat.member_id: seat for seat in self.seats}

    def reseat(self, seat: Seat) -> Meeting:
        """The meeting with that person's seat put in place of their old one."""
        return replace(
            self, seats=tuple(seat if s.member_id == seat.member_id else s for s in self.seats)
        )

    def holder(self) -> MemberId | None:
        """Who holds the stick now; a place held for somebody is not holding."""
        return self.stick.by if isinstance(self.stick, Held) else None

    def facilitators_present(self) -> tuple[Seat, ...]:
        return tuple(
            s for s in self.seats if s.role is Role.FACILITATOR and s.presence is Presence.HERE
        )
