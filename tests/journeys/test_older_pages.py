"""A page that was loaded before an upgrade: it works on, or says kindly that it cannot."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from realtime.domain.commands import PassStick
from realtime.views import OLDEST, PROTOCOL
from tests.journeys.browsing import Language, Person
from tests.journeys.examining import BOTH, Examiner
from tests.journeys.seated import House, evening, seated, seats_of
from tests.journeys.sticking import start, take

pytestmark = pytest.mark.long

# Before its own script runs; once loaded anew it is what the server gives.
OF_YESTERDAY = """
document.addEventListener('readystatechange', () => {
  if (performance.getEntriesByType('navigation')[0].type !== 'reload')
    document.getElementById('room').dataset.release = 'yesterday';
}, {once: true});
"""


async def speaking_as_before(page: Page) -> None:
    """Let its socket speak a protocol that is spoken no more."""

    def older(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        was, now = f'"protocol":{PROTOCOL}', f'"protocol":{OLDEST - 1}'

        def pass_on(frame: str | bytes) -> None:
            server.send(frame.replace(was, now) if isinstance(frame, str) else frame)

        line.on_message(pass_on)

    await page.route_web_socket("**/socket.io/**", older)


async def offers_nothing(person: Person) -> None:
    await expect(person.page.locator(".banner")).to_have_count(0)


@pytest.mark.parametrize("language", BOTH)
async def test_a_page_of_an_older_release_stays_and_is_offered_the_newer_in_no_ones_turn(
    house: House, browser: Browser, language: Language
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.known("Melati", language), await night.speaker("Awan")
        await melati.page.add_init_script(OF_YESTERDAY)
        await melati.page.goto(night.room)
        await seated(melati)
        await melati.sees(melati.words("room.newer"))
        examiner = Examiner(measures=True)
        await examiner.look(melati, "a newer page is here")
        assert examiner.found == []
        await start(night)
        turn = await take(awan)
        # Somebody speaks: this can wait.
        await offers_nothing(melati)
        await night.sari.send(PassStick(turn, None))
        await melati.press("room.offer.no")
        await melati.sees(melati.words("room.newer"))
        seats = await seats_of(melati, once=3)
        await melati.press("room.newer.now")
        await offers_nothing(melati)
        assert await seats_of(melati, once=3) == seats


@pytest.mark.parametrize("language", BOTH)
async def test_a_page_that_speaks_as_it_is_spoken_no_more_is_asked_kindly_to_reload(
    house: House, browser: Browser, language: Language
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati", language)
        await speaking_as_before(melati.page)
        await melati.page.goto(night.room)
        await melati.sees(melati.words("gate.old_client.h"))
        await melati.sees(melati.words("gate.old_client.b"))
        examiner = Examiner(measures=True)
        await examiner.look(melati, "an older page")
        assert examiner.found == []
