"""`make fuzz`: junk of every kind at a real server, for so many seconds, and what came of it.

Nothing may crash, answer with a fault or a 5xx, stall, or leave a piece of what was sent in a log;
two neighbours go on talking all the while. Prints what was tried and how to try a failure again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings

from realtime.client import ConnectRefused, NotInTime, RoomClient, RoomClosed
from realtime.domain.commands import Lock, Resume, SetPhase
from realtime.domain.meeting import Phase as DomainPhase
from server.circles.seed import Seeded
from tests.fuzz import inside, pages, port, rooms
from tests.fuzz.place import Place, Server, seeded
from tests.fuzz.texts import CANARY
from tests.postgres import Postgres

Kind = Callable[[Place], Any]
KINDS: dict[str, Kind] = {
    "events": rooms.events_by_schema,
    "frames": rooms.raw_frames,
    "greetings": rooms.greetings,
    "sound": rooms.sound_answers,
    "routes": pages.routes,
    "forms": pages.forms,
    "scripts": pages.scripts,
    "datagrams": port.datagrams_of_strangers,
    "names": inside.names,
    "same names": inside.same_names,
    "calendars": inside.calendars,
    "sdp": inside.sdp,
}
EXAMPLES = 30
"""Of one kind before the next one has its turn."""
MOST_TOLD = 1500
SAID_EVERY = 2.2
LATE = 5.0


class Idle:
    """The control: a thread of ours that only sleeps, and how late the machine wakes it."""

    def __init__(self) -> None:
        self.worst = 0.0
        threading.Thread(target=self._sleep, daemon=True).start()

    def _sleep(self) -> None:
        while True:
            began = time.perf_counter()
            time.sleep(0.005)
            self.worst = max(self.worst, time.perf_counter() - began - 0.005)


async def keep_open(place: Place, circle: Seeded) -> None:
    """A facilitator in each circle, so that others come past its door; whatever they press."""
    cookie = f"{circle.cookie_name}={circle.facilitator}"
    while True:
        with contextlib.suppress(RoomClosed, ConnectRefused, NotInTime):
            async with RoomClient.connect(place.url, circle.slug, cookie) as host:
                while not host.closed:
                    for command in (Lock(False), Resume(), SetPhase(DomainPhase.SHARING)):
                        await host.send(command)
                    await asyncio.sleep(0.5)
        await asyncio.sleep(0.1)


class Neighbours:
    """Two people who talk in a circle of their own."""

    def __init__(self, url: str, circle: Seeded) -> None:
        self.url, self.circle = url, circle
        self.heard, self.worst = 0, 0.0
        self.wrong: str | None = None

    async def talk(self) -> None:
        one = self.circle
        try:
            async with contextlib.AsyncExitStack() as stack:
                host, guest = [
                    await stack.enter_async_context(
                        RoomClient.connect(self.url, one.slug, f"{one.cookie_name}={value}")
                    )
                    for value in (one.facilitator, next(iter(one.members.values())))
                ]
                await guest.until(lambda p: p.meeting)
                while True:
                    began = time.perf_counter()
                    assert (await host.say(f"{CANARY} {self.heard}")).ok
                    await guest.until(lambda p: len(p.said) > self.heard, LATE)
                    self.heard += 1
                    self.worst = max(self.worst, time.perf_counter() - began)
                    await asyncio.sleep(SAID_EVERY)
        except Exception as fault:
            self.wrong = f"{type(fault).__name__}: {fault}"


def one_round(place: Place, name: str, number: int, *, shrink: bool) -> str | None:
    """Some examples of one kind. What went wrong, as Hypothesis tells it."""
    strategies, test = KINDS[name](place)
    wrapped: Any = given(*strategies)
    tried = wrapped(test)
    tried = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )(tried)
    try:
        run: Callable[[], None] = seed(number)(tried)
        run()
    except Exception as wrong:
        told = "".join(traceback.format_exception_only(wrong))[:MOST_TOLD]
        last = traceback.extract_tb(wrong.__traceback__)[-1]
        return f"{told}  in {Path(last.filename).name}:{last.lineno}"
    return None


def wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("seconds", nargs="?", type=float, default=75)
    parser.add_argument("--only", choices=sorted(KINDS), action="append")
    parser.add_argument("--shrink", action="store_true", help="look for the smallest that fails")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not on SQLite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    return parser.parse_args()


def rounds(place: Place, server: Server, asked: argparse.Namespace) -> list[str]:
    """In turn, until the time is over. What went wrong, with how to see it again."""
    wrong: list[str] = []
    kinds = asked.only or list(KINDS)
    until, number = time.monotonic() + asked.seconds, asked.seed
    while kinds and time.monotonic() < until and server.alive():
        for name in list(kinds):
            place.dice.seed(number)
            if told := one_round(place, name, number, shrink=asked.shrink):
                again = f"make fuzz ARGS='60 --only \"{name}\" --seed {number}'"
                wrong.append(f"{name}: {told}\n  again: {again}")
                kinds.remove(name)
            number += 1
            if time.monotonic() > until:
                break
    if not server.alive():
        wrong.append(f"the server ended:\n{server.logged()[-2000:]}")
    return wrong


def main() -> int:
    asked = wanted()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lingkar-fuzz-"))
        database = None
        if asked.postgres:
            postgres = stack.enter_context(Postgres())
            database = postgres.url(loop.run_until_complete(postgres.create()))
        server = Server(Path(folder), database)
        circles = loop.run_until_complete(seeded(server.settings))
        told = loop.run_until_complete(server.start())
        url = f"http://127.0.0.1:{told['port']}"
        http = httpx.AsyncClient(base_url=url, timeout=20, trust_env=False)
        place = Place(url, told["sound"], circles[1:], loop, http)
        neighbours = Neighbours(url, circles[0])
        beside = [loop.create_task(keep_open(place, one)) for one in place.circles]
        beside.append(loop.create_task(neighbours.talk()))
        before = server.children()
        idle = Idle()
        wrong = rounds(place, server, asked)
        if server.children() != before:
            wrong.append("a process beside the server ended and was started again")
        for task in beside:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*beside, return_exceptions=True))
        loop.run_until_complete(http.aclose())
        watched = loop.run_until_complete(server.stop()) if server.alive() else {}
        wrong += after(server, neighbours)
        report(place, neighbours, watched, idle, asked.seed)
    for one in wrong:
        print(f"\nFAILED {one}")
    return 1 if wrong else 0


def after(server: Server, neighbours: Neighbours) -> list[str]:
    wrong = []
    logged = server.logged()
    for line in logged.splitlines():
        if CANARY.lower() in line.lower():
            wrong.append(f"a log holds what was sent: {line[:200]}")
        if "fault=" in line or "page.fault" in line or "Traceback" in line:
            wrong.append(f"a log tells of a fault: {line[:300]}")
    if neighbours.wrong or not neighbours.heard:
        wrong.append(f"the neighbours noticed: {neighbours.wrong}")
    return list(dict.fromkeys(wrong))


def report(
    place: Place, neighbours: Neighbours, watched: dict[str, Any], idle: Idle, first: int
) -> None:
    print(f"fuzz: {place.did.total()} executions, seed {first}")
    for name, times in sorted(place.did.items()):
        print(f"  {name:<16}{times:>8}")
    print(f"  neighbours heard {neighbours.heard} times, slowest {neighbours.worst * 1000:.0f} ms")
    if watched:
        print(
            f"  worst stall of the loop {watched['stood'] * 1000:.0f} ms of its own work"
            f" ({watched['late'] * 1000:.0f} ms with the machine's; {idle.worst * 1000:.0f} ms for"
            f" a thread that only sleeps), {watched['over']} above 50 ms"
        )
        for where, took in sorted(watched["places"].items(), key=lambda one: -one[1])[:6]:
            print(f"    {took * 1000:.0f} ms  {where}")


if __name__ == "__main__":
    sys.exit(main())
