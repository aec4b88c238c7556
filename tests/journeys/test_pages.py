"""Every ordinary page, for a stranger and for an organiser, passes what every screen must pass."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.journeys.browsing import Language, Served, arrive
from tests.journeys.examining import Examiner
from tests.journeys.way_in import set_up

ANYBODY = (
    "/",
    "/bantuan",
    "/panduan",
    "/panduan/fasilitator",
    "/privasi",
    "/masuk",
    "/u",
    "/tidak-ada",
)
CIRCLE = "/c/orang-tua-tunggal-jakarta"
"""What a circle's page is called in pictures, whatever the language of its address."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_page_reads_well_for_a_stranger_and_an_organiser(
    browser: Browser, served: Served, language: Language
) -> None:
    examiner = Examiner(measures=language == "id", again=language == "en")
    stranger = await arrive(browser, language, "phone")
    await stranger.page.goto(served.base)
    await examiner.look(stranger, "landing without circles")
    organiser = await arrive(browser, language, "laptop")
    circle = await set_up(organiser, served, examiner.look)
    for path in (*ANYBODY, circle, f"{circle}/masuk"):
        await stranger.page.goto(served.base + path)
        await examiner.look(stranger, path.replace(circle, CIRCLE))
    for path in ("/kelola", "/kelola/baru", f"{circle}/usai"):
        await organiser.page.goto(served.base + path)
        await examiner.look(organiser, path.replace(circle, CIRCLE))
    examiner.content()
    for person in (stranger, organiser):
        assert person.faults == []
        await person.context.close()
