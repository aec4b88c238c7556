"""Private lines through a running room: who reads them, and what nobody else's socket receives."""

from __future__ import annotations

import logging

import pytest

from realtime.client import RoomClient
from realtime.domain.commands import (
    Admit,
    BecomeObserver,
    Leave,
    NameGreeter,
    NeedHand,
    Pause,
    Quieten,
    Remove,
    StepOut,
)
from realtime.domain.refusal import Reason
from realtime.store import by_redis
from server.embedded import EmbeddedValkey
from tests.realtime.conftest import House, serving
from tests.realtime.test_private import caught_up, frames_caused, since


def lines(person: RoomClient) -> list[tuple[str, str, str]]:
    return [(one.line, one.of, one.text) for one in person.whispers]


async def test_a_line_to_the_facilitators_reaches_them_and_its_writer_alone(house: House) -> None:
    host, dewi, rina, adi = await house.seat("Bu Sari", "Dewi", "Rina", "Bu Adi")
    marks = await caught_up(host, dewi, rina)
    assert (await dewi.whisper("aku gugup")).ok
    for person in (host, adi, dewi):
        await person.until(lambda p: p.whispers)
        assert lines(person) == [("facilitators", dewi.me, "aku gugup")]
    assert (await host.whisper("aku temani", dewi.me)).ok
    for person in (host, adi, dewi):
        await person.until(lambda p: len(p.whispers) == 2)
    await caught_up(host, dewi, rina)
    assert since(rina, marks[2]) == [], "somebody else's socket received a frame"
    assert rina.missed == 0


async def test_a_line_leaves_no_gap_in_the_words_of_anybody(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await host.say("satu")
    await dewi.whisper("pelan")
    await host.say("dua")
    for person in (host, dewi, rina):
        await person.until(lambda p: len(p.said) == 2)
        assert [said.seq for said in person.said] == [1, 2]


async def test_every_tab_of_the_person_reads_it(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    other = await house.come("Dewi")
    await host.whisper("halo", dewi.me)
    for tab in (dewi, other):
        await tab.until(lambda p: p.whispers)


async def test_observers_and_whoever_stepped_out_have_the_line_too(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await dewi.send(BecomeObserver())
    await rina.send(StepOut())
    await host.send(Pause())
    assert (await dewi.whisper("aku mendengarkan")).ok
    assert (await rina.whisper("aku di luar")).ok
    await host.until(lambda p: len(p.whispers) == 2)
    assert (await host.whisper("istirahatlah", rina.me)).ok
    await rina.until(lambda p: len(p.whispers) == 2)


async def test_members_never_write_to_each_other(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    marks = await caught_up(host, rina)
    for to in (rina.me, host.me, dewi.me):
        assert (await dewi.whisper("hai", to)).reason is Reason.NOT_ALLOWED
    # A person who is not there is told apart from one who is by nothing.
    assert (await dewi.whisper("hai", type(rina.me)("m-Siti"))).reason is Reason.NOT_ALLOWED
    await caught_up(host, rina)
    assert since(rina, marks[1]) == []


async def test_a_line_at_the_door_or_without_a_facilitator_is_refused(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    rina = await house.come("Rina")
    await rina.until(lambda p: p.lobby)
    assert (await rina.whisper("halo")).reason is Reason.NOT_SEATED
    assert (await host.whisper("halo", rina.me)).reason is Reason.NO_SUCH_SEAT
    assert (await host.whisper("halo", host.me)).reason is Reason.NOT_ALLOWED
    assert (await host.whisper("halo")).reason is Reason.NO_SUCH_SEAT
    await host.send(StepOut())
    await dewi.until(lambda p: p.meeting and p.meeting.paused)
    assert (await dewi.whisper("halo")).reason is Reason.NO_FACILITATOR


async def test_whoever_lost_the_connection_is_not_written_to(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await dewi.vanish()
    await host.until(lambda p: p.meeting and "away" in str(p.meeting.seats))
    assert (await host.whisper("halo", dewi.me)).reason is Reason.NOT_HERE


async def test_a_newcomer_and_their_companion_have_a_line_of_their_own(house: House) -> None:
    house.door.companions["Dewi"] = "Rina"
    host, dewi, rina, siti = await house.seat("Bu Sari", "Dewi", "Rina", "Siti")
    marks = await caught_up(host, siti)
    assert (await rina.whisper("aku di sini", dewi.me)).ok
    assert (await dewi.whisper("terima kasih", rina.me)).ok
    for person in (dewi, rina):
        await person.until(lambda p: len(p.whispers) == 2)
        assert {(one.line, one.of) for one in person.whispers} == {("companion", dewi.me)}
    await caught_up(host, siti)
    assert since(siti, marks[1]) == []
    # Not even facilitators read along.
    assert since(host, marks[0]) == [f for f in since(host, marks[0]) if "whispered" not in f]
    assert host.whispers == []
    await host.send(Quieten(rina.me, on=True))
    assert (await rina.whisper("masih", dewi.me)).reason is Reason.QUIETENED
    await rina.send(Leave())
    assert (await dewi.whisper("halo", rina.me)).reason is Reason.NOT_ALLOWED


async def test_the_pair_is_known_to_the_two_and_the_facilitators(house: House) -> None:
    house.door.companions["Dewi"] = "Rina"
    host, dewi, rina, siti = await house.seat("Bu Sari", "Dewi", "Rina", "Siti")
    await dewi.until(lambda p: p.you and p.you.companion == rina.me)
    await rina.until(lambda p: p.you and p.you.newcomers == (dewi.me,))
    await host.until(lambda p: p.facilitating and p.facilitating.pairs)
    assert siti.you
    assert (siti.you.companion, siti.you.newcomers) == (None, ())
    assert "pairs" not in "".join(siti.frames)


async def test_the_companion_learns_of_a_call_for_a_hand_and_no_other_member_does(
    house: House,
) -> None:
    house.door.companions["Dewi"] = "Rina"
    host, dewi, rina, siti = await house.seat("Bu Sari", "Dewi", "Rina", "Siti")
    caused = await frames_caused(house, host, dewi, [rina, siti], NeedHand())
    assert len(caused[0]) == 1
    assert caused[0][0].startswith('42["you"')
    assert caused[1] == []
    assert rina.you
    assert [hand.member_id for hand in rina.you.hands] == [dewi.me]


async def test_the_same_line_sent_twice_is_read_once(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    assert (await dewi.whisper("sekali", id="one-and-only")).ok
    assert (await dewi.whisper("sekali", id="one-and-only")).ok
    assert (await rina.whisper("punyaku", id="one-and-only")).reason is Reason.MALFORMED
    await dewi.whisper("penutup")
    await host.until(lambda p: any(one.text == "penutup" for one in p.whispers))
    assert [one.text for one in host.whispers] == ["sekali", "penutup"]


@pytest.mark.parametrize(("text", "reason"), [(" ", "empty"), ("x" * 2001, "too_long")])
async def test_a_line_that_is_none_or_too_much_is_refused(
    house: House, text: str, reason: str
) -> None:
    _, dewi = await house.seat("Bu Sari", "Dewi")
    assert (await dewi.whisper(text)).reason == reason


async def test_the_sixth_line_in_ten_seconds_waits(house: House) -> None:
    _, dewi = await house.seat("Bu Sari", "Dewi")
    answers = [await dewi.whisper(f"{n}") for n in range(6)]
    assert [answer.ok for answer in answers] == [True] * 5 + [False]
    assert answers[-1].reason is Reason.TOO_FAST


async def test_a_line_is_in_no_store_and_in_no_log(
    house: House, valkey: EmbeddedValkey, caplog: pytest.LogCaptureFixture
) -> None:
    canary = "KENARI-pelan"
    stores = by_redis(valkey.url)
    host, dewi = await house.seat("Bu Sari", "Dewi")
    with caplog.at_level(logging.DEBUG):
        await dewi.whisper(canary)
        await host.until(lambda p: p.whispers)
    meeting = await stores.meetings.load(house.circle_id)
    await stores.close()
    assert meeting is not None
    assert canary not in str(meeting)
    assert canary not in caplog.text
    late = await house.come("Bu Adi")
    await late.until(lambda p: p.facilitating)
    assert canary not in "".join(late.frames)


async def test_a_line_crosses_from_one_process_to_another(
    house: House, valkey: EmbeddedValkey
) -> None:
    host, rina = await house.seat("Bu Sari", "Rina")
    async with serving(house.door, by_redis(valkey.url)) as (live, url):
        there = house.elsewhere(url, live)
        async with RoomClient.connect(there.url, there.slug, "name=Dewi") as dewi:
            await host.send(Admit(dewi.me))
            await dewi.until(lambda p: p.you)
            marks = await caught_up(host, rina)
            assert (await dewi.whisper("dari sana")).ok
            await host.until(lambda p: p.whispers)
            assert (await host.whisper("dari sini", dewi.me)).ok
            await dewi.until(lambda p: len(p.whispers) == 2)
            await caught_up(host, rina)
            assert since(rina, marks[1]) == []


async def test_whoever_was_removed_writes_no_more(house: House) -> None:
    host, dewi = await house.seat("Bu Sari", "Dewi")
    await host.send(Remove(dewi.me, ban=False))
    await dewi.until(lambda p: p.gone)
    assert (await host.whisper("halo", dewi.me)).reason is Reason.NO_SUCH_SEAT


async def test_a_greeter_sees_the_door_and_other_members_see_only_who_greets(house: House) -> None:
    host, dewi, rina = await house.seat("Bu Sari", "Dewi", "Rina")
    await host.send(NameGreeter(dewi.me))
    await rina.until(lambda p: p.meeting and p.meeting.greeter == dewi.me)
    marks = await caught_up(host, rina)
    siti = await house.come("Siti")
    await dewi.until(lambda p: p.you and p.you.waiting)
    await caught_up(host, rina)
    assert since(rina, marks[1]) == []
    await siti.until(lambda p: p.lobby and p.lobby.state == "waiting")
    assert siti.lobby
    assert siti.lobby.host == "Dewi"
    assert (await rina.send(Admit(siti.me))).reason is Reason.NOT_ALLOWED
    assert (await dewi.send(Admit(siti.me))).ok
    await siti.until(lambda p: p.meeting)
