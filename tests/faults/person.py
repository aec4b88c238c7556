"""One person with a phone: comes back by themselves as the page does, and notes all they see.

Their network is a way of their own. Declines to judge: `checks` does.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from realtime.client import Ack, ConnectRefused, NotInTime, RoomClient, RoomClosed
from realtime.client.packets import Event
from realtime.domain.commands import Command
from realtime.domain.meeting import MemberId
from tests.faults.checks import Truth
from tests.faults.house import Web
from tests.faults.ways import Way

# As the page does: web/src/room/connection.ts.
SOONEST, LATEST = 0.25, 4.0


class Visit(RoomClient):
    """One connection; everything that comes is noted by whose it is."""

    whose: ClassVar[Person]

    def hear(self, event: Event) -> None:
        self.whose.note(self, event)
        super().hear(event)
        self.whose.bell()


class Person:
    def __init__(
        self,
        name: str,
        member_id: MemberId,
        cookie: str,
        slug: str,
        webs: list[Web],
        place: int,
        truth: Truth,
        bell: Callable[[], None],
        *,
        observer: bool = False,
    ) -> None:
        self.name, self.member_id, self.cookie, self.slug = name, member_id, cookie, slug
        self.webs, self.place, self.truth, self.bell = webs, place, truth, bell
        self.observer = observer
        self.tab = secrets.token_urlsafe(9)
        self.way = Way(webs[place].place)
        self.inside = True
        """Whether they are to hear words: neither at the door nor stepped out."""
        self.at_door = False
        self.room: Visit | None = None
        self.stays_away = False
        self.comes_elsewhere = True
        """Looks for another process once one is lost, as what stands in front would lead them."""
        self.lost_at = self.back_at = 0.0
        self.losses = 0
        self.why = ""
        """Why the last line ended."""
        self.troubles: list[tuple[float, bool]] = []
        self.refusals: list[str] = []
        """Why connecting was refused, each time."""
        self.words: dict[str, int] = {}
        """By id: where in the order each word heard stands."""
        self.gaps: list[tuple[int, int]] = []
        self.came = False
        self.last = (0, 0)
        """Epoch and place of the last word they know of."""
        self._living: asyncio.Task[None] | None = None

    # --- Coming and going ---

    async def come(self) -> None:
        await self.way.open()
        self._living = asyncio.create_task(self._live())

    async def leave(self) -> None:
        """For good, without a word to anybody."""
        if self._living is not None:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)
        await self.way.close()

    async def _live(self) -> None:
        pause = SOONEST
        while True:
            while self.stays_away:  # noqa: ASYNC110 -- set by a row
                await asyncio.sleep(0.02)
            try:
                await self._visit()
                pause = SOONEST
            except ConnectRefused as refused:
                self.refusals.append(refused.reason)
            except (RoomClosed, NotInTime):
                pass
            if self.truth.over:
                return
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(LATEST, pause * 2)
            if self.comes_elsewhere:
                self.place = (self.place + 1) % len(self.webs)
                self.way.to = self.webs[self.place].place

    async def _visit(self) -> None:
        mine: type[Visit] = type("Visit", (Visit,), {"whose": self})
        connecting = mine.connect(
            f"http://127.0.0.1:{self.way.port}",
            self.slug,
            self.cookie,
            observer=self.observer,
            tab=self.tab,
            origin=self.webs[self.place].base,
        )
        try:
            async with connecting as room:
                assert isinstance(room, Visit)
                self.room = room
                await room.until(lambda r: r.you or r.lobby)
                self.back_at = time.monotonic()
                self.bell()
                while not room.closed and not self.stays_away:
                    await room.change()
                if room.closed:
                    raise RoomClosed(room.why)
        finally:
            self.why = self.room.why if self.room else "not connected"
            self.room = None
            self.lost_at = time.monotonic()
            self.losses += 1
            self.bell()

    # --- What they see ---

    def note(self, room: Visit, event: Event) -> None:
        payload = event.payload
        assert isinstance(payload, dict)
        if self.at_door and event.name in ("meeting", "you", "said", "facilitating", "nodded"):
            self.truth.break_(f"{self.name}, at the door, was sent '{event.name}'")
        match event.name:
            case "joined":
                self._count(payload["epoch"], payload["seq"] + 1)
            case "meeting":
                self.truth.see(self.name, payload, room.meeting)
            case "said" | "retracted":
                if not self.inside:
                    self.truth.break_(f"{self.name}, outside, was sent '{event.name}'")
                epoch = self.last[0]
                self.truth.hear(epoch, payload["seq"], payload["id"], self.name)
                self._count(epoch, payload["seq"])
                self.last = (epoch, max(self.last[1], payload["seq"]))
                if event.name == "said":
                    if payload["id"] in self.words:
                        self.truth.break_(f"{self.name} heard the same words twice")
                    self.words[payload["id"]] = payload["seq"]
            case "trouble":
                self.troubles.append((time.monotonic(), payload["on"]))

    def _count(self, epoch: int, upcoming: int) -> None:
        """What comes next; a step over something is a gap that the page shows."""
        if self.came and epoch == self.last[0] and upcoming > self.last[1] + 1:
            self.gaps.append((self.last[1] + 1, upcoming - 1))
        self.came = True
        if epoch != self.last[0] or upcoming > self.last[1]:
            self.last = (epoch, max(0, upcoming - 1))

    @property
    def stamp(self) -> tuple[int, int] | None:
        if self.room is None or self.room.meeting is None:
            return None
        return self.room.meeting.epoch, self.room.meeting.version

    @property
    def here(self) -> bool:
        """Connected, and shown what belongs to them."""
        room = self.room
        if room is None or room.closed or room.trouble:
            return False
        return room.lobby is not None if self.at_door else bool(room.meeting and room.you)

    # --- What they do ---

    def now(self) -> Visit:
        """The present connection; RoomClosed where there is none."""
        if self.room is None:
            raise RoomClosed("not connected")
        return self.room

    async def do(self, command: Command, command_id: str | None = None) -> Ack:
        return await self.now().send(command, command_id=command_id)

    async def must(self, command: Command) -> None:
        ack = await self.do(command)
        assert ack.ok, f"{self.name}: {command.type} was refused with {ack.reason}"

    async def insist(self, command: Command, within: float = 20.0) -> Ack:
        """Press again and again, under one id, until it is answered; the page lets people do so."""
        id = secrets.token_urlsafe(12)
        async with asyncio.timeout(within):
            while True:
                with suppress(RoomClosed):
                    ack = await self.do(command, id)
                    if ack.reason != "out_of_reach":
                        return ack
                await asyncio.sleep(0.05)

    async def say(self, text: str) -> Ack:
        """Say it; what was acknowledged has to reach everybody, or leave a gap."""
        id = secrets.token_urlsafe(12)
        room = self.now()
        ack = await room.say(text, id=id)
        if ack.ok and ack.seq is not None:
            self.truth.acked(self.last[0], ack.seq, id)
        return ack
