"""What each audience receives of a meeting. Declines to hold anything its audience must not know.

Times are milliseconds on the server's clock; `now` in each view lets a client find its offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from realtime.domain.meeting import (
    Ending,
    Floor,
    MemberId,
    NoticeKind,
    Phase,
    Presence,
    Role,
    Standing,
    Step,
    TurnId,
    Wording,
)

PROTOCOL = 1
"""Sent in the handshake. It moves when a client that was right before would be wrong."""
OLDEST = 1
"""The oldest that is still understood; whoever speaks an older one is asked to reload."""


@dataclass(frozen=True)
class SeatView:
    member_id: MemberId
    name: str
    role: Role
    presence: Presence


@dataclass(frozen=True)
class StickView:
    """`member_id` is who it is offered to, held by or kept for; None while it rests.

    `started` and `soft_limit` only while held. `turn_id` is not here: it goes to those who may
    end the turn, in `YouView` and `FacilitatorView`.
    """

    kind: Literal["resting", "offered", "held", "place_held"]
    member_id: MemberId | None
    started: int | None
    soft_limit: int | None


@dataclass(frozen=True)
class NoticeView:
    """What became of somebody (or of the door), told without blame.

    `n` counts up; a client shows those above the highest it has seen, and none of its first view.
    `by` is the facilitator who acted.
    """

    n: int
    kind: NoticeKind
    member_id: MemberId | None
    by: MemberId | None


@dataclass(frozen=True)
class MeetingView:
    """Audience: every seat, those stepped out too; the same bytes for all. Event `meeting`."""

    circle_id: str
    title: str
    epoch: int
    version: int
    now: int
    phase: Phase
    floor: Floor
    prompt: Wording
    round: int | None
    """The number of the round, None before the first and after it closed."""
    inviting: bool
    """Everybody is asked: whoever passed, would you like a turn now?"""
    locked: bool
    paused: bool
    silence: bool
    """Somebody rang the bell. Always with `paused`."""
    bell: bool
    """The circle agreed that anyone may call a silence."""
    hard_limit: bool
    """The circle agreed that a turn ends a minute after its time."""
    sound: bool
    """The circle meets with sound: `sound_join` turns it on for one person, never by itself."""
    nods_off: bool
    seats: tuple[SeatView, ...]
    """Clockwise; people who left are not in it."""
    stick: StickView
    next: MemberId | None
    interjecting: tuple[MemberId, ...]
    ends: int
    ending: Ending
    """`soon`: five minutes are left, or fewer. `due`: it is time; the holder finishes."""
    capacity: int
    greeter: MemberId | None
    """A member who lets people in tonight, beside the facilitators."""
    typist: MemberId | None
    """A member who types what is spoken, and may write whatever the floor."""
    notices: tuple[NoticeView, ...]
    """The last few, oldest first."""


@dataclass(frozen=True)
class HandingView:
    """The circle is offered to `to`. `by` None: no facilitator is there. `stay`: together."""

    to: MemberId
    by: MemberId | None
    stay: bool


@dataclass(frozen=True)
class WaitingView:
    member_id: MemberId
    name: str
    observer: bool
    first_visit: bool
    since: int


@dataclass(frozen=True)
class HandView:
    member_id: MemberId
    at: int
    taken_by: MemberId | None


@dataclass(frozen=True)
class YouView:
    """Audience: one person, about themselves alone. Event `you`."""

    member_id: MemberId
    role: Role
    presence: Presence
    standing: Standing | None
    place: int | None
    """Place in the queue of those who asked, from 1."""
    ahead: MemberId | None
    """Who comes right before them in the round, where they are the next after the holder."""
    offered: bool
    offered_by: MemberId | None
    turn_id: TurnId | None
    """Only while they hold the stick."""
    ready: bool
    unfinished: bool
    """They were interrupted and may finish."""
    hand_sent: bool
    handing: HandingView | None
    """Only where the circle is offered to them."""
    reminded: bool
    """Their answer to an offer is awaited for half a minute."""
    wind_up: int
    """How often a facilitator reminded them in this turn to find an ending. Private."""
    last_words: int | None
    """Where the circle agreed to a hard limit and they were warned: when their turn ends."""
    invited: bool
    """They passed, and may take a turn now: `ask` takes it, at once if the stick rests."""
    quietened: bool
    speaks_from: str
    """The `tab` they speak from while they hold the stick; empty: any. Move it: `speak_here`."""
    successor: bool
    """They are asked to take the circle on, should no facilitator be there."""
    waiting: tuple[WaitingView, ...] | None
    """Who is at the door, where they let people in tonight; None where they do not."""
    companion: MemberId | None
    """Who accompanies them, where that person is in the meeting too."""
    newcomers: tuple[MemberId, ...]
    """Whom they accompany."""
    hands: tuple[HandView, ...]
    """Calls for a hand of those whom they accompany."""


@dataclass(frozen=True)
class AskedView:
    member_id: MemberId
    at: int


@dataclass(frozen=True)
class HeardView:
    """One person in the order, as facilitators see them."""

    member_id: MemberId
    standing: Standing | None
    turns: int
    spoke: int
    """Seconds with the stick tonight, without the turn under way."""
    heard: int | None
    """When their last turn ended."""
    since: int
    """Since when they are here, stepped out or away."""
    first_visit: bool
    quietened: bool
    invited: bool
    """They passed, and were asked again whether they want a turn."""


@dataclass(frozen=True)
class PairView:
    """A newcomer and their companion, both in the meeting."""

    newcomer: MemberId
    companion: MemberId


@dataclass(frozen=True)
class FacilitatorView:
    """Audience: facilitators inside. Event `facilitating`."""

    now: int
    opened: int
    waiting: tuple[WaitingView, ...]
    asked: tuple[AskedView, ...]
    order: tuple[MemberId, ...]
    """Who is still to be offered the stick in this round, next first."""
    people: tuple[HeardView, ...]
    hands: tuple[HandView, ...]
    turn_id: TurnId | None
    handing: HandingView | None
    successor: MemberId | None
    unheard: tuple[MemberId, ...]
    """Who is in the order and has not had the stick tonight."""
    silent: MemberId | None
    """Who has not answered an offer for 60 s; nobody is declined by a clock."""
    pairs: tuple[PairView, ...]


@dataclass(frozen=True)
class GuideView:
    """Audience: facilitators inside, once when they begin to be. Event `guide`.

    What the circle brings along: it stays the same while a meeting lasts.
    """

    prompts: tuple[Wording, ...]
    agenda: tuple[Step, ...]
    soft_seconds: int
    minutes: int


@dataclass(frozen=True)
class LobbyView:
    """Audience: one person at the door. Nothing of the room. Event `lobby`.

    `waiting`: somebody knows you are here. `no_host`: no facilitator yet. `late`: a round is on.
    `admitted`: go in. The rest are final.
    """

    state: Literal[
        "waiting", "no_host", "late", "admitted", "turned_away", "locked", "full", "ended"
    ]
    host: str
    """The name of whoever opens the door; empty when no facilitator is there."""
    listens_first: bool
    """The circle begins so: they come in as an observer this time, whatever they choose."""


@dataclass(frozen=True)
class Said:
    """Audience: inside. Event `said`. `text` is opaque to the server.

    `seq` is one order for the whole circle; a gap tells a client that it missed some.
    `kind` `phrase`: `text` is one of the four keys `warm.1` to `warm.4`.
    """

    id: str
    seq: int
    member_id: MemberId
    name: str
    kind: Literal["say", "phrase"]
    text: str


@dataclass(frozen=True)
class Retracted:
    """Audience: inside. Event `retracted`: take that message off the screen."""

    id: str
    seq: int


@dataclass(frozen=True)
class Whispered:
    """Audience: the people of one private line. Event `whispered`. `text` is opaque.

    `line` `facilitators`: `of` and the facilitators. `companion`: `of`, the newcomer, and their
    companion. No place in the one order, so that nobody else can tell that something was said.
    """

    id: str
    line: Literal["facilitators", "companion"]
    of: MemberId
    member_id: MemberId
    name: str
    text: str


@dataclass(frozen=True)
class Nodded:
    """Audience: inside. Event `nodded`: who nodded in the last moments, coalesced."""

    members: tuple[MemberId, ...]


@dataclass(frozen=True)
class SoundHeard:
    """Audience: inside. Event `heard`: who is heard now, by the offer's three downlinks."""

    slots: tuple[MemberId | None, MemberId | None, MemberId | None]


@dataclass(frozen=True)
class SoundGone:
    """Audience: one tab. Event `sound_gone`: the sound under that ticket is over.

    `lost`: join again, all by yourself. The others are somebody's doing.
    """

    ticket: str
    why: Literal["moved", "lost", "ended", "stepped_out", "removed"]


@dataclass(frozen=True)
class Undone:
    """Audience: one person, in every tab. Event `undone`: what they were told as done was lost."""


@dataclass(frozen=True)
class Gone:
    """Audience: one person; the socket is closed after it. Event `gone`."""

    reason: Literal["removed", "banned", "ended", "left", "turned_away"]


@dataclass(frozen=True)
class Joined:
    """The answer to connecting: where the words stand now, never what they were. Event `joined`."""

    member_id: MemberId
    epoch: int
    seq: int
    seated: bool
    release: str = ""
    """Which page this process serves. Another one than the client is: reload when it suits."""


@dataclass(frozen=True)
class Trouble:
    """Audience: every socket. Event `trouble`: the room cannot be reached, or can again."""

    on: bool


SERVER_EVENTS: dict[str, type] = {
    "joined": Joined,
    "meeting": MeetingView,
    "you": YouView,
    "facilitating": FacilitatorView,
    "guide": GuideView,
    "lobby": LobbyView,
    "said": Said,
    "retracted": Retracted,
    "whispered": Whispered,
    "nodded": Nodded,
    "heard": SoundHeard,
    "sound_gone": SoundGone,
    "undone": Undone,
    "gone": Gone,
    "trouble": Trouble,
}
"""Event -> what is in it."""
