"""Weak networks: what a person sees is calm and true, and every word arrives once or says so.

The phone is a real browser behind a proxy that is slow, loses, vanishes or lies. Declines to wait
a minute for a minute: the house's clock and the phone's are moved on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, expect

from realtime.client import RoomClient
from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase, Presence
from tests.journeys.air import Air, air_to
from tests.journeys.browsing import Person
from tests.journeys.hurried import Hurry
from tests.journeys.meeting import say
from tests.journeys.seated import Evening, House, evening, seated, seats_of
from tests.journeys.test_coming_back import is_present

pytestmark = pytest.mark.long

MINUTE = 60
SLOW_3G = 50_000
"""Bytes a second."""


@dataclass(frozen=True)
class Far:
    """Melati on her phone, the air around it, and Awan, who hears what arrives."""

    night: Evening
    melati: Person
    air: Air
    awan: RoomClient

    def arrived(self, text: str) -> int:
        """How often Awan was told these words."""
        return sum(said.text == text for said in self.awan.said)

    async def types(self, text: str) -> None:
        """Into the composer, not sent."""
        if await self.melati.page.locator("#say-text").count() == 0:
            await self.melati.press("room.write")
        await self.melati.page.locator("#say-text").fill(text)

    async def banner(self, key: str | None) -> None:
        """Wait until that line stands over the room, or none does."""
        banner = self.melati.page.locator(".banner")
        if key is None:
            await expect(banner).to_have_count(0)
        else:
            await expect(banner).to_have_text(self.melati.words(key))

    async def sits_again(self, seats: list[str | None]) -> None:
        """The same seats are there, Melati in hers."""
        await self.banner(None)
        assert await seats_of(self.melati) == seats
        me = self.night.id("Melati")
        await self.awan.until(lambda room: is_present(room, me, Presence.HERE))


@asynccontextmanager
async def far(house: House, browser: Browser, *, clock: bool = False) -> AsyncIterator[Far]:
    """Melati has her seat, and the floor is open; on her phone no time has to be waited for."""
    async with (
        evening(house, browser, "Melati", "Awan") as night,
        air_to(house.base) as air,
    ):
        melati = await night.known("Melati", through=air.proxy)
        if clock:
            await melati.page.clock.install()
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        awan = await night.speaker("Awan")
        await melati.page.goto(night.room)
        await seated(melati)
        yield Far(night, melati, air, awan)
        assert melati.faults == []


async def test_on_slow_3g_the_room_opens_and_words_arrive_once(
    house: House, browser: Browser
) -> None:
    async with (
        evening(house, browser, "Melati", "Awan") as night,
        air_to(house.base) as air,
    ):
        air.rate, air.delay = SLOW_3G, 0.2
        awan = await night.speaker("Awan")
        melati = await night.known("Melati", through=air.proxy)
        await melati.page.goto(night.room, wait_until="commit")
        # Words first, by the server's own page; a way out too.
        await melati.sees(melati.words("room.greet", name="Melati"))
        await melati.page.locator("a.exit").first.wait_for()
        await seated(melati)
        await say(melati, "Pelan, tapi sampai.")
        await awan.until(lambda room: room.said)
        await expect(melati.page.locator(".line[data-state=sent]")).to_have_count(1)
        assert [said.text for said in awan.said] == ["Pelan, tapi sampai."]


async def test_late_and_lossy_air_keeps_the_order_and_doubles_nothing(
    house: House, browser: Browser
) -> None:
    async with far(house, browser) as there:
        there.air.delay, there.air.loss = 0.15, 0.05
        texts = [f"Kata ke-{n}." for n in range(4)]
        for text in texts:
            await say(there.melati, text)
            await there.night.sari.say(f"Dengar {text}")
        await there.awan.until(lambda room: len(room.said) == 2 * len(texts))
        mine = there.night.id("Melati")
        assert [said.text for said in there.awan.said if said.member_id == mine] == texts
        lines = there.melati.page.locator(".line")
        await expect(lines).to_have_count(2 * len(texts))
        await expect(there.melati.page.locator(".line[data-state=sent]")).to_have_count(
            2 * len(texts)
        )
        await there.banner(None)


async def test_an_answer_that_is_lost_makes_nobody_say_it_twice(
    house: House, browser: Browser
) -> None:
    async with far(house, browser, clock=True) as there:
        there.air.deafen()
        await say(there.melati, "Sampai, tanpa kabar.")
        await there.awan.until(lambda room: room.said)
        await there.melati.page.clock.fast_forward(6_000)
        again = there.melati.page.get_by_role("button", name=there.melati.words("st.unsent"))
        await again.wait_for()
        # The phone finds out by itself that its line is dead, and opens another.
        there.air.strand()
        await there.melati.page.clock.fast_forward(4_000)
        await there.banner(None)
        await again.click()
        await expect(again).to_have_count(0)
        await there.night.sari.say("Satu kali saja.")
        await there.awan.until(lambda room: room.said[-1].text == "Satu kali saja.")
        assert there.arrived("Sampai, tanpa kabar.") == 1


async def test_a_minute_without_network_holds_the_seat_and_what_was_typed(
    hurried: tuple[House, Hurry], browser: Browser
) -> None:
    house, hurry = hurried
    async with far(house, browser, clock=True) as there:
        melati, seats = there.melati, await seats_of(there.melati, once=3)
        there.air.freeze()
        await say(melati, "Ke dalam kosong.")
        await there.types("Masih kutulis")
        await melati.page.clock.fast_forward(MINUTE * 1000)
        there.air.give_up()
        hurry.on(MINUTE)
        me = there.night.id("Melati")
        await there.awan.until(lambda room: is_present(room, me, Presence.AWAY))
        await there.banner("st.reconnect")
        # It is said that nothing goes out, and nothing waits to go out later.
        await melati.sees(melati.words("st.unsent"))
        await melati.sees(melati.words("say.offline"))
        await expect(melati.page.locator(".say__send")).to_be_disabled()
        there.air.mend()
        await melati.page.clock.fast_forward(10_000)
        await there.sits_again(seats)
        await expect(melati.page.locator("#say-text")).to_have_value("Masih kutulis")
        assert there.arrived("Ke dalam kosong.") == 0
        await melati.press("st.unsent")
        await melati.page.locator(".say__send").click()
        await there.awan.until(lambda room: len(room.said) == 2)
        assert [there.arrived(text) for text in ("Ke dalam kosong.", "Masih kutulis")] == [1, 1]


async def test_a_tab_that_slept_wakes_in_its_seat_and_says_that_it_missed_words(
    hurried: tuple[House, Hurry], browser: Browser
) -> None:
    house, hurry = hurried
    async with far(house, browser) as there:
        melati, seats = there.melati, await seats_of(there.melati, once=3)
        await there.types("Sebelum tidur")
        session = await melati.context.new_cdp_session(melati.page)
        await session.send("Page.setWebLifecycleState", {"state": "frozen"})
        # As a phone does, the house hears nothing of it, and gives the line up after a while.
        there.air.give_up()
        hurry.on(5 * MINUTE)
        me = there.night.id("Melati")
        await there.awan.until(lambda room: is_present(room, me, Presence.AWAY))
        await there.night.sari.say("Kata saat ia tidur.")
        await session.send("Page.setWebLifecycleState", {"state": "active"})
        await there.sits_again(seats)
        await melati.sees(melati.words("feed.missed"))
        await expect(melati.page.get_by_text("Kata saat ia tidur.")).to_have_count(0)
        await expect(melati.page.locator("#say-text")).to_have_value("Sebelum tidur")
        await melati.page.locator(".say__send").click()
        await there.awan.until(lambda room: there.arrived("Sebelum tidur") == 1)


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
async def test_another_address_of_the_phone_costs_a_moment_and_no_word(
    house: House, browser: Browser, told: bool
) -> None:
    async with far(house, browser, clock=True) as there:
        melati, seats = there.melati, await seats_of(there.melati, once=3)
        # What is joined now leads nowhere for ever; whoever comes anew passes.
        there.air.strand()
        if told:
            await melati.context.set_offline(True)
            await there.banner("st.offline")
            await melati.context.set_offline(False)
        else:
            await say(melati, "Lewat jalan lama.")
            await melati.page.clock.fast_forward(6_000)
            await melati.sees(melati.words("st.unsent"))
        await there.types("Di jalan")
        await melati.page.clock.fast_forward(4_000)
        await there.sits_again(seats)
        await expect(melati.page.locator("#say-text")).to_have_value("Di jalan")
        await melati.page.locator(".say__send").click()
        await there.awan.until(lambda room: there.arrived("Di jalan") == 1)
        if not told:
            await melati.press("st.unsent")
            await there.awan.until(lambda room: there.arrived("Lewat jalan lama.") == 1)
        assert len(there.awan.said) == (1 if told else 2)
