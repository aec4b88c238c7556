"""The first walk round the room, as a newcomer's own device offers it, once."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from realtime.domain.commands import SetPhase
from realtime.domain.meeting import Phase
from tests.journeys.browsing import Language
from tests.journeys.examining import BOTH, Examiner
from tests.journeys.seated import House, evening, seated
from tests.journeys.sticking import start

pytestmark = pytest.mark.long


@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_newcomer_is_shown_round_by_keyboard_and_is_in_nobodys_way(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(again=language == "en")
    async with evening(house, browser, "Melati", "Awan") as night:
        await night.speaker("Awan")
        await night.sari.send(SetPhase(Phase.SHARING))
        melati = await night.known("Melati", language, newcomer=True)
        page, card = melati.page, melati.page.locator(".walk")
        await page.goto(night.room)
        await seated(melati)
        await card.wait_for()
        await examiner.look(melati, "walk-offered")
        # It covers none of what may be pressed.
        await melati.press("room.write")
        await melati.press("room.write")
        await page.locator(".menu-button").focus()
        await page.keyboard.press("Enter")
        await melati.press("set.walk")
        for step in ("circle", "stick", "words", "out", "hand", "exit"):
            heading = card.get_by_role("heading", name=melati.words(f"walk.{step}.h"))
            await expect(heading).to_be_focused()
            await expect(card).to_be_in_viewport(ratio=1)
            if step in ("circle", "hand"):
                await examiner.look(melati, f"walk-{step}")
            await card.locator(".btn--main").press("Enter")
        await expect(page.locator("#isi")).to_be_focused()
        await page.reload()
        await seated(melati)
        # The stick comes near: whatever else there was is gone.
        await melati.page.locator(".menu-button").click()
        await melati.press("set.walk")
        await card.wait_for()
        await start(night)
        await expect(card).to_have_count(0)
        assert melati.faults == []
    examiner.content()


@pytest.mark.parametrize("language", BOTH)
async def test_a_facilitator_is_shown_the_console_on_a_phone_and_on_a_laptop(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner()
    async with evening(house, browser, "Melati") as night:
        sari = await night.facilitator(language)
        await sari.page.goto(night.room)
        await seated(sari)
        card = sari.page.locator(".walk")
        for width, height in ((360, 740), (1280, 800)):
            await sari.page.set_viewport_size({"width": width, "height": height})
            await sari.page.locator(".menu-button").click()
            await sari.press("set.walk")
            for step in ("seats", "turn", "door", "care", "agenda", "exit"):
                await card.get_by_role("heading", name=sari.words(f"walk.{step}.h")).wait_for()
                await expect(card).to_be_in_viewport(ratio=1)
                if step == "care":
                    await examiner.look(sari, f"walk-console-{width}")
                await card.locator(".btn--main").click()
            await expect(card).to_have_count(0)
    examiner.content()
