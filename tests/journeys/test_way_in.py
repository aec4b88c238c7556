"""The way in without JavaScript: every page works, and what cannot work says what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.browsing import Language, Person, arrive, overflows
from tests.journeys.seated import House

PASSPHRASE = "teh jahe hangat di sore hari"


@pytest.fixture
async def plain(browser: Browser) -> AsyncIterator[Person]:
    """Somebody whose browser runs no scripts."""
    person = await arrive(browser, "id", "phone", scripts=False)
    yield person
    await person.context.close()


async def heading(page: Page) -> str:
    return (await page.locator("h1").first.inner_text()).strip()


async def says_what_it_needs(person: Person, key: str) -> None:
    """The page shows why it cannot do more. Searching by text leaves such lines out."""
    line = person.page.locator("noscript p")
    await expect(line).to_be_visible()
    await expect(line).to_have_text(person.words(key))


@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_page_that_a_stranger_may_see_works_without_scripts(
    house: House, browser: Browser, language: Language
) -> None:
    circle = await house.circle(language=language, listed=True)
    person = await arrive(browser, language, "phone", scripts=False)
    page = person.page
    await page.goto(house.base)
    await page.locator(f"a[href='/c/{circle.slug}']").click()
    await page.wait_for_url(f"**/c/{circle.slug}")
    await person.press("find.join")
    await person.sees(person.words("look.go"))
    for path, key in (
        ("/", "find.h1"),
        ("/bantuan", "after.help"),
        ("/panduan", "guide.h1"),
        ("/privasi", "privacy.h1"),
        ("/masuk", "signin.h1"),
    ):
        await page.goto(house.base + path)
        assert await heading(page) == person.words(key)
        assert await overflows(page) == 0
    await page.goto(f"{house.base}/bantuan")
    await expect(page.locator("a[href='tel:112']")).to_be_visible()
    await person.context.close()


async def test_an_invitation_is_pasted_where_no_script_can_open_it(
    house: House, plain: Person
) -> None:
    circle, page = await house.circle(), plain.page
    await page.goto(circle.join_link)
    await says_what_it_needs(plain, "arrive.noscript")
    await page.locator("#secret").fill(circle.join_link)
    await plain.press("arrive.go")
    await page.wait_for_url("**/masuk")
    assert "#" not in page.url
    await plain.press("look.go")
    await page.locator("#name").fill("Melati")
    await plain.press("name.next")
    await plain.press("pledge.go")
    await plain.sees(plain.words("pledge.need"))
    await page.locator("input[name=promise]").check(force=True)
    await plain.press("pledge.go")
    await page.wait_for_url("**/tunggu")
    await says_what_it_needs(plain, "lobby.noscript")
    # A switch that only a script can carry out is not offered.
    await expect(page.locator("#observing")).to_be_hidden()
    await page.goto(f"{house.base}/c/{circle.slug}/ruang")
    await says_what_it_needs(plain, "room.noscript")
    assert await page.locator("a.exit").get_attribute("href") == "https://www.bmkg.go.id/"
    await page.goto(f"{house.base}/c/{circle.slug}/usai")
    await plain.sees(plain.words("after.h1"))
    await page.locator(".feel", has_text=plain.words("after.heavy")).click()
    await plain.sees(plain.words("after.heavy.c"))


async def test_a_facilitator_signs_in_and_invites_without_scripts(
    house: House, plain: Person
) -> None:
    circle, page = await house.circle(passphrase=PASSPHRASE), plain.page
    lead = next(iter(circle.ids))
    await page.goto(f"{house.base}/masuk")
    await page.locator("#name").fill(lead)
    await page.locator("#passphrase").fill("bukan kalimat itu")
    await plain.press("signin.go")
    await plain.sees(plain.words("signin.wrong"))
    await expect(page.locator("#name")).to_have_value(lead)
    await page.locator("#passphrase").fill(PASSPHRASE)
    await plain.press("signin.go")
    await page.goto(f"{house.base}/c/{circle.slug}/undang")
    await page.locator("button", has_text=plain.words("inviting.make")).click()
    link = await page.locator("b.url").inner_text()
    assert link.startswith(f"{house.base}/u#")


async def test_language_and_light_are_switched_without_scripts(house: House, plain: Person) -> None:
    page = plain.page
    await page.goto(f"{house.base}/panduan")
    await page.locator("button[name=lang]").first.click()
    plain.language = "en"
    await plain.sees(plain.words("guide.h1"))
    await page.locator("button[name=theme][value=dark]").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url == f"{house.base}/panduan"
