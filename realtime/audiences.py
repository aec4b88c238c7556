"""Who on this process hears what: the state to seats, words to those inside, the rest to one.

Declines to decide anything about a meeting. A private fact sends members no frame at all.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from realtime import limits
from realtime.domain.audience import inside, on_line
from realtime.domain.meeting import CircleId, Instant, Meeting, MemberId, Phase
from realtime.encoding import Frame, encode
from realtime.frames import Server
from realtime.light import Idle
from realtime.ports import PASSING, Guest, WordsHeard
from realtime.present import guide_view
from realtime.room import sitting
from realtime.shared import Shared
from realtime.views import (
    FacilitatorView,
    Gone,
    Joined,
    LobbyView,
    Trouble,
    Undone,
    Whispered,
    YouView,
)

AUTHORS = 512
"""Messages of which is known who said them, for taking one back. Never what they were."""


@dataclass(eq=False)
class Socket:
    """One connection of one person, and what it was last shown."""

    sid: str
    guest: Guest
    cookies: Mapping[str, str]
    slug: str
    observer: bool
    tab: str = ""
    budget: limits.Connection = field(default_factory=limits.Connection)
    ready: bool = False
    """Welcomed, and not on the way out: hears something. Set by `hears`."""
    circle: Circle | None = None
    idle: Idle = field(default_factory=Idle)
    """Set while nothing that they asked is still to be answered."""
    from_seq: int = 0
    meeting: tuple[int, int] | None = None
    you: YouView | None = None
    facilitating: FacilitatorView | None = None
    lobby: LobbyView | None = None
    seated: bool = False

    def hears(self, ready: bool) -> None:
        self.ready = ready
        if self.circle is not None:
            self.circle.changed()

    def forget(self) -> None:
        """Show everything again."""
        self.meeting = self.you = self.facilitating = self.lobby = None


@dataclass(eq=False)
class Circle:
    """The people of one circle who are connected to this process."""

    circle_id: CircleId
    sockets: dict[str, Socket] = field(default_factory=dict)
    seq: int = 0
    """The place of the last words heard."""
    out_of_reach: bool = False
    """Its store or its bus is; or what is said could be kept."""
    shown: tuple[int, int] = (0, 0)
    """The (epoch, version) of the newest meeting that anybody here was shown."""
    authors: OrderedDict[str, tuple[MemberId, int]] = field(default_factory=OrderedDict)
    whispered: OrderedDict[str, MemberId] = field(default_factory=OrderedDict)
    """Who wrote which private line, so that a repeat is one. Never what, nor to whom."""
    nodding: set[MemberId] = field(default_factory=set)
    pace: limits.Pace = field(default_factory=limits.Pace)
    """At which people come to its door here."""
    knocking: asyncio.Lock = field(default_factory=asyncio.Lock)

    _within: tuple[Meeting, float, list[str]] | None = None

    def take_in(self, socket: Socket) -> None:
        self.sockets[socket.sid] = socket
        socket.circle = self
        self.changed()

    def let_go(self, socket: Socket) -> None:
        self.sockets.pop(socket.sid, None)
        socket.circle = None
        self.changed()

    def changed(self) -> None:
        """Somebody came, went, or hears something from now on."""
        self._within = None

    def within(self, meeting: Meeting, seq: float) -> list[str]:
        """The sockets of those inside who hear words at that place of the order.

        Most of a circle's time everybody hears everything: looked up anew only when that changes.
        """
        if self._within is None or self._within[0] is not meeting or seq <= self._within[1]:
            people = inside(meeting)
            those = [s for s in self.ready() if s.guest.member_id in people]
            latest = max((s.from_seq for s in those), default=0)
            if seq <= latest:
                return [s.sid for s in those if s.from_seq < seq]
            self._within = meeting, latest, [s.sid for s in those]
        return self._within[2]

    def ready(self) -> list[Socket]:
        return [socket for socket in self.sockets.values() if socket.ready]

    def note_author(self, message: str, member_id: MemberId, seq: int) -> None:
        self.authors.setdefault(message, (member_id, seq))
        while len(self.authors) > AUTHORS:
            self.authors.popitem(last=False)

    def note_whisper(self, message: str, member_id: MemberId) -> None:
        self.whispered.setdefault(message, member_id)
        while len(self.whispered) > AUTHORS:
            self.whispered.popitem(last=False)


@dataclass(frozen=True)
class Leaving:
    """A socket that hears one thing more, and is then closed."""

    socket: Socket
    why: Gone


class Audiences:
    """Sends. Nothing in here waits, so what is sent to one socket keeps its order."""

    def __init__(self, server: Server, release: str = "") -> None:
        self._server, self._release = server, release

    def _send(self, socket: Socket, event: str, view: object) -> None:
        self._server.send([socket.sid], Frame(event, encode(view)))

    def welcome(self, circle: Circle, socket: Socket, meeting: Meeting) -> None:
        """From here on the socket hears everything that comes after `circle.seq`."""
        socket.forget()
        socket.from_seq = circle.seq
        socket.hears(True)
        socket.seated = sitting(meeting, socket.guest.member_id) is not None
        self._joined(socket, meeting)

    def _joined(self, socket: Socket, meeting: Meeting) -> None:
        me = socket.guest.member_id
        said = Joined(me, meeting.epoch, socket.from_seq, socket.seated, self._release)
        self._send(socket, "joined", said)

    def show(self, sockets: Iterable[Socket], meeting: Meeting, now: Instant) -> list[Leaving]:
        """Send each socket what changed for it. Returns who has to go."""
        shared = Shared(meeting, now)
        seated: list[Socket] = []
        others: list[Socket] = []
        for socket in sockets:
            (seated if socket.guest.member_id in shared.seated else others).append(socket)
        self._show_meeting(seated, meeting, shared)
        for socket in seated:
            self._show_person(socket, meeting, shared)
        leaving = []
        for socket in [*seated, *others] if meeting.phase is Phase.ENDED else others:
            why = self._gone(socket, meeting, shared)
            if why is not None:
                socket.hears(False)
                leaving.append(Leaving(socket, why))
            elif socket.guest.member_id not in shared.seated:
                self._show_door(socket, shared.lobby(socket.guest.member_id))
        return leaving

    def _show_meeting(self, seated: list[Socket], meeting: Meeting, shared: Shared) -> None:
        """To all of them before anything that is one person's: nobody waits for another's."""
        present = (meeting.epoch, meeting.shown)
        behind = [socket for socket in seated if socket.meeting != present]
        for socket in behind:
            if not socket.seated:
                self._show_door(socket, shared.lobby(socket.guest.member_id))
                socket.seated = True
                self._joined(socket, meeting)
            socket.meeting = present
        if behind:
            self._server.send([socket.sid for socket in behind], shared.meeting())

    def _show_person(self, socket: Socket, meeting: Meeting, shared: Shared) -> None:
        me = socket.guest.member_id
        you = shared.you(me)
        if you != socket.you:
            socket.you = you
            self._send(socket, "you", you)
        if me not in shared.facilitators:
            socket.facilitating = None
            return
        view, frame = shared.facilitating()
        if socket.facilitating is None:
            self._send(socket, "guide", guide_view(meeting))
        if view != socket.facilitating:
            socket.facilitating = view
            self._server.send([socket.sid], frame)

    def _show_door(self, socket: Socket, view: LobbyView) -> None:
        if view != socket.lobby:
            socket.lobby = view
            self._send(socket, "lobby", view)

    def _gone(self, socket: Socket, meeting: Meeting, shared: Shared) -> Gone | None:
        """Why this person has no more place here, after having been shown it."""
        me = socket.guest.member_id
        if me in meeting.removed:
            return Gone("removed")
        if meeting.phase is Phase.ENDED:
            return Gone("ended")
        if me in shared.seated:
            return None
        waiting = me in shared.waiting
        if socket.seated and not waiting:
            return Gone("left")
        if me in meeting.turned_away and not waiting:
            self._show_door(socket, shared.lobby(me))
            return Gone("turned_away")
        return None

    def words(self, circle: Circle, meeting: Meeting, heard: WordsHeard, payload: bytes) -> None:
        """Pass words on to those inside, encoded once. Whoever stepped out receives none."""
        frame = Frame(heard.event, payload)
        # Nods have no place in the order of the words.
        seq = math.inf if heard.event in PASSING else heard.seq
        self._server.send(circle.within(meeting, seq), frame)

    def whisper(self, circle: Circle, meeting: Meeting, said: Whispered, payload: bytes) -> None:
        """To every tab of the people of that line, and not a frame to anybody else."""
        people = on_line(meeting, said.line, said.of)
        sids = [s.sid for s in circle.ready() if s.guest.member_id in people]
        self._server.send(sids, Frame("whispered", payload))

    def say_gone(self, socket: Socket, why: Gone) -> None:
        self._send(socket, "gone", why)

    def undone(self, circle: Circle, people: Collection[MemberId]) -> None:
        """What these were told as done was lost; what holds now they have been shown."""
        sids = [s.sid for s in circle.ready() if s.guest.member_id in people]
        self._server.send(sids, Frame("undone", encode(Undone())))

    def trouble(self, circles: Iterable[Circle], on: bool) -> None:
        frame = Frame("trouble", encode(Trouble(on)))
        for circle in circles:
            self._server.send([socket.sid for socket in circle.ready()], frame)
