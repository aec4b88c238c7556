"""Sees that a circle's sound process has died, and tells the tabs that it had given a place.

Declines to take an outage of Redis for a death: unknown is not dead.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson

from realtime.audiences import Circle, Socket
from realtime.audio.lease import Leases
from realtime.domain.meeting import CircleId
from realtime.gateway import Gateway

LOOK_SECONDS = 0.5
ABSENT_SECONDS = 60.0
"""Nobody of a circle here for so long: their lines are not coming back."""
Place = tuple[CircleId, str, str]
"""One tab of one person: circle, member, tab."""


@dataclass(frozen=True)
class Given:
    """What a tab was given, and by which process."""

    ticket: str
    process: str


class Lookout:
    """Looks after what this web process gave to its tabs, which the desk keeps in `given`."""

    def __init__(self, gateway: Gateway, leases: Leases, given: dict[Place, Given]) -> None:
        self._gateway, self._leases, self._given = gateway, leases, given
        self._missed: set[Place] = set()
        """Whose process was not there when last looked for."""
        self._left: dict[CircleId, float] = {}
        """Circles with nobody here, since when."""

    async def look(self) -> None:
        """Tell the tabs of circles that are served no more, so that they look elsewhere."""
        self._forget_who_left()
        given = {p: one for p, one in self._given.items() if not self._out_of_reach(p[0])}
        if not given:
            return
        circles = sorted({circle_id for circle_id, _, _ in given})
        living = await self._leases.living()
        holders = await asyncio.gather(*(self._leases.holder(one) for one in circles))
        serving = {one: who for one, who in zip(circles, holders, strict=True) if who in living}
        missing = {p for p, one in given.items() if serving.get(p[0]) != one.process}
        # Twice in a row: a lease that ran out may just be renewed, and beats begin anew after an
        # outage.
        lost, self._missed = missing & self._missed, missing - self._missed
        for place in lost:
            await self._tell_lost(place)
        for circle_id in {circle_id for circle_id, _, _ in lost}:
            await self._publish(circle_id, "heard", {"slots": (None, None, None)})

    def _out_of_reach(self, circle_id: CircleId) -> bool:
        circle = self._gateway.circles.get(circle_id)
        return self._gateway.shut or (circle is not None and circle.out_of_reach)

    async def _tell_lost(self, place: Place) -> None:
        given = self._given.pop(place, None)
        if given is not None:
            circle_id, member_id, tab = place
            told = {"ticket": given.ticket, "member_id": member_id, "tab": tab, "why": "lost"}
            # By the bus: they may have come back by another web process.
            await self._publish(circle_id, "sound_gone", told)

    def _forget_who_left(self) -> None:
        """Nobody of a circle is connected here any more: a line may be lost, but not for long."""
        now = asyncio.get_running_loop().time()
        absent = {place[0] for place in self._given} - set(self._gateway.circles)
        self._left = {one: self._left.get(one, now) for one in absent}
        gone = {one for one, since in self._left.items() if now - since > ABSENT_SECONDS}
        for place in [place for place in self._given if place[0] in gone]:
            del self._given[place]

    async def _publish(self, circle_id: CircleId, event: str, told: dict[str, Any]) -> None:
        await self._gateway.fanout.publish(circle_id, event, orjson.dumps(told))


def place_of(circle: Circle, socket: Socket) -> Place:
    return circle.circle_id, socket.guest.member_id, socket.tab
