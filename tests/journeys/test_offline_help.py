"""Without a network: help lines and the notebook are there, and nothing of any circle is kept."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browsing import Device, Language, Person, arrive, words
from tests.journeys.examining import BOTH, Examiner
from tests.journeys.seated import House, evening

KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      kept.push(new URL(request.url).pathname + new URL(request.url).search);
    }
  }
  return kept;
}"""
# What the worker has to have done before the network may go.
# Asked again with every frame: a promise in itself is nothing to wait for.
READY = """async (wanted) => {
  await navigator.serviceWorker.ready;
  for (const page of wanted) {
    while (!(await caches.match(page, {ignoreVary: true}))) {
      await new Promise(requestAnimationFrame);
    }
  }
}"""
CLEARED = """async () => {
  const left = async () => (await caches.keys()).length
    + (await navigator.serviceWorker.getRegistrations()).length
    + (await indexedDB.databases()).length;
  while (await left()) await new Promise(requestAnimationFrame);
}"""
PAGES = [
    f"/{page}?bahasa={lang}" for page in ("bantuan", "luring", "catatan") for lang in ("id", "en")
]


async def keeps(person: Person, *pages: str) -> None:
    await person.page.evaluate(READY, [*pages])


async def in_the_other_language(person: Person, base: str) -> None:
    """The switch works without a network too, there and back, on help and on the notebook."""
    page, own = person.page, person.language
    other: Language = "en" if own == "id" else "id"
    for path, key in (("/bantuan", "after.help"), ("/catatan", "notebook.h1")):
        await page.goto(base + path)
        for language in (other, own):
            await page.locator(f"button.lang[value={language}]").first.click()
            await expect(page.locator("html")).to_have_attribute("lang", language)
            await expect(page.locator("h1")).to_have_text(words(language, key))
            assert page.url == base + path
    # What is chosen here still holds once the network is there again.
    cookies = {one.get("name"): one.get("value") for one in await person.context.cookies()}
    assert cookies["lang"] == own


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_help_and_the_notebook_are_there_without_a_network(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    person = await arrive(browser, language, device)
    page, base = person.page, house.base
    await page.goto(f"{base}/catatan")
    await keeps(person, *PAGES, "/bahasa")

    await person.context.set_offline(True)
    await page.goto(f"{base}/bantuan")
    await person.sees("112")
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("h1")).to_have_text(person.words("after.help"))
    await examiner.look(person, "help, offline")
    await page.goto(f"{base}/panduan")
    await person.sees(person.words("offline.h1"))
    await person.sees("112")
    await examiner.look(person, "another page, offline")
    await in_the_other_language(person, base)

    await page.goto(f"{base}/catatan")
    await page.get_by_label(person.words("notebook.passphrase"), exact=True).fill(
        "hujan bulan juni"
    )
    await page.get_by_label(person.words("notebook.again"), exact=True).fill("hujan bulan juni")
    await page.get_by_role("button", name=person.words("notebook.begin")).click()
    await person.sees(person.words("notebook.empty"))

    # The network is back, and so is everything.
    await person.context.set_offline(False)
    await page.goto(f"{base}/panduan")
    await expect(page.locator("h1")).not_to_have_text(person.words("offline.h1"))
    assert person.faults == []
    await person.context.close()
    examiner.content()


@pytest.mark.parametrize("language", BOTH)
async def test_nothing_of_a_circle_is_kept_and_a_shared_phone_forgets_all(
    house: House, browser: Browser, language: Language
) -> None:
    async with evening(house, browser) as night:
        sari = await night.facilitator(language)
        page, base, slug = sari.page, house.base, night.circle.slug
        await page.goto(f"{base}/catatan")
        await keeps(sari, *PAGES, "/bahasa")
        await page.goto(f"{base}/bantuan?lingkaran={slug}")
        for path in (f"/c/{slug}", f"/c/{slug}/susunan", "/"):
            await page.goto(base + path)
        kept = [path for path in await page.evaluate(KEPT) if not path.startswith("/static/")]
        assert sorted(kept) == sorted([*PAGES, "/bahasa"])
        # Each as a stranger sees it: nobody's name, no link that only somebody known is shown.
        own = "async () => (await (await caches.match('/bantuan?bahasa=id')).text())"
        assert 'href="/aku"' not in await page.evaluate(own)

        await page.goto(f"{base}/lupa")
        examiner = Examiner()
        await examiner.look(sari, "forget this device")
        await sari.press("forget.all")
        await sari.sees(sari.words("forget.gone"))
        await examiner.look(sari, "forgotten")
        await page.evaluate(CLEARED)
        # What the next page sets anew knows nobody, and goes when the browser is closed.
        left = {
            cookie.get("name"): cookie.get("expires") for cookie in await sari.context.cookies()
        }
        assert set(left) <= {"lingkar-form", "zone"}
        assert set(left.values()) <= {-1}
        answer = await page.goto(f"{base}/c/{slug}")
        assert answer is not None and answer.status == 404
        examiner.content()


async def test_help_needs_no_script(house: House, browser: Browser) -> None:
    person = await arrive(browser, "en", "phone", scripts=False)
    await person.page.goto(f"{house.base}/bantuan")
    await person.sees("112")
    await expect(person.page.locator('a[href="tel:112"]')).to_be_visible()
    await person.context.close()
