"""One browser for all journeys; a server for each that needs a fresh start, one for the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.browsing import PATIENCE, Served, launch, serving
from tests.journeys.hurried import Hurry, a_hurried_house
from tests.journeys.seated import House, a_house
from tests.looks.rendering import WANTED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The same way in another language is long; so is a picture of every screen in every way."""
    for item in items:
        drawn = getattr(item, "callspec", None)
        if drawn is not None and drawn.params.get("language") == "en":
            item.add_marker(pytest.mark.long)
        if WANTED:
            item.add_marker(pytest.mark.timeout(1800), append=False)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        yield chromium
        await chromium.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A Lingkar that nobody has set up yet."""
    async with serving(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A Lingkar for all journeys that bring a circle of their own."""
    async with a_house(tmp_path_factory.mktemp("house") / "data") as running:
        yield running


@pytest.fixture(scope="module")
async def hurried(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[House, Hurry]]:
    """A house whose clock a test moves on."""
    async with a_hurried_house(tmp_path_factory.mktemp("hurried") / "house") as running:
        yield running


@pytest.fixture
def hurry(hurried: tuple[House, Hurry]) -> Hurry:
    return hurried[1]
