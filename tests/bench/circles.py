"""Whole circles of light clients: seated by the rules themselves, passing the stick, timed.

Knows the room only by what it sends. Declines to check anything: the tests do.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import orjson

from realtime.domain.commands import Accept, Arrived, Command, PassStick, StartRound
from realtime.domain.meeting import CircleId, Meeting, MemberId, Order, TurnId, Wording
from realtime.domain.stick import decide, open_meeting
from realtime.ports import MeetingStore
from realtime.views import PROTOCOL
from tests.bench.machines import ASKS, cookie, frame_of
from tests.bench.sockets import Ended, Socket, open_socket

PATIENCE = 20.0
SEATED_WITHIN = 60.0
PING, PONG = b"2", b"3"
GIVEN = ("Sari", "Rina", "Budi", "Melati", "Tono", "Ayu", "Dewi", "Joko", "Wulan", "Putri")
SURNAMES = ("Wijayakusuma", "Hadiningrat", "Suryaningsih", "Kusumawardhani", "Prawirodirdjo")
LONGEST_NAME = 40
PROMPT = Wording("Apa yang membuatmu bertahan minggu ini?", "What kept you going this week?")


class NotCarriedOut(Exception):
    """A press came to nothing: refused, or not answered in time; the message says which."""


@dataclass(frozen=True)
class Person:
    member: MemberId
    name: str
    facilitator: bool


@dataclass(frozen=True)
class Pressed:
    """One press: seconds until its answer, and until every seat had the new meeting."""

    kind: str
    answered: float
    everywhere: float


def short_names(count: int) -> list[str]:
    return [f"{GIVEN[at % len(GIVEN)]} {chr(65 + at // len(GIVEN))}." for at in range(count)]


def long_names(count: int) -> list[str]:
    """As long as a name may be, and no two alike."""
    names = []
    for at in range(count):
        words = [GIVEN[at % 10], GIVEN[at // 10 + 1], SURNAMES[at % 5], SURNAMES[(at // 5 + 1) % 5]]
        names.append(" ".join([*words, GIVEN[(at + 3) % 10], "Tangerang"])[:LONGEST_NAME])
    return names


def people_named(names: Sequence[str]) -> list[Person]:
    """The first one facilitates. Ids are as long as those of real accounts."""
    return [
        Person(MemberId(secrets.token_urlsafe(12)), name, at == 0) for at, name in enumerate(names)
    ]


def seated(circle_id: CircleId, people: Sequence[Person]) -> Meeting:
    """A meeting in which they all sit, as it comes about when they arrive one by one."""
    now = time.time()
    meeting = open_meeting(circle_id, frame_of(circle_id), now)
    meeting = replace(meeting, frame=replace(meeting.frame, door="open"))
    for person in people:
        seen = Arrived(person.name, person.facilitator, observer=False, first_visit=False)
        meeting = decide(meeting, person.member, seen, now, secrets.token_urlsafe(16))
    return replace(meeting, frame=frame_of(circle_id))


class Seat:
    """One person's connection: reads no more of a frame than the benchmark needs."""

    def __init__(self, circle: BenchCircle, person: Person) -> None:
        self.person = person
        self.turn_id: TurnId | None = None
        self.kept: list[tuple[str, bytes]] | None = None
        """Every frame with its event, from when this is made a list."""
        self.heard_bytes = 0
        self._circle = circle
        self._socket: Socket | None = None
        self._answers: dict[int, asyncio.Future[tuple[float, Any]]] = {}
        self._last = 0
        self._joined = asyncio.Event()
        self._turn = asyncio.Event()

    async def sit_down(self, url: str) -> None:
        self._socket = await open_socket(
            url,
            "/socket.io/?EIO=4&transport=websocket",
            cookie(self.person.name, self.person.member, self.person.facilitator),
            self._hear,
        )
        hello = {
            "protocol": PROTOCOL,
            "circle": self._circle.circle_id,
            "tab": secrets.token_urlsafe(9),
            "observer": False,
        }
        self._socket.send(b"40" + orjson.dumps(hello))
        await asyncio.wait_for(self._joined.wait(), SEATED_WITHIN)

    def _hear(self, frame: bytes) -> None:
        at = time.perf_counter()
        self.heard_bytes += len(frame)
        if frame.startswith(b"42["):
            self._event(frame, at)
        elif frame.startswith(b"43"):
            start = frame.index(b"[")
            answer = self._answers.pop(int(frame[2:start]))
            if not answer.done():
                answer.set_result((at, orjson.loads(frame[start:])[0]))
        elif frame == PING and self._socket is not None:
            with suppress(Ended):
                self._socket.send(PONG)

    def _event(self, frame: bytes, at: float) -> None:
        event = frame[4 : frame.index(b'"', 4)]
        if self.kept is not None:
            self.kept.append((event.decode(), frame))
        if event == b"meeting":
            self._circle.saw(frame, at)
            self._joined.set()
        elif event == b"you":
            self.turn_id = orjson.loads(frame[2:])[1]["turn_id"]
            if self.turn_id:
                self._turn.set()
            else:
                self._turn.clear()

    async def turn(self) -> TurnId:
        """The turn that this person has; it comes right after the meeting that shows it."""
        await asyncio.wait_for(self._turn.wait(), PATIENCE)
        assert self.turn_id is not None
        return self.turn_id

    async def command(self, command: Command, seen: tuple[int, int]) -> tuple[float, float, Any]:
        """Send a command. When it left, when the answer came, and what that was."""
        assert self._socket is not None
        self._last += 1
        answer = self._answers[self._last] = asyncio.get_running_loop().create_future()
        payload = {"command_id": secrets.token_urlsafe(12), "seen": seen, "command": command}
        frame = b"42%d" % self._last + orjson.dumps(["command", payload])
        left = time.perf_counter()
        self._socket.send(frame)
        at, told = await asyncio.wait_for(answer, PATIENCE)
        return left, at, told

    @property
    def lost(self) -> bool:
        return self._socket is not None and self._socket.closed

    def leave(self) -> None:
        if self._socket is not None:
            self._socket.close()


class BenchCircle:
    """One circle: its people, and when the last of them saw each version."""

    def __init__(self, names: Sequence[str], *, asks: bool = False) -> None:
        self.circle_id = CircleId((ASKS if asks else "") + secrets.token_urlsafe(12))
        self.people = people_named(names)
        self.seats = {person.member: Seat(self, person) for person in self.people}
        self.meeting: dict[str, Any] = {}
        self.snapshot = b""
        """The newest `meeting` frame."""
        self._newest = (0, 0)
        self._seen: dict[int, int] = {}
        self._whole: dict[int, float] = {}
        self._everybody = asyncio.Event()

    async def gather(self, url: str, store: MeetingStore) -> None:
        """Seat everybody, then let them connect: they come back to their seats."""
        await store.swap(None, seated(self.circle_id, self.people))
        for seat in self.seats.values():
            await seat.sit_down(url)

    def saw(self, frame: bytes, at: float) -> None:
        """Somebody was shown a version; the first copy of it is read for all."""
        start = frame.index(b'"version":') + 10
        version = int(frame[start : frame.index(b",", start)])
        if version > self._newest[1]:
            self.snapshot, self.meeting = frame, orjson.loads(frame[2:])[1]
            self._newest = (self.meeting["epoch"], version)
        count = self._seen[version] = self._seen.get(version, 0) + 1
        if count == len(self.seats):
            self._whole[version] = at
            self._everybody.set()

    async def everywhere(self, version: int) -> float:
        """When the last seat had that version."""
        async with asyncio.timeout(PATIENCE):
            while version not in self._whole:
                self._everybody.clear()
                await self._everybody.wait()
        return self._whole[version]

    async def begin(self) -> None:
        """A round begins, and with it the first turn is offered."""
        await self._press(self.people[0].member, StartRound(PROMPT, Order.SEATS), 0.0)

    async def press(self, due: float = 0.0) -> Pressed:
        """The next press of a round: whoever is offered the stick takes it, then passes it on.

        Times count from `due` where that was given: a press that had to wait was late for it.
        """
        try:
            return await self._next_press(due)
        except TimeoutError:
            raise NotCarriedOut("no answer") from None
        except Ended:
            raise NotCarriedOut("no connection") from None

    async def _next_press(self, due: float) -> Pressed:
        stick = self.meeting["stick"]
        match stick["kind"]:
            case "offered":
                return await self._press(stick["member_id"], Accept(), due)
            case "held":
                turn = await self.seats[stick["member_id"]].turn()
                return await self._press(stick["member_id"], PassStick(turn, None), due)
        await self.begin()
        return await self._next_press(due)

    async def _press(self, who: MemberId, command: Command, due: float) -> Pressed:
        left, answered, told = await self.seats[who].command(command, self._newest)
        if not told["ok"]:
            raise NotCarriedOut(told["reason"])
        whole = await self.everywhere(told["version"])
        began = due or left
        return Pressed(command.type, answered - began, whole - began)

    def heard_bytes(self) -> int:
        """What all its connections received so far."""
        return sum(seat.heard_bytes for seat in self.seats.values())

    def lost(self) -> int:
        """How many of its connections the server ended."""
        return sum(seat.lost for seat in self.seats.values())

    def leave(self) -> None:
        for seat in self.seats.values():
            seat.leave()
