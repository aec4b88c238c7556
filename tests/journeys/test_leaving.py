"""Missing a meeting, a note that waits, what is asked at the second visit, and leaving for good."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from server.circles.tables import Membership
from tests.journeys.browsing import Device, Language
from tests.journeys.examining import Examiner
from tests.journeys.seated import House
from tests.journeys.visiting import signed_in

pytestmark = pytest.mark.long

BOTH: list[tuple[Language, Device]] = [("id", "phone"), ("en", "laptop")]
WRITTEN = "Anakku sakit, doakan kami."


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_a_member_misses_a_meeting_writes_a_note_and_leaves(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    circle = await house.circle("Melati", language=language)
    at = f"{house.base}/c/{circle.slug}"
    second = update(Membership).where(Membership.person_id == circle.ids["Melati"])
    await house.change(second.values(visits=2))
    melati = await signed_in(house, browser, circle, circle.members["Melati"], language, device)
    page = melati.page

    await page.goto(at)
    await melati.press("circle.link.absent")
    await melati.press("absent.go")
    await melati.sees(melati.words("absent.told"))
    await examiner.look(melati, "absence told")

    await page.goto(f"{at}/usai")
    await examiner.look(melati, "aftercare with a question")
    await page.locator("button[value=heard]").click()
    await melati.sees(melati.words("felt.thanks"))
    await page.goto(f"{at}/catatan-usai")
    await examiner.look(melati, "a note")
    await page.locator("#note").fill(WRITTEN)
    await melati.press("note.send")
    await melati.sees(melati.words("note.sent"))
    await examiner.look(melati, "a note sent")

    # From the circle's page two taps, and it is done.
    await page.goto(at)
    await melati.press("circle.link.leave")
    await page.locator("summary").click()
    await examiner.look(melati, "leaving")
    await page.locator("button.btn--danger").click()
    await melati.sees(melati.words("left.h1"))
    await examiner.look(melati, "left")
    examiner.content()
    assert melati.faults == []
    await melati.context.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), BOTH)
async def test_a_facilitator_reads_a_note_and_hands_over_before_leaving(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    circle = await house.circle("Melati", language=language)
    at = f"{house.base}/c/{circle.slug}"
    member = circle.members["Melati"]
    melati = await signed_in(house, browser, circle, member, language, device, scripts=False)
    sari = await signed_in(house, browser, circle, circle.facilitator, language, device)
    await melati.page.goto(f"{at}/catatan-usai")
    await melati.page.locator("#note").fill(WRITTEN)
    await melati.press("note.send")
    await melati.sees(melati.words("note.sent"))

    await sari.page.goto(f"{at}/catatan-usai")
    await examiner.look(sari, "notes that wait")
    await sari.press("notes.open")
    await sari.sees(WRITTEN)
    await examiner.look(sari, "a note read")
    # A connection that breaks erases nothing: it can be opened again, until it is read.
    await sari.page.goto(f"{at}/catatan-usai")
    await sari.press("notes.open")
    await sari.sees(WRITTEN)
    await sari.press("notes.read")
    await sari.sees(sari.words("notes.none"))
    await expect(sari.page.get_by_text(WRITTEN)).to_have_count(0)

    await sari.page.goto(f"{at}/keluar")
    await sari.page.get_by_role("link", name=sari.words("leave.hand.go")).wait_for()
    await examiner.look(sari, "the last facilitator")
    examiner.content()
    for person in (melati, sari):
        assert person.faults == []
        await person.context.close()
