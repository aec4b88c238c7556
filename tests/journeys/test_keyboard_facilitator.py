"""A facilitator with the keyboard alone: the queue, the turn, the round, the circle."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from realtime.domain.commands import Accept, Ask, SetPhase
from realtime.domain.meeting import Phase
from tests.journeys.keyboard import keeps_its_place, no_sheet, use, use_in_sheet
from tests.journeys.seated import House, evening, seated


async def test_a_facilitator_orders_the_queue_gives_extends_and_ends_by_keyboard(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Siti", "Awan", "Tini") as night:
        siti, awan = await night.speaker("Siti"), await night.speaker("Awan")
        tini = await night.speaker("Tini")
        await night.sari.send(SetPhase(Phase.SHARING))
        for one in (siti, awan, tini):
            await one.send(Ask())
        sari = await night.facilitator(device="laptop")
        await sari.page.goto(night.room)
        await seated(sari)

        def asked() -> list[str]:
            view = night.sari.facilitating
            return [one.member_id for one in view.asked] if view else []

        siti_id, awan_id, tini_id = (night.id(name) for name in ("Siti", "Awan", "Tini"))
        await use(sari, "fac.up", name="Tini")
        await night.sari.until(lambda _: asked() == [siti_id, tini_id, awan_id])
        await keeps_its_place(sari)
        # The same press again moves it on: the focus went with its row.
        await sari.page.keyboard.press("Enter")
        await night.sari.until(lambda _: asked() == [tini_id, siti_id, awan_id])
        await keeps_its_place(sari)
        await use(sari, "fac.lower.of", name="Siti")
        await night.sari.until(lambda _: asked() == [tini_id, awan_id])
        await keeps_its_place(sari)
        await use(sari, "fac.give.to", name="Tini")
        await tini.until(lambda room: room.you and room.you.offered)
        await keeps_its_place(sari)
        await tini.send(Accept())
        await night.sari.until(lambda room: room.holder == tini_id)
        limit = night.sari.meeting.stick.soft_limit if night.sari.meeting else None
        assert limit
        await use(sari, "fac.add")
        await night.sari.until(
            lambda room: room.meeting and room.meeting.stick.soft_limit == limit + 60_000
        )
        await keeps_its_place(sari)
        await use(sari, "fac.end")
        await keeps_its_place(sari)
        await use_in_sheet(sari, "fac.end")
        await night.sari.until(lambda room: room.holder is None)
        await no_sheet(sari)
        await keeps_its_place(sari)
        assert sari.faults == []


@pytest.mark.long
async def test_a_facilitator_starts_a_round_orders_it_and_excuses_somebody_by_keyboard(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Siti", "Awan", "Tini") as night:
        for name in ("Siti", "Awan", "Tini"):
            await night.speaker(name)
        await night.sari.send(SetPhase(Phase.SHARING))
        sari = await night.facilitator(device="laptop")
        await sari.page.goto(night.room)
        await seated(sari)
        await use(sari, "fac.round")
        await keeps_its_place(sari)
        await use_in_sheet(sari, "fac.round")
        await night.sari.until(lambda room: room.meeting and room.meeting.round == 1)
        await no_sheet(sari)
        await keeps_its_place(sari)

        def order() -> tuple[str, ...]:
            return night.sari.facilitating.order if night.sari.facilitating else ()

        await use(sari, "fac.up", name="Tini")
        await night.sari.until(lambda _: order() == (night.id("Tini"), night.id("Awan")))
        await keeps_its_place(sari)
        await use(sari, "fac.more.of", name="Awan")
        await use_in_sheet(sari, "fac.skip", name="Awan")
        await night.sari.until(lambda _: order() == (night.id("Tini"),))
        await keeps_its_place(sari)


@pytest.mark.long
async def test_a_facilitator_hands_over_removes_and_closes_by_keyboard(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Siti", "Awan") as night:
        siti, awan = await night.speaker("Siti"), await night.speaker("Awan")
        sari = await night.facilitator(device="laptop")
        await sari.page.goto(night.room)
        await seated(sari)
        await use(sari, "fac.hold.open")
        await keeps_its_place(sari)
        await sari.page.locator("dialog[open]").wait_for()
        awans = sari.page.locator("dialog[open]").get_by_role("button", name="Awan", exact=True)
        await awans.focus()
        await sari.page.keyboard.press("Enter")
        await use_in_sheet(sari, "fac.handover.ask", name="Awan")
        await awan.until(lambda room: room.you and room.you.handing)
        await no_sheet(sari)
        await keeps_its_place(sari)
        await use(sari, "fac.handing.undo")
        await awan.until(lambda room: room.you and room.you.handing is None)
        await keeps_its_place(sari)
        await use(sari, "fac.more.of", name="Siti")
        await use_in_sheet(sari, "fac.remove", name="Siti")
        await keeps_its_place(sari)
        await use_in_sheet(sari, "fac.remove.tonight")
        await siti.until(lambda room: room.gone)
        await no_sheet(sari)
        await keeps_its_place(sari)
        await use(sari, "fac.close")
        await keeps_its_place(sari)
        await use_in_sheet(sari, "fac.close")
        await sari.page.wait_for_url("**/usai")
