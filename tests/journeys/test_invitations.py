"""Inviting, as facilitators, members and friends meet it: the link, the paper, the waiting."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page

from tests.journeys.browsing import Device, Language, Person, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import House
from tests.journeys.visiting import signed_in

BOTH: list[tuple[Language, Device]] = [("id", "phone"), ("en", "laptop")]
A5 = (420, 595)
"""148 by 210 mm in points."""


async def make(person: Person, url: str) -> str:
    """A new invitation; its link, which shows this once."""
    await person.page.goto(url)
    await person.page.locator("button", has_text=person.words("inviting.make")).click()
    return await person.page.locator("b.url").inner_text()


async def printed(page: Page) -> tuple[int, tuple[int, int]]:
    """How many sheets it takes, and their size in points."""
    pdf = await page.pdf(prefer_css_page_size=True, print_background=True)
    sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert sizes
    return len(sizes), (round(float(sizes[0][0])), round(float(sizes[0][1])))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_a_facilitator_invites_by_link_and_on_paper(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    circle = await house.circle("Melati", language=language)
    sari = await signed_in(house, browser, circle, circle.facilitator, language, device)
    url = f"{house.base}/c/{circle.slug}/undang"
    link = await make(sari, url)
    await examiner.look(sari, "an invitation, on a screen")
    async with sari.context.expect_page() as opened:
        await sari.press("poster.open")
    sheet = Person(await opened.value, sari.context, language)
    await sheet.page.get_by_role("heading", name=sheet.words("poster.title")).wait_for()
    assert link in await sheet.page.locator(".sheet").inner_text()
    await examiner.look(sheet, "sheet to print")
    assert await printed(sheet.page) == (1, A5)
    await sheet.page.close()
    await sari.page.goto(url)
    # The list has a row for each; opening one of them shows what taking back a branch means.
    await sari.page.locator("details summary").first.click()
    await examiner.look(sari, "open invitations")
    before = await sari.page.locator("button[value=tarik]").count()
    await sari.page.locator("button[value=tarik]").first.click()
    await sari.page.wait_for_url("**/undang")
    assert await sari.page.locator("button[value=tarik]").count() == before - 1
    examiner.content()
    assert sari.faults == []
    await sari.context.close()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_a_friend_comes_once_a_facilitator_says_yes(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    circle = await house.circle("Melati", language=language)
    url = f"{house.base}/c/{circle.slug}/undang"
    member = circle.members["Melati"]
    melati = await signed_in(house, browser, circle, member, language, device, scripts=False)
    sari = await signed_in(house, browser, circle, circle.facilitator, language, device)
    link = await make(melati, url)
    await melati.sees(melati.words("friend.waits"))
    friend = await arrive(browser, language, device)
    await friend.page.goto(link)
    await friend.sees(friend.words("invite.waits"))
    await examiner.look(friend, "a friend who is early")
    await sari.page.goto(url)
    await examiner.look(sari, "a friend waits for a yes")
    await sari.page.locator("button[value=setuju]").click()
    await sari.page.wait_for_url("**/undang")
    await friend.page.goto("about:blank")
    await friend.page.goto(link)
    await friend.sees(friend.words("look.go"))
    await melati.page.goto(url)
    await melati.sees(melati.words("friend.ready"))
    examiner.content()
    for person in (melati, sari, friend):
        assert person.faults == []
        await person.context.close()
