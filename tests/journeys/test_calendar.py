"""The schedule as facilitators change it and members keep it: pages, feed, reminders."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import vobject
from playwright.async_api import Browser, expect
from sqlalchemy import select, update

from server.circles.tables import Circle, Membership
from server.database import Database
from tests.journeys.browsing import Device, Language, Person
from tests.journeys.examining import Examiner
from tests.journeys.seated import Evening, House, evening


async def weekly(night: Evening) -> None:
    """Wednesdays or whatever day it is next week: no step depends on the hour of the test."""
    start = dt.datetime.now(ZoneInfo("Asia/Jakarta")) + dt.timedelta(days=7)
    await night.house.change(
        update(Circle)
        .where(Circle.id == night.circle.circle_id)
        .values(starts=f"{start:%Y-%m-%d}T19:30", rule="FREQ=WEEKLY")
    )


async def go(night: Evening, person: Person, page: str) -> None:
    await person.page.goto(f"{night.house.base}/c/{night.circle.slug}/{page}")


async def fetched(person: Person, address: str) -> str:
    answer = await person.context.request.get(address)
    assert answer.ok
    return await answer.text()


async def reminded(house: House, person_id: str) -> bool:
    database = Database(house.settings.database_url)
    async with database.session() as db:
        found = await db.scalar(
            select(Membership.reminded).where(Membership.person_id == person_id)
        )
    await database.close()
    return bool(found)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_a_meeting_is_cancelled_and_moved_and_the_calendar_of_a_member_follows(
    house: House, browser: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    async with evening(house, browser, "Melati") as night:
        await weekly(night)
        melati = await night.known("Melati", language, device=device)
        sari = await night.facilitator(language, device)

        await go(night, melati, "kalender")
        await examiner.look(melati, "calendar, none yet")
        await melati.press("calendar.make")
        address = await melati.page.locator("#address").input_value()
        await examiner.look(melati, "calendar, address shown")
        assert vobject.readOne(await fetched(melati, address)).vevent.rrule.value

        await go(night, sari, "jadwal")
        rows = sari.page.locator(".rows > li")
        await expect(rows).to_have_count(8)
        await rows.nth(0).get_by_role("button", name=sari.words("changes.cancel")).click()
        await expect(rows.nth(0)).to_contain_text(sari.words("changes.is.cancelled"))
        await rows.nth(1).locator("summary").click()
        await rows.nth(1).locator("input[type=date]").fill("2020-01-01")
        await rows.nth(1).get_by_role("button", name=sari.words("changes.move")).click()
        await sari.sees(sari.words("changes.wrong.past"))
        wrong = rows.nth(1).locator("[aria-invalid=true]")
        await expect(wrong).to_have_value("2020-01-01")
        await expect(wrong).to_be_focused()
        await examiner.look(sari, "schedule, wrong")
        day = dt.date.today() + dt.timedelta(days=15)  # noqa: DTZ011
        await wrong.fill(f"{day}")
        await rows.nth(1).locator("input[type=time]").fill("20:15")
        await rows.nth(1).get_by_role("button", name=sari.words("changes.move")).click()
        await sari.sees(sari.words("changes.saved"))
        await examiner.look(sari, "schedule, changed")

        text = await fetched(melati, address)
        assert "STATUS:CANCELLED" in text
        assert f"DTSTART;TZID=Asia/Jakarta:{day:%Y%m%d}T201500" in text

        await melati.press("calendar.revoke")
        gone = await melati.context.request.get(address)
        assert gone.status == 404
        assert melati.faults == sari.faults == []
    examiner.content()


async def test_a_browser_tells_its_zone_and_one_without_scripts_gets_the_whole_page(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati")
        await go(night, melati, "kalender")
        told = {one["name"]: one["value"] for one in await melati.context.cookies()}
        zone = await melati.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
        assert told["zone"] == zone
        plain = await night.known("Melati", scripts=False)
        await go(night, plain, "kalender")
        await plain.sees(plain.words("remind.none"))
        await expect(plain.page.locator("#remind")).to_be_hidden()


async def test_reminders_are_asked_for_only_once_the_button_is_pressed(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati")
        # What a browser with a push service of its maker would answer.
        await melati.page.add_init_script(
            """
            window.asked = 0;
            Notification.requestPermission = async () => { window.asked += 1; return "granted"; };
            ServiceWorkerContainer.prototype.register = async () => ({});
            const made = {
              endpoint: "https://updates.push.services.mozilla.com/wpush/v2/" + location.port,
              unsubscribe: async () => true,
            };
            const pushManager = {
              getSubscription: async () => null,
              subscribe: async (wanted) => {
                if (wanted.applicationServerKey.length !== 65) throw new Error("key");
                return made;
              },
            };
            Object.defineProperty(ServiceWorkerContainer.prototype, "ready", {
              get: () => Promise.resolve({ pushManager }),
            });
            """
        )
        await go(night, melati, "kalender")
        assert await melati.page.evaluate("window.asked") == 0
        await melati.press("remind.here")
        await melati.sees(melati.words("remind.on_one"))
        assert await reminded(house, night.circle.ids["Melati"])
        await melati.press("remind.off")
        await melati.sees(melati.words("calendar.saved"))
        assert not await reminded(house, night.circle.ids["Melati"])
        assert melati.faults == []
