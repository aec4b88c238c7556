"""People who take turns and talk, as many as you like, and how soon everybody has what was said.

    python -m examples.load --people 20 --seconds 30

Starts a server and a circle of its own in a folder that is gone afterwards. With `--link` it goes
to a server that runs on this machine, in a circle where a facilitator starts rounds. Declines to
go anywhere else: load is for machines of one's own. What is said is made up, and is kept nowhere.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from realtime.client import RoomClient, Visit, come_by, stay
from realtime.domain import commands
from realtime.domain.meeting import Order, Presence, Wording

SEATS = 30
BY_LINK = 20
"""Invitations that one address may use within ten minutes."""
LINES_A_TURN = 2
HERE = ("localhost", "127.0.0.1", "[::1]")


@dataclass
class Figures:
    """What was seen. Holds times, and ids that were made up here."""

    said_at: dict[str, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    passed_at: float | None = None
    moves: list[float] = field(default_factory=list)
    noes: Counter[str] = field(default_factory=Counter)
    missed: int = 0

    def table(self, people: int, seconds: float) -> str:
        rows = [
            ("people", f"{people}"),
            ("seconds", f"{seconds:.0f}"),
            ("messages", f"{len(self.said_at)}"),
            ("deliveries", f"{len(self.delays)}"),
            ("deliveries a second", f"{len(self.delays) / seconds:.0f}"),
            ("delivery, ms, p50 / p99", spread(self.delays)),
            ("turns taken", f"{len(self.moves)}"),
            ("the stick moves, ms, p50 / p99", spread(self.moves)),
            ("missed words", f"{self.missed}"),
            ("refused", ", ".join(f"{n} {why}" for why, n in self.noes.items()) or "nothing"),
        ]
        return "\n".join(f"{name:<32}{value}" for name, value in rows)


def spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "-"
    cuts = statistics.quantiles(seconds, n=100)
    return f"{cuts[49] * 1000:.1f} / {cuts[98] * 1000:.1f}"


@dataclass
class Crowd:
    """Everybody's part. Who holds says a few lines and passes on; who is offered accepts."""

    size: int
    beat: float
    figures: Figures = field(default_factory=Figures)

    async def member(self, room: RoomClient) -> None:
        heard, turn = 0, ""
        async for _ in room.changes():
            heard = self.listen(room, heard)
            if room.you is None:
                continue
            if room.you.offered:
                await self.ask(room.send(commands.Accept()))
            elif room.you.turn_id and room.you.turn_id != turn:
                turn = room.you.turn_id
                await self.take_turn(room)

    async def facilitator(self, room: RoomClient) -> None:
        """Lets everybody in, and starts a round whenever the last one is over."""
        heard = 0
        async for _ in room.changes():
            heard = self.listen(room, heard)
            if room.facilitating and room.facilitating.waiting:
                await self.ask(room.send(commands.Admit(None)))
            elif room.you and room.you.offered:
                await self.ask(room.send(commands.Accept()))
            elif room.you and room.you.turn_id:
                await self.take_turn(room)
            elif rests(room) and room.meeting and here(room) == self.size:
                await self.ask(room.send(commands.StartRound(Wording("Apa kabar?"), Order.SEATS)))

    def listen(self, room: RoomClient, heard: int) -> int:
        """Count what came since; returns how far the words have been heard."""
        now = time.perf_counter()
        for words in room.said:
            if (
                words.seq > heard
                and words.id in self.figures.said_at
                and words.member_id != room.me
            ):
                self.figures.delays.append(now - self.figures.said_at[words.id])
        self.figures.missed += room.missed
        room.missed = 0
        return room.seq

    async def take_turn(self, room: RoomClient) -> None:
        if self.figures.passed_at is not None:
            self.figures.moves.append(time.perf_counter() - self.figures.passed_at)
        for number in range(LINES_A_TURN):
            await asyncio.sleep(self.beat)
            id = secrets.token_urlsafe(12)
            self.figures.said_at[id] = time.perf_counter()
            await self.ask(room.say(f"Kata-kata yang dikarang, {number}. " * 5, id=id))
        if room.you and room.you.turn_id:
            self.figures.passed_at = time.perf_counter()
            await self.ask(room.send(commands.PassStick(room.you.turn_id, None)))

    async def ask(self, asking: Awaitable[object]) -> None:
        reason = getattr(await asking, "reason", None)
        self.figures.noes.update([reason] if reason else [])


def rests(room: RoomClient) -> bool:
    now = room.meeting
    return now is not None and now.stick.kind == "resting" and now.round is None


def here(room: RoomClient) -> int:
    seats = room.meeting.seats if room.meeting else ()
    return sum(seat.presence is Presence.HERE for seat in seats)


@asynccontextmanager
async def own_place(people: int) -> AsyncIterator[list[Visit]]:
    """A server, a circle and its people, the facilitator first; all gone at the end."""
    from server.circles.seed import seed_circle
    from server.settings import Settings

    with tempfile.TemporaryDirectory(prefix="lingkar-load-") as folder:
        settings = Settings(data_dir=Path(folder))
        names = [f"Orang {number}" for number in range(1, people)]
        seeded = await seed_circle(settings, members=names, seats=max(2, people), door="open")
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.cli", "serve", "--sound-workers", "0"),
            env={**os.environ, "LINGKAR_DATA": folder, "HOST": "127.0.0.1", "PORT": "0"},
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            base = await address_of(server)
            cookies = [seeded.facilitator, *seeded.members.values()]
            yield [Visit(base, seeded.slug, f"{seeded.cookie_name}={cookie}") for cookie in cookies]
        finally:
            server.terminate()
            await server.communicate()


async def address_of(server: asyncio.subprocess.Process) -> str:
    """Where it says that it serves, once it does."""
    assert server.stdout is not None
    base = ""
    while line := (await server.stdout.readline()).decode():
        if line.strip().startswith("http") and not base:
            base = line.strip()
        if "Ctrl-C" in line:
            return base
    raise SystemExit("The server did not start.")


@asynccontextmanager
async def elsewhere(link: str, people: int) -> AsyncIterator[list[Visit]]:
    """People who come by an invitation, one after another, as a server's limits have it."""
    if urlsplit(link).hostname not in HERE:
        raise SystemExit("Load is for a server on this machine alone.")
    if people > BY_LINK:
        raise SystemExit(f"At most {BY_LINK} come by one invitation from one address.")
    yield [await come_by(link, f"Orang {number}") for number in range(1, people + 1)]


async def run(people: int, seconds: float, beat: float, link: str | None) -> Figures:
    crowd = Crowd(people, beat)
    place = elsewhere(link, people) if link else own_place(people)
    async with place as visits:
        parts = [crowd.member] * people if link else [crowd.facilitator, *[crowd.member] * people]
        playing = [
            asyncio.create_task(stay(replace(visit, kept=50), part))
            for visit, part in zip(visits, parts, strict=False)
        ]
        await asyncio.wait(playing, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for task in playing:
            task.cancel()
        for ended in await asyncio.gather(*playing, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
    return crowd.figures


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--people", type=int, default=12, choices=range(2, SEATS + 1), metavar="N")
    words.add_argument("--seconds", type=float, default=30)
    words.add_argument("--beat", type=float, default=0.5, help="seconds before each line")
    words.add_argument("--link", help="an invitation to a circle on this machine")
    said = words.parse_args()
    figures = asyncio.run(run(said.people, said.seconds, said.beat, said.link))
    print(figures.table(said.people, said.seconds), flush=True)


if __name__ == "__main__":
    main()
