"""The door of a running room: too early, first visits, and people taken out from outside."""

from __future__ import annotations

import pytest

from realtime.client import ConnectRefused
from realtime.domain.commands import BecomeMember, Close, Leave
from realtime.domain.meeting import CircleId, MemberId, NoticeKind
from realtime.domain.refusal import Reason, Refused
from realtime.ports import OutOfReach
from tests.realtime.conftest import House


async def test_before_the_door_opens_nobody_waits_at_it(house: House) -> None:
    house.door.opens = house.live.gateway.clock.now() + 60
    with pytest.raises(ConnectRefused, match="early"):
        await house.come("Dewi")
    assert not await house.live.room.is_under_way(house.circle_id)
    house.door.opens = house.live.gateway.clock.now() - 1
    dewi = await house.come("Dewi")
    await dewi.until(lambda p: p.lobby and p.lobby.state == "no_host")


async def test_a_facilitator_opens_it_whenever_they_come(house: House) -> None:
    house.door.opens = house.live.gateway.clock.now() + 3600
    await house.seat("Bu Sari")
    dewi = await house.come("Dewi")
    await dewi.until(lambda p: p.lobby and p.lobby.state == "waiting")


async def test_somebody_may_listen_first_and_join_by_themselves_later(house: House) -> None:
    house.door.listening_first.add("Dewi")
    host, dewi = await house.seat("Bu Sari", "Dewi")
    assert 'listens_first":true' in "".join(dewi.frames)
    await dewi.until(lambda p: p.you and p.you.role == "observer")
    assert (await dewi.send(BecomeMember())).ok
    await host.until(lambda p: p.meeting and p.meeting.notices[-1].kind == "is_member")


async def test_whoever_is_taken_out_of_the_circle_leaves_its_meeting(house: House) -> None:
    _, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    siti = await house.come("Siti")
    await siti.until(lambda p: p.lobby)
    for person in (dewi, siti):
        await house.live.room.remove_from_outside(house.circle_id, person.me)
        await person.until(lambda p: p.gone)
        assert person.gone
        assert person.gone.reason == "removed"
    await rina.until(lambda p: p.meeting and len(p.meeting.seats) == 2)
    assert rina.meeting
    assert [notice.kind for notice in rina.meeting.notices].count(NoticeKind.REMOVED) == 1
    with pytest.raises(ConnectRefused, match="removed"):
        await house.come("Dewi")


async def test_a_ban_from_outside_is_told_as_one(house: House) -> None:
    _, dewi = await house.seat("Bu Sari", "Dewi")
    house.door.banned.add("Dewi")
    await house.live.room.remove_from_outside(house.circle_id, dewi.me)
    await dewi.until(lambda p: p.gone)
    assert dewi.gone
    assert dewi.gone.reason == "banned"


async def test_the_last_facilitator_can_be_taken_out_and_the_meeting_waits(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await house.live.room.remove_from_outside(house.circle_id, host.me)
    await dewi.until(lambda p: p.meeting and p.meeting.paused and p.meeting.locked)


async def test_taking_out_who_is_not_there_changes_nothing(house: House) -> None:
    (host,) = await house.seat("Bu Sari")
    before = host.meeting
    await house.live.room.remove_from_outside(house.circle_id, MemberId("m-Siti"))
    await house.live.room.remove_from_outside(CircleId("c-nowhere"), MemberId("m-Siti"))
    await host.sync()
    assert host.meeting
    assert before
    assert host.meeting.version == before.version


async def test_whether_a_meeting_is_under_way_is_known_or_said_not_to_be(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = house.live.room
    assert not await room.is_under_way(house.circle_id)
    host, dewi = await house.seat("Bu Sari", "Dewi")
    assert await room.is_under_way(house.circle_id)
    await dewi.send(Leave())
    assert await room.is_under_way(house.circle_id)

    async def away(_: object) -> None:
        raise OutOfReach

    with monkeypatch.context() as patch:
        patch.setattr(room._store, "load", away)
        with pytest.raises(Refused) as refusal:
            await room.is_under_way(house.circle_id)
        assert refusal.value.reason is Reason.OUT_OF_REACH
    await host.send(Close())
    assert not await room.is_under_way(house.circle_id)
