"""A report in real browsers: from the room, from a page without a script, and where it is read."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from server.accounts.tables import Person as Account
from tests.journeys.browsing import Device, Language
from tests.journeys.examining import Examiner
from tests.journeys.seated import House, evening, seated
from tests.journeys.visiting import signed_in

BOTH: list[tuple[Language, Device]] = [("id", "phone"), ("en", "laptop")]
HURTFUL = "Kamu ibu yang gagal."
HARMLESS = "Selamat malam semua."
OWN = "Ini sudah kedua kalinya."


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_what_was_ticked_in_the_room_is_what_the_facilitator_reads(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    async with evening(house, browser, "Awan", "Melati", language=language) as night:
        awan = await night.sitter("Awan", language, device=device)
        melati = await night.speaker("Melati")
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        await melati.until(lambda room: room.meeting and room.meeting.floor is Floor.OPEN)
        await melati.say(HARMLESS)
        await melati.say(HURTFUL)
        await awan.sees(HURTFUL)
        before = len(melati.frames)
        await awan.page.locator(".menu-button").click()
        await awan.press("report.h1")
        await awan.sees(awan.words("report.lives"))
        await awan.page.locator("#report-text").fill(OWN)
        await awan.page.locator("dialog[open] label", has_text=HURTFUL).click()
        await examiner.look(awan, "a report in the room")
        await awan.press("report.check")
        sheet = awan.page.locator("dialog[open]")
        await expect(sheet.get_by_text(HURTFUL)).to_be_visible()
        await expect(sheet.get_by_text(HARMLESS)).to_have_count(0)
        await examiner.look(awan, "a report read through")
        await awan.press("report.send")
        await awan.sees(awan.words("report.sent"))
        await awan.page.keyboard.press("Escape")
        await seated(awan)
        # Nobody in the room was sent anything for it.
        assert len(melati.frames) == before

        sari = await night.facilitator(language, device)
        await sari.page.goto(night.room.removesuffix("/ruang") + "/laporan")
        for words in (OWN, HURTFUL, "Melati"):
            await sari.sees(words)
        await expect(sari.page.get_by_text(HARMLESS)).to_have_count(0)
        await examiner.look(sari, "reports that wait")
        await sari.press("reports.handled")
        await sari.sees(sari.words("reports.none"))
        await examiner.look(sari, "no report waits")
    examiner.content()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_after_the_meeting_a_report_about_a_facilitator_goes_without_a_script(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    circle = await house.circle("Melati", language=language)
    other = await house.circle(language=language)
    lead = next(iter(other.ids.values()))
    await house.change(update(Account).where(Account.id == lead).values(organiser=True))
    at = f"{house.base}/c/{circle.slug}"
    member = circle.members["Melati"]
    plain = await signed_in(house, browser, circle, member, language, device, scripts=False)
    await plain.page.goto(f"{at}/usai")
    await plain.page.get_by_role("link", name=plain.words("report.h1")).click()
    await plain.page.locator("input[value=organiser]").check()
    await plain.page.locator("#report").fill(OWN)
    await plain.press("report.send")
    await plain.sees(plain.words("report.sent"))
    # The same person again, in a browser in which every screen can be examined.
    melati = await signed_in(house, browser, circle, member, language, device)
    await melati.page.goto(f"{at}/usai")
    await examiner.look(melati, "aftercare with a receipt")
    await melati.press("report.h1")
    await melati.sees(melati.words("report.own_one"))
    await examiner.look(melati, "a report")

    organiser = await signed_in(house, browser, other, other.facilitator, language, device)
    await organiser.page.goto(f"{house.base}/kelola/laporan")
    await organiser.sees(OWN)
    await examiner.look(organiser, "reports for the organiser")
    await melati.press("report.back")
    await melati.sees(melati.words("report.back.done"))
    await organiser.page.reload()
    await expect(organiser.page.get_by_text(OWN)).to_have_count(0)
    examiner.content()
    for person in (plain, melati, organiser):
        assert person.faults == []
        await person.context.close()
