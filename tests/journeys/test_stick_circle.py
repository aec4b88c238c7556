"""The edges of the stick that concern the whole circle: who comes, goes, leads and ends it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from realtime.domain.commands import (
    ComeBack,
    Decline,
    Offer,
    PassStick,
    Remove,
    Resume,
    SetPhase,
    StepOut,
)
from realtime.domain.meeting import Phase
from tests.journeys.hurried import Hurry
from tests.journeys.seated import House, evening, seated, seats_of
from tests.journeys.sticking import core, start, take
from tests.journeys.test_coming_back import reload, standing

pytestmark = pytest.mark.long


@pytest.fixture
def house(hurried: tuple[House, Hurry]) -> House:
    return hurried[0]


async def test_edge_08_a_latecomer_joins_the_end_of_the_round_and_after_closing_listens(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Siti", "Melati", "Awan") as night:
        siti = await night.speaker("Siti")
        await start(night)
        turn = await take(siti)
        melati = await night.sitter("Melati")
        await siti.send(PassStick(turn, None))
        await melati.press("room.offer.yes")
        await core(melati, "core.yours")
        await melati.press("room.pass")
        await night.sari.send(SetPhase(Phase.CLOSING))
        awan = await night.sitter("Awan")
        await awan.sees(awan.words("room.observing"))
        await expect(
            awan.page.get_by_role("button", name=awan.words("room.becomemember"))
        ).to_have_count(0)


async def test_edge_09_an_observer_who_joins_the_turns_comes_at_the_end_of_the_round(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Siti", "Melati", "Awan") as night:
        siti, melati = await night.speaker("Siti"), await night.sitter("Melati")
        await melati.page.get_by_role("button", name=melati.words("room.menu")).click()
        await melati.press("set.observe")
        await melati.press("sure.observe.yes")
        await melati.sees(melati.words("room.observing"))
        await start(night)
        turn = await take(siti)
        awan = await night.speaker("Awan")
        await melati.press("room.becomemember")
        await night.sari.until(
            lambda room: (
                room.facilitating
                and room.facilitating.order == (night.id("Awan"), night.id("Melati"))
            )
        )
        await siti.send(PassStick(turn, None))
        await awan.send(PassStick(await take(awan), None))
        await melati.press("room.offer.yes")
        await core(melati, "core.yours")


async def test_edge_10_a_removed_holder_is_told_kindly_and_the_stick_rests_with_nobody(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.sitter("Melati"), await night.sitter("Awan")
        await start(night)
        await melati.press("room.offer.yes")
        await core(awan, "core.held", "Melati")
        await night.sari.send(Remove(night.id("Melati"), ban=False))
        await melati.sees(melati.words("st.removed"))
        await core(awan, "core.rest")
        assert night.id("Melati") not in await seats_of(awan)
        # It went to nobody: the next one has no question to answer.
        assert not standing(awan)["offered"]
        await reload(melati)
        await melati.sees(melati.words("st.removed"))


async def test_edge_11_with_no_facilitator_the_turn_is_finished_then_the_circle_waits_and_resumes(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan", "Tini") as night:
        melati, awan = await night.sitter("Melati"), await night.sitter("Awan")
        await start(night)
        await melati.press("room.offer.yes")
        await core(awan, "core.held", "Melati")
        await night.sari.send(StepOut())
        # Nobody is cut off.
        await melati.press("room.pass")
        for person in (melati, awan):
            await core(person, "core.paused")
            await person.sees(person.words("room.nofac"))
        assert awan.frames and standing(awan)["offered"] is False
        late = await night.known("Tini")
        await late.page.goto(night.room)
        await late.page.wait_for_url("**/tunggu")
        await night.sari.send(ComeBack())
        await core(awan, "core.paused")
        await night.sari.send(Resume())
        await night.sari.send(Offer(None))
        await core(awan, "core.foryou")
        # The door that shut by itself is open again.
        await late.page.wait_for_url("**/ruang")


async def test_edge_11_with_no_facilitator_for_a_quarter_of_an_hour_the_circle_closes_kindly(
    house: House, browser: Browser, hurry: Hurry
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.sitter("Melati")
        await night.sari.send(StepOut())
        await core(melati, "core.paused")
        hurry.on(14 * 60)
        await core(melati, "core.paused")
        assert melati.page.url == night.room
        hurry.on(61)
        await melati.page.wait_for_url("**/usai")


async def test_edge_12_when_everybody_declined_the_round_closes_and_the_stick_rests(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.sitter("Melati"), await night.speaker("Awan")
        await start(night)
        for _ in range(2):
            await melati.press("room.offer.no")
            await awan.until(lambda room: room.you and room.you.offered)
            await awan.send(Decline())
            await awan.until(lambda room: room.you and not room.you.offered)
        await core(melati, "core.rest")
        await awan.until(lambda room: room.meeting and room.meeting.round is None)
        # It cost nothing: the stick may be asked for as before.
        await melati.press("room.ask")
        await melati.sees(melati.words("room.asked", n=1))


async def test_edge_17_the_end_is_told_before_and_whoever_holds_the_stick_finishes(
    house: House, browser: Browser, hurry: Hurry
) -> None:
    async with evening(house, browser, "Siti", "Melati") as night:
        siti, melati = await night.speaker("Siti"), await night.sitter("Melati")
        sari = await night.facilitator(device="laptop")
        await sari.page.goto(night.room)
        await seated(sari)
        await start(night)
        turn = await take(siti)
        hurry.on(75 * 60 - 290)
        await melati.sees(melati.words("room.soon"))
        await sari.sees(sari.words("fac.soon.unheard", names="Melati"))
        hurry.on(300)
        await melati.sees(melati.words("room.due"))
        await core(melati, "core.held", "Siti")
        await siti.say("Sedikit lagi, ya.")
        await melati.sees("Sedikit lagi, ya.")
        await siti.send(PassStick(turn, None))
        # It goes on to nobody by itself; who was not heard stays named.
        await core(melati, "core.rest")
        await sari.sees(sari.words("fac.soon.unheard", names="Melati"))
