"""Sound through a room, a sound process and real media: who hears whom, and when it ends."""

from __future__ import annotations

import asyncio

import pytest

from realtime.audio import process
from realtime.audio.lease import Leases
from realtime.client import RoomClient
from realtime.domain import commands as c
from realtime.domain.meeting import Floor, Frame, Order, Presence, Wording
from realtime.domain.refusal import Reason
from realtime.store.link import Link
from server.embedded import EmbeddedValkey
from tests.realtime.audio.conftest import Sounds, Speaker, sounds_over
from tests.realtime.audio.silence import stopped

NOTHING = Wording()


async def circle_of(sounds: Sounds, *names: str) -> list[Speaker]:
    """People with a seat, all with sound on; the first facilitates."""
    people = await sounds.house.seat(*names)
    return [await sounds.turn_on(person) for person in people]


async def give_stick(facilitator: RoomClient, to: RoomClient) -> None:
    assert (await facilitator.send(c.Offer(to.me))).ok
    await to.until(lambda p: p.you and p.you.offered)
    assert (await to.send(c.Accept())).ok
    await facilitator.until(lambda p: p.holder == to.me)


async def with_stick(sounds: Sounds, *names: str) -> list[Speaker]:
    """The floor is the stick's; the second holds it."""
    speakers = await circle_of(sounds, *names)
    dewi, rina = speakers[0].person, speakers[1].person
    assert (await dewi.send(c.StartRound(NOTHING, Order.SEATS))).ok
    await give_stick(dewi, rina)
    return speakers


async def is_told(speaker: Speaker) -> str:
    """Why their sound is over."""
    person = speaker.person
    await person.until(lambda _: any(g.ticket == speaker.ticket for g in person.sound_gone))
    return next(g.why for g in person.sound_gone if g.ticket == speaker.ticket)


async def settles(*speakers: Speaker) -> None:
    """Everything under way has arrived: a packet sent after the fact would have too."""
    for _ in range(3):
        await asyncio.sleep(0.1)
        for speaker in speakers:
            await speaker.line.check()


async def test_the_holder_is_heard_by_the_others_and_nobody_else_is(sounds: Sounds) -> None:
    dewi, rina, siti = await with_stick(sounds, "Bu Dewi", "Rina", "Siti")
    for speaker in (dewi, rina, siti):
        speaker.start()
    await siti.until_hears(rina, 20)
    await dewi.until_hears(rina, 20)
    assert dewi.hears(siti) == rina.hears(siti) == siti.hears(dewi) == rina.hears(dewi) == 0
    assert rina.hears(rina) == 0
    await siti.person.until(lambda p: p.heard and p.heard.slots[0] == rina.person.me)


async def test_the_stick_moves_and_the_one_who_had_it_is_heard_no_more(sounds: Sounds) -> None:
    dewi, rina, siti = await with_stick(sounds, "Bu Dewi", "Rina", "Siti")
    rina.start()
    siti.start()
    await dewi.until_hears(rina)
    await give_stick_on(dewi.person, rina.person, siti.person)
    await dewi.until_hears(siti)
    await settles(dewi)
    said_after = {siti.say_once() for _ in range(3)} | {rina.say_once() for _ in range(3)}
    await dewi.line.until(lambda: sum(p.payload in said_after for p in dewi.line.heard) >= 3)
    assert not any(p.payload in rina.said & said_after for p in dewi.line.heard)


async def give_stick_on(facilitator: RoomClient, holder: RoomClient, to: RoomClient) -> None:
    assert holder.you is not None
    assert holder.you.turn_id is not None
    assert (await holder.send(c.PassStick(holder.you.turn_id, None))).ok
    await to.until(lambda p: p.you and p.you.offered)
    assert (await to.send(c.Accept())).ok
    await facilitator.until(lambda p: p.holder == to.me)


async def test_everybody_is_heard_on_the_open_floor_and_only_facilitators_on_the_quiet_one(
    sounds: Sounds,
) -> None:
    dewi, rina, siti = await circle_of(sounds, "Bu Dewi", "Rina", "Siti")
    for speaker in (dewi, rina):
        speaker.start()
    await siti.until_hears(rina)
    await siti.until_hears(dewi)
    assert (await dewi.person.send(c.SetFloor(Floor.QUIET))).ok
    await siti.person.until(lambda p: p.meeting and p.meeting.floor is Floor.QUIET)
    await settles(siti)
    last = rina.say_once()
    await siti.until_hears(dewi)
    assert not any(packet.payload == last for packet in siti.line.heard)


@pytest.mark.parametrize(
    ("command", "why"),
    [(c.StepOut(), "stepped_out"), (c.Leave(), None)],
    ids=["steps out", "leaves"],
)
async def test_whoever_steps_out_or_leaves_neither_speaks_nor_hears(
    sounds: Sounds, command: c.Command, why: str | None
) -> None:
    dewi, rina, siti = await circle_of(sounds, "Bu Dewi", "Rina", "Siti")
    for speaker in (dewi, rina):
        speaker.start()
    await siti.until_hears(rina)
    await rina.until_hears(dewi)
    assert (await rina.person.send(command)).ok
    if why is not None:
        assert await is_told(rina) == why
    await settles(siti)
    heard, last = rina.hears(dewi), rina.say_once()
    await siti.until_hears(dewi)
    assert rina.hears(dewi) == heard
    assert not any(packet.payload == last for packet in siti.line.heard)
    assert rina.line.said_goodbye, "the line itself was ended"


async def test_whoever_is_removed_is_silent_before_their_socket_closes(sounds: Sounds) -> None:
    dewi, rina, siti = await with_stick(sounds, "Bu Dewi", "Rina", "Siti")
    rina.start()
    await siti.until_hears(rina)
    assert (await dewi.person.send(c.Remove(rina.person.me, ban=False))).ok
    await until_gone(rina.person)
    # The socket is closed now. Whatever was said from here on reached nobody.
    rina.stop()
    after = [rina.say_once() for _ in range(10)]
    await settles(siti)
    assert not any(packet.payload in after for packet in siti.line.heard)
    assert rina.person.gone is not None
    assert rina.person.gone.reason == "removed"


async def until_gone(person: RoomClient) -> None:
    async with asyncio.timeout(10):
        while not person.closed:
            await person.change()


async def test_a_tab_that_closes_ends_its_sound_even_while_another_is_open(sounds: Sounds) -> None:
    _, rina = await sounds.house.seat("Bu Dewi", "Rina")
    async with RoomClient.connect(sounds.house.url, sounds.house.slug, "name=Rina") as second:
        speaker = await sounds.turn_on(second)
    await speaker.line.until(lambda: speaker.line.said_goodbye)
    assert rina.meeting is not None


async def test_a_line_that_is_lost_keeps_its_sound_for_the_same_tab(sounds: Sounds) -> None:
    """A phone changes networks: the socket comes back, the media never went."""
    dewi, rina = await circle_of(sounds, "Bu Dewi", "Rina")
    house = sounds.house
    async with RoomClient.connect(house.url, house.slug, "name=Rina", tab="phone") as phone:
        on_phone = await sounds.turn_on(phone)
        assert await is_told(rina) == "moved"
        await phone.vanish()
    async with RoomClient.connect(house.url, house.slug, "name=Rina", tab="phone") as again:
        await again.until(lambda p: p.you is not None)
        on_phone.start()
        await dewi.until_hears(on_phone)


async def test_whoever_comes_back_learns_whether_their_sound_still_stands(sounds: Sounds) -> None:
    """By whichever web process: the same answer is taken again, but not for a ticket that fell."""
    dewi, _ = await circle_of(sounds, "Bu Dewi", "Rina")
    house, elsewhere = sounds.house, await sounds.web_process()
    async with RoomClient.connect(house.url, house.slug, "name=Rina", tab="phone") as phone:
        earlier, on_phone = await sounds.turn_on(phone), await sounds.turn_on(phone)
        await phone.vanish()
    async with RoomClient.connect(elsewhere.url, elsewhere.slug, "name=Rina", tab="phone") as again:
        await again.until(lambda p: p.you is not None)
        answer = {"ticket": on_phone.ticket, "sdp": on_phone.line.answer}
        assert (await again.emit("sound_answer", answer)).ok
        fell = await again.emit("sound_answer", answer | {"ticket": earlier.ticket})
        assert fell.reason is Reason.MALFORMED
        on_phone.start()
        await dewi.until_hears(on_phone)
        assert not on_phone.line.said_goodbye


async def test_a_tab_that_closes_ends_a_sound_that_another_web_process_gave_it(
    sounds: Sounds,
) -> None:
    await circle_of(sounds, "Bu Dewi", "Rina")
    house, elsewhere = sounds.house, await sounds.web_process()
    async with RoomClient.connect(house.url, house.slug, "name=Rina", tab="phone") as phone:
        on_phone = await sounds.turn_on(phone)
        await phone.vanish()
    async with RoomClient.connect(elsewhere.url, elsewhere.slug, "name=Rina", tab="phone") as again:
        await again.until(lambda p: p.you is not None)
        assert not on_phone.line.said_goodbye
    await on_phone.line.until(lambda: on_phone.line.said_goodbye)


async def test_the_newest_tab_has_the_sound_and_the_other_is_told(sounds: Sounds) -> None:
    dewi, rina = await circle_of(sounds, "Bu Dewi", "Rina")
    tab = await sounds.house.come("Rina")
    newer = await sounds.turn_on(tab)
    assert await is_told(rina) == "moved"
    assert tab.sound_gone == []
    newer.start()
    await dewi.until_hears(newer)


async def test_who_is_heard_is_told_to_everybody_inside_and_to_nobody_else(sounds: Sounds) -> None:
    people = await sounds.house.seat("Bu Dewi", "Rina", "Siti", "Wati")
    dewi, rina, siti, wati = people
    assert (await wati.send(c.StepOut())).ok
    await wati.until(lambda p: p.you and p.you.presence is Presence.STEPPED_OUT)
    speaker = await sounds.turn_on(rina)
    speaker.start()
    heard = (rina.me, None, None)
    for person in (dewi, siti):
        await person.until(lambda p: p.heard and p.heard.slots == heard)
    speaker.stop()
    await siti.until(lambda p: p.heard and p.heard.slots == (None, None, None))
    assert wati.heard is None


async def test_whoever_comes_later_to_read_along_learns_who_is_heard(
    sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "TELL_EVERY", 1)
    dewi, rina = await sounds.house.seat("Bu Dewi", "Rina")
    speaker = await sounds.turn_on(rina)
    speaker.start()
    await dewi.until(lambda p: p.heard and p.heard.slots[0] == rina.me)
    later = await sounds.house.come("Siti")
    assert (await dewi.send(c.Admit(later.me))).ok
    await later.until(lambda p: p.heard and p.heard.slots[0] == rina.me)


async def test_pausing_silences_all_but_a_facilitator_who_steps_in(sounds: Sounds) -> None:
    dewi, rina, siti = await with_stick(sounds, "Bu Dewi", "Rina", "Siti")
    rina.start()
    await siti.until_hears(rina)
    assert (await dewi.person.send(c.Pause())).ok
    await settles(siti)
    last = rina.say_once()
    assert (await dewi.person.send(c.Interject(on=True))).ok
    dewi.start()
    await siti.until_hears(dewi)
    assert not any(packet.payload == last for packet in siti.line.heard)


async def test_the_end_of_the_meeting_ends_all_sound_and_gives_the_circle_back(
    sounds: Sounds,
) -> None:
    dewi, rina = await circle_of(sounds, "Bu Dewi", "Rina")
    assert (await dewi.person.send(c.Close())).ok
    for line in (dewi.line, rina.line):
        await line.until(lambda line=line: line.said_goodbye)  # type: ignore[misc]
    link = Link(sounds.redis_url)
    async with asyncio.timeout(5):
        while await Leases(link).holder(sounds.house.circle_id) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await link.close()


async def test_a_lease_that_somebody_else_took_silences_everybody_and_tells_them(
    sounds: Sounds,
) -> None:
    dewi, rina = await circle_of(sounds, "Bu Dewi", "Rina")
    rina.start()
    await dewi.until_hears(rina)
    link = Link(sounds.redis_url)
    mine = sounds.processes[0].name
    await Leases(link).take(sounds.house.circle_id, "another", mine)
    await link.close()
    assert await is_told(dewi) == await is_told(rina) == "lost"
    await dewi.line.until(lambda: dewi.line.said_goodbye)


async def test_a_circle_has_its_sound_on_one_process_whoever_asks_where(sounds: Sounds) -> None:
    await sounds.add_process()
    dewi, rina = await sounds.house.seat("Bu Dewi", "Rina")
    elsewhere = await sounds.web_process()
    async with RoomClient.connect(elsewhere.url, elsewhere.slug, "name=Siti") as siti:
        assert (await dewi.send(c.Admit(siti.me))).ok
        await siti.until(lambda p: p.meeting is not None)
        at_home, abroad = await sounds.turn_on(rina), await sounds.turn_on(siti)
        at_home.start()
        await abroad.until_hears(at_home)
        assert (await siti.send(c.StepOut())).ok
        assert await is_told(abroad) == "stepped_out"


async def test_a_killed_process_is_noticed_and_people_are_heard_on_another(
    silent_sounds: Sounds,
) -> None:
    first = await silent_sounds.add_process()
    dewi, rina = await circle_of(silent_sounds, "Bu Dewi", "Rina")
    await silent_sounds.add_process()
    # Dead as after kill -9: no goodbye, no beat, no answer.
    for task in (*first._tasks, first._post._keeper):
        if task is not None:
            task.cancel()
    assert await is_told(dewi) == await is_told(rina) == "lost"
    again = [await silent_sounds.turn_on(who.person) for who in (dewi, rina)]
    again[1].start()
    await again[0].until_hears(again[1])


async def test_while_redis_is_out_of_reach_nobody_is_heard_and_then_they_are_again() -> None:
    async with (
        EmbeddedValkey() as valkey,
        sounds_over(valkey.url, Frame("Kamis", seats=8, sound=True)) as sounds,
    ):
        await sounds.add_process()
        dewi, rina = await circle_of(sounds, "Bu Dewi", "Rina")
        rina.start()
        await dewi.until_hears(rina)
        with stopped(valkey.pid):
            # The bus is called lost within a second.
            await asyncio.sleep(1.6)
            before, last = dewi.hears(rina), rina.say_once()
            await settles(dewi)
            assert dewi.hears(rina) == before
            assert not any(packet.payload == last for packet in dewi.line.heard)
        await dewi.until_hears(rina, 20)
        assert dewi.person.sound_gone == [], "nobody loses a place for an outage"
