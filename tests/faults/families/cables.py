"""A machine that loses its cables: a process in a network namespace, and its links taken down.

Only root may make namespaces; elsewhere the rows are not run, and the user-space ways stand for
them. The addresses are of the network for benchmarks (RFC 2544), and all is taken down at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from tests.faults.families.kills import AFTER, BACK, TOLD
from tests.faults.families.stores import told
from tests.faults.house import House, Web, a_web
from tests.faults.people import CANARY, gathered
from tests.faults.rows import Houses, NotRun, Seen, row
from tests.faults.ways import a_way
from tests.journeys.browsing import free_port

NOTICED = 20.0
NAME = f"lkf{os.getpid() % 100000}"


@dataclass(frozen=True)
class Cable:
    """A pair of ends: `here` with us, `there` with the machine."""

    here: str
    there: str
    near: str
    far: str

    def pull(self) -> None:
        ip("link", "set", self.here, "down")

    def plug_in(self) -> None:
        ip("link", "set", self.here, "up")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def a_machine() -> Iterator[tuple[Cable, Cable]]:
    """A namespace with two cables: one for people, one to Valkey."""
    if os.getuid() != 0:
        raise NotRun("network namespaces are made by root alone")
    if shutil.which("ip") is None:
        raise NotRun("the command 'ip' is missing; on Debian: apt-get install iproute2")
    people = Cable(f"{NAME}p", f"{NAME}q", "198.18.71.1", "198.18.71.2")
    store = Cable(f"{NAME}s", f"{NAME}t", "198.18.72.1", "198.18.72.2")
    try:
        ip("netns", "add", NAME)
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode(errors="replace").strip()
        raise NotRun(f"this machine makes no network namespace: {why}") from None
    try:
        ip("-n", NAME, "link", "set", "lo", "up")
        for cable in (people, store):
            ip(
                "link",
                "add",
                cable.here,
                "type",
                "veth",
                "peer",
                "name",
                cable.there,
                "netns",
                NAME,
            )
            ip("addr", "add", f"{cable.near}/30", "dev", cable.here)
            ip("-n", NAME, "addr", "add", f"{cable.far}/30", "dev", cable.there)
            cable.plug_in()
            ip("-n", NAME, "link", "set", cable.there, "up")
        yield people, store
    finally:
        # A namespace lets go of its cables when it likes; the next one needs their names at once.
        for left in (["link", "delete", people.here], ["link", "delete", store.here]):
            subprocess.run(["ip", *left], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "delete", NAME], check=False, capture_output=True)


@asynccontextmanager
async def elsewhere(house: House, people: Cable, store: Cable) -> AsyncIterator[Web]:
    """One more web process, on that machine; in the place of the first while the block lasts."""
    async with a_way(("127.0.0.1", house.valkey_port), store.near) as way:
        web = a_web(house, "far", way, free_port())
        web.host = people.far
        program = web.program
        program.command = ["ip", "netns", "exec", NAME, *program.command]
        program.environment = {
            **program.environment,
            "HOST": people.far,
            "REDIS_URL": f"redis://{store.near}:{way.port}",
            # As its pages are known, and as its people's pages say.
            "PUBLIC_URL": web.base,
        }
        before, house.webs[0] = house.webs[0], web
        try:
            await program.start()
            yield web
        finally:
            await program.end()
            house.webs[0] = before


@row(
    "cable-pulled",
    "a machine loses its network: half of the people and Valkey are out of its reach at once",
    "its people go over to the other process; no two truths when it is back",
)
async def a_machine_is_unplugged(houses: Houses) -> Seen:
    house = await houses.shared()
    with a_machine() as (front, store):
        async with elsewhere(house, front, store), gathered(house) as people:
            before = await people.told()
            there = people.on(0)
            began = time.monotonic()
            front.pull()
            store.pull()
            ack = await people["Ani"].say(f"tanpa yang jauh {CANARY}")
            await people.until(lambda: all(person.losses for person in there), "they notice")
            noticed = time.monotonic() - began
            back = await people.whole_again(before)
            front.plug_in()
            store.plug_in()
            await people.go_on()
            assert ack.ok
            return Seen(
                f"{len(there)} noticed and went over; the same turn",
                {"noticed": (noticed, NOTICED), "back": (back, BACK)},
            )


@row(
    "cable-to-valkey-pulled",
    "the link between one machine and Valkey is down; its people still reach it",
    "they are told; the others go on; together again after it",
)
async def the_link_to_valkey_is_down(houses: Houses) -> Seen:
    house = await houses.shared()
    with a_machine() as (front, store):
        async with elsewhere(house, front, store), gathered(house) as people:
            before = await people.told()
            there = [person for person in people.on(0) if not person.at_door]
            for person in there:
                person.comes_elsewhere = False
            began = time.monotonic()
            store.pull()
            heard = await told(people, there, began)
            ack = await people["Ani"].say(f"di sini {CANARY}")
            await people.hear(ack, but=tuple(there))
            store.plug_in()
            up = time.monotonic()
            await people.whole_again(before)
            back = time.monotonic() - up
            await people.go_on()
            return Seen(
                f"{len(there)} told, the others went on",
                {"told": (heard, TOLD), "back": (back, AFTER)},
            )
