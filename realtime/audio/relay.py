"""The relay of one process: its port, its circles, its clock.

Forwards voices without decoding them and keeps nothing of them. Declines to know meetings:
each circle is told who may be heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from realtime.audio import fan
from realtime.audio.circle import Crowded, Joined, RelayCircle, Shared
from realtime.audio.counters import Counters
from realtime.audio.fan import Fan
from realtime.audio.handshakes import Handshakes
from realtime.audio.parts import Buffer, Certificate
from realtime.audio.port import Port
from realtime.audio.sdp import BadAnswer
from realtime.domain.meeting import CircleId

__all__ = ["BadAnswer", "Crowded", "Joined", "Relay", "RelayCircle"]

MOST_PEOPLE = 3000
PHASES = 20
"""Each second's work of the circles is spread over so many moments."""


class Relay:
    """One a process. Made by `open`."""

    def __init__(
        self,
        port: Port,
        announced: Sequence[tuple[str, int]],
        counters: Counters,
        make_fan: Callable[[Counters], Fan],
    ) -> None:
        self.counters = counters
        self._port = port
        self._circles: dict[CircleId, RelayCircle] = {}
        self._phases: list[set[CircleId]] = [set() for _ in range(PHASES)]
        self._ending: set[asyncio.Task[None]] = set()
        self._shared = Shared(
            port=port,
            certificate=Certificate.generateCertificate(),
            handshakes=Handshakes(),
            counters=counters,
            buffer=Buffer(),
            make_fan=make_fan,
            announced=tuple((host, number or port.number) for host, number in announced),
            has_room=lambda: self._port.sizes[0] < MOST_PEOPLE,
            keep=self._keep,
        )
        self._ticking = asyncio.create_task(self._tick())

    @classmethod
    async def open(
        cls,
        host4: str | None,
        host6: str | None,
        port: int,
        announced: Sequence[tuple[str, int]],
        make_fan: Callable[[Counters], Fan] | None = None,
    ) -> Relay:
        """Listen on these; tell browsers of `announced`, where a port of 0 is the one bound."""
        counters = Counters()
        door = Port(counters)
        door.open(host4, host6, port)
        return cls(door, announced, counters, make_fan or fan.choose())

    @property
    def port(self) -> int:
        """The UDP port that is listened on."""
        return self._port.number

    @property
    def people(self) -> int:
        """How many are at the port or expected: this process's load."""
        return self._port.sizes[0]

    def circle(self, circle_id: CircleId) -> RelayCircle:
        """Return a circle, made when it is first asked for."""
        circle = self._circles.get(circle_id)
        if circle is None:
            circle = RelayCircle(self._shared, lambda: self._forget(circle_id))
            self._circles[circle_id] = circle
            min(self._phases, key=len).add(circle_id)
        return circle

    async def close(self) -> None:
        """Let everybody go and free the port."""
        self._ticking.cancel()
        for circle in list(self._circles.values()):
            circle.close()
        if self._ending:
            await asyncio.wait(self._ending, timeout=2)
        self._port.close()

    def _forget(self, circle_id: CircleId) -> None:
        self._circles.pop(circle_id, None)
        for phase in self._phases:
            phase.discard(circle_id)

    def _keep(self, task: asyncio.Task[None] | None) -> None:
        """Hold what is ending until it has ended."""
        if task is not None:
            self._ending.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.counters.surprises += 1

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            for number, phase in enumerate(self._phases, 1):
                if not phase and number < PHASES:
                    # Nobody's moment: sleep on through it.
                    continue
                await asyncio.sleep(max(0.0, began + number / PHASES - loop.time()))
                for circle_id in list(phase):
                    circle = self._circles.get(circle_id)
                    if circle is None:
                        continue
                    try:
                        circle.tick(loop.time())
                    except Exception:
                        # One circle's trouble is no other's.
                        self.counters.surprises += 1
