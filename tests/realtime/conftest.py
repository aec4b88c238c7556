"""A running room for socket tests: uvicorn on a free port over a real Valkey, and who may come in.

Declines to stand in for the pages: the cookie of these tests is the person's name.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest
import uvicorn

from realtime.audio.turn import Turn
from realtime.client import RoomClient
from realtime.clock import Clock
from realtime.domain.commands import Admit
from realtime.domain.meeting import CircleId, Frame, MemberId
from realtime.domain.refusal import Reason, Refused
from realtime.live import Live
from realtime.ports import Guest
from realtime.store import Stores, by_redis
from server.embedded import EmbeddedValkey

FRAME = Frame(title="Kamis malam", seats=6)


@dataclass
class Door:
    """An admission of the tests' own: everybody but `Orang` belongs, `Bu…` facilitate."""

    frame: Frame = FRAME
    banned: set[str] = field(default_factory=set)
    visits: list[tuple[MemberId, ...]] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    companions: dict[str, str] = field(default_factory=dict)
    """Newcomer -> who accompanies them, by name."""
    listening_first: set[str] = field(default_factory=set)
    opens: float | None = None
    revoked: list[tuple[str, bool]] = field(default_factory=list)
    invited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Who came by what somebody handed out, by name."""
    trouble: Callable[[], Awaitable[None]] | None = None

    async def admit(self, cookies: Mapping[str, str], slug: str) -> Guest:
        name = cookies.get("name")
        if name is None:
            raise Refused(Reason.NOT_SIGNED_IN)
        if name == "Orang":
            raise Refused(Reason.NOT_A_MEMBER)
        if name in self.banned:
            raise Refused(Reason.BANNED)
        companion = self.companions.get(name)
        return Guest(
            member_id=MemberId(f"m-{name}"),
            circle_id=CircleId(f"c-{slug}"),
            name=name,
            facilitator=name.startswith("Bu"),
            first_visit=False,
            frame=self.frame,
            observes=name in self.listening_first,
            companion=MemberId(f"m-{companion}") if companion else None,
            opens=self.opens,
        )

    async def ban(self, circle_id: CircleId, member_id: MemberId) -> None:
        await self.asked()
        self.banned.add(member_id.removeprefix("m-"))

    async def revoke(
        self, circle_id: CircleId, member_id: MemberId, *, branch: bool
    ) -> tuple[MemberId, ...]:
        await self.asked()
        self.revoked.append((member_id.removeprefix("m-"), branch))
        came = self.invited.get(member_id.removeprefix("m-"), ())
        return tuple(MemberId(f"m-{name}") for name in came) if branch else ()

    async def asked(self) -> None:
        """Answers, fails or hangs, as the test has it."""
        if self.trouble is not None:
            await self.trouble()

    async def visited(self, circle_id: CircleId, members: tuple[MemberId, ...], turns: int) -> None:
        self.visits.append(members)
        self.turns.append(turns)


class Time:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.step = 0.0

    def wall(self) -> float:
        return 1_790_000_000.0 + self.passed + self.step

    def monotonic(self) -> float:
        return 1000.0 + self.passed


class Uvicorn(uvicorn.Server):
    """Leaves the signals to the test runner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(
    door: Door,
    stores: Stores,
    time: Time | None = None,
    sound: tuple[str, Turn] | None = None,
    *,
    straight: bool = True,
) -> AsyncIterator[tuple[Live, str]]:
    """A process of the room over these stores, and its address, while it is served."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    if time is None:
        live = Live(door, stores, [url], straight=straight)
    else:
        live = Live(door, stores, [url], Clock(time.wall, time.monotonic), time.monotonic)
    if sound is not None:
        live.with_sound(*sound)
    config = uvicorn.Config(
        live.asgi(),
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
    )
    server = Uvicorn(config)
    await live.start()
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield live, url
    finally:
        await live.stop()
        server.should_exit = True
        await running
        listening.close()


@dataclass
class House:
    """One circle of its own on one process, and the people who come to it."""

    url: str
    slug: str
    door: Door
    live: Live
    stack: AsyncExitStack

    @property
    def circle_id(self) -> CircleId:
        return CircleId(f"c-{self.slug}")

    async def come(self, name: str, *, observer: bool = False, protocol: int = 1) -> RoomClient:
        """Connect as that person; they may be told to wait at the door."""
        opening = RoomClient.connect(
            self.url, self.slug, f"name={name}", observer=observer, protocol=protocol
        )
        return await self.stack.enter_async_context(opening)

    async def seat(self, *names: str) -> list[RoomClient]:
        """A facilitator first: everybody comes, and is let in."""
        first, *others = names
        host = await self.come(first)
        people = [host]
        for name in others:
            person = await self.come(name)
            if person.meeting is None:
                await host.send(Admit(person.me))
            people.append(person)
        for person in people:
            await person.until(lambda p: p.meeting and len(p.meeting.seats) == len(names))
        return people

    def elsewhere(self, url: str, live: Live) -> House:
        """The same circle as served by another process."""
        return replace(self, url=url, live=live)


@pytest.fixture(scope="session", params=["straight", "by the queue"])
async def process(
    valkey: EmbeddedValkey, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Live, Door, str]]:
    """Once past engine.io's queue, and once without touching anything that is private in it."""
    door, straight = Door(), request.param == "straight"
    async with serving(door, by_redis(valkey.url), straight=straight) as (live, url):
        yield live, door, url


@pytest.fixture
async def house(process: tuple[Live, Door, str]) -> AsyncIterator[House]:
    live, door, url = process
    door.banned.clear()
    door.visits.clear()
    door.turns.clear()
    door.companions.clear()
    door.listening_first.clear()
    door.revoked.clear()
    door.invited.clear()
    door.opens = door.trouble = None
    async with AsyncExitStack() as stack:
        yield House(url, secrets.token_hex(6), door, live, stack)
