"""Three people in three browsers hold a whole meeting, in both languages."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.journeys.browsing import Language, Served
from tests.journeys.examining import Examiner
from tests.journeys.meeting import whole_meeting
from tests.journeys.way_in import gather


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_three_people_in_three_browsers_hold_a_whole_meeting(
    browser: Browser, served: Served, language: Language
) -> None:
    examiner = Examiner(again=language == "en")
    gathered = await gather(browser, served, language, examiner.look)
    await whole_meeting(gathered, served, examiner.look)
    examiner.content()
    for person in gathered.everybody:
        assert person.faults == []
        await person.context.close()
