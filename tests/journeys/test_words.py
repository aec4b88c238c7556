"""Words, nods' company and what surrounds them: language and theme in place, taking back, phrases,
a private call for a hand, and the way out in a hurry."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, BrowserContext, Route, expect

from realtime.domain.meeting import Presence
from tests.journeys.browsing import Language, Person, arrive
from tests.journeys.meeting import say
from tests.journeys.seated import House, evening, seats_of

ELSEWHERE = "https://www.bmkg.go.id/"
WEATHER = "Cuaca hari ini cerah berawan."


async def stub_weather(context: BrowserContext) -> None:
    """Stand in for the page that the way out leads to: no test leaves this machine."""

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=f"<p>{WEATHER}</p>")

    await context.route(f"{ELSEWHERE}**", answer)


async def background(person: Person) -> str:
    """The colour that the page is painted in."""
    colour: str = await person.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


async def choose(person: Person, key: str) -> None:
    """Pick something in the menu of the room, and put the menu away."""
    await person.page.get_by_role("button", name=person.words("room.menu")).click()
    sheet = person.page.locator("dialog[open]")
    await sheet.get_by_role("button", name=key, exact=True).click()
    await person.page.keyboard.press("Escape")
    await sheet.wait_for(state="detached")


async def test_the_language_changes_in_place_and_the_seat_stays(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati")
        awan = await night.speaker("Awan")
        await awan.phrase("warm.3")
        await melati.sees(melati.words("warm.3"))
        await melati.page.evaluate("window.samePage = true")
        seats, meeting = await seats_of(melati), awan.meeting
        await choose(melati, "English")
        melati.language = "en"
        await melati.page.get_by_role("button", name=melati.words("room.out")).wait_for()
        # What was said before is read in the new language too.
        await melati.sees(melati.words("warm.3"))
        assert await melati.page.evaluate("window.samePage")
        assert await melati.page.evaluate("document.documentElement.lang") == "en"
        assert await seats_of(melati) == seats
        assert awan.meeting == meeting, "nobody else notices that somebody reads another language"
        await melati.page.goto(house.base)
        await melati.sees(melati.words("find.h1"))


@pytest.mark.parametrize("where", ["room", "landing"])
async def test_the_theme_is_read_from_its_cookie(
    house: House, browser: Browser, where: str
) -> None:
    async with evening(house, browser, "Melati") as night:
        # The device itself asks for a light one.
        melati = await night.known("Melati", theme="light")
        page, url = melati.page, night.room if where == "room" else house.base
        await page.goto(url)
        light = await background(melati)
        await melati.context.add_cookies([{"name": "theme", "value": "dark", "url": house.base}])
        await page.goto(url)
        assert await page.locator("html").get_attribute("data-theme") == "dark"
        assert await background(melati) != light


async def test_a_theme_chosen_in_the_room_holds_on_every_page(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.sitter("Melati")
        light = await background(melati)
        await choose(melati, melati.words("set.theme.dark"))
        assert await background(melati) != light
        await melati.page.goto(house.base)
        assert await melati.page.locator("html").get_attribute("data-theme") == "dark"


async def test_taking_back_what_one_just_said_takes_it_off_every_screen(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.sitter("Melati"), await night.sitter("Awan", device="laptop")
        await say(melati, "Ini tidak jadi kukatakan.")
        await say(melati, "Ini boleh tinggal.")
        for person in (melati, awan):
            await person.sees("Ini boleh tinggal.")
        await expect(awan.page.locator(".line__take")).to_have_count(0)
        line = melati.page.locator(".line", has_text="Ini tidak jadi")
        await line.locator(".line__take").click()
        for person in (melati, awan):
            await expect(person.page.get_by_text("Ini tidak jadi")).to_have_count(0)
            await person.sees("Ini boleh tinggal.")
        await night.sari.until(
            lambda room: [one.text for one in room.said] == ["Ini boleh tinggal."]
        )
        # A facilitator may take any words off, and nobody is told that some are missing.
        await night.sari.retract(night.sari.said[0].id)
        for person in (melati, awan):
            await expect(person.page.get_by_text("Ini boleh tinggal.")).to_have_count(0)
            await expect(person.page.get_by_text(person.words("feed.missed"))).to_have_count(0)


async def test_while_somebody_holds_the_stick_the_others_have_four_warm_phrases(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Awan", "Melati", "Tini") as night:
        awan = await night.speaker("Awan")
        melati, tini = await night.sitter("Melati"), await night.sitter("Tini", "en")
        await melati.press("room.write")
        await melati.page.locator("#say-text").wait_for()
        await night.hand_the_stick_to(awan)
        chips = melati.page.locator("#composer .chip")
        await expect(chips).to_have_text([melati.words(f"warm.{n}") for n in range(1, 5)])
        await expect(melati.page.locator("#say-text")).to_have_count(0)
        await chips.nth(1).click()
        await awan.until(lambda room: room.said)
        assert (awan.said[0].kind, awan.said[0].text) == ("phrase", "warm.2")
        for person in (melati, tini):
            line = person.page.locator(".line.warm", has_text=person.words("warm.2"))
            await line.wait_for()
        assert melati.words("warm.2") != tini.words("warm.2")


async def test_a_call_for_a_hand_sends_not_one_byte_to_another_member(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan", "Tini") as night:
        melati, tini = await night.sitter("Melati"), await night.sitter("Tini")
        awan = await night.speaker("Awan")
        # Everybody has arrived on every screen: from here on nothing else happens.
        await night.sari.say("Selamat malam.")
        await awan.until(lambda room: room.said)
        await tini.sees("Selamat malam.")
        before, seen, shown = awan.meeting, len(awan.frames), len(tini.frames)
        await melati.press("room.hand")
        await melati.page.locator("dialog[open] .btn--main").first.click()
        await melati.page.locator("dialog[open] .sent").wait_for()
        await night.sari.until(lambda room: room.facilitating and room.facilitating.hands)
        hands = night.sari.facilitating.hands if night.sari.facilitating else ()
        assert [hand.member_id for hand in hands] == [night.id("Melati")]
        # One word behind it on the same way: what came before it is all that ever came.
        await night.sari.say("Kita lanjut pelan-pelan.")
        await awan.until(lambda room: len(room.said) == 2)
        await tini.sees("Kita lanjut pelan-pelan.")
        assert [one[:8] for one in awan.frames[seen:]] == ['42["said']
        assert [one[:8] for one in tini.frames[shown:] if one != "2"] == ['42["said']
        # Nor does the present state, asked for afresh, carry it or a version that gives it away.
        await awan.sync()
        assert without_now(awan.meeting) == without_now(before)
        assert not awan.you or not awan.you.hand_sent


def without_now(view: object) -> dict[str, object]:
    """The meeting as its members see it, apart from the time at which it was sent."""
    found = dict(vars(view))
    found.pop("now")
    return found


@pytest.mark.parametrize("way", ["button", "shift"])
async def test_the_way_out_replaces_the_room_at_once_and_back_does_not_reopen_it(
    house: House, browser: Browser, way: str
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati", device="laptop")
        page = melati.page
        await stub_weather(melati.context)
        await page.goto(f"{house.base}/bantuan")
        await page.goto(night.room)
        await page.locator(".petal").first.wait_for()
        await say(melati, "Ini tidak boleh terbaca orang lain.")
        await night.sari.until(lambda room: room.said)
        if way == "button":
            await page.get_by_role("button", name=melati.words("exit.sr")).click()
        else:
            # Also with the cursor in the field, where most people are when somebody comes in.
            for _ in range(3):
                await page.keyboard.press("Shift")
        await page.get_by_text(WEATHER).wait_for()
        assert page.url == ELSEWHERE
        await page.go_back()
        assert page.url == f"{house.base}/bantuan"
        me = night.id("Melati")
        await night.sari.until(
            lambda room: (seat := room.seat(me)) and seat.presence is Presence.AWAY
        )


async def test_two_presses_of_shift_and_capital_letters_are_no_way_out(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.sitter("Melati", device="laptop")
        await stub_weather(melati.context)
        await melati.press("room.write")
        await expect(melati.page.locator("#say-text")).to_be_focused()
        keyboard = melati.page.keyboard
        for key in ("Shift", "Shift", "a", "Shift+B", "Shift+C", "Shift+D", "Enter"):
            await keyboard.press(key)
        await night.sari.until(lambda room: [one.text for one in room.said] == ["aBCD"])
        assert melati.page.url == night.room


@pytest.mark.parametrize("way", ["button", "shift"])
@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_page_has_the_same_way_out(
    house: House, browser: Browser, way: str, language: Language
) -> None:
    person = await arrive(browser, language, "phone")
    await stub_weather(person.context)
    await person.page.goto(f"{house.base}/panduan")
    await person.page.goto(house.base)
    if way == "button":
        await person.page.locator("[data-exit]").click()
    else:
        for _ in range(3):
            await person.page.keyboard.press("Shift")
    await person.page.get_by_text(WEATHER).wait_for()
    await person.page.go_back()
    assert person.page.url == f"{house.base}/panduan"
    await person.context.close()
