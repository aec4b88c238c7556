"""Weak networks packet by packet: a phone on a host of its own, and a cable that delays and loses.

What is late or lost is repeated by the kernels, as on any bad network; `test_weak_networks` breaks
whole lines. Declines to run where it may not make networks, and says so.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.browsing import PATIENCE, launch
from tests.journeys.meeting import say
from tests.journeys.seated import House, evening, seated
from tests.sound import rope
from tests.sound.networks import Host, carried
from tests.sound.rope import Rope, Weather

WHY_NOT = rope.missing()
if WHY_NOT:
    warnings.warn(f"NOT RUN: weak networks packet by packet: {WHY_NOT}", stacklevel=1)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(WHY_NOT is not None, reason=f"NOT RUN: {WHY_NOT}"),
]

SLOW_3G = Weather(delay=0.2, rate=50_000)
FAR_AND_LOSSY = Weather(delay=0.15, loss=0.05)


@dataclass(frozen=True)
class Phone:
    """A browser on a host from which one cable leads to the house."""

    browser: Browser
    cable: Rope


@pytest.fixture(scope="module")
async def phone(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Phone]:
    expect.set_options(timeout=PATIENCE)
    port = int(house.base.rpartition(":")[2])
    # Of RFC 2544, as all test networks here: never a real place.
    near, far = (f"198.19.{os.getpid() % 250}.{last}" for last in (1, 2))
    with (
        Host("ph") as here,
        Host("ed") as edge,
        rope.rope(here, edge, (near, far)) as cable,
    ):
        async with carried(edge, port, far), async_playwright() as playwright:
            # The house keeps its name, and lies at the other end of the cable.
            led = f"--host-resolver-rules=MAP localhost {far}"
            program = here.chromium(tmp_path_factory.mktemp("phone"))
            browser = await launch(playwright, led, program=program)
            yield Phone(browser, cable)
            await browser.close()


@pytest.mark.parametrize("weather", [SLOW_3G, FAR_AND_LOSSY], ids=["slow 3G", "far and lossy"])
async def test_words_keep_their_order_and_arrive_once_however_packets_travel(
    weather: Weather, house: House, phone: Phone
) -> None:
    async with evening(house, phone.browser, "Melati", "Awan") as night:
        awan = await night.speaker("Awan")
        before = phone.cable.lost
        phone.cable.weather = weather
        melati = await night.known("Melati")
        await melati.page.goto(night.room, wait_until="commit")
        await melati.sees(melati.words("room.greet", name="Melati"))
        await seated(melati)
        texts = [f"Kata ke-{n}." for n in range(4)]
        for text in texts:
            await say(melati, text)
            await night.sari.say(f"Dengar {text}")
        await awan.until(lambda room: len(room.said) == 2 * len(texts))
        mine = night.id("Melati")
        assert [said.text for said in awan.said if said.member_id == mine] == texts
        sent = melati.page.locator(".line[data-state=sent]")
        await expect(sent).to_have_count(2 * len(texts))
        await expect(melati.page.locator(".banner")).to_have_count(0)
        assert melati.faults == []
        # Something was lost, and nobody noticed.
        assert phone.cable.lost > before or not weather.loss
