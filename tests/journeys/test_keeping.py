"""A circle is kept: two who edit it at once, its own help lines, who holds it, all seats taken."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from server.circles.tables import Circle, Membership
from tests.journeys.browsing import Device, Language, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import House
from tests.journeys.visiting import signed_in

BOTH: list[tuple[Language, Device]] = [("id", "phone"), ("en", "laptop")]
SAVE = 'button[form="step"]'


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_facilitators_keep_their_circle_without_undoing_each_other(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    circle = await house.circle("Melati", language=language)
    at = f"{house.base}/c/{circle.slug}"
    sari = await signed_in(house, browser, circle, circle.facilitator, language, device)
    page = sari.page
    await page.goto(f"{at}/ubah")
    await page.fill("#topic", "Topikku")
    # Somebody else saves first.
    await house.change(
        update(Circle).where(Circle.slug == circle.slug).values(place="RW 05", ages="all")
    )
    await page.click(SAVE)
    await sari.sees(sari.words("edit.meanwhile"))
    await expect(page.locator("#topic")).to_have_value("Topikku")
    await expect(page.locator("#place")).to_have_value("RW 05")
    await examiner.look(sari, "somebody else was faster")
    await page.click(SAVE)
    await sari.sees(sari.words("edit.saved"))

    await page.goto(f"{at}/bantuan")
    await examiner.look(sari, "no help lines of its own")
    for name, value in {
        "name": "Posyandu", "about_id": "Bidan RW.", "about_en": "Midwife.",
        "shown": "0274 555 123", "reach": "0274 555 123",
    }.items():  # fmt: skip
        await page.fill(f"#{name}", value)
    await sari.press("desk.line.add")
    await examiner.look(sari, "help lines of its own")
    await page.get_by_role("link", name="Posyandu", exact=True).click()
    await examiner.look(sari, "one help line of its own")

    await page.goto(f"{house.base}/kelola/lingkaran/{circle.slug}")
    await page.locator("button[value=turun]").click()
    await sari.sees(sari.words("holders.last"))
    await sari.press("holders.invite")
    await sari.sees(sari.words("holders.link"))
    await examiner.look(sari, "who holds it")
    examiner.content()
    assert sari.faults == []
    await sari.context.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_a_full_circle_says_so_kindly_and_a_ban_is_not_shed(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    await house.circle(language=language, title="Ruang lain", listed=True)
    circle = await house.circle("Melati", language=language, listed=True)
    here = update(Circle).where(Circle.slug == circle.slug)
    await house.change(here.values(seats=2))
    at = f"{house.base}/c/{circle.slug}"
    visitor = await arrive(browser, language, device)
    await visitor.page.goto(f"{at}/masuk")
    await visitor.sees(visitor.words("circle.full"))
    await examiner.look(visitor, "all seats are taken")

    member = circle.members["Melati"]
    melati = await signed_in(house, browser, circle, member, language, device)
    mine = update(Membership).where(Membership.person_id == circle.ids["Melati"])
    await house.change(mine.values(banned=True))
    await melati.page.goto(f"{house.base}/aku/tarik")
    await examiner.look(melati, "what stays of a ban")
    await melati.page.check("[name=sure]")
    await melati.page.click(SAVE)
    await melati.sees(melati.words("end.bans_one"))
    await examiner.look(melati, "consent taken back, the ban stays")
    await melati.page.goto(f"{at}/masuk")
    await melati.sees(melati.words("closed.h1"))
    examiner.content()
    for person in (visitor, melati):
        assert person.faults == []
        await person.context.close()
