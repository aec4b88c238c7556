"""The door in real browsers: too early, listening first, a greeter who lets people in."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from realtime.domain.commands import Admit, NameGreeter
from server.circles.tables import Circle
from tests.journeys.browsing import Device, Language
from tests.journeys.examining import Examiner
from tests.journeys.seated import House, evening, seated


@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_door_that_asks_is_opened_by_its_greeter(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(again=language == "en")
    async with evening(house, browser, "Awan", "Melati", door="ask") as night:
        here = update(Circle).where(Circle.slug == night.circle.slug)
        await house.change(here.values(observers_first=True))
        melati = await night.known("Melati", language)
        await melati.page.goto(f"{house.base}/c/{night.circle.slug}/tunggu")
        await night.sari.until(lambda room: room.facilitating and room.facilitating.waiting)
        await night.sari.send(Admit(night.id("Melati")))
        await seated(melati)
        await melati.press("room.becomemember")
        await night.sari.until(
            lambda room: room.meeting and "is_member" in str(room.meeting.notices)
        )
        await night.sari.send(NameGreeter(night.id("Melati")))
        await melati.sees(melati.words("greet.none"))
        awan = await night.known("Awan", language)
        await awan.page.goto(f"{house.base}/c/{night.circle.slug}/tunggu")
        await awan.sees(awan.words("lobby.listens"))
        await expect(awan.page.locator("#observer")).to_be_disabled()
        await expect(awan.page.locator("#state")).to_contain_text("Melati")
        assert not any("Sari" in frame for frame in awan.frames)
        await examiner.look(awan, "lobby-listens-first")
        await melati.page.get_by_role("button", name=melati.words("greet.open", n=1)).click()
        await melati.sees("Awan")
        await examiner.look(melati, "greeter-door")
        await melati.press("fac.admit.one", name="Awan")
        await seated(awan)
        await awan.sees(awan.words("room.observing"))
    examiner.content()


@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_a_door_that_is_still_shut_says_when_it_opens(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    async with evening(house, browser, "Awan") as night:
        # A circle without anybody in it, far from its hour.
        other = await house.circle("Awan")
        later = update(Circle).where(Circle.slug == other.slug)
        await house.change(later.values(starts="2099-01-07T19:30", rule=""))
        awan = await night.known("Awan", language, device=device)
        await awan.context.add_cookies(
            [{"name": other.cookie_name, "value": other.members["Awan"], "url": house.base}]
        )
        await awan.page.goto(f"{house.base}/c/{other.slug}/tunggu")
        clock = "19.15" if language == "id" else "19:15"
        await expect(awan.page.locator("#state")).to_contain_text(clock)
        await examiner.look(awan, "lobby-early")
    examiner.content()
