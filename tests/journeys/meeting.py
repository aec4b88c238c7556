"""A whole meeting of three, as a script: tests examine each screen, `make screens` renders it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.journeys.browsing import Person, Served
from tests.journeys.way_in import Gathered, Look, admit_all

SAID = "Pulang kerja, anak sudah tidur. Rasanya kehilangan."


async def say(person: Person, text: str) -> None:
    """Type into the composer, opening it where it is closed, and send."""
    box = person.page.locator("#say-text")
    if await box.count() == 0:
        await person.press("room.write")
    await box.fill(text)
    await person.press("say.send")


async def whole_meeting(gathered: Gathered, served: Served, look: Look) -> None:
    """From the door to the aftercare: everything a circle does in an evening."""
    sari, melati, _ = gathered.everybody
    await admit_all(gathered, served, look)
    await look(melati, "room-gathering")
    await look(sari, "facilitator-gathering")
    await hello(gathered, look)
    await a_turn(gathered, look)
    await a_break(gathered, look)
    await a_hand(gathered, look)
    await close(gathered, look)


async def hello(gathered: Gathered, look: Look) -> None:
    """While the floor is open members write; an observer listens and nods."""
    sari, melati, awan = gathered.everybody
    await say(melati, "Selamat malam semua.")
    for person in (sari, awan):
        await person.sees("Selamat malam semua.")
    await look(awan, "room-observer")


async def a_turn(gathered: Gathered, look: Look) -> None:
    """A round: offered, declined, offered again, held, spoken, nodded to, passed on."""
    sari, melati, awan = gathered.everybody
    await sari.press("fac.to.opening")
    await sari.press("fac.to.sharing")
    await sari.page.get_by_role("button", name=sari.words("fac.round")).first.click()
    await sari.page.locator("#round-question").fill("Apa satu hal yang terasa berat minggu ini?")
    await look(sari, "round-sheet")
    await sari.page.locator("dialog[open] .btn--main").click()
    await melati.page.get_by_role("button", name=melati.words("room.offer.yes")).wait_for()
    await look(melati, "room-offered")
    await melati.press("room.offer.yes")
    await melati.page.get_by_role("button", name=melati.words("room.pass")).wait_for()
    await look(melati, "room-holding")
    await say(melati, SAID)
    for person in (sari, awan):
        await person.sees(SAID)
    await awan.page.locator("button.ic--nod").click()
    await look(awan, "room-listening")
    await look(sari, "facilitator-turn")
    await melati.press("room.pass")
    await melati.page.get_by_role("button", name=melati.words("room.pass")).wait_for(
        state="detached"
    )


async def a_break(gathered: Gathered, look: Look) -> None:
    """One tap steps out: no words arrive; coming back gives the same seat."""
    sari, melati, _ = gathered.everybody
    await melati.press("room.out")
    await melati.sees(melati.words("out.h1"))
    await look(melati, "break")
    arrived = len(melati.frames)
    await say(sari, "Ini tidak sampai ke yang sedang jeda.")
    await sari.page.locator("[role=log]").get_by_text("tidak sampai").first.wait_for()
    await melati.press("out.back")
    await melati.page.locator(".petal").first.wait_for()
    assert not any("tidak sampai" in frame for frame in melati.frames[arrived:])
    await look(melati, "room-back")


async def a_hand(gathered: Gathered, look: Look) -> None:
    """'I need a hand' reaches the facilitator; the others' sockets receive not one byte."""
    sari, melati, awan = gathered.everybody
    before = len(awan.frames)
    await melati.press("room.hand")
    await look(melati, "hand-sheet")
    await melati.page.locator("dialog[open] .btn--main").first.click()
    await sari.page.locator(".care").get_by_text("Melati").first.wait_for()
    await look(sari, "facilitator-care")
    quiet = [f for f in awan.frames[before:] if f not in ("2", "3")]
    assert quiet == [], quiet


async def close(gathered: Gathered, look: Look) -> None:
    """Closing words, then everybody is led to the aftercare and the words are gone."""
    sari, melati, _ = gathered.everybody
    await melati.page.keyboard.press("Escape")
    await melati.press("room.offer.yes")
    await melati.press("room.pass")
    await sari.press("fac.to.closing")
    await melati.sees(melati.words("core.closing.b"))
    await look(melati, "room-closing")
    await sari.press("fac.close")
    await look(sari, "close-sheet")
    await sari.page.locator("dialog[open] .btn--main").click()
    for person in gathered.everybody:
        await person.page.wait_for_url("**/usai")
        await expect(person.page.get_by_text(SAID)).to_have_count(0)
    await look(melati, "aftercare")
