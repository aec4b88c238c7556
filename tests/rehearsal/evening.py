"""A meeting through the front door: three people, words, the stick, sound, and what happens beside.

The journey is the one that the tests take; what is tried beside it hangs on its screens. Declines
to know what is behind the door.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.browsing import PATIENCE, Person, Served, arrive, launch
from tests.journeys.meeting import SAID, whole_meeting
from tests.journeys.sounding import EARS, MARK, PAGE, TONES, flags, sing, turn_on
from tests.journeys.test_sound_networks import PAIR
from tests.journeys.way_in import Gathered, come_to_the_door, invitation, listen, set_up, unseen
from tests.rehearsal.house import House

NAMES = ("Melati", "Awan")
WORDS = (SAID, "Selamat malam semua.", "Ini tidak sampai ke yang sedang jeda.")
# This browser finds the sound by the relay alone, as behind a wall that lets no UDP pass.
RELAY_ALONE = """
const Direct = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Direct {
  constructor(given) { super({...given, iceTransportPolicy: 'relay'}); }
};
"""


def believing(folder: Path, authority: Path) -> Path:
    """The program of a Chromium with a home of its own, in which that authority is trusted."""
    store = folder / ".pki/nssdb"
    store.mkdir(parents=True)
    made = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*made, "-N", "--empty-password"], check=True)
    added = ["-A", "-t", "C,,", "-n", "rehearsal", "-i", str(authority)]
    subprocess.run([*made, *added], check=True)
    program = folder / "chromium"
    program.write_text(f'#!/bin/sh\nHOME={folder} exec {shutil.which("chromium")} "$@"\n')
    program.chmod(0o755)
    return program


@asynccontextmanager
async def browser(folder: Path, authority: Path) -> AsyncIterator[Browser]:
    """A Chromium that was told to believe that authority, and whose microphone sings."""
    program = believing(folder, authority)
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, *flags(sing(folder, TONES[0])), program=program)
        yield chromium
        await chromium.close()


class Evening:
    """The meeting, and what was tried at which of its screens."""

    def __init__(self, house: House, served: Served, gathered: Gathered) -> None:
        self._house, self._served, self._gathered = house, served, gathered
        self.found: dict[str, str] = {}

    async def look(self, person: Person, screen: str) -> None:
        """Called at every screen with its name."""
        if screen == "room-gathering":
            await self._sound_on()
        elif screen == "room-holding":
            await self._heard("sound")
            await self._roll()

    async def _sound_on(self) -> None:
        """The facilitator listens; Melati may speak, and reaches the sound by coturn alone."""
        sari, melati, _ = self._gathered.everybody
        kept = await melati.page.evaluate(
            "async () => (await fetch(location.href)).headers.get('cache-control')"
        )
        assert kept == "no-store", kept
        await turn_on(sari)
        await turn_on(melati, speak=True)
        await sari.page.evaluate(EARS, [*TONES, MARK])

    async def _heard(self, what: str) -> None:
        """Melati holds the stick and opens her microphone: her tone is heard, steadily."""
        sari, melati, _ = self._gathered.everybody
        opened = melati.page.locator(".is-sounding")
        if not await opened.count():
            await melati.press("sound.mic.open")
            await opened.wait_for()
        await sari.page.wait_for_function(
            "([wanted, frames]) => window.steady(wanted, frames)",
            arg=[[0], 25],
            polling=50,
            timeout=PATIENCE,
        )
        # Seen through the machine's own port the relay's address is one more of its peer's.
        way = await melati.page.evaluate(PAIR)
        assert way["way"] in ("udp", "tcp"), way
        self.found[what] = f"heard through coturn ({way['way']})"

    async def _roll(self) -> None:
        """Web processes go and come one after another: the stick stays, the tone too."""
        sari, melati, awan = self._gathered.everybody
        await asyncio.to_thread(self._house.roll, "web")
        for person in (sari, melati, awan):
            await person.page.wait_for_function("() => !document.querySelector('.banner')")
        await melati.page.get_by_role("button", name=melati.words("room.pass")).wait_for()
        await self._heard("rolling restart")


async def gather(chromium: Browser, served: Served) -> Gathered:
    """The organiser by the set-up link; two on phones by an invitation, at the door."""
    sari = await arrive(chromium, "id", "laptop")
    melati, awan = [await arrive(chromium, "id", "phone") for _ in NAMES]
    for person in (sari, melati):
        # Before the ears' own class, so that it stands behind it.
        await person.page.add_init_script(
            (RELAY_ALONE if person is melati else "") + PAGE % "false"
        )

    async def by_sound(person: Person, screen: str) -> None:
        if screen == "first-circle":
            await person.page.locator("#medium").select_option("sound")

    circle = await set_up(sari, served, by_sound)
    link = await invitation(sari, served, circle, unseen)
    for person, name in ((melati, NAMES[0]), (awan, NAMES[1])):
        await come_to_the_door(person, link, name, unseen)
    await listen(awan)
    return Gathered(circle, link, sari, melati, awan)


async def hold(house: House, domain: str, folder: Path, authority: Path) -> dict[str, str]:
    """The whole evening; what was found beside it, by what was tried."""
    served = Served(
        f"https://{domain}", house.setup_link(), cast("asyncio.subprocess.Process", None)
    )
    async with browser(folder, authority) as chromium:
        gathered = await gather(chromium, served)
        evening = Evening(house, served, gathered)
        await whole_meeting(gathered, served, evening.look)
        for person in gathered.everybody:
            assert person.faults == [], person.faults
            await person.context.close()
    return evening.found
