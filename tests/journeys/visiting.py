"""Somebody of a seeded circle with a browser, signed in, on no page yet."""

from __future__ import annotations

from playwright.async_api import Browser

from server.circles.seed import Seeded
from tests.journeys.browsing import Device, Language, Person, arrive
from tests.journeys.seated import House


async def signed_in(
    house: House,
    browser: Browser,
    circle: Seeded,
    value: str,
    language: Language,
    device: Device,
    *,
    scripts: bool = True,
) -> Person:
    """`value`: what their browser kept since they were here."""
    person = await arrive(browser, language, device, scripts=scripts)
    await person.context.add_cookies(
        [
            {"name": circle.cookie_name, "value": value, "url": house.base},
            {"name": "lang", "value": language, "url": house.base},
        ]
    )
    return person
