"""The edges of a turn as a person sees them, on real screens; time is hurried on."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Browser, expect

from realtime.domain.commands import (
    Ask,
    PassStick,
)
from realtime.domain.meeting import Presence, TurnId
from tests.journeys.browsing import Person
from tests.journeys.hurried import Hurry
from tests.journeys.meeting import say
from tests.journeys.seated import House, evening, seated, seats_of
from tests.journeys.sticking import core, line, start, take
from tests.journeys.test_coming_back import Wire, is_present, standing

pytestmark = pytest.mark.long


@pytest.fixture
def house(hurried: tuple[House, Hurry]) -> House:
    return hurried[0]


async def test_edge_01_a_lost_holder_has_their_place_held_and_is_offered_it_first_when_back(
    house: House, browser: Browser, hurry: Hurry
) -> None:
    async with evening(house, browser, "Siti", "Melati") as night:
        async with line(night, "Siti") as siti:
            melati = await night.sitter("Melati")
            await start(night)
            turn = await take(siti)
            await core(melati, "core.held", "Siti")
        await core(melati, "core.kept", "Siti")
        hurry.on(50)
        async with line(night, "Siti") as siti:
            await core(melati, "core.held", "Siti")
            assert siti.you and siti.you.turn_id == turn
        await core(melati, "core.kept", "Siti")
        hurry.on(61)
        await core(melati, "core.rest")
        async with line(night, "Siti") as siti:
            # First, and for the same turn: before anybody who has not had one.
            await core(melati, "core.offered", "Siti")
            assert await take(siti) == turn
            await core(melati, "core.held", "Siti")


async def test_edge_02_a_silent_offer_is_reminded_of_and_never_declined_by_a_clock(
    house: House, browser: Browser, hurry: Hurry
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati")
        await night.speaker("Awan")
        await start(night)
        await core(melati, "core.foryou")
        hurry.on(31)
        await melati.sees(melati.words("room.reminded"))
        assert not (night.sari.facilitating and night.sari.facilitating.silent)
        hurry.on(30)
        await night.sari.until(lambda room: room.facilitating and room.facilitating.silent)
        hurry.on(300)
        await melati.press("room.offer.yes")
        await core(melati, "core.yours")


async def test_edge_02_an_offer_to_somebody_away_lapses_and_comes_again_at_the_end(
    house: House, browser: Browser, hurry: Hurry
) -> None:
    async with evening(house, browser, "Siti", "Melati") as night:
        async with line(night, "Siti"):
            melati = await night.sitter("Melati")
            await start(night)
            await core(melati, "core.offered", "Siti")
        await night.sari.until(lambda room: is_present(room, night.id("Siti"), Presence.AWAY))
        await core(melati, "core.offered", "Siti")
        # Reminders come first, one deadline after the other.
        for _ in range(10):
            hurry.on(11)
            with suppress(AssertionError):
                await core(melati, "core.rest", patience=1000)
                break
        await core(melati, "core.rest")
        assert night.sari.facilitating
        assert night.sari.facilitating.order[-1] == night.id("Siti")


async def test_edge_03_a_holder_who_steps_out_keeps_the_right_to_finish(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.sitter("Melati"), await night.sitter("Awan")
        await start(night)
        await melati.press("room.offer.yes")
        await core(awan, "core.held", "Melati")
        await core(melati, "core.yours")
        turn = standing(melati)["turn_id"]
        await melati.press("room.out")
        await core(awan, "core.rest")
        await melati.press("out.back")
        await core(awan, "core.offered", "Melati")
        await melati.press("room.offer.yes")
        await core(melati, "core.yours")
        assert standing(melati)["turn_id"] == turn


async def test_edge_04_whoever_is_out_is_passed_over_unmarked_and_reads_where_things_are_when_back(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Siti", "Melati", "Awan") as night:
        siti, melati = await night.speaker("Siti"), await night.sitter("Melati")
        awan = await night.speaker("Awan")
        await start(night)
        turn = await take(siti)
        seats = await seats_of(melati, once=4)
        await melati.press("room.out")
        await melati.sees(melati.words("out.h1"))
        await siti.send(PassStick(turn, None))
        await take(awan)
        await melati.press("out.back")
        await melati.sees(melati.words("back.place", n=1, name="Awan"))
        assert await seats_of(melati) == seats
        assert standing(melati)["standing"] == "waiting"


async def test_edge_05_next_pressed_by_holder_and_facilitator_at_once_moves_the_stick_once(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan", "Tini") as night:
        melati, awan = await night.sitter("Melati"), await night.sitter("Awan")
        tini = await night.speaker("Tini")
        await start(night)
        await melati.press("room.offer.yes")
        await core(awan, "core.held", "Melati")
        turn = TurnId(standing(melati)["turn_id"])
        done = melati.page.get_by_role("button", name=melati.words("room.pass"))
        # Held on to: the first press that arrives takes the button away.
        held = await done.element_handle()
        assert held
        twice = held.evaluate("it => { it.click(); it.click(); }")
        await asyncio.gather(twice, night.sari.send(PassStick(turn, None)))
        await core(awan, "core.foryou")
        # One word behind the presses: whatever they did is done.
        await night.sari.say("Terima kasih, Melati.")
        await tini.until(lambda room: room.said)
        await melati.sees("Terima kasih, Melati.")
        await core(melati, "core.offered", "Awan")
        assert tini.you and tini.you.standing == "waiting"


async def test_edge_07_the_stick_is_with_the_person_and_where_they_speak_from_moves_on_request(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        first = await night.sitter("Melati")
        awan = await night.speaker("Awan")
        second = Person(await first.context.new_page(), first.context, "id")
        await second.page.goto(night.room)
        await seated(second)
        await start(night)
        await first.press("room.offer.yes")
        # Both hold it, and one of them says where the words come from.
        for tab in (first, second):
            await core(tab, "core.yours")
        await second.sees(second.words("room.elsewhere"))
        await expect(first.page.get_by_text(first.words("room.elsewhere"))).to_have_count(0)
        await say(first, "Dari tab pertama.")
        await second.press("room.elsewhere.here")
        await first.sees(first.words("say.why.elsewhere"))
        await expect(second.page.get_by_text(second.words("room.elsewhere"))).to_have_count(0)
        await say(second, "Dari tab kedua.")
        await awan.until(
            lambda room: [one.text for one in room.said] == ["Dari tab pertama.", "Dari tab kedua."]
        )
        # The tab that is closed takes nothing with it.
        await second.page.close()
        await first.page.locator("#say-text").wait_for()
        await say(first, "Lagi dari yang pertama.")
        await awan.until(lambda room: len(room.said) == 3)
        assert awan.holder == night.id("Melati")


async def test_edge_16_a_flapping_connection_changes_no_seat_no_hand_and_no_place(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Awan", "Tini", "Melati") as night:
        awan, tini = await night.speaker("Awan"), await night.speaker("Tini")
        melati, wire = await night.known("Melati"), Wire()
        await wire.lead(melati)
        await melati.page.goto(night.room)
        await seated(melati)
        await start(night)
        await take(awan)
        await tini.send(Ask())
        await melati.press("room.ask")
        await night.sari.until(lambda room: room.facilitating and len(room.facilitating.asked) == 2)
        assert night.sari.facilitating
        before = night.sari.facilitating
        seats = await seats_of(melati)
        me = night.id("Melati")
        for _ in range(3):
            await wire.cut()
            await night.sari.until(lambda room: is_present(room, me, Presence.AWAY))
            wire.mend()
            await night.sari.until(lambda room: is_present(room, me, Presence.HERE))
        await expect(melati.page.locator(".banner")).to_have_count(0)
        after = night.sari.facilitating
        assert (after.asked, after.order) == (before.asked, before.order)
        assert await seats_of(melati) == seats
        await core(melati, "core.held", "Awan")
