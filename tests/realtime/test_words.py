"""Words on their way through a running room: order, floor, who hears, what is taken back."""

from __future__ import annotations

import asyncio
import logging

import pytest

from realtime.client import RoomClient
from realtime.domain.commands import (
    Accept,
    BecomeObserver,
    ComeBack,
    Offer,
    PassStick,
    SetFloor,
    SetNods,
    StartRound,
    StepOut,
)
from realtime.domain.meeting import CircleId, Floor, Order, Wording
from realtime.domain.refusal import Reason
from realtime.ports import OutOfReach
from realtime.store import by_redis
from server.embedded import EmbeddedValkey
from tests.realtime.conftest import House, serving


def texts(person: RoomClient) -> list[str]:
    return [said.text for said in person.said]


async def holds(host: RoomClient, person: RoomClient) -> None:
    """Start a round and let that person take the stick."""
    await host.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
    await person.until(lambda p: p.you and p.you.offered)
    await person.send(Accept())
    await person.until(lambda p: p.you and p.you.turn_id)


async def test_everybody_hears_the_same_words_in_the_same_order(house: House) -> None:
    people = await house.seat("Bu Sari", "Dewi", "Rina", "Siti")
    answers = await asyncio.gather(
        *(person.say(f"{person.me} {n}") for person in people for n in range(4))
    )
    assert all(answer.ok for answer in answers)
    for person in people:
        await person.until(lambda p: len(p.said) == 16)
    assert all(person.said == people[0].said for person in people)
    assert [said.seq for said in people[0].said] == list(range(1, 17))
    for person in people:
        mine = [said.text for said in people[0].said if said.member_id == person.me]
        assert mine == [f"{person.me} {n}" for n in range(4)]


async def test_words_that_take_longer_are_not_overtaken_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (host,) = await house.seat("Bu Sari")
    fanout = house.live.gateway.fanout
    publish, laps = fanout.publish, [200, 0, 100, 0]

    async def slower(circle_id: CircleId, event: str, payload: bytes) -> int:
        for _ in range(laps.pop(0)):
            await asyncio.sleep(0)
        return await publish(circle_id, event, payload)

    with monkeypatch.context() as patch:
        patch.setattr(fanout, "publish", slower)
        await asyncio.gather(*(host.say(word) for word in ("satu", "dua", "tiga", "empat")))
    await host.until(lambda p: len(p.said) == 4)
    assert texts(host) == ["satu", "dua", "tiga", "empat"]


async def test_the_state_and_the_words_around_it_keep_their_order(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await holds(host, dewi)
    await dewi.say("terakhir dariku")
    assert dewi.you and dewi.you.turn_id
    await dewi.send(PassStick(dewi.you.turn_id, None))
    await host.until(lambda p: p.meeting and p.meeting.stick.kind != "held")
    kinds = [frame[4:11] for frame in host.frames if "terakhir" in frame or '"meeting"' in frame]
    assert kinds[-2:] == ['said",{', "meeting"]


async def test_while_somebody_holds_the_others_have_nods_and_phrases(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await holds(host, dewi)
    assert (await rina.say("sela")).reason is Reason.FLOOR_HELD
    assert (await rina.phrase("warm.4")).ok
    assert (await rina.nod()).ok
    assert (await dewi.say("ceritaku")).ok
    await dewi.until(lambda p: p.nods and len(p.said) == 2)
    assert [(said.kind, said.text) for said in dewi.said] == [
        ("phrase", "warm.4"),
        ("say", "ceritaku"),
    ]
    assert (await rina.phrase("warm.9")).reason is Reason.MALFORMED


async def test_nods_of_one_moment_go_out_as_one_and_leave_no_gap(house: House) -> None:
    people = await house.seat("Bu Sari", "Dewi", "Rina")
    host = people[0]
    await host.say("satu")
    await asyncio.gather(*(person.nod() for person in people for _ in range(2)))
    await host.until(lambda p: p.nods)
    await host.say("dua")
    await host.until(lambda p: len(p.said) == 2)
    assert set(host.nods[0].members) == {person.me for person in people}
    assert len(host.nods) == 1
    assert host.missed == 0


async def test_the_holder_can_have_quiet_from_nods(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await holds(host, dewi)
    await dewi.send(SetNods(True))
    assert (await host.nod()).reason is Reason.NODS_OFF


async def test_whoever_stepped_out_receives_no_words_nods_or_retractions(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await rina.send(StepOut())
    before = len(rina.frames)
    said = await host.say("rahasia malam")
    await host.nod()
    assert said.id
    await host.retract(said.id)
    await dewi.until(lambda p: p.retracted and p.nods)
    assert (await rina.say("aku")).reason is Reason.STEPPED_OUT
    await rina.send(ComeBack())
    await host.say("selamat datang kembali")
    await rina.until(lambda p: p.said)
    events = [frame for frame in rina.frames[before:] if not frame.startswith("43")]
    assert "rahasia" not in "".join(events)
    assert [e for e in events if e.startswith(('42["nodded', '42["retracted'))] == []
    assert texts(rina) == ["selamat datang kembali"]
    # They know that there were words in between, and never get them.
    assert rina.missed == 2


async def test_own_words_can_be_taken_back_from_every_screen(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    said = await dewi.say("terlalu banyak")
    assert said.id
    assert (await rina.retract(said.id)).reason is Reason.NOT_YOURS
    assert (await dewi.retract(said.id)).ok
    for person in (host, dewi, rina):
        await person.until(lambda p: p.retracted)
        assert texts(person) == []


async def test_a_facilitator_can_hide_anybodys_words(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    said = await dewi.say("menyakitkan")
    assert said.id and (await host.retract(said.id)).ok
    await dewi.until(lambda p: p.retracted)


async def test_the_same_message_sent_twice_is_said_once(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    first = await dewi.say("sekali", id="one-and-only")
    again = await dewi.say("sekali", id="one-and-only")
    assert first.seq == again.seq
    stolen = await host.say("punyaku", id="one-and-only")
    assert stolen.reason is Reason.MALFORMED
    await host.say("penutup")
    await host.until(lambda p: "penutup" in texts(p))
    assert texts(host) == ["sekali", "penutup"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", Reason.EMPTY), (" \n\t", Reason.EMPTY), ("x" * 2001, Reason.TOO_LONG)],
)
async def test_words_that_are_none_or_too_many_are_refused(
    house: House, text: str, reason: Reason
) -> None:
    (host,) = await house.seat("Bu Sari")
    assert (await host.say(text)).reason is reason
    assert (await host.say("y" * 2000)).ok


async def test_observers_listen(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await dewi.send(BecomeObserver())
    await dewi.until(lambda p: p.you and p.you.role == "observer")
    assert (await dewi.say("halo")).reason is Reason.OBSERVERS_LISTEN
    assert (await dewi.nod()).ok
    await host.say("halo")
    await dewi.until(lambda p: p.said)


async def test_a_quiet_floor_is_for_facilitators(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await host.send(SetFloor(Floor.QUIET))
    assert (await dewi.say("halo")).reason is Reason.FLOOR_QUIET
    assert (await host.say("hening")).ok


async def test_the_sixth_message_in_ten_seconds_waits(house: House) -> None:
    (host,) = await house.seat("Bu Sari")
    answers = [await host.say(f"{n}") for n in range(6)]
    assert [answer.ok for answer in answers] == [True] * 5 + [False]
    assert answers[-1].reason is Reason.TOO_FAST


async def test_words_and_state_cross_from_one_process_to_another(
    house: House, valkey: EmbeddedValkey
) -> None:
    (host,) = await house.seat("Bu Sari")
    async with serving(house.door, by_redis(valkey.url)) as (live, url):
        there = house.elsewhere(url, live)
        async with RoomClient.connect(there.url, there.slug, "name=Bu Dewi") as dewi:
            await host.until(lambda p: p.meeting and len(p.meeting.seats) == 2)
            await asyncio.gather(host.say("dari sini"), dewi.say("dari sana"))
            for person in (host, dewi):
                await person.until(lambda p: len(p.said) == 2)
            assert dewi.said == host.said
            await host.send(Offer(None))
            assert (await dewi.send(SetFloor(Floor.QUIET))).ok
            await host.until(lambda p: p.meeting and p.meeting.floor is Floor.QUIET)


async def test_a_fault_is_answered_and_no_word_reaches_a_log(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (host,) = await house.seat("Bu Sari")
    canary = "KENARI-rahasia"

    async def broken(_circle: object, _event: str, payload: bytes) -> int:
        return int(payload)

    with monkeypatch.context() as patch, caplog.at_level(logging.DEBUG):
        patch.setattr(house.live.gateway.fanout, "publish", broken)
        answer = await host.say(canary)
        await host.send_raw('42["say",{"id":"12345678","text":"' + canary + '"}')
        while not host.closed:
            await host.change()
    assert answer.reason is Reason.FAULT
    assert "event.fault event=say kind=ValueError" in caplog.text
    assert canary not in caplog.text


async def test_words_that_cannot_be_passed_on_fail_visibly(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (host,) = await house.seat("Bu Sari")

    async def away(*_: object) -> int:
        raise OutOfReach

    with monkeypatch.context() as patch:
        patch.setattr(house.live.gateway.fanout, "publish", away)
        assert (await host.say("halo")).reason is Reason.OUT_OF_REACH
    assert (await host.say("halo lagi")).ok
