"""Those of the fifteen checks (docs/checks.md) that no other journey shows."""

from __future__ import annotations

import itertools
from typing import Any

from playwright.async_api import Browser, expect

from realtime.domain.commands import BecomeObserver, NeedHand, SetPhase, StepOut
from realtime.domain.meeting import Phase
from tests.journeys.browsing import arrive, overflows
from tests.journeys.seated import House, evening, seated
from tests.journeys.sticking import core, start, take

COUNT_TAPS = """
addEventListener("pointerdown", event => {
  if (event.isTrusted) localStorage.taps = Number(localStorage.taps ?? 0) + 1;
}, true);
"""


async def test_from_an_invitation_to_the_lobby_are_four_taps_and_a_name(
    house: House, browser: Browser
) -> None:
    circle = await house.circle()
    guest = await arrive(browser, "id", "phone")
    page = guest.page
    await guest.context.add_init_script(COUNT_TAPS)
    await page.goto(circle.join_link)
    await guest.press("look.go")
    await page.locator("#name").wait_for()
    # Nothing else is asked of anybody: no address, no number, no word to remember.
    await expect(page.locator("main input:not([type=hidden])")).to_have_count(1)
    # Focus without a tap: a name is typed, and tapping into its field counts as one.
    await page.locator("#name").focus()
    await page.keyboard.type("Melati")
    await guest.press("name.next")
    await page.locator("label.pledge").click()
    await guest.press("pledge.go")
    await page.locator("#lobby").wait_for()
    assert await page.evaluate("Number(localStorage.taps)") <= 4
    await guest.context.close()


LOOKS_OF_SEATS = """
() => Object.fromEntries([...document.querySelectorAll('.ring .seat')].map(seat => {
  const path = seat.querySelector('.petal path.b'), style = getComputedStyle(path);
  const drawing = seat.querySelector('.flag')?.innerHTML.replace(/\\s+/g, ' ') ?? '';
  const hollow = style.fill === 'none' || /, 0\\)$/.test(style.fill);
  return [seat.className, [drawing, style.strokeDasharray, hollow]];
}))
"""


async def test_without_colours_every_kind_of_seat_still_looks_its_own(
    house: House, browser: Browser
) -> None:
    names = ("Siti", "Awan", "Melati", "Tini", "Budi")
    async with evening(house, browser, *names) as night:
        people = {name: await night.speaker(name) for name in names}
        sari = await night.facilitator(device="laptop")
        await sari.page.goto(night.room)
        await seated(sari)
        await people["Budi"].send(NeedHand())
        await people["Melati"].send(StepOut())
        await people["Tini"].send(BecomeObserver())
        await start(night)
        await take(people["Siti"])
        await core(sari, "core.held", "Siti")
        await sari.page.locator(".seat.is-next").wait_for(state="attached")
        looks: dict[str, Any] = await sari.page.evaluate(LOOKS_OF_SEATS)
        kinds = {
            kind: next(look for classes, look in looks.items() if f"is-{kind}" in classes.split())
            for kind in ("hold", "next", "out", "obs", "fac", "need")
        }
        # The holder alone has the stick itself in the hand.
        await expect(sari.page.locator(".stickarm--held")).to_have_count(1)
        for one, other in itertools.combinations(kinds, 2):
            assert kinds[one] != kinds[other], (one, other)


async def test_on_the_narrowest_phone_with_text_twice_as_large_nothing_is_lost(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati")
        awan = await night.speaker("Awan")
        page = melati.page
        await page.set_viewport_size({"width": 320, "height": 640})
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        await night.sari.send(SetPhase(Phase.SHARING))
        await awan.say("Ini pekan yang panjang sekali untukku.")
        for key in ("room.ask", "room.offer.yes", "room.pass"):
            if key == "room.offer.yes":
                await start(night)
            if key == "room.pass":
                await melati.press("room.offer.yes")
            action = page.get_by_role("button", name=melati.words(key))
            await action.wait_for()
            assert await overflows(page) == 0, key
            await expect(action).to_be_in_viewport(ratio=1)
            # What does not fit is scrolled to, and none of it is cut off.
            for one in (".core__said", ".prompt .q", ".four .ic >> nth=0", ".four .ic >> nth=-1"):
                await page.locator(one).first.scroll_into_view_if_needed()
                await expect(page.locator(one).first).to_be_in_viewport()
