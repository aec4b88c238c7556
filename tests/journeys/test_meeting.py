"""Three people in three browsers hold a whole meeting, in both languages."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.journeys.browsing import Language, Person, Served, overflows, violations
from tests.journeys.meeting import whole_meeting
from tests.journeys.way_in import gather


@pytest.mark.parametrize("language", ["id", "en"])
async def test_three_people_in_three_browsers_hold_a_whole_meeting(
    browser: Browser, served: Served, language: Language
) -> None:
    found: list[str] = []

    async def examine(person: Person, screen: str) -> None:
        """Every screen is free of what axe finds, and no wider than its window."""
        await person.page.wait_for_load_state()
        found.extend(f"{screen}: {violation}" for violation in await violations(person.page))
        if wider := await overflows(person.page):
            found.append(f"{screen}: wider than its window by {wider} px")

    gathered = await gather(browser, served, language, examine)
    await whole_meeting(gathered, served, examine)
    assert not found, "\n".join(found)
    for person in gathered.everybody:
        assert person.faults == []
        await person.context.close()
