"""A circle and its people: shaped by its facilitators, joined by approval, shared, and left."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browsing import Language, Person, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import Evening, House, evening
from tests.journeys.way_in import promise

OWN_LINE = {"id": "Ponsel di saku", "en": "Phones stay in pockets"}


async def choose(person: Person, name: str, value: str) -> None:
    """Tick one of a group, whose own box is drawn over."""
    await person.page.locator(f"input[name={name}][value={value}]").check(force=True)


async def opened(person: Person, night: Evening, path: str = "") -> None:
    await person.page.goto(f"{night.house.base}/c/{night.circle.slug}{path}")


async def do(person: Person, what: str) -> None:
    """Press the button that does it, and wait for the page after it."""
    await person.page.locator(f'button[value="{what}"]').first.click()
    await person.page.wait_for_load_state()


async def shape(night: Evening, sari: Person, examiner: Examiner) -> None:
    """Anybody who has the address may ask; the circle has words of its own."""
    await opened(sari, night, "/ubah")
    await examiner.look(sari, "edit")
    await choose(sari, "joining", "open")
    await sari.press("edit.save")
    await sari.sees(sari.words("form.wrong"))
    await examiner.look(sari, "edit, wrong")
    await choose(sari, "visibility", "unlisted")
    await choose(sari, "joining", "approval")
    await sari.press("edit.save")
    await sari.sees(sari.words("edit.saved"))
    await opened(sari, night, "/kesepakatan")
    await sari.page.locator(f'[id="lines.{sari.language}"]').fill(OWN_LINE[sari.language])
    await sari.press("agreements.save")
    await sari.sees(sari.words("agreements.saved"))
    await examiner.look(sari, "agreements")


async def ask_to_join(night: Evening, awan: Person, examiner: Examiner) -> None:
    """Look, a name, and wait."""
    await opened(awan, night)
    await awan.press("circle.ask")
    await awan.press("look.ask")
    await awan.page.locator("#name").fill("Awan")
    await awan.press("name.next")
    await awan.sees(awan.words("waiting.h1"))
    await examiner.look(awan, "waiting for a yes")


async def share(night: Evening, sari: Person, rina: Person, examiner: Examiner) -> None:
    """A companion for Melati, and a second facilitator who accepts."""
    page = sari.page
    await opened(sari, night, "/anggota")
    await page.get_by_role("link", name="Melati").click()
    await page.locator("#companion").select_option(label="Rina")
    await examiner.look(sari, "one member")
    await do(sari, "pasang")
    await sari.sees(sari.words("members.done.paired"))
    await page.get_by_role("link", name="Rina").click()
    await do(sari, "tawar")
    await opened(rina, night)
    await expect(rina.page.locator("main")).to_contain_text("Melati")
    await rina.press("role.answer")
    await examiner.look(rina, "an offer to facilitate")
    await do(rina, "mau")
    await opened(rina, night, "/anggota")
    await rina.sees(rina.words("members.h1"))


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_circle_is_shaped_joined_shared_and_kept(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(again=language == "en")
    async with evening(house, browser, "Melati", "Rina", language=language) as night:
        sari = await night.facilitator(language, "laptop")
        awan = await arrive(browser, language, "phone")
        night.stack.push_async_callback(awan.context.close)
        await shape(night, sari, examiner)
        await ask_to_join(night, awan, examiner)

        await opened(sari, night, "/anggota")
        await examiner.look(sari, "members")
        await do(sari, "terima")
        await awan.page.reload()
        await awan.sees(OWN_LINE[language])
        await examiner.look(awan, "pledge in the circle's own words")
        await promise(awan)
        await awan.page.wait_for_url("**/ruang")

        rina = await night.known("Rina", language)
        await share(night, sari, rina, examiner)

        # Melati promised something else: the new words come before the room.
        melati = await night.known("Melati", language)
        await opened(melati, night, "/ruang")
        await melati.sees(melati.words("pledge.again"))
        await promise(melati)
        await melati.page.wait_for_url("**/ruang")
        await melati.page.locator(".petal").first.wait_for()
        await opened(sari, night, "/anggota")
        await sari.page.get_by_role("link", name="Melati").click()
        await do(sari, "larang")
        await sari.sees(sari.words("members.done.banned"))
        await melati.page.locator(".petal").first.wait_for(state="detached")
        await opened(melati, night, "/tunggu")
        await melati.sees(melati.words("closed.h1"))

        await opened(sari, night, "/hapus")
        await sari.page.locator("#name").fill("Orang tua tunggal Jakarta")
        await sari.press("delete.go")
        await sari.sees(sari.words("delete.meeting"))
        await examiner.look(sari, "delete, refused")
        assert [one.faults for one in (sari, awan, rina, melati)] == [[], [], [], []]
    examiner.content()


async def test_what_a_circle_agreed_on_goes_on_paper_with_its_name_and_nothing_else(
    house: House, browser: Browser
) -> None:
    circle = await house.circle(title="Rabu malam", listed=True)
    guest = await arrive(browser, "id", "laptop")
    page = guest.page
    await page.goto(f"{house.base}/c/{circle.slug}")
    await page.evaluate("window.print = () => { window.printed = true }")
    await guest.press("agreements.print")
    assert await page.evaluate("window.printed")
    await page.emulate_media(media="print")
    read = (await page.locator("body").inner_text()).split("\n")
    lines = [f"{guest.words(f'pledge.{n}')}. {guest.words(f'pledge.{n}b')}" for n in range(1, 5)]
    wanted = ["Rabu malam", guest.words("circle.agreements"), *lines]
    assert [line for line in read if line.strip()] == wanted
    await guest.context.close()
