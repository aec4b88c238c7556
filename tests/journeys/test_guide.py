"""The circle's guide as its facilitators meet it: shaped without a script, read in the room."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, expect

from realtime.client import RoomClient
from realtime.domain.commands import Close
from realtime.views import GuideView
from tests.journeys.browsing import Language, Person, arrive
from tests.journeys.examining import Examiner
from tests.journeys.seated import Evening, House, evening


def field(person: Person, name: str) -> Locator:
    return person.page.locator(f'[id="{name}"]')


async def press(person: Person, value: str) -> None:
    """Press the button of a row or a list; the page that follows opens where the hand was."""
    # The first of two that save is for the Enter key alone.
    await person.page.locator(f'button[value="{value}"]').last.click()
    await person.page.wait_for_load_state()


async def fold(person: Person, row: str) -> None:
    """Open or close a row, as a tap on it does."""
    await person.page.locator("details", has=field(person, row)).locator("summary").click()


async def at_the_guide(night: Evening, person: Person) -> None:
    """From the circle's page to its guide."""
    await person.page.goto(f"{night.house.base}/c/{night.circle.slug}")
    await person.page.get_by_role("link", name=person.words("plan.open"), exact=True).click()
    await person.page.wait_for_url("**/susunan")


async def guide_in_the_room(night: Evening) -> GuideView:
    """What a facilitator is told who comes in now."""
    cookie = f"{night.circle.cookie_name}={night.circle.facilitator}"
    base, slug = night.house.base, night.circle.slug
    async with RoomClient.connect(base, slug, cookie) as client:
        await client.until(lambda room: room.guide)
        assert client.guide is not None
        return client.guide


async def plain_facilitator(night: Evening, browser: Browser) -> Person:
    """The facilitator in a browser that runs no scripts."""
    person = await arrive(browser, "id", "phone", scripts=False)
    night.stack.push_async_callback(person.context.close)
    circle = night.circle
    cookie = {"name": circle.cookie_name, "value": circle.facilitator, "url": night.house.base}
    await person.context.add_cookies([cookie])  # type: ignore[list-item]
    return person


async def test_a_guide_is_shaped_without_scripts_and_the_next_meeting_follows_it(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser) as night:
        before = await guide_in_the_room(night)
        sari = await plain_facilitator(night, browser)
        await at_the_guide(night, sari)
        await press(sari, "prompts.add")
        await sari.sees(sari.words("plan.unsaved"))
        new = field(sari, f"prompts.{len(before.prompts)}.id")
        await expect(new).to_be_focused()
        await new.fill("Siapa yang menemanimu minggu ini?")
        await press(sari, f"prompts.{len(before.prompts)}.up")
        await press(sari, f"prompts.{len(before.prompts) - 1}.up")
        await fold(sari, "agenda.3.minutes")
        await field(sari, "agenda.3.minutes").fill("25")
        await sari.page.locator("label", has_text=sari.words("plan.bell")).click()
        await field(sari, "soft").fill("2.5")
        await press(sari, "save")
        await sari.sees(sari.words("plan.saved"))

        # A meeting under way keeps what it began with, for whoever comes in now too.
        assert await guide_in_the_room(night) == before
        assert not (night.sari.meeting and night.sari.meeting.bell)
        await night.sari.send(Close())
        after = await guide_in_the_room(night)
        assert after.prompts[len(before.prompts) - 2].id == "Siapa yang menemanimu minggu ini?"
        assert len(after.prompts) == len(before.prompts) + 1
        assert [step.minutes for step in after.agenda] == [10, 10, 20, 25, 15]
        assert after.soft_seconds == 150


async def test_the_enter_key_in_a_field_saves(house: House, browser: Browser) -> None:
    async with evening(house, browser) as night:
        sari = await night.facilitator()
        await at_the_guide(night, sari)
        await fold(sari, "agenda.0.title.id")
        await field(sari, "agenda.0.title.id").fill("Minum teh dulu")
        await sari.page.keyboard.press("Enter")
        await sari.sees(sari.words("plan.saved"))
        await sari.sees("Minum teh dulu")


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_guides_page_reads_well_in_every_state(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(again=language == "en")
    async with evening(house, browser) as night:
        sari = await night.facilitator(language)
        other = await night.facilitator(language)
        await at_the_guide(night, other)
        await at_the_guide(night, sari)
        await fold(sari, "agenda.1.minutes")
        await fold(sari, "prompts.0.id")
        await examiner.look(sari, "guide, rows open and closed")
        await field(sari, "agenda.1.minutes").fill("900")
        await field(sari, "prompts.0.en").fill("a\u200bb")
        await press(sari, "save")
        await sari.sees(sari.words("form.wrong"))
        await expect(field(sari, "agenda.1.minutes")).to_have_value("900")
        await examiner.look(sari, "guide, wrong")
        # The list of what is wrong leads to the field itself.
        await sari.page.locator('a[href="#agenda.1.minutes"]').click()
        await expect(field(sari, "agenda.1.minutes")).to_be_in_viewport()
        await field(sari, "agenda.1.minutes").fill("9")
        await field(sari, "prompts.0.en").fill("")
        await press(sari, "agenda.add")
        await examiner.look(sari, "guide, a step more")
        await press(sari, "save")
        await sari.sees(sari.words("plan.saved"))
        await press(other, "save")
        await other.sees(other.words("plan.conflict"))
        await examiner.look(other, "guide, somebody was faster")
        assert sari.faults == other.faults == []
    examiner.content()
