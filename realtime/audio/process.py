"""The sound process: serves the circles whose leases it holds, and answers the web processes.

Every doubt shuts a gate: a lost bus, a lease that was not renewed, a meeting that is unknown.
Declines to keep or to log anything of what passes; one line a second would be too many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import orjson

from realtime.audio.ask import Letter, Post
from realtime.audio.lease import BEAT_SECONDS, LEASE_SECONDS, Leases
from realtime.audio.relay import BadAnswer, Crowded, Relay
from realtime.audio.served import NotHere, ServedCircle, Tab
from realtime.domain.meeting import CircleId, MemberId, Phase
from realtime.notes import Note, note
from realtime.ports import CopiesWanted, Heard, OutOfReach, StateHeard
from realtime.repeating import every
from realtime.store import Stores
from realtime.store.link import Link

LOOK_SECONDS = 0.1
EMPTY_SECONDS = 60.0
"""A circle without anybody's sound is given back after so long."""
TELL_EVERY = 20
"""Beats after which it is said again who is heard."""


class Elsewhere(Exception):
    """Another process serves that circle."""

    def __init__(self, holder: str) -> None:
        super().__init__()
        self.holder = holder


class SoundProcess:
    """One a process. `start` returns once it can be asked."""

    def __init__(self, name: str, relay: Relay, link: Link, stores: Stores) -> None:
        self.name, self._relay, self._stores = name, relay, stores
        self._leases = Leases(link)
        self._post = Post(link, name, self._answer)
        self._circles: dict[CircleId, ServedCircle] = {}
        self._doors: dict[CircleId, asyncio.Lock] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._telling: set[asyncio.Task[None]] = set()
        self._beats = 0

    async def start(self) -> None:
        self._post.start()
        await self._post.opened()
        with suppress(OutOfReach):
            await self._leases.beat(self.name, self._relay.people)
        self._tasks = [
            asyncio.create_task(every(BEAT_SECONDS, self._beat, failed)),
            asyncio.create_task(every(LOOK_SECONDS, self._look, failed)),
            asyncio.create_task(self._mind_the_bus()),
        ]

    async def stop(self) -> None:
        """Let everybody go, so that they are heard on another process without delay."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(OutOfReach):
            await self._leases.gone(self.name)
        for circle in list(self._circles.values()):
            await self._give_back(circle)
        if self._telling:
            await asyncio.wait(self._telling, timeout=1)
        await self._post.stop()

    # --- What web processes ask ---

    async def _answer(self, letter: Letter) -> Letter:
        circle_id = CircleId(letter["circle_id"])
        tab = Tab(MemberId(letter["member_id"]), letter["tab"])
        match letter["what"]:
            case "join":
                return await self._join(circle_id, tab, letter)
            case "answer":
                return await self._take_answer(circle_id, tab, letter)
            case "leave":
                circle = self._circles.get(circle_id)
                if circle is not None and circle.tabs.get(letter["ticket"]) == tab:
                    circle.let_go(letter["ticket"])
            case "part":
                if circle := self._circles.get(circle_id):
                    circle.part(tab)
        return {"ok": True}

    async def _join(self, circle_id: CircleId, tab: Tab, letter: Letter) -> Letter:
        try:
            circle = await self._serve(circle_id, letter["instead_of"])
            if not circle.sure:
                # Who may be heard is not known now: nobody comes in on a guess.
                return {"no": "away"}
            joined = await self._let_in(circle, tab, listen_only=letter["listen_only"])
        except Elsewhere as elsewhere:
            return {"no": "elsewhere", "holder": elsewhere.holder}
        except Crowded:
            return {"no": "away"}
        except NotHere:
            return {"no": "not_here"}
        return {"ok": True, "ticket": joined.ticket, "offer": joined.offer}

    async def _let_in(self, circle: ServedCircle, tab: Tab, *, listen_only: bool) -> Any:
        try:
            return circle.join(tab, listen_only=listen_only)
        except NotHere:
            # The web process may have heard of their coming before the bus told us.
            meeting = await self._stores.meetings.load(circle.circle_id)
            if meeting is not None:
                circle.hear(meeting)
            return circle.join(tab, listen_only=listen_only)

    async def _take_answer(self, circle_id: CircleId, tab: Tab, letter: Letter) -> Letter:
        circle, ticket = self._circles.get(circle_id), letter["ticket"]
        if circle is None or circle.tabs.get(ticket) != tab:
            return {"no": "bad"}
        try:
            await circle.relay.answer(ticket, letter["sdp"])
        except BadAnswer:
            circle.let_go(ticket)
            return {"no": "bad"}
        return {"ok": True}

    # --- Circles come and go ---

    async def _serve(self, circle_id: CircleId, instead_of: str) -> ServedCircle:
        """The circle, taken over where nobody serves it. Raises `Elsewhere`."""
        async with self._doors.setdefault(circle_id, asyncio.Lock()):
            circle = self._circles.get(circle_id)
            if circle is not None:
                return circle
            until = self._lasts()
            holder = await self._leases.take(circle_id, self.name, instead_of)
            if holder != self.name:
                raise Elsewhere(holder)
            circle = ServedCircle(circle_id, self._relay.circle, self._tell)
            try:
                await self._stores.fanout.listen(circle_id, partial(self._hear, circle))
                meeting = await self._stores.meetings.load(circle_id)
            except BaseException:
                circle.relay.close()
                raise
            self._circles[circle_id] = circle
            circle.leased(until)
            circle.empty_since = asyncio.get_running_loop().time()
            if meeting is not None:
                circle.hear(meeting)
            return circle

    async def _give_back(self, circle: ServedCircle) -> None:
        """Serve it no more. Whoever has sound in it is told to look for another process."""
        circle.relay.shut()
        circle.let_all_go("lost")
        if self._circles.get(circle.circle_id) is circle:
            del self._circles[circle.circle_id]
        circle.relay.close()
        with suppress(OutOfReach):
            await self._stores.fanout.unlisten(circle.circle_id)
            await self._leases.drop(circle.circle_id, self.name)

    def _hear(self, circle: ServedCircle, heard: Heard) -> None:
        # Words pass by here as well; they are nothing to us.
        if isinstance(heard, StateHeard):
            circle.hear(heard.meeting)
        elif isinstance(heard, CopiesWanted):
            # What holds is unknown until the newest copy is announced.
            circle.out_of_touch()
            circle.in_touch()

    def _tell(self, circle_id: CircleId, event: str, payload: dict[str, object]) -> None:
        """Say it to the circle, in order; what does not arrive is found out otherwise."""
        self._soon(self._publish(circle_id, event, orjson.dumps(payload)))

    async def _publish(self, circle_id: CircleId, event: str, payload: bytes) -> None:
        with suppress(OutOfReach):
            await self._stores.fanout.publish(circle_id, event, payload)

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    # --- Time ---

    def _lasts(self) -> float:
        """Until when a lease lasts that is asked for now: its time runs from then at the latest."""
        return asyncio.get_running_loop().time() + LEASE_SECONDS

    async def _beat(self) -> None:
        self._beats += 1
        await self._leases.beat(self.name, self._relay.people)
        circles = list(self._circles.values())
        await asyncio.gather(*(self._renew(circle) for circle in circles))

    async def _renew(self, circle: ServedCircle) -> None:
        now, until = asyncio.get_running_loop().time(), self._lasts()
        over = circle.meeting is not None and circle.meeting.phase is Phase.ENDED
        empty = circle.empty_since is not None and now - circle.empty_since > EMPTY_SECONDS
        if over or (empty and not circle.tabs):
            async with self._doors.setdefault(circle.circle_id, asyncio.Lock()):
                if over or not circle.tabs:
                    await self._give_back(circle)
            return
        if await self._leases.keep(circle.circle_id, self.name):
            circle.leased(until)
            if self._beats % TELL_EVERY == 0 and any(circle.relay.slots):
                # For whoever came meanwhile to read along.
                circle.tell_slots()
        elif self._circles.get(circle.circle_id) is circle:
            circle.followed()
            await self._give_back(circle)

    async def _look(self) -> None:
        for circle in self._circles.values():
            circle.look()

    async def _mind_the_bus(self) -> None:
        """A lost bus shuts every gate; each opens again by a state that is heard after it."""
        async for trouble in self._stores.fanout.troubles():
            for circle_id in trouble.circles:
                circle = self._circles.get(circle_id)
                if circle is None:
                    continue
                if trouble.lost:
                    circle.out_of_touch()
                else:
                    circle.in_touch()
                    self._soon(self._ask_afresh(circle))

    async def _ask_afresh(self, circle: ServedCircle) -> None:
        with suppress(OutOfReach):
            meeting = await self._stores.meetings.load(circle.circle_id)
            if meeting is not None:
                circle.hear(meeting)


def failed(bug: Exception) -> None:
    """By its kind alone: what it says may hold what somebody sent."""
    note(Note.SOUND_FAILED, error=bug)
