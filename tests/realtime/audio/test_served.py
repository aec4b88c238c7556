"""When a circle's gate opens and shuts: by a stand-in for the relay that writes down what it hears.

What the real relay does with it is `test_process`'s and `test_relay`'s to see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from realtime.audio.floor import audible, hearing
from realtime.audio.relay import Joined, RelayCircle
from realtime.audio.served import NotHere, ServedCircle, Tab
from realtime.domain.meeting import (
    CircleId,
    Floor,
    Frame,
    Meeting,
    MemberId,
    Phase,
    Presence,
    Role,
    Seat,
)

RINA, SITI = MemberId("rina"), MemberId("siti")
CIRCLE = CircleId("c")
OPEN = Meeting(
    CIRCLE,
    Frame("Kamis", sound=True),
    epoch=1,
    version=5,
    opened=100.0,
    floor=Floor.OPEN,
    seats=(Seat(RINA, "Rina", Role.MEMBER), Seat(SITI, "Siti", Role.MEMBER)),
)


class StandIn:
    """What a circle of the relay is told."""

    def __init__(self) -> None:
        self.slots = (None, None, None)
        self.open: Mapping[MemberId, str] = {}
        self.stamp: tuple[int, int] | None = None
        self.left: list[str] = []
        self.closed = False
        self.count = 0

    def obey(self, stamp: tuple[int, int], speak: Mapping[MemberId, str], _hear: object) -> None:
        self.stamp, self.open = stamp, speak

    def shut(self) -> None:
        self.open = {}

    def join(self, _member_id: MemberId, _tab: str, *, listen_only: bool) -> Joined:
        self.count += 1
        return Joined(f"ticket-{self.count}", "offer")

    def leave(self, ticket: str) -> None:
        self.left.append(ticket)

    def close(self) -> None:
        self.closed = True


class Served:
    """A served circle, the stand-ins made for it, and what it told."""

    def __init__(self) -> None:
        self.relays: list[StandIn] = []
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.circle = ServedCircle(CIRCLE, self.made, self.tell)

    def made(self, _circle_id: CircleId) -> RelayCircle:
        self.relays.append(StandIn())
        return cast(RelayCircle, self.relays[-1])

    def tell(self, _circle_id: CircleId, event: str, payload: dict[str, Any]) -> None:
        self.told.append((event, payload))

    def lease(self, seconds: float = 60.0) -> None:
        self.circle.leased(asyncio.get_running_loop().time() + seconds)

    @property
    def heard(self) -> Mapping[MemberId, str]:
        return self.relays[-1].open

    def why(self) -> list[str]:
        return [payload["why"] for event, payload in self.told if event == "sound_gone"]


@pytest.fixture
async def served() -> Served:
    return Served()


@pytest.fixture
async def opened(served: Served) -> Served:
    served.lease()
    served.circle.hear(OPEN)
    assert served.heard == audible(OPEN) != {}
    return served


async def test_nobody_is_heard_before_the_meeting_is_known_and_the_lease_is_held(
    served: Served,
) -> None:
    served.circle.hear(OPEN)
    assert served.heard == {}
    served.lease()
    assert served.heard == audible(OPEN)


async def test_a_lease_alone_lets_nobody_be_heard(served: Served) -> None:
    served.lease()
    served.circle.look()
    assert served.heard == {}


async def test_a_lease_that_ran_out_shuts_the_gate_and_a_renewed_one_opens_it(
    opened: Served,
) -> None:
    opened.lease(-0.001)
    opened.circle.look()
    assert opened.heard == {}
    opened.circle.hear(replace(OPEN, version=6))
    assert opened.heard == {}, "a newer meeting is no lease"
    opened.lease()
    assert opened.heard == audible(OPEN)


async def test_a_lost_bus_shuts_the_gate_until_a_state_is_heard_after_it(opened: Served) -> None:
    opened.circle.out_of_touch()
    assert opened.heard == {}
    opened.circle.hear(replace(OPEN, version=6))
    opened.lease()
    assert opened.heard == {}, "that was on its way before the loss"
    opened.circle.in_touch()
    opened.lease()
    assert opened.heard == {}, "what holds now is still unknown"
    opened.circle.hear(replace(OPEN, version=6))
    assert opened.heard == audible(OPEN)


async def test_an_older_meeting_changes_nothing(opened: Served) -> None:
    quiet = replace(OPEN, version=4, floor=Floor.QUIET)
    opened.circle.hear(quiet)
    assert opened.relays[-1].stamp == (1, 5)
    assert opened.heard == audible(OPEN)


async def test_a_circle_that_began_anew_is_obeyed_though_it_counts_from_the_start(
    opened: Served,
) -> None:
    opened.circle.join(Tab(RINA, "a"), listen_only=False)
    anew = replace(OPEN, version=1, opened=900.0, seats=OPEN.seats[1:])
    opened.circle.hear(anew)
    assert opened.relays[0].closed
    assert opened.heard == audible(anew)
    assert opened.why() == ["lost"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"removed": (RINA,)}, ["removed"]),
        ({"phase": Phase.ENDED}, ["ended"]),
        ({"presence": Presence.STEPPED_OUT}, ["stepped_out"]),
        ({"presence": Presence.LEFT}, []),
    ],
)
async def test_whoever_may_not_stay_is_let_go_at_once_and_told_why(
    opened: Served, change: dict[str, Any], why: list[str]
) -> None:
    ticket = opened.circle.join(Tab(RINA, "a"), listen_only=False).ticket
    opened.circle.join(Tab(SITI, "b"), listen_only=False)
    presence = change.pop("presence", Presence.HERE)
    rina = replace(OPEN.seats[0], presence=presence)
    opened.circle.hear(replace(OPEN, version=6, seats=(rina, OPEN.seats[1]), **change))
    assert ticket in opened.relays[-1].left
    told = [p for event, p in opened.told if event == "sound_gone" and p["ticket"] == ticket]
    assert [p["why"] for p in told] == why
    assert all((p["member_id"], p["tab"]) == (RINA, "a") for p in told)


async def test_whoever_lost_the_connection_keeps_the_line_and_is_not_heard(opened: Served) -> None:
    opened.circle.join(Tab(RINA, "a"), listen_only=False)
    away = replace(OPEN.seats[0], presence=Presence.AWAY)
    meeting = replace(OPEN, version=6, seats=(away, OPEN.seats[1]))
    opened.circle.hear(meeting)
    assert opened.relays[-1].left == []
    assert RINA not in opened.heard
    assert RINA not in hearing(meeting)


async def test_nobody_gets_a_line_who_does_not_hear_the_circle(served: Served) -> None:
    with pytest.raises(NotHere):
        served.circle.join(Tab(RINA, "a"), listen_only=False)
    served.lease()
    served.circle.hear(OPEN)
    with pytest.raises(NotHere):
        served.circle.join(Tab(MemberId("stranger"), "a"), listen_only=False)


async def test_whoever_comes_has_everybody_told_who_is_heard(opened: Served) -> None:
    opened.circle.join(Tab(RINA, "a"), listen_only=False)
    assert opened.told[-1] == ("heard", {"slots": (None, None, None)})


async def test_a_tab_that_parts_takes_no_other_with_it(opened: Served) -> None:
    first = opened.circle.join(Tab(RINA, "a"), listen_only=False).ticket
    opened.circle.join(Tab(SITI, "a"), listen_only=False)
    opened.circle.part(Tab(RINA, "a"))
    assert opened.relays[-1].left == [first]
    assert opened.why() == []
