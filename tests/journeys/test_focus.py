"""Where the keyboard is can always be seen: marked, not behind a bar, and not lost with a sheet."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.journeys.browsing import Person, arrive
from tests.journeys.keyboard import keeps_its_place, no_sheet
from tests.journeys.seated import House, evening, seated
from tests.journeys.visiting import signed_in

STOPS = 80
SEEN = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const at = document.activeElement;
  if (!at || at === document.body) return { name: "body" };
  const name = at.localName + "." + at.className + " " + (at.textContent ?? "").trim().slice(0, 20);
  let shown = at;
  // A box that is drawn by its label is marked there.
  if (at.getBoundingClientRect().width < 20 && at.labels?.length) shown = at.labels[0];
  const box = shown.getBoundingClientRect();
  const points = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]];
  const free = points.some(([x, y]) => {
    const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return hit && (shown.contains(hit) || hit.contains(shown));
  });
  const marks = [at, shown, at.closest("label, .feel"), ...at.querySelectorAll("path.b")]
    .filter(Boolean).map(el => getComputedStyle(el));
  const marked = marks.some(s => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2
      && s.outlineColor !== "rgba(0, 0, 0, 0)") || parseFloat(s.strokeWidth) > 4);
  // A field of a date has parts of its own, which Chromium marks inside it.
  const parts = at.matches("input[type=date], input[type=time]");
  return { name, free, marked: marked || parts };
}"""


async def walk(person: Person) -> list[str]:
    """Press Tab through the page; what of it cannot be seen while it has the focus."""
    wrong, first = list[str](), None
    for _ in range(STOPS):
        await person.page.keyboard.press("Tab")
        seen: dict[str, Any] = await person.page.evaluate(SEEN)
        if seen["name"] == "body" or seen["name"] == first:
            break
        first = first or seen["name"]
        if not seen["free"]:
            wrong.append(f"{seen['name']} is covered")
        if not seen["marked"]:
            wrong.append(f"{seen['name']} is not marked")
    assert first, "Tab reaches nothing"
    return wrong


@pytest.mark.parametrize(
    ("width", "height"), [(320, 640), pytest.param(1280, 800, marks=pytest.mark.long)]
)
async def test_whatever_has_the_focus_is_marked_and_not_covered(
    house: House, browser: Browser, width: int, height: int
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        sari = await signed_in(
            house, browser, night.circle, night.circle.facilitator, "id", "laptop"
        )
        melati = await night.known("Melati", device="laptop")
        stranger = await arrive(browser, "id", "laptop")
        circle = f"/c/{night.circle.slug}"
        found = {}
        for person, path in (
            (stranger, "/"),
            (stranger, "/masuk"),
            (melati, f"{circle}/ruang"),
            (sari, f"{circle}/ruang"),
            (sari, f"{circle}/susunan"),
            (sari, "/kelola/baru"),
        ):
            await person.page.set_viewport_size({"width": width, "height": height})
            await person.page.goto(house.base + path)
            if path.endswith("ruang"):
                await seated(person)
            if wrong := await walk(person):
                found[path] = wrong
        assert found == {}
        for person in (stranger, sari):
            await person.context.close()


async def test_the_focus_outlives_every_sheet_of_the_room(house: House, browser: Browser) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        await night.speaker("Awan")
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        melati = await night.sitter("Melati", device="laptop")
        sari = await night.facilitator(device="laptop")
        await sari.page.goto(night.room)
        await seated(sari)
        for person in (melati, sari):
            openers = person.page.locator('[aria-haspopup="dialog"]:visible, .petal')
            count = await openers.count()
            assert count > 3
            for index in range(count):
                await openers.nth(index).focus()
                await person.page.keyboard.press("Enter")
                await person.page.locator("dialog[open]").wait_for()
                await keeps_its_place(person)
                await person.page.keyboard.press("Escape")
                await no_sheet(person)
                seen = await person.page.evaluate(SEEN)
                assert seen["name"] != "body" and seen["free"], seen
