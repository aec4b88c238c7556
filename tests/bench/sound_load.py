"""Everybody who speaks and listens in a benchmark of sound: one process, the same for all peers.

`python -m tests.bench.sound_load HOST` takes lines of JSON. It sends at a fixed pace whatever
happens, and counts; it knows nothing of who forwards.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from tests.bench import sound_sdp as sdp
from tests.bench.sound_child import serve
from tests.bench.sound_ears import Ears
from tests.bench.sound_person import Person
from tests.bench.sound_voice import voice
from tests.bench.table import percentile

REPORT_SECONDS, CHECK_SECONDS, TICK = 1.0, 2.5, 0.02
QUIET_SECONDS = 0.3
"""So long after the last packet was sent another is waited for."""


class Load:
    def __init__(self, host: str) -> None:
        self._host = host
        self._ears: Ears
        self._people: dict[str, Person] = {}
        self._frames = voice(250)
        self._which = {frame: at for at, frame in enumerate(self._frames)}
        self._ticking: asyncio.Task[None] | None = None
        gc.disable()

    async def answer(self, asked: Mapping[str, Any]) -> object:
        if self._ticking is None:
            self._ears = Ears()
            self._ticking = asyncio.create_task(self._tick())
        match asked["ask"]:
            case "join":
                return self._join(asked["who"], asked["offer"], asked["speaks"])
            case "offer":
                person = self._people[asked["who"]] = Person(self._host, self._ears, speaks=True)
                return sdp.offer(person.me)
            case "answered":
                self._people[asked["who"]].take(sdp.read(asked["answer"]))
            case "connected":
                await asyncio.wait_for(self._connected(asked["who"]), 60)
            case "round":
                return await self._round(asked)
            case "traffic":
                person = self._people[asked["who"]]
                return person.bytes_in, person.bytes_out
            case "idle":
                await asyncio.sleep(asked["seconds"])
            case "leave":
                for who in asked["who"]:
                    self._people.pop(who).leave()
                gc.collect()
        return None

    def _join(self, who: str, offer: str, speaks: bool) -> str:
        person = self._people[who] = Person(self._host, self._ears, speaks=speaks)
        said = sdp.read(offer)
        person.take(said)
        return sdp.answer(said, person.me, speaks=speaks)

    async def _connected(self, who: Sequence[str]) -> None:
        for name in who:
            connected = self._people[name].connected
            assert connected is not None
            await connected

    async def _tick(self) -> None:
        """Reports and checks, each person's in their own moment of the second."""
        began, tick = time.monotonic(), 0
        while True:
            people = list(self._people.values())
            for seconds, act in ((REPORT_SECONDS, Person.report), (CHECK_SECONDS, Person.check)):
                every = int(seconds / TICK)
                for person in islice(people, tick % every, None, every):
                    act(person)
            tick += 1
            await asyncio.sleep(max(0.0, began + tick * TICK - time.monotonic()))

    # --- A round ---

    async def _round(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Every speaker speaks for so long, every listener listens."""
        circles: Mapping[str, Sequence[str]] = asked["circles"]
        for listeners in circles.values():
            for listener in listeners:
                self._people[listener].reset(asked["keep"])
        spoken = await asyncio.gather(
            *(
                self._speak(speaker, asked["rate"], asked["seconds"], at / len(circles))
                for at, speaker in enumerate(circles)
            )
        )
        await self._quiet([self._people[who] for some in circles.values() for who in some])
        late: list[float] = []
        sent = received = lost = silent = 0
        for times, listeners in zip(spoken, circles.values(), strict=True):
            for person in (self._people[listener] for listener in listeners):
                sent += len(times)
                received += person.received
                lost += max(0, len(times) - person.received)
                silent += not person.received
                late += self._late(person, times)
        return {
            "sent": sent, "received": received, "lost": lost, "silent": silent,
            "p50": percentile(late, 0.5) if late else None,
            "p99": percentile(late, 0.99) if late else None,
        }  # fmt: skip

    async def _quiet(self, listeners: Sequence[Person]) -> None:
        """Until nothing more arrives: what comes late is late, and not lost."""
        before, now = -1, sum(person.received for person in listeners)
        while now != before:
            await asyncio.sleep(QUIET_SECONDS)
            before, now = now, sum(person.received for person in listeners)

    async def _speak(self, who: str, rate: int, seconds: float, phase: float) -> list[int]:
        person, frames = self._people[who], self._frames
        times: list[int] = []
        began = time.monotonic() + phase / rate
        for number in range(int(rate * seconds)):
            wait = began + number / rate - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            times.append(person.say(frames[number % len(frames)]))
        return times

    def _late(self, person: Person, times: Sequence[int]) -> list[float]:
        """How long the kept packets took, from before they were sent until the kernel had them."""
        if not person.kept or person.first is None:
            return []
        number = self._which.get(person.heard())
        if number is None:
            # Decoded and encoded again on its way: whose it is nobody can say.
            return []
        offset = int.from_bytes(person.first[2:4]) - number
        late = []
        for sequence, stamp in person.kept:
            at = (int.from_bytes(sequence) - offset) & 0xFFFF
            if at < len(times):
                arrived = int.from_bytes(stamp[:8], sys.byteorder) * 10**9
                arrived += int.from_bytes(stamp[8:16], sys.byteorder)
                late.append((arrived - times[at]) / 10**9)
        return late


if __name__ == "__main__":
    serve(Load(sys.argv[1]).answer)
