"""What the room needs from outside: a store, a bus, presence, who may come in. No behaviour."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from realtime.domain.meeting import CircleId, Frame, Meeting, MemberId


class OutOfReach(Exception):
    """The store or the bus did not answer. Unknown is never the same as empty."""


class Settling(OutOfReach):
    """The store answers, but may have lost what was there: copies are put forward first."""


@dataclass(frozen=True)
class Guest:
    """Somebody whom the admission let in, under the name they chose for this circle."""

    member_id: MemberId
    circle_id: CircleId
    name: str
    facilitator: bool
    first_visit: bool
    frame: Frame
    observes: bool = False
    """They sit as an observer this time, whatever they chose: a first visit of listening."""
    companion: MemberId | None = None
    """Who accompanies them in this circle; known to the two and the facilitators."""
    opens: float | None = None
    """When the door opens for the next meeting, in seconds since 1970; None: whenever."""


class Admission(Protocol):
    """Who is this, and do they belong? Implemented by `server.circles.admission`."""

    async def admit(self, cookies: Mapping[str, str], slug: str) -> Guest:
        """The person behind the cookies, in that circle. Raises `Refused` with the reason."""
        ...

    async def ban(self, circle_id: CircleId, member_id: MemberId) -> None:
        """They may not return to this circle. Raises `OutOfReach` where that is not sure."""
        ...

    async def revoke(
        self, circle_id: CircleId, member_id: MemberId, *, branch: bool
    ) -> tuple[MemberId, ...]:
        """The invitation that they came by lets nobody in any more. Raises `OutOfReach`.

        `branch`: nor do those that they handed out, and so on; returns whoever came by these.
        """
        ...

    async def visited(self, circle_id: CircleId, members: tuple[MemberId, ...], turns: int) -> None:
        """A meeting closed with these people seated: count one visit each, without a date.

        `turns`: how often somebody had the stick, all of them together.
        """
        ...


@dataclass(frozen=True)
class Newest:
    """Of all copies of a meeting that were put forward, the one to go on from."""

    copy: Meeting
    epoch: int
    """The lowest epoch that it may begin: above every other, known here or not."""
    outage: float
    """How long it lasted for whoever was cut off the longest, in seconds."""
    loss: int
    """Which loss this is about: whoever slept through another one settles nothing."""


class MeetingStore(Protocol):
    """Meetings by circle. Swaps by version; holds no rules. Raises `OutOfReach`."""

    async def load(self, circle_id: CircleId) -> Meeting | None:
        """The present meeting, or None when there is none. Raises `Settling`."""
        ...

    async def swap(self, old: Meeting | None, new: Meeting) -> bool:
        """Put `new` in place of `old` (compared by epoch and version) and announce it, as one step.

        False when somebody else was faster: load and decide again. Raises `Settling`.
        """
        ...

    async def offer(
        self, circle_id: CircleId, copy: Meeting | None, outage: float
    ) -> Newest | None:
        """Put forward what this process saw last, for the store may have lost it.

        None where it did not: it has that or something newer. Raises `Settling` until every
        process had the time to put its own forward; then gives the newest.
        """
        ...

    async def settle(self, newest: Newest, again: Meeting) -> bool:
        """Put `again`, made from the newest copy, in its place. True for exactly one process."""
        ...

    async def moment(self, circle_id: CircleId) -> int:
        """Microseconds since 1970 by the store's own clock: the same one for every process."""
        ...

    async def attend(self, circles: Iterable[CircleId]) -> tuple[CircleId, ...]:
        """This process attends to these meetings, which are under way. To be said again in time.

        Gives some to which no process has for a while: they are the caller's from now on, and
        nobody else is given them meanwhile.
        """
        ...

    async def unlist(self, circle_id: CircleId) -> None:
        """There is no meeting of it to attend to."""
        ...

    async def forget(self, circle_id: CircleId) -> None:
        """Drop the meeting and everything about it."""
        ...


@dataclass(frozen=True)
class StateHeard:
    """A meeting changed, here or on another process."""

    meeting: Meeting


class WordsHeard(NamedTuple):
    """Words in passing, already encoded for the wire: never stored, never looked into.

    Of all that is heard there is most of these: a tuple is made in half the time.
    """

    seq: int
    event: str
    payload: bytes


@dataclass(frozen=True)
class CopiesWanted:
    """The store lost this meeting, in part or whole: put forward what is known of it."""


Heard = StateHeard | WordsHeard | CopiesWanted


@dataclass(frozen=True)
class Trouble:
    """These circles are heard no more, or heard again with everything that follows."""

    lost: bool
    circles: frozenset[CircleId]


PASSING = frozenset({"nodded", "whispered", "heard", "sound_gone"})
"""Events without a place in the order of the words: one that is missed leaves no gap."""


class Fanout(Protocol):
    """One channel a circle, heard only by processes with people in it. Raises `OutOfReach`."""

    async def publish(self, circle_id: CircleId, event: str, payload: bytes) -> int:
        """Pass words on to every process that listens; returns their place in the one order.

        `PASSING` events take none: they come with that of the last words before them.
        """
        ...

    async def sequence(self, circle_id: CircleId) -> int:
        """The place of the last words passed on, 0 before the first."""
        ...

    async def listen(
        self, circle_id: CircleId, hear: Callable[[Heard], Awaitable[None] | None]
    ) -> None:
        """Hear this circle from now on; returns once nothing published later can be missed.

        In order: what comes while `hear` is still to be awaited is heard after it.
        """
        ...

    async def unlisten(self, circle_id: CircleId) -> None: ...

    def troubles(self) -> AsyncIterator[Trouble]:
        """Which circles' channels are lost, and which are heard again; the lost ones first."""
        ...


class Presence(Protocol):
    """Which connections each person has, on any process. Raises `OutOfReach`."""

    async def arrive(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        """Note a connection; returns how many the person has now."""
        ...

    async def beat(self, circle_id: CircleId, connections: Mapping[str, MemberId]) -> None:
        """These are still there; what does not beat for 13 s is gone."""
        ...

    async def hand_over(self, circle_id: CircleId, members: Collection[MemberId]) -> None:
        """They are on their way to another process: here for as long as a beat lasts.

        That is no connection of theirs: it takes the place of none, and is not counted.
        """
        ...

    async def depart(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        """Forget a connection; returns how many the person has left."""
        ...

    async def connected(self, circle_id: CircleId) -> Mapping[MemberId, float]:
        """Everybody with a living connection, and for how many seconds its last beat holds."""
        ...
