"""A meeting under way while its processes are exchanged, killed or sent off, with real clients."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from realtime.client import RoomClient
from realtime.client.connection import ConnectRefused, RoomClosed
from realtime.domain.commands import Accept, Ask, Command, SetPhase, StartRound, StepOut
from realtime.domain.meeting import Order, Phase, Wording
from server.circles.seed import seed_circle
from server.settings import Settings
from server.stopping import has_terminal
from tests.server.test_cli import Served, serving, started
from tests.server.test_processes import until, webs_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

NAMES = ("Rina", "Tono", "Budi", "Siti", "Melati")
BACK_WITHIN = 5.0


@dataclass
class Comer:
    """Somebody whose page comes back by itself, as a browser does."""

    base: str
    slug: str
    cookie: str
    tab: str
    room: RoomClient | None = None
    rooms: list[RoomClient] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def stay(self) -> None:
        """Be there, and come back for as long as this runs."""
        lost = 0.0
        while True:
            with contextlib.suppress(RoomClosed, OSError):
                try:
                    async with RoomClient.connect(
                        self.base, self.slug, self.cookie, tab=self.tab
                    ) as room:
                        await room.until(lambda r: r.meeting and r.you)
                        if lost:
                            self.gaps.append(time.monotonic() - lost)
                        self.room = room
                        self.rooms.append(room)
                        await room.until(lambda r: r.closed, 600)
                except ConnectRefused as refused:
                    self.refused.append(refused.reason)
            if self.room is not None:
                self.room, lost = None, time.monotonic()
            await asyncio.sleep(random.uniform(0.05, 0.2))

    @property
    def here(self) -> RoomClient:
        assert self.room is not None, f"{self.tab} is not here"
        return self.room

    async def send(self, command: Command) -> None:
        assert (await self.here.send(command)).ok


@dataclass
class Evening:
    """A meeting with a round under way, and everybody who is in it."""

    served: Served
    sari: Comer
    members: dict[str, Comer]

    @property
    def everybody(self) -> list[Comer]:
        return [self.sari, *self.members.values()]

    def state(self) -> tuple[object, ...]:
        """What nobody may lose."""
        room = self.sari.here
        assert room.meeting and room.facilitating
        people = tuple((p.member_id, p.standing, p.turns) for p in room.facilitating.people)
        asked = tuple(a.member_id for a in room.facilitating.asked)
        meeting = room.meeting
        return meeting.stick, meeting.seats, meeting.epoch, people, asked, room.facilitating.order

    def away(self) -> int:
        """How many frames ever showed somebody away."""
        frames = (f for one in self.everybody for room in one.rooms for f in room.frames)
        return sum('"presence":"away"' in frame for frame in frames)

    async def all_back(self, times: int) -> None:
        """Return once everybody has come back so often."""
        async with asyncio.timeout(90):
            while any(len(one.gaps) < times or one.room is None for one in self.everybody):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def says(self, name: str, words: str) -> None:
        """The holder says something, and everybody who is inside hears it."""
        assert (await self.members[name].here.say(words)).ok
        for one in self.everybody:
            if one.tab != "Siti":
                await one.here.until(lambda room: any(s.text == words for s in room.said))


@contextlib.asynccontextmanager
async def evening(data: Path, workers: int) -> AsyncIterator[Evening]:
    """Rina holds the stick, Budi wants it, Siti has stepped out; two processes have them all."""
    circle = await seed_circle(Settings(data_dir=data), members=NAMES, door="open")
    async with serving(data, "--workers", str(workers)) as served:
        port = re.search(r"localhost:(\d+)", served.said)
        assert port
        base = f"http://127.0.0.1:{port[1]}"

        def comer(name: str, cookie: str) -> Comer:
            return Comer(base, circle.slug, f"{circle.cookie_name}={cookie}", name)

        sari = comer("Sari", circle.facilitator)
        members = {name: comer(name, circle.members[name]) for name in NAMES}
        night = Evening(served, sari, members)
        async with contextlib.AsyncExitStack() as stack:
            for one in night.everybody:
                staying = asyncio.create_task(one.stay())
                stack.callback(staying.cancel)
                await until(lambda one=one: one.room is not None)
            await begin(night)
            yield night


async def begin(night: Evening) -> None:
    rina = night.members["Rina"]
    await night.sari.send(SetPhase(Phase.SHARING))
    await night.sari.send(StartRound(Wording("Apa yang berat minggu ini?"), Order.SEATS))
    await night.members["Siti"].send(StepOut())
    await rina.here.until(lambda r: r.you and r.you.offered)
    await rina.send(Accept())
    await night.members["Budi"].send(Ask())
    await night.sari.here.until(
        lambda r: r.holder and r.facilitating and r.facilitating.asked and r.meeting
    )


async def test_a_rolling_restart_loses_no_stick_no_seat_and_no_place(tmp_path: Path) -> None:
    async with evening(tmp_path, 2) as night:
        before, processes = night.state(), webs_of(night.served)
        reload = await started(tmp_path, "reload")
        assert await reload.wait() == 0
        await until(lambda: not webs_of(night.served) & processes)
        await night.all_back(1)
        assert night.state() == before
        assert night.away() == 0, "somebody who was sent on was shown as away"
        assert not [why for one in night.everybody for why in one.refused]
        await night.says("Rina", "masih di sini")
        gaps = [gap for one in night.everybody for gap in one.gaps]
        print(f"back after {max(gaps):.2f} s at most, {len(gaps)} times")
        assert max(gaps) < BACK_WITHIN


async def test_a_killed_process_costs_nobody_their_stick_or_seat(tmp_path: Path) -> None:
    async with evening(tmp_path, 2) as night:
        stick, order = night.state()[0], night.state()[-1]
        for pid in webs_of(night.served):
            os.kill(pid, signal.SIGKILL)
        await night.all_back(1)
        await night.sari.here.until(lambda r: r.meeting and r.meeting.stick.kind == "held")
        now = night.state()
        assert (now[0].kind, now[0].member_id) == (stick.kind, stick.member_id)  # type: ignore[attr-defined]
        assert now[-1] == order
        await night.says("Rina", "masih memegang")


async def test_whoever_reconnects_often_is_refused_no_tab(tmp_path: Path) -> None:
    async with evening(tmp_path, 2) as night:
        for times in (1, 2):
            processes = webs_of(night.served)
            if has_terminal():
                assert await (await started(tmp_path, "reload")).wait() == 0
            else:
                # No terminal can have been closed, so that is what it means.
                night.served.process.send_signal(signal.SIGHUP)
            await until(lambda old=processes: not webs_of(night.served) & old)
            await night.all_back(times)
        assert not [why for one in night.everybody for why in one.refused]
        assert night.away() == 0
