"""A person with a keyboard alone: Tab to a thing, Enter on it, and the focus is never lost."""

from __future__ import annotations

from typing import Literal

from playwright.async_api import expect

from tests.journeys.browsing import Person

STOPS = 150
"""Presses of Tab after which a thing counts as out of reach."""


async def reach(person: Person, name: str, role: Literal["button", "switch"] = "button") -> None:
    """Press Tab until the focus is on what has that name; in the open sheet, if there is one."""
    sheet = person.page.locator("dialog[open]")
    scope = sheet if await sheet.count() else person.page
    target = scope.get_by_role(role, name=name, exact=role == "button").first
    await target.wait_for()
    for _ in range(STOPS):
        if await target.evaluate("it => it === document.activeElement"):
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


async def use(person: Person, key: str, **params: object) -> None:
    """Reach a button by Tab and press it by Enter."""
    await reach(person, person.words(key, **params))
    await person.page.keyboard.press("Enter")


async def use_in_sheet(person: Person, key: str, **params: object) -> None:
    """The same once a sheet is open: its opener may read as its main button does."""
    await person.page.locator("dialog[open]").wait_for()
    await use(person, key, **params)


async def keeps_its_place(person: Person) -> None:
    """The focus is on something that is there. It may take the two frames that a change takes."""
    await person.page.wait_for_function(
        "() => (document.activeElement ?? document.body) !== document.body", timeout=3000
    )
    place: bool = await person.page.evaluate(
        """async () => {
          for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);
          return document.activeElement !== document.body;
        }"""
    )
    assert place, "the focus was lost"


async def no_sheet(person: Person) -> None:
    await expect(person.page.locator("dialog[open]")).to_have_count(0)
