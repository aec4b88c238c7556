"""`python -m tests.rehearsal.hosts`: a meeting with sound over three hosts, and what is lost in it.

Each app host is a network namespace with a web and a sound process; six Valkey servers are a
cluster beside them, with PostgreSQL, and share one network. Somebody speaks all along, and one on
each host listens. Everything is on this machine and ends with it. Prints a table: step, expected,
seen, seconds. Where it may not make networks or has no PostgreSQL it says so and ends with 3.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import httpx

from realtime.client import ConnectRefused, RoomClient, RoomClosed, Visit
from realtime.domain.commands import Accept, Admit, Offer, PassStick
from realtime.domain.meeting import Presence
from server.circles.seed import Seeded, seed_circle
from server.settings import Settings
from tests.clusters import ValkeyCluster, cluster_in
from tests.faults import programs as started
from tests.faults.programs import Program
from tests.postgres import MISSING, Postgres, programs
from tests.rehearsal.upgrade import Stopped, Table
from tests.rehearsal.voices import Sounding, heard_by
from tests.sound.networks import Cable, Host, ip, lay

MIDDLE = f"198.18.{240 + os.getpid() % 10}.1"
"""Where the store and PostgreSQL are reached from every host. Of RFC 2544: never a real place."""
PORT, HOSTS, MEMBERS = 8000, 3, 8
PUBLIC = "http://lingkar.internal:8000"
NODE_TIMEOUT = 3000
PATIENCE = 300.0
"""Seconds: six processes start at once, on a machine that may be busy with something else."""


@dataclass
class App:
    """One host with its processes, and the cable by which everybody reaches it."""

    host: Host
    near: Cable
    far: Cable
    programs: list[Program] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://{self.near.address}:{PORT}"

    async def lose(self) -> None:
        """As when its power goes: nothing says goodbye."""
        self.far.pull()
        for program in self.programs:
            await program.kill()

    async def come_back(self) -> None:
        self.far.plug()
        self.near.plug(way_out=True)
        await asyncio.gather(*(program.start() for program in self.programs))


@dataclass
class Person:
    """Comes back to any host that answers, as a browser does by a balancer."""

    name: str
    visit: Visit
    apps: list[App]
    at: int
    room: RoomClient | None = None
    gap: float = 0.0

    async def stay(self) -> None:
        lost = 0.0
        while True:
            visit = replace(self.visit, base_url=self.apps[self.at].base)
            with contextlib.suppress(ConnectRefused, RoomClosed, OSError):
                async with visit.room() as room:
                    await room.until(lambda room: room.meeting and room.you, 600)
                    self.gap = time.monotonic() - lost if lost else self.gap
                    self.room = room
                    await room.until(lambda room: room.closed, 3600)
            if self.room is not None:
                self.room, lost = None, time.monotonic()
            if lost:
                self.at = random.choice([n for n in range(len(self.apps)) if n != self.at])
            await asyncio.sleep(random.uniform(0.1, 0.4))

    @property
    def here(self) -> RoomClient:
        assert self.room is not None, f"{self.name} is not here"
        return self.room


@dataclass
class Evening:
    apps: list[App]
    cluster: ValkeyCluster
    people: list[Person]
    ears: list[Person] = field(default_factory=list)
    """Who listens: one person of each host, the facilitator among them."""
    listeners: list[Sounding] = field(default_factory=list)

    @property
    def sari(self) -> RoomClient:
        return self.people[0].here

    async def all_that(self, what: Callable[[Person], object], within: float = 60) -> None:
        async with asyncio.timeout(within):
            while not all(what(person) for person in self.people):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def seated(self) -> str:
        """Everybody is let in, and everybody sees all seats."""

        async def admit() -> None:
            while True:
                with contextlib.suppress(AssertionError, RoomClosed):
                    await self.sari.send(Admit(None))
                await asyncio.sleep(0.3)

        admitting = asyncio.create_task(admit())
        try:
            await self.all_that(lambda one: one.room and self.sees_all(one.room))
        finally:
            admitting.cancel()
        return f"{len(self.people)} people on {len({one.at for one in self.people})} hosts"

    def sees_all(self, room: RoomClient) -> bool:
        seats = room.meeting.seats if room.meeting else ()
        here = [seat for seat in seats if seat.presence is Presence.HERE]
        return len(here) == len(self.people)

    async def listening(self) -> str:
        """The sound is on; whoever facilitates is not on the host that carries it."""
        for one in self.listeners:
            one.begin()
        await self.all_that(lambda _: all(one.voice for one in self.listeners))
        carrying, sari = self.carrying(), self.people[0]
        if sari.at == carrying:
            await self.sari.vanish()
            await self.all_that(lambda _: sari.at != carrying and sari.room and sari.room.you)
        return f"{len(self.listeners)} listen"

    def carrying(self) -> int:
        """The host whose process has this circle's sound."""
        address = next(one.voice.address for one in self.listeners if one.voice)
        return [app.near.address for app in self.apps].index(address)

    async def words(self, among: list[Person]) -> str:
        """What the facilitator says comes to each of these, once and in a moment."""
        text = secrets.token_hex(8)
        ack = await self.sari.say(text)
        if not ack.ok:
            return f"refused: {ack.reason}"
        async with asyncio.timeout(20):
            while not all(heard(one, text) for one in among):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return f"heard by {len(among)}"

    async def gives(self, to: Person) -> str:
        await self.sari.send(Offer(to.here.me))
        await to.here.until(lambda room: room.you and room.you.offered)
        await to.here.send(Accept())
        await to.here.until(lambda room: room.you and room.you.turn_id)
        return f"{to.name} holds it"

    async def passes(self, one: Person) -> str:
        assert one.here.you is not None and one.here.you.turn_id is not None
        ack = await one.here.send(PassStick(one.here.you.turn_id, None))
        return "passed" if ack.ok else f"refused: {ack.reason}"

    def on(self, host: int) -> list[Person]:
        return [one for one in self.people if one.at == host]


def heard(person: Person, text: str) -> bool:
    return person.room is not None and any(one.text == text for one in person.room.said)


async def rehearse(table: Table, folder: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        evening = await laid(stack, table, folder)
        await one_evening(table, evening)


async def laid(stack: contextlib.AsyncExitStack, table: Table, folder: Path) -> Evening:
    """The hosts, what runs on them, and everybody on the way in."""
    ip("addr", "add", f"{MIDDLE}/32", "dev", "lo")
    stack.callback(ip, "addr", "del", f"{MIDDLE}/32", "dev", "lo")
    apps = [app_host(stack, number) for number in range(HOSTS)]
    server = stack.enter_context(Postgres(address=MIDDLE))
    database = server.url(await server.create())
    cluster = await stack.enter_async_context(cluster_in(folder, NODE_TIMEOUT, MIDDLE))
    settings = Settings(data_dir=folder / "keys", database=database)
    names = [f"Orang {number}" for number in range(MEMBERS)]
    seeded = await seed_circle(settings, members=names, door="open", medium="sound")
    for number, app in enumerate(apps):
        app.programs = processes(app, folder / f"app{number}", settings, cluster)
        for program in app.programs:
            stack.push_async_callback(program.end)

    async def ready() -> str:
        await asyncio.gather(*(one.start() for app in apps for one in app.programs))
        async with httpx.AsyncClient(trust_env=False) as browser:
            told = [(await browser.get(f"{app.base}/readyz")).status_code for app in apps]
        return f"{told.count(200)} ready"

    await table.step("three app hosts over a cluster of six", "3 ready", ready())
    people = [
        Person(name, visit_of(seeded, name), apps, number % HOSTS)
        for number, name in enumerate(["Bu Sari", *names])
    ]
    return on_their_way(stack, Evening(apps, cluster, people))


def app_host(stack: contextlib.AsyncExitStack, number: int) -> App:
    host = stack.enter_context(Host(f"app{number}"))
    near, far = lay(host, None, 10 + number, f"h{number}")
    near.plug(way_out=True)
    # What is sent to a host that is cut off must not look for it outside this machine.
    net = ipaddress.ip_network(f"{near.address}/24", strict=False)
    nowhere = ("blackhole", str(net), "metric", "999")
    ip("route", "add", *nowhere)
    stack.callback(ip, "route", "del", *nowhere)
    return App(host, near, far)


def on_their_way(stack: contextlib.AsyncExitStack, evening: Evening) -> Evening:
    """Everybody comes, and stays; sound is there for whoever turns it on."""
    staying = [asyncio.create_task(one.stay()) for one in evening.people]
    stack.callback(lambda: [task.cancel() for task in staying])
    # Three that follow one another are on three hosts.
    evening.ears = evening.people[:HOSTS]
    evening.listeners = [Sounding(partial(room_of, one)) for one in evening.ears]
    for listener in evening.listeners:
        stack.push_async_callback(listener.end)
    return evening


def processes(app: App, folder: Path, settings: Settings, cluster: ValkeyCluster) -> list[Program]:
    """A web and a sound process on that host, with the keys of the place."""
    data = folder / "data"
    shutil.copytree(settings.data_dir, data)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LINGKAR_DATA": str(data),
        "HOST": app.near.address,
        "PORT": str(PORT),
        "PUBLIC_URL": PUBLIC,
        "REDIS_URL": cluster.url,
        "DATABASE_URL": str(settings.database),
        "LINGKAR_SOUND_PORT": "8443",
        "LINGKAR_SOUND_ADDRESS": app.near.address,
    }
    web = started.lingkar("web", folder, environment, "Web on port", "web")
    sound = started.lingkar("sound", folder / "sound", environment, "Sound on UDP port", "sound")
    for program in (web, sound):
        program.command = [*app.host.inside, *program.command]
        program.ready_within = PATIENCE
    return [web, sound]


def room_of(person: Person) -> RoomClient | None:
    return person.room


def visit_of(seeded: Seeded, name: str) -> Visit:
    cookie = seeded.members.get(name, seeded.facilitator)
    return Visit("", seeded.slug, f"{seeded.cookie_name}={cookie}", origin=PUBLIC)


async def one_evening(table: Table, evening: Evening) -> None:
    everybody, ears = len(evening.people), len(evening.listeners)
    await table.step("a meeting over all three", f"{everybody} people on 3 hosts", evening.seated())
    await table.step("words to everybody", f"heard by {everybody}", evening.words(evening.people))
    await table.step("the sound, on each host", f"{ears} listen", evening.listening())
    lost = evening.carrying()
    holder = next(one for one in evening.on(lost) if one not in evening.ears)
    name = f"{holder.name} holds it"
    await table.step("somebody beside the sound takes the stick", name, evening.gives(holder))
    async with singing(holder):
        await a_voice(table, evening, "their voice, on each host")
        await a_host_is_lost(table, evening, lost, holder)
        await a_store_is_lost(table, evening)
        await a_sound_process_is_lost(table, evening)
        await table.step("the turn is ended by whoever had it", "passed", evening.passes(holder))

    async def again() -> str:
        await evening.apps[lost].come_back()
        async with httpx.AsyncClient(trust_env=False) as browser:
            ready = await browser.get(f"{evening.apps[lost].base}/readyz")
        return "ready" if ready.status_code == 200 else ready.text

    await table.step("the lost host is there again", "ready", again())


@contextlib.asynccontextmanager
async def singing(holder: Person) -> AsyncIterator[None]:
    """Into that person's microphone, until the block ends."""
    microphone = Sounding(lambda: holder.room, sings=True)
    microphone.begin()
    try:
        yield
    finally:
        await microphone.end()


async def a_voice(table: Table, evening: Evening, what: str) -> None:
    ears = evening.listeners
    await table.step(what, f"heard by {len(ears)}", heard_by(ears, 60))


async def a_host_is_lost(table: Table, evening: Evening, lost: int, holder: Person) -> None:
    """The one that carries the sound, in the turn of somebody who was on it."""
    gone = evening.on(lost)
    kept = [one for one in evening.people if one not in gone]
    before = [seat.member_id for seat in evening.sari.meeting.seats] if evening.sari.meeting else []
    await evening.apps[lost].lose()
    others = f"heard by {len(kept)}"
    await table.step("that host is cut off; the others go on", others, evening.words(kept))

    async def back() -> str:
        await evening.all_that(lambda one: one.room and one.at != lost, 120)
        await evening.all_that(lambda one: one.room and evening.sees_all(one.room))
        seats = evening.sari.meeting.seats if evening.sari.meeting else ()
        same = [seat.member_id for seat in seats] == before
        holds = evening.sari.holder == holder.here.me
        return f"same seats: {same}, same holder: {holds}"

    well = "same seats: True, same holder: True"
    await table.step("its people are back on the others", well, back())
    gaps = ", ".join(f"{one.gap:.1f}" for one in gone)
    print(f"    from noticing it, each was away for {gaps} s", flush=True)
    await a_voice(table, evening, "the voice, by another host")


async def a_store_is_lost(table: Table, evening: Evening) -> None:
    """The primary that has this circle falls, and its replica takes over."""
    cluster, room = evening.cluster, evening.sari
    assert room.meeting is not None
    third = cluster.home(f"{{{room.meeting.circle_id}}}")
    await cluster.copied(third)
    await cluster.primaries[third].kill()

    async def over() -> str:
        await cluster.promoted(cluster.replicas[third])
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(TimeoutError, RoomClosed, AssertionError):
                    said = await evening.words(evening.people)
                    if said.startswith("heard"):
                        return said
                await asyncio.sleep(0.2)

    expected = f"heard by {len(evening.people)}"
    await table.step("the store of the circle falls; words go on", expected, over())
    await a_voice(table, evening, "the voice, after it")


async def a_sound_process_is_lost(table: Table, evening: Evening) -> None:
    """Alone, on a host that lives on."""
    carrying = evening.carrying()
    had = [one.voice for one in evening.listeners]
    began = time.monotonic()
    await evening.apps[carrying].programs[1].kill()

    async def elsewhere() -> str:
        # What comes before they were told is what was still on its way.
        await evening.all_that(
            lambda _: all(
                one.voice and one.voice is not before
                for one, before in zip(evening.listeners, had, strict=True)
            )
        )
        heard = await heard_by(evening.listeners, 60)
        return heard if evening.carrying() != carrying else "by the one that was killed"

    ears = f"heard by {len(evening.listeners)}"
    await table.step("its sound process is killed; another host's has it", ears, elsewhere())
    print(f"    heard again {time.monotonic() - began:.1f} s after it", flush=True)


def unable() -> str | None:
    if programs() is None:
        return MISSING
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return "it makes networks: as root, with iproute2"
    return None


async def run() -> Table:
    table = Table()
    folder = Path(tempfile.mkdtemp(prefix="lingkar-hosts-"))
    try:
        await rehearse(table, folder)
    except Stopped:
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return table


def main() -> int:
    if why := unable():
        print(f"NOT RUN: {why}")
        return 3
    # Whoever ends it finds nothing left of it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    table = asyncio.run(run())
    print(f"\n{table.told()}")
    return 0 if table.well else 1


if __name__ == "__main__":
    sys.exit(main())
