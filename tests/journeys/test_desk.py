"""An organiser keeps their place: desk, help lines, a shelf, follow-ups, what is kept."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browsing import SIZES, Device, Language, Person, Served, arrive
from tests.journeys.examining import Examiner
from tests.journeys.way_in import set_up, unseen

pytestmark = pytest.mark.long

SAVE = 'button[form="step"]'


async def fill(person: Person, **fields: str) -> None:
    for name, value in fields.items():
        await person.page.fill(f"#{name}", value)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "size"), [("id", "phone"), ("en", "laptop")])
async def test_an_organiser_keeps_this_place_and_its_shelf(
    browser: Browser, served: Served, language: Language, size: Device
) -> None:
    examiner = Examiner()
    organiser = await arrive(browser, language, "laptop")
    circle = await set_up(organiser, served, unseen)
    page, words = organiser.page, organiser.words
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})

    await page.goto(f"{served.base}/kelola")
    await examiner.look(organiser, "desk")
    await page.get_by_role("link", name=words("desk.place.h1"), exact=True).click()
    await page.wait_for_url("**/kelola/tempat")
    await fill(organiser, name="RW 05 Tebet", donations="Kas RW.")
    await page.click(SAVE)
    await expect(page.get_by_text(words("desk.saved"))).to_be_visible()
    await examiner.look(organiser, "this place")
    await page.goto(served.base)
    await expect(page.get_by_text("Kas RW.")).to_be_visible()

    await page.goto(f"{served.base}/kelola/bantuan")
    await fill(organiser, name="Rumah Aman", about_id="Berlindung.", about_en="Shelter.")
    await fill(organiser, shown="0274 555 123", reach="rumah")
    await page.get_by_role("button", name=words("desk.line.add"), exact=True).click()
    await expect(page.locator("#w-reach")).to_be_visible()
    await examiner.look(organiser, "a help line that cannot be reached")
    await fill(organiser, reach="0274 555 123")
    await page.get_by_role("button", name=words("desk.line.add"), exact=True).click()
    await page.get_by_role("link", name="Rumah Aman", exact=True).click()
    await examiner.look(organiser, "one help line")
    for path in ("angka", "undangan", "larangan", "bantuan"):
        await page.goto(f"{served.base}/kelola/{path}")
        await examiner.look(organiser, f"kelola {path}")

    await page.goto(f"{served.base}{circle}/rak")
    await page.select_option("#kind", "recipe")
    await fill(organiser, title="Sayur lodeh", text="Untuk empat orang.")
    await page.get_by_role("button", name=words("shelf.add"), exact=True).click()
    await expect(page.get_by_role("heading", name="Sayur lodeh")).to_be_visible()
    await examiner.look(organiser, "shelf")

    await page.goto(f"{served.base}{circle}/usai-fasilitator")
    await page.fill('[id="find_place.count"]', "2")
    await page.check('[name="find_place.done"]')
    await page.click(SAVE)
    await expect(page.locator('[name="find_place.done"]')).to_be_checked()
    await examiner.look(organiser, "follow-ups")
    await page.goto(f"{served.base}/privasi")
    await examiner.look(organiser, "what is kept")
    examiner.content()
    assert organiser.faults == []
    await organiser.context.close()
