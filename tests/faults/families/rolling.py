"""A server that keeps its processes: exchanged while people meet, started again when killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.faults.families.kills import AFTER, BACK, TOLD
from tests.faults.families.stores import told
from tests.faults.people import People, gathered
from tests.faults.programs import handles
from tests.faults.rows import Houses, Seen, row


def longest(people: People) -> float:
    """The longest that anybody was without a line."""
    return max((person.back_at - person.lost_at for person in people if person.losses), default=0.0)


@row(
    "rolling-restart",
    "'lingkar serve --workers 2' exchanges its processes (SIGUSR1) in mid-round",
    "drained, people come back with jitter; no stick, seat or place lost",
)
async def processes_are_exchanged(houses: Houses) -> Seen:
    house = await houses.served()
    async with gathered(house) as people:
        before, serve = await people.told(), house.webs[0].program
        old = set(serve.children("server.serving"))
        os.kill(serve.pid, signal.SIGUSR1)

        def exchanged() -> bool:
            now = set(serve.children("server.serving"))
            return len(now) == len(old) and not now & old

        rolled = await people.until(exchanged, "every process is another")
        await people.whole_again(before)
        gone = longest(people)
        await people.go_on()
        moved = sum(1 for person in people if person.losses)
        assert moved, "nobody was moved"
        return Seen(
            f"{moved} moved within {rolled:.1f} s, turn kept",
            {"longest without a line": (gone, BACK)},
        )


@row(
    "worker-killed",
    "kill -9 of one of the processes of 'lingkar serve --workers 2'",
    "its people are with the other at once; another process is started",
)
async def a_worker_is_killed(houses: Houses) -> Seen:
    house = await houses.served()
    async with gathered(house) as people:
        before, serve = await people.told(), house.webs[0].program
        # The fuller one: on the other there may be nobody.
        killed = max(serve.children("server.serving"), key=handles)
        os.kill(killed, signal.SIGKILL)
        began = time.monotonic()
        await people.until(lambda: not Path(f"/proc/{killed}").exists(), "it is gone")
        await people.cut()
        await people.whole_again(before)
        back = time.monotonic() - began
        await people.until(
            lambda: len(serve.children("server.serving")) == 2, "there are two again"
        )
        await people.go_on()
        return Seen("turn kept, two processes again", {"back": (back, BACK)})


@row(
    "embedded-valkey-killed",
    "kill -9 of the Valkey that 'lingkar serve' brings along",
    "a banner, started again empty, rebuilt: nothing lost",
)
async def the_embedded_valkey_is_killed(houses: Houses) -> Seen:
    house = await houses.served()
    async with gathered(house) as people:
        before, serve = await people.told(), house.webs[0].program
        valkey = serve.children("valkey-server")[0]
        began = time.monotonic()
        os.kill(valkey, signal.SIGKILL)
        heard = await told(people, people.seated, began)
        await people.until(
            lambda: [pid for pid in serve.children("valkey-server") if pid != valkey], "a new one"
        )
        up = time.monotonic()
        await people.whole_again(before)
        back = time.monotonic() - up
        await people.go_on()
        return Seen(
            "rebuilt from what the processes hold", {"told": (heard, TOLD), "back": (back, AFTER)}
        )
