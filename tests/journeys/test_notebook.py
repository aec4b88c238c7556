"""The notebook: off until somebody turns it on, locked on this device, and never sent anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, Request, expect

from tests.journeys.browsing import Device, Language, Person, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import House

CANARY = "burung kenari di rumah nenek"
PASSPHRASE = "hujan bulan juni"

# Whatever this origin keeps in the browser, as bytes in one long string.
EVERYTHING_KEPT = """async () => {
  const ended = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const bytes = (some) => Array.from(some, (byte) => String.fromCharCode(byte)).join('');
  const flat = (thing) => {
    if (thing instanceof Uint8Array) return bytes(thing);
    if (thing instanceof ArrayBuffer) return bytes(new Uint8Array(thing));
    if (thing instanceof CryptoKey) return `a key${thing.extractable ? ' in plain sight' : ''}`;
    if (thing && typeof thing === 'object') return Object.entries(thing).flat().map(flat).join('|');
    return String(thing);
  };
  const kept = [document.cookie, flat({...localStorage}), flat({...sessionStorage})];
  for (const {name, version} of await indexedDB.databases()) {
    const db = await ended(indexedDB.open(name, version));
    for (const store of db.objectStoreNames) {
      const lying = db.transaction(store).objectStore(store);
      kept.push(flat(await ended(lying.getAllKeys())), flat(await ended(lying.getAll())));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      kept.push(request.url, bytes(new Uint8Array(await answer.arrayBuffer())));
    }
  }
  return kept.join('|');
}"""

PLANT = """async (text) => {
  const request = indexedDB.open('plain', 1);
  await new Promise((resolve) => {
    request.onupgradeneeded = () => request.result.createObjectStore('s').put({a: [text]}, 1);
    request.onsuccess = resolve;
  });
  request.result.close();
}"""


async def lies_open(page: Page, text: str) -> bool:
    """Whether that can be read in what the browser keeps, in bytes of one or of two a letter."""
    kept: str = await page.evaluate(EVERYTHING_KEPT)
    wide = text.encode("utf-16-le").decode("latin-1")
    return any(form in kept for form in (text, wide, wide[1:-1]))


def labelled(person: Person, key: str) -> Locator:
    return person.page.get_by_label(person.words(key), exact=True)


def button(person: Person, key: str) -> Locator:
    return person.page.get_by_role("button", name=person.words(key), exact=True)


async def turn_on(person: Person, examiner: Examiner) -> None:
    """Too short, then two that differ, then right."""
    first, again = labelled(person, "notebook.passphrase"), labelled(person, "notebook.again")
    await first.fill("pendek")
    await again.fill("pendek")
    await button(person, "notebook.begin").click()
    await person.sees(person.words("notebook.short"))
    await expect(first).to_have_attribute("aria-invalid", "true")
    await examiner.look(person, "notebook, too short")
    await first.fill(PASSPHRASE)
    await again.fill(PASSPHRASE + "?")
    await button(person, "notebook.begin").click()
    await person.sees(person.words("notebook.differ"))
    await expect(first).to_have_value(PASSPHRASE)
    await again.fill(PASSPHRASE)
    await button(person, "notebook.begin").click()
    await person.sees(person.words("notebook.empty"))


async def write(person: Person, text: str, key: str = "notebook.write") -> None:
    await labelled(person, key).fill(text)
    await button(person, "notebook.save").click()
    await expect(person.page.locator(".leaf", has_text=text)).to_be_visible()


async def carry(person: Person, key: str) -> Path:
    """What the browser saves when that is pressed."""
    async with person.page.expect_download() as saving:
        await button(person, key).click()
    return await (await saving.value).path()


async def erase(person: Person) -> None:
    await button(person, "notebook.erase").click()
    await expect(button(person, "notebook.keep")).to_be_focused()
    await button(person, "notebook.erase.yes").click()
    await person.sees(person.words("notebook.erased"))


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_a_notebook_stays_on_its_device_locked_and_nothing_of_it_is_sent(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    person = await arrive(browser, language, device)
    page = person.page
    await page.goto(f"{house.base}/catatan")
    await person.sees(person.words("notebook.begin.b"))
    await examiner.look(person, "notebook, off")
    await page.wait_for_load_state("networkidle")
    sent: list[Request] = []
    person.context.on("request", lambda request: sent.append(request))

    await turn_on(person, examiner)
    await write(person, "dua")
    await write(person, CANARY)
    await page.get_by_role("button", name=person.words("notebook.change")).first.click()
    await write(person, f"{CANARY}, lagi", "notebook.change")
    await examiner.look(person, "notebook, open")
    await page.locator("summary", has_text=person.words("notebook.more")).click()
    await examiner.look(person, "notebook, open, copies")
    sealed = await carry(person, "notebook.sealed")
    plain = await carry(person, "notebook.plain")
    # What a copy needs to be saved never leaves the browser either.
    assert [request.url for request in sent if not request.url.startswith("blob:")] == []
    assert person.frames == []

    for text in (CANARY, PASSPHRASE):
        assert text not in sealed.read_text("utf-8")
        assert not await lies_open(page, text)
    assert f"{CANARY}, lagi" in plain.read_text("utf-8")

    # Locked by hand, opened again; a wrong passphrase is told kindly.
    await button(person, "notebook.close").click()
    await expect(page.locator(".leaf")).to_have_count(0)
    await labelled(person, "notebook.passphrase").fill("bukan yang itu")
    await button(person, "notebook.open").click()
    await person.sees(person.words("notebook.wrong"))
    await examiner.look(person, "notebook, shut")
    await labelled(person, "notebook.passphrase").fill(PASSPHRASE)
    await button(person, "notebook.open").click()
    await expect(page.locator(".leaf", has_text=f"{CANARY}, lagi")).to_be_visible()

    # One page is taken out with two taps; the copy brings it back after all is erased.
    await page.get_by_role("button", name=person.words("notebook.take_out")).last.click()
    await page.get_by_role("button", name=person.words("notebook.take_out.yes")).click()
    await expect(page.locator(".leaf")).to_have_count(1)
    await page.locator("summary", has_text=person.words("notebook.more")).click()
    await erase(person)
    assert "lingkar-catatan" not in await page.evaluate(
        "async () => (await indexedDB.databases()).map(db => db.name)"
    )
    await labelled(person, "notebook.passphrase").fill("yang baru sekali")
    await labelled(person, "notebook.again").fill("yang baru sekali")
    await button(person, "notebook.begin").click()
    await page.locator("summary", has_text=person.words("notebook.more")).click()
    await labelled(person, "notebook.take_in").set_input_files(sealed)
    await labelled(person, "notebook.take_in.pass").fill(PASSPHRASE)
    await button(person, "notebook.take_in.yes").click()
    await person.sees(person.words("notebook.taken", n=2))
    await expect(page.locator(".leaf", has_text=f"{CANARY}, lagi")).to_be_visible()
    assert [request.url for request in sent if not request.url.startswith("blob:")] == []

    # Whoever leaves the page leaves it shut.
    await page.goto(f"{house.base}/bantuan")
    await page.go_back()
    await expect(labelled(person, "notebook.passphrase")).to_be_visible()
    await expect(page.locator(".leaf")).to_have_count(0)
    assert [request.method for request in sent if request.method != "GET"] == []

    # The look into what is kept would find what lies open.
    await page.evaluate(PLANT, CANARY)
    assert await lies_open(page, CANARY)
    assert person.faults == []
    await person.context.close()
    examiner.content()


async def test_five_quiet_minutes_shut_it(house: House, browser: Browser) -> None:
    person = await arrive(browser, "id", "phone")
    await person.page.clock.install()
    await person.page.goto(f"{house.base}/catatan")
    await labelled(person, "notebook.passphrase").fill(PASSPHRASE)
    await labelled(person, "notebook.again").fill(PASSPHRASE)
    await button(person, "notebook.begin").click()
    await write(person, CANARY)
    await person.page.clock.fast_forward("04:50")
    await expect(person.page.locator(".leaf")).to_be_visible()
    await labelled(person, "notebook.write").press("a")
    await person.page.clock.fast_forward("04:50")
    await expect(person.page.locator(".leaf")).to_be_visible()
    await person.page.clock.fast_forward("00:11")
    await person.sees(person.words("notebook.shut"))
    await expect(person.page.locator(".leaf")).to_have_count(0)
    await person.context.close()
