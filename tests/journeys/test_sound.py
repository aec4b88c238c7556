"""Sound as people have it: turned on by a press, heard by the others, seen by all, over by itself.

The microphone is the browser's own test tone; what comes through is read from its statistics.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from realtime.domain.commands import PassStick, SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.journeys.browsing import PATIENCE, Device, Language, Person, launch
from tests.journeys.examining import Examiner
from tests.journeys.hearing import hears, listen
from tests.journeys.seated import Evening, House, evening, seated
from tests.journeys.sounding import sound_process, turn_on
from tests.journeys.sticking import start

# Keeps a way to the page's own connections, which it shows to nobody.
CONNECTIONS = """
window.connections = [];
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...all) { super(...all); window.connections.push(this); }
};
"""
FIGURES = """async () => {
  const found = {sent: 0, received: 0, energy: 0, lost: 0};
  for (const one of window.connections) {
    if (one.connectionState === 'closed') continue;
    for (const stat of (await one.getStats()).values()) {
      if (stat.type === 'outbound-rtp') found.sent += stat.packetsSent;
      if (stat.type !== 'inbound-rtp') continue;
      found.received += stat.packetsReceived;
      found.lost += stat.packetsLost;
      found.energy += stat.totalAudioEnergy;
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
async def singing() -> AsyncIterator[Browser]:
    """A browser whose microphone beeps; who may use it is asked for each person."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, "--use-fake-device-for-media-stream", asks=True)
        yield chromium
        await chromium.close()


async def come_in(
    night: Evening,
    name: str,
    language: Language = "id",
    device: Device = "phone",
    *,
    microphone: bool = False,
) -> Person:
    """Somebody in their seat; `microphone`: the browser will let the page have it."""
    person = await night.known(name, language, device=device)
    await person.page.add_init_script(CONNECTIONS)
    if microphone:
        await person.context.grant_permissions(["microphone"])
    await person.page.goto(night.room)
    await seated(person)
    return person


async def a_speaker_and_a_listener(night: Evening) -> tuple[Person, Person]:
    """Melati with her microphone, and Siti; both with sound on."""
    melati = await come_in(night, "Melati", microphone=True)
    siti = await come_in(night, "Siti")
    await turn_on(siti)
    await turn_on(melati, speak=True)
    return melati, siti


async def try_microphone(person: Person, examiner: Examiner) -> None:
    """Turn sound on after a look at one's own microphone, which nobody else hears."""
    await person.press("room.voice")
    sheet = person.page.locator("dialog[open]")
    await sheet.get_by_role("radio", name=person.words("sound.both")).check()
    await person.press("sound.check")
    await person.sees(person.words("sound.level.some"))
    await examiner.look(person, "sound, microphone check")
    await person.press("sound.back")
    await person.sees(person.words("sound.back.hear"))
    await sheet.locator(".btn--main").click()
    await person.page.locator(".sound--up").wait_for()


async def figures(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(FIGURES)
    return found


async def comes_through(listener: Person, beyond: float = 0.0) -> float:
    """Wait until more sound came through than that; gives how much it is now."""
    handle = await listener.page.wait_for_function(
        f"async beyond => {{ const now = (await ({FIGURES})()).energy; "
        "return now > beyond ? now : false; }",
        arg=beyond,
        timeout=PATIENCE,
    )
    energy: float = await handle.json_value()
    return energy


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("language", "device"), [("id", "phone"), ("en", "laptop")])
async def test_a_turn_is_spoken_by_a_press_heard_and_seen_by_all_and_ends_by_itself(
    house: House, singing: Browser, language: Language, device: Device
) -> None:
    examiner = Examiner()
    async with evening(house, singing, "Melati", "Siti", medium="sound") as night:
        melati = await come_in(night, "Melati", language, device, microphone=True)
        siti = await come_in(night, "Siti", language, device)
        await siti.press("room.voice")
        await examiner.look(siti, "sound, before")
        await siti.page.locator("dialog[open] .btn--main").click()
        await siti.page.locator(".sound--up").wait_for()
        await examiner.look(siti, "sound, listening")
        await try_microphone(melati, examiner)
        await listen(melati)
        await start(night)
        await melati.press("room.offer.yes")
        # The stick alone opens nothing.
        await melati.sees(melati.words("sound.turn"))
        assert (await figures(melati.page))["sent"] == 0
        await examiner.look(melati, "sound, holding")
        await melati.press("sound.mic.open")
        await melati.sees(melati.words("sound.open"))
        await hears(melati, "assertive", melati.words("room.voice.sr"))
        await comes_through(siti)
        seat = siti.page.get_by_role("button", name=siti.words("seat.heard"))
        await expect(seat).to_have_attribute("data-seat", night.id("Melati"))
        await examiner.look(siti, "sound, somebody heard")
        await examiner.look(melati, "sound, open")
        await melati.page.get_by_role("button", name=melati.words("sound.settings")).click()
        await examiner.look(melati, "sound, its sheet")
        await melati.page.keyboard.press("Escape")
        assert melati.page and night.sari.facilitating
        turn = night.sari.facilitating.turn_id
        assert turn is not None
        await night.sari.send(PassStick(turn, None))
        await melati.page.locator(".is-sounding").wait_for(state="detached")
        sent = (await figures(melati.page))["sent"]
        await expect(seat).to_have_count(0)
        assert (await figures(melati.page))["sent"] == sent
        # Listening asked for nothing.
        asked = await siti.page.evaluate(
            "navigator.permissions.query({name: 'microphone'}).then(one => one.state)"
        )
        assert asked != "granted"
        assert not melati.faults + siti.faults
    examiner.content()


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_push_to_talk_is_heard_while_it_is_pressed_and_not_after(
    house: House, singing: Browser
) -> None:
    async with evening(house, singing, "Melati", "Siti", medium="sound") as night:
        melati, siti = await a_speaker_and_a_listener(night)
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        hold = melati.page.locator(".sound__hold")
        await hold.focus()
        await melati.page.keyboard.down("Space")
        await melati.page.locator(".is-sounding").wait_for()
        await comes_through(siti)
        await melati.page.keyboard.up("Space")
        await melati.page.locator(".is-sounding").wait_for(state="detached")
        sent = (await figures(melati.page))["sent"]
        # The others see it end too.
        await expect(siti.page.locator(".flag--heard")).to_have_count(0)
        assert (await figures(melati.page))["sent"] == sent


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_a_refused_microphone_says_that_writing_is_enough_and_listening_goes_on(
    house: House, singing: Browser
) -> None:
    async with evening(house, singing, "Siti", "Melati", medium="sound") as night:
        siti = await come_in(night, "Siti")
        await turn_on(siti, speak=True)
        await start(night)
        await siti.press("room.offer.yes")
        await siti.press("sound.mic.open")
        await siti.sees(siti.words("st.micdenied"))
        assert await siti.page.locator(".sound--up").count() == 1
        melati = await come_in(night, "Melati", microphone=True)
        await turn_on(melati, speak=True)
        await siti.press("room.pass")
        await melati.press("room.offer.yes")
        await melati.press("sound.mic.open")
        await comes_through(siti)


@pytest.mark.timeout(120)
async def test_stepping_out_is_quiet_at_once_and_sound_comes_back_by_a_press_alone(
    house: House, singing: Browser
) -> None:
    async with evening(house, singing, "Siti", medium="sound") as night:
        siti = await come_in(night, "Siti")
        await turn_on(siti)
        await siti.press("room.out")
        await siti.sees(siti.words("out.h1"))
        await siti.page.wait_for_function(
            "connections.every(one => one.connectionState === 'closed')"
        )
        await siti.press("out.back")
        await siti.sees(siti.words("sound.over.stepped_out"))
        await siti.press("room.voice")
        await siti.page.locator(".sound--up").wait_for()


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_sound_is_in_one_tab_and_can_be_moved_to_another(
    house: House, singing: Browser
) -> None:
    async with evening(house, singing, "Siti", medium="sound") as night:
        siti = await come_in(night, "Siti")
        await turn_on(siti)
        second = await siti.context.new_page()
        other = Person(second, siti.context, siti.language)
        await second.goto(night.room)
        await seated(other)
        await turn_on(other)
        await siti.sees(siti.words("sound.over.moved"))
        await siti.press("sound.here")
        await siti.page.locator(".sound--up").wait_for()
        await other.sees(other.words("sound.over.moved"))


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_a_killed_sound_process_is_heard_again_soon_with_the_microphone_closed(
    house: House, singing: Browser
) -> None:
    async with evening(house, singing, "Melati", "Siti", medium="sound") as night:
        melati, siti = await a_speaker_and_a_listener(night)
        await start(night)
        await melati.press("room.offer.yes")
        await melati.press("sound.mic.open")
        await comes_through(siti)
        os.kill(sound_process(house), signal.SIGKILL)
        # Whoever spoke must not believe that they are still heard.
        await melati.sees(melati.words("sound.closed.line"))
        await melati.page.locator(".sound--up").wait_for()
        await siti.page.locator(".sound--up").wait_for()
        assert await melati.page.locator(".is-sounding").count() == 0
        before = (await figures(siti.page))["energy"]
        await melati.press("sound.mic.open")
        await comes_through(siti, before)


async def test_a_circle_that_meets_in_writing_has_no_door_to_sound(
    house: House, singing: Browser
) -> None:
    async with evening(house, singing, "Siti") as night:
        siti = await night.sitter("Siti")
        await siti.page.locator(".main-action").wait_for()
        button = siti.page.get_by_role("button", name=siti.words("room.voice"))
        await expect(button).to_have_count(0)
