"""Private lines in real browsers: who reads them, and that a reload leaves nothing of them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import insert

from realtime.domain.commands import NeedHand
from server.circles.tables import Pairing
from tests.journeys.browsing import Device, Language, Person
from tests.journeys.examining import Examiner
from tests.journeys.seated import House, evening, seated

SECRET = "Aku gugup malam ini."
ANSWER = "Tidak apa-apa, aku di sini."


async def write(person: Person, text: str) -> None:
    await person.page.locator("#line-text").fill(text)
    await person.page.locator("dialog[open] button[type=submit]").click()


async def shut(person: Person) -> None:
    await person.page.keyboard.press("Escape")
    await person.page.locator("dialog[open]").wait_for(state="detached")


@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_a_member_and_the_facilitators_write_to_each_other_alone(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    async with evening(house, browser, "Awan", "Melati") as night:
        awan = await night.sitter("Awan", language)
        melati = await night.sitter("Melati", language)
        sari = await night.facilitator(language, device=device)
        await sari.page.goto(night.room)
        await seated(sari)
        before = len(melati.frames)
        await awan.press("room.hand")
        await awan.press("line.open")
        await awan.sees(awan.words("line.b"))
        await write(awan, SECRET)
        await awan.sees(SECRET)
        await examiner.look(awan, "line")
        await shut(awan)
        if device == "phone":
            await sari.page.locator("#fac-tab-people").click()
        await examiner.look(sari, "lines")
        await expect(sari.page.get_by_text(SECRET)).to_have_count(0)
        opening = sari.words("fac.lines.open") + " Awan"
        await sari.page.get_by_role("button", name=opening).click()
        await sari.sees(SECRET)
        await write(sari, ANSWER)
        badge = awan.words("line.badge_one")
        button = awan.page.locator(".quietly").get_by_role("button")
        await expect(button).to_contain_text(badge)
        await examiner.look(awan, "line-unread")
        await button.click()
        await awan.sees(ANSWER)
        for text in (SECRET, ANSWER):
            assert not any(text in frame for frame in melati.frames[before:])
            assert not any("whispered" in frame for frame in melati.frames[before:])
        await awan.page.reload()
        await seated(awan)
        await awan.press("room.hand")
        await awan.press("line.open")
        await awan.sees(awan.words("line.empty"))
    examiner.content()


@pytest.mark.long
@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_companion_learns_of_the_call_and_writes_quietly(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(again=language == "en")
    async with evening(house, browser, "Awan", "Melati", "Siti") as night:
        ids = night.circle.ids
        pair = {"newcomer_id": ids["Awan"], "companion_id": ids["Melati"]}
        await house.change(insert(Pairing).values(circle_id=night.circle.circle_id, **pair))
        melati = await night.sitter("Melati", language)
        siti = await night.sitter("Siti", language)
        awan = await night.speaker("Awan")
        before = len(siti.frames)
        await awan.send(NeedHand())
        await melati.sees(melati.words("line.hand", name="Awan"))
        await melati.page.locator(".quietly").get_by_role("button").click()
        await melati.sees(melati.words("line.companion.b"))
        await write(melati, ANSWER)
        await examiner.look(melati, "companion-line")
        await awan.until(lambda room: room.whispers)
        assert not any("whispered" in frame for frame in siti.frames[before:])
        assert night.sari.whispers == []
        await shut(melati)
        await examiner.look(melati, "companion-room")
    examiner.content()
