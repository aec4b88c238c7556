"""A member with the keyboard alone: everything in the room, and the focus is never lost."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from realtime.domain.commands import SetPhase, StartRound
from realtime.domain.meeting import Order, Phase, Presence, Wording
from tests.journeys.keyboard import keeps_its_place, no_sheet, reach, use
from tests.journeys.seated import House, evening, seated
from tests.journeys.test_coming_back import is_present
from tests.journeys.test_words import ELSEWHERE, WEATHER, stub_weather


async def test_a_member_asks_accepts_passes_steps_out_and_comes_back_by_keyboard(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati", device="laptop")
        await night.speaker("Awan")
        me = night.id("Melati")
        await night.sari.send(SetPhase(Phase.SHARING))
        await use(melati, "room.ask")
        await melati.sees(melati.words("room.asked", n=1))
        await keeps_its_place(melati)
        await use(melati, "room.asked", n=1)
        await melati.page.get_by_role("button", name=melati.words("room.ask")).wait_for()
        await keeps_its_place(melati)
        await night.sari.send(StartRound(Wording(""), Order.SEATS))
        await use(melati, "room.offer.yes")
        await night.sari.until(lambda room: room.holder == me)
        await melati.page.get_by_role("button", name=melati.words("room.pass")).wait_for()
        await keeps_its_place(melati)
        await use(melati, "room.pass")
        await night.sari.until(
            lambda room: room.meeting and room.meeting.stick.member_id == night.id("Awan")
        )
        await melati.page.get_by_role("button", name=melati.words("room.pass")).wait_for(
            state="detached"
        )
        await keeps_its_place(melati)
        await use(melati, "room.out")
        await melati.sees(melati.words("out.h1"))
        await keeps_its_place(melati)
        await use(melati, "out.back")
        await seated(melati)
        await keeps_its_place(melati)
        assert melati.faults == []


async def test_the_sheets_open_close_by_escape_and_give_the_focus_back(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.sitter("Melati", device="laptop")
        for key in ("room.hand", "room.menu"):
            await use(melati, key)
            await melati.page.locator("dialog[open]").wait_for()
            await keeps_its_place(melati)
            await melati.page.keyboard.press("Escape")
            await no_sheet(melati)
            opener = melati.page.get_by_role("button", name=melati.words(key), exact=True)
            await expect(opener).to_be_focused()


async def test_the_ring_is_one_stop_and_arrows_go_round_its_seats(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati", device="laptop")
        await night.speaker("Awan")
        petals = melati.page.locator(".petal")
        await expect(petals).to_have_count(3)
        assert await melati.page.locator('.petal:not([tabindex="-1"])').count() == 1
        await petals.first.focus()
        await melati.page.keyboard.press("ArrowRight")
        await expect(petals.nth(1)).to_be_focused()
        await melati.page.keyboard.press("End")
        await expect(petals.nth(2)).to_be_focused()
        await melati.page.keyboard.press("Enter")
        await melati.page.locator("dialog[open]").wait_for()
        await melati.page.keyboard.press("Escape")
        await no_sheet(melati)
        await expect(petals.nth(2)).to_be_focused()


@pytest.mark.long
async def test_letters_act_outside_text_fields_and_can_be_turned_off(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.sitter("Melati", device="laptop"), await night.speaker("Awan")
        keyboard = melati.page.keyboard
        await night.sari.send(SetPhase(Phase.SHARING))
        await melati.page.get_by_role("button", name=melati.words("room.ask")).wait_for()
        await keyboard.press("m")
        await melati.sees(melati.words("room.asked", n=1))
        await keyboard.press("m")
        await melati.page.get_by_role("button", name=melati.words("room.ask")).wait_for()
        await keyboard.press("a")
        await awan.until(lambda room: room.nods)
        # In a field they are only letters.
        await keyboard.press("t")
        await expect(melati.page.locator("#say-text")).to_be_focused()
        await keyboard.type("amjh")
        await expect(melati.page.locator("#say-text")).to_have_value("amjh")
        await no_sheet(melati)
        await keyboard.press("Control+A")
        await keyboard.press("Delete")
        await keyboard.press("Escape")
        await keeps_its_place(melati)
        await keyboard.press("h")
        await melati.page.locator("dialog[open]").wait_for()
        await keyboard.press("Escape")
        await no_sheet(melati)
        await keyboard.press("j")
        await melati.sees(melati.words("out.h1"))
        await keeps_its_place(melati)
        await use(melati, "out.back")
        await seated(melati)
        # Off, they do nothing: a word spoken to the machine must not press buttons.
        await use(melati, "room.menu")
        await reach(melati, melati.words("set.keys"), "switch")
        await keyboard.press("Space")
        await keyboard.press("Escape")
        await no_sheet(melati)
        for letter in ("m", "j", "h"):
            await keyboard.press(letter)
        await awan.say("Setelah tiga huruf.")
        await melati.sees("Setelah tiga huruf.")
        await no_sheet(melati)
        assert is_present(awan, night.id("Melati"), Presence.HERE)
        assert night.sari.facilitating and night.sari.facilitating.asked == ()


async def test_the_way_out_in_a_hurry_is_reached_and_pressed_by_keyboard(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati", device="laptop")
        await stub_weather(melati.context)
        await melati.page.goto(night.room)
        await seated(melati)
        await use(melati, "exit.sr")
        await melati.page.get_by_text(WEATHER).wait_for()
        assert melati.page.url == ELSEWHERE
