"""Looking for a circle as anybody: with scripts and without, and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from server.circles.seed import seed_circle
from server.circles.tables import Circle
from server.settings import Settings
from tests.journeys.browsing import SIZES, Device, Language, Served, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import House

NEAR: dict[str, Any] = {"weekly": (3, "19:30"), "listed": True}


async def describe(house: House, circle_id: str, **values: Any) -> None:
    await house.change(update(Circle).where(Circle.id == circle_id).values(**values))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_somebody_looks_for_a_circle_and_comes_to_its_door(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    name = f"Sore di Tebet {language}"
    tebet = await house.circle(title=name, language=language, **NEAR)
    key = f"tebet {language}x"
    about = {"kind": "carers", "place": "RW 05 Tebet", "search": key, "languages": "id,en"}
    await describe(house, tebet.circle_id, **about)
    full = await house.circle(
        "Melati", title=f"Penuh {language}", language=language, seats=2, **NEAR
    )
    await describe(house, full.circle_id, search=key)
    person = await arrive(browser, language, device)
    await person.page.goto(house.base)
    await examiner.look(person, "landing with circles")
    await person.page.locator(".find summary").click()
    await person.page.locator("#f-q").fill(key)
    await examiner.look(person, "landing, the form open")
    await person.page.get_by_role("button", name=person.words("find.go")).click()
    await person.sees(person.words("find.found"))
    await person.sees(person.words("find.full"))
    await examiner.look(person, "what was found")
    await person.page.locator(".find summary").click()
    await person.page.locator("#f-topic").select_option("young")
    await person.page.get_by_role("button", name=person.words("find.go")).click()
    await person.sees(person.words("find.nothing"))
    await examiner.look(person, "nothing found")
    kind = person.words("kind.young")
    await person.page.get_by_role("link", name=person.words("find.drop", what=kind)).click()
    await person.page.get_by_role("link", name=name, exact=True).click()
    await person.sees(person.words("circle.agreements"))
    await examiner.look(person, "a circle, to a visitor")
    await person.page.goto(f"{house.base}/c/{full.slug}")
    await person.sees(person.words("circle.full"))
    await examiner.look(person, "a full circle")
    await person.page.goto(f"{house.base}/c/{tebet.slug}")
    await person.press("find.join")
    await person.page.wait_for_url("**/masuk")
    assert person.faults == []
    examiner.content()
    await person.context.close()


async def test_looking_works_without_scripts(house: House, browser: Browser) -> None:
    circle = await house.circle(title="Tanpa skrip", **NEAR)
    await describe(house, circle.circle_id, search="tanpa skrip", medium="sound")
    person = await arrive(browser, "id", "phone", scripts=False)
    await person.page.goto(house.base)
    await person.page.locator(".find summary").click()
    await person.page.locator("#f-q").fill("skrip")
    await person.page.locator("#f-medium").select_option("sound")
    await person.page.get_by_role("button", name=person.words("find.go")).click()
    await expect(person.page.locator(".circ h3")).to_have_text(["Tanpa skrip"])
    await expect(person.page.locator("#f-medium")).to_have_value("sound")
    await person.context.close()


@pytest.mark.long
@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_first_way_in_shows_without_scrolling(
    served: Served, tmp_path: Path, browser: Browser, language: Language
) -> None:
    await seed_circle(Settings(data_dir=tmp_path / "data"), language=language, **NEAR)
    person = await arrive(browser, language, "phone")
    await person.page.goto(served.base)
    button = person.page.locator(".circ .btn--main").first
    await expect(button).to_be_in_viewport(ratio=1)
    assert person.page.viewport_size == dict(zip(("width", "height"), SIZES["phone"], strict=True))
    await person.context.close()


@pytest.mark.long
async def test_without_a_network_the_page_says_so_and_keeps_the_list(
    house: House, browser: Browser
) -> None:
    await house.circle(title="Tetap terbaca", **NEAR)
    person = await arrive(browser, "id", "phone")
    await person.page.goto(f"{house.base}/?q=tetap")
    note = person.page.locator("[data-offline]")
    await expect(note).to_be_hidden()
    await person.context.set_offline(True)
    await expect(note).to_be_visible()
    await person.sees("Tetap terbaca")
    await person.context.set_offline(False)
    await expect(note).to_be_hidden()
    await person.context.close()
