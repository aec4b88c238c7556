"""Plays parts over real sockets, at a human pace, until it is cancelled.

Decides nothing: `member` and `facilitator` do. Whatever the room refuses is let be.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from realtime.client import Ack, ConnectRefused, RoomClient, RoomClosed, staying
from realtime.client.seen import Seen
from realtime.domain.meeting import MemberId, Phase
from realtime.domain.refusal import Reason
from server.simulated.facilitator import facilitator_move
from server.simulated.lines import Lines, Marks, Move, Nods, Part, Speak, Warm
from server.simulated.member import member_move

MARKS_KEPT = 1000
BETWEEN_MEETINGS = 6.0
"""Beats from the end of a meeting, or a lost connection, to coming back."""
LONGEST_WAIT = 60.0
"""Beats between tries while the room says no: refused doors slow an address down."""
AFTER_A_NO = 3.0
"""Beats to leave the room alone after it refused something."""
# Whoever was asked to leave may come to the next meeting.
FOR_GOOD = staying.FOR_GOOD - {Reason.REMOVED}
TRY_AGAIN = frozenset({Reason.TOO_FAST, Reason.OUT_OF_REACH, Reason.CONFLICT, Reason.FAULT})

Decide = Callable[[Seen, Part, Marks], Move | None]


@dataclass
class Stage:
    """Where and how fast a demonstration is played, and who of the room is played."""

    base_url: str
    slug: str
    lines: Lines
    beat: float = 1.0
    """Seconds a beat: less is faster."""
    origin: str | None = None
    """The address that people know, where it is another than `base_url`."""
    trust: ssl.SSLContext | None = None
    cast: set[MemberId] = field(default_factory=set)

    async def wait(self, beats: float) -> None:
        await asyncio.sleep(beats * self.beat)


async def facilitate(stage: Stage, cookie: str) -> None:
    """Play the facilitator."""
    await appear(stage, cookie, Part(-1, stage.lines, frozenset()), facilitator_move)


async def attend(stage: Stage, cookie: str, number: int, *, observer: bool = False) -> None:
    """Play one member; they come one after the other, not all at once."""
    await stage.wait(0.5 + 0.8 * number)
    part = Part(number, stage.lines, frozenset(), observer=observer)
    await appear(stage, cookie, part, member_move)


async def appear(stage: Stage, cookie: str, part: Part, decide: Decide) -> None:
    """Connect and play, and come back for the next meeting; ends only where it is not wanted."""
    marks: dict[str, None] = {}
    refusals = 0
    while True:
        try:
            async with RoomClient.connect(
                stage.base_url,
                stage.slug,
                cookie,
                observer=part.observer,
                origin=stage.origin,
                trust=stage.trust,
            ) as room:
                refusals = 0
                stage.cast.add(room.me)
                await play(room, stage, part, decide, marks)
        except ConnectRefused as refused:
            if refused.reason in FOR_GOOD:
                return
            refusals += 1
        except RoomClosed:
            # The room is gone or the server asked us to leave: come again later.
            pass
        # The facilitator first: before them the door of the next meeting is closed.
        wait = min(LONGEST_WAIT, BETWEEN_MEETINGS * 2**refusals) + part.number + 1
        await stage.wait(wait)


async def play(
    room: RoomClient, stage: Stage, part: Part, decide: Decide, marks: dict[str, None]
) -> None:
    """Do what is wanted once it was wanted long enough, until the meeting is over."""
    now = asyncio.get_running_loop().time
    wanted: Move | None = None
    due = 0.0
    while not room.closed and not over(room):
        move = decide(room, replace(part, cast=frozenset(stage.cast)), marks)
        if move is None:
            wanted = None
            await room.change()
            continue
        if wanted is None or (move.what, move.situation) != (wanted.what, wanted.situation):
            wanted, due = move, now() + move.after * stage.beat
        if now() < due:
            await change_or(room, due - now())
            continue
        wanted = None
        ack = await do(room, move)
        if not ack.ok:
            await stage.wait(AFTER_A_NO)
        if move.mark and ack.reason not in TRY_AGAIN:
            remember(marks, move.mark)


def over(room: RoomClient) -> bool:
    return room.meeting is not None and room.meeting.phase is Phase.ENDED


async def change_or(room: RoomClient, seconds: float) -> None:
    """Wait for news from the room, or as long as that."""
    try:
        async with asyncio.timeout(seconds):
            await room.change()
    except TimeoutError:
        return


async def do(room: RoomClient, move: Move) -> Ack:
    match move.what:
        case Speak(text=text):
            return await room.say(text)
        case Warm(key=key):
            return await room.phrase(key)
        case Nods():
            return await room.nod()
        case command:
            return await room.send(command)


def remember(marks: dict[str, None], mark: str) -> None:
    """Keep the newest marks only: a demonstration may run for days."""
    marks[mark] = None
    if len(marks) > MARKS_KEPT:
        del marks[next(iter(marks))]
