"""What facilitators may do to keep a circle safe, from one process to a person on another.

Sound ends first, then the line; everybody reads of it without blame; nothing that goes wrong
outside the room lets somebody stay in it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count

import pytest

from realtime.audiences import Circle, Socket
from realtime.client import ConnectRefused, RoomClient
from realtime.domain.attendance import MOST_WAITING
from realtime.domain.commands import Admit, Close, Command, Lock, Quieten, Remove, TurnAway
from realtime.domain.meeting import MemberId, NoticeKind
from realtime.domain.refusal import Reason, Refused
from realtime.ports import OutOfReach
from server.embedded import EmbeddedValkey
from tests.bench.machines import Machine, cookie, machine
from tests.realtime.conftest import House
from tests.realtime.domain.circle import RINA as RINA_SEATED
from tests.realtime.domain.circle import framed, trio
from tests.valkeys import as_keeper

HOST, DEWI, RINA = MemberId("m-host"), MemberId("m-dewi"), MemberId("m-rina")
NAMES = {HOST: "Bu Sari", DEWI: "Dewi", RINA: "Rina"}
NUMBERS = count(1)


@dataclass
class Apart:
    """One circle on two processes of their own: the facilitator here, the others there."""

    here: Machine
    there: Machine
    stack: AsyncExitStack
    slug: str = field(default_factory=lambda: f"circle-{next(NUMBERS)}-{secrets.token_hex(4)}")

    async def come(self, place: Machine, member: MemberId) -> RoomClient:
        who = cookie(NAMES[member], member, facilitator=member == HOST)
        return await self.stack.enter_async_context(RoomClient.connect(place.url, self.slug, who))

    async def all(self) -> tuple[RoomClient, RoomClient, RoomClient]:
        host = await self.come(self.here, HOST)
        dewi, rina = [await self.come(self.there, one) for one in (DEWI, RINA)]
        for person in (host, dewi, rina):
            await person.until(lambda p: p.meeting and len(p.meeting.seats) == 3)
        return host, dewi, rina


@pytest.fixture(scope="module")
async def machines(valkey: EmbeddedValkey) -> AsyncIterator[tuple[Machine, Machine]]:
    url = as_keeper(valkey.url)
    async with machine(url) as here, machine(url) as there:
        yield here, there


@pytest.fixture
async def apart(machines: tuple[Machine, Machine]) -> AsyncIterator[Apart]:
    async with AsyncExitStack() as stack:
        yield Apart(*machines, stack)


async def over(person: RoomClient) -> None:
    async with asyncio.timeout(10):
        while not person.closed:
            await person.change()


def told(person: RoomClient) -> list[NoticeKind]:
    return [NoticeKind(one.kind) for one in person.meeting.notices] if person.meeting else []


@pytest.mark.parametrize("ban", [False, True], ids=["tonight", "for good"])
async def test_somebody_removed_here_is_put_out_there_and_told_of_without_blame(
    apart: Apart, ban: bool
) -> None:
    host, dewi, rina = await apart.all()
    assert (await host.send(Remove(DEWI, ban=ban))).ok
    await over(dewi)
    assert dewi.gone and dewi.gone.reason == "removed"
    await rina.until(lambda p: NoticeKind.REMOVED in told(p))
    assert (await rina.say("masih ada")).ok
    with pytest.raises(ConnectRefused) as refusal:
        await apart.come(apart.there, DEWI)
    assert refusal.value.reason == Reason.REMOVED


async def test_the_floor_taken_here_is_gone_there_and_given_back(apart: Apart) -> None:
    host, dewi, rina = await apart.all()
    assert (await host.send(Quieten(DEWI, on=True))).ok
    await dewi.until(lambda p: p.you and p.you.quietened)
    assert (await dewi.say("tetap bicara")).reason is Reason.QUIETENED
    await rina.until(lambda p: NoticeKind.QUIETENED in told(p))
    assert rina.said == []
    assert (await host.send(Quieten(DEWI, on=False))).ok
    await rina.until(lambda p: NoticeKind.HEARD_AGAIN in told(p))
    await dewi.until(lambda p: p.you and not p.you.quietened)
    assert (await dewi.say("terima kasih")).ok


async def test_a_circle_locked_here_lets_nobody_in_there(apart: Apart) -> None:
    host = await apart.come(apart.here, HOST)
    dewi = await apart.come(apart.there, DEWI)
    await dewi.until(lambda p: p.meeting)
    assert (await host.send(Lock(True))).ok
    await dewi.until(lambda p: NoticeKind.LOCKED in told(p))
    rina = await apart.come(apart.there, RINA)
    await rina.until(lambda p: p.lobby and p.lobby.state == "locked")
    assert rina.meeting is None
    await host.until(lambda p: p.facilitating and p.facilitating.waiting)
    assert (await host.send(Admit(RINA))).reason is Reason.LOCKED


async def test_somebody_turned_away_here_leaves_the_door_there(apart: Apart) -> None:
    apart.slug = f"ask-{apart.slug}"
    host = await apart.come(apart.here, HOST)
    rina = await apart.come(apart.there, RINA)
    await host.until(lambda p: p.facilitating and p.facilitating.waiting)
    assert (await host.send(TurnAway(RINA))).ok
    await over(rina)
    assert rina.meeting is None
    assert rina.gone and rina.gone.reason == "turned_away"


async def test_a_circle_ended_here_ends_there(apart: Apart) -> None:
    host, dewi, rina = await apart.all()
    assert (await host.send(Close())).ok
    for person in (dewi, rina):
        await over(person)
        assert person.gone and person.gone.reason == "ended"


# --- in what order, and when something goes wrong outside ---


@dataclass
class Order:
    """Stands in for the sound, and notes what a person had been told when it was ended."""

    person: RoomClient
    began: list[bool] = field(default_factory=list)
    ended: list[bool] = field(default_factory=list)

    def closed(self, circle: Circle, socket: Socket) -> None:
        """A tab that was closed by its person is no matter here."""

    async def part(self, circle: Circle, socket: Socket) -> None:
        if socket.guest.member_id == self.person.me:
            self.began.append(self.person.closed or self.person.gone is not None)
            # A sound process answers when it has; until then the line stays.
            for _ in range(20):
                await asyncio.sleep(0)
            self.ended.append(self.person.closed or self.person.gone is not None)

    def gone(self, circle: Circle, payload: bytes) -> None:
        """Nothing comes by the bus."""


PUT_OUT: dict[str, Callable[[MemberId], Command]] = {
    "removed": lambda who: Remove(who, ban=False),
    "banned": lambda who: Remove(who, ban=True),
    "the end": lambda _who: Close(),
}


@pytest.mark.parametrize("how", list(PUT_OUT))
async def test_sound_ends_before_anything_is_said_or_closed(house: House, how: str) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    order = Order(dewi)
    gateway = house.live.gateway
    before, gateway.beside = gateway.beside, order
    try:
        assert (await host.send(PUT_OUT[how](dewi.me))).ok
        await over(dewi)
    finally:
        gateway.beside = before
    assert order.began == [False] and order.ended == [False]
    assert dewi.gone is not None


async def out_of_reach() -> None:
    raise OutOfReach


async def hangs() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("trouble", [out_of_reach, hangs])
@pytest.mark.parametrize(
    "command",
    [
        lambda who: Remove(who, ban=True),
        lambda who: Remove(who, ban=False, revoke="branch"),
    ],
    ids=["ban", "branch"],
)
async def test_somebody_is_put_out_though_nothing_can_be_kept_and_whoever_asked_is_told(
    house: House, trouble: Callable[[], object], command: Callable[[MemberId], Command]
) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    house.door.trouble = trouble  # type: ignore[assignment]
    assert (await host.send(command(dewi.me))).reason is Reason.NOT_KEPT
    await over(dewi)
    assert dewi.gone and dewi.gone.reason == "removed"
    await rina.until(lambda p: NoticeKind.REMOVED in told(p))


async def test_the_invitation_that_they_came_by_is_revoked_with_them(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    house.door.invited["Dewi"] = ("Rina",)
    assert (await host.send(Remove(dewi.me, ban=False, revoke="invitation"))).ok
    await over(dewi)
    assert house.door.revoked == [("Dewi", False)]
    assert (await rina.say("aku tetap di sini")).ok


async def test_whoever_came_by_their_invitations_leaves_too_where_it_is_wanted(
    house: House,
) -> None:
    host, dewi, rina, tono = await house.seat("Bu Sari", "Dewi", "Rina", "Tono")
    siti = await house.come("Siti")
    house.door.invited["Dewi"] = ("Rina", "Siti", "Awan")
    assert (await host.send(Remove(dewi.me, ban=False, revoke="branch"))).ok
    for person in (dewi, rina, siti):
        await over(person)
        assert person.gone and person.gone.reason == "removed"
    assert house.door.revoked == [("Dewi", True)]
    assert (await tono.say("aku tetap di sini")).ok


async def test_a_removal_alone_revokes_nothing(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    assert (await host.send(Remove(dewi.me, ban=True))).ok
    assert house.door.revoked == []


# --- many at one door ---


async def test_whoever_has_a_seat_comes_back_at_once_while_many_are_at_the_door(
    house: House,
) -> None:
    host, _ = await house.seat("Bu Sari", "Dewi")
    pace = house.live.gateway.circles[house.circle_id].pace
    while pace.wait(house.live.gateway.clock.now()) is not None:
        pass
    with pytest.raises(ConnectRefused) as refusal:
        await house.come("Rina")
    assert refusal.value.reason == Reason.TOO_FAST
    again = await house.come("Dewi")
    assert again.meeting is not None
    assert (await host.say("kita lanjut")).ok


def test_a_door_holds_sixty_and_whoever_waits_already_may_come_again() -> None:
    circle = trio(framed(door="ask"))
    for number in range(MOST_WAITING):
        circle.arrive(MemberId(f"m-{number}"))
    with pytest.raises(Refused) as refusal:
        circle.arrive(MemberId("m-late"))
    assert refusal.value.reason is Reason.TOO_FAST
    circle.arrive(MemberId("m-1"))
    assert len(circle.meeting.waiting) == MOST_WAITING
    # Somebody with a seat, and a facilitator, find the door as always.
    circle.lose(RINA_SEATED)
    circle.arrive(RINA_SEATED)
    circle.arrive(MemberId("m-other"), facilitator=True)
