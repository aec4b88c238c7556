"""How people come in: the organiser by the set-up link, the others by an invitation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Browser, expect

from tests.journeys.browsing import Device, Language, Person, Served, arrive

PASSPHRASE = "teh jahe hangat di sore hari"
CIRCLE = {"id": "Orang tua tunggal Jakarta", "en": "Single parents, Jakarta"}

Look = Callable[[Person, str], Awaitable[None]]
"""Called at every screen with its name: a test examines it, `make screens` renders it."""


async def unseen(person: Person, name: str) -> None:
    """A `Look` for screens that need no looking at, or had it before."""


async def set_up(person: Person, served: Served, look: Look, *, door: str = "ask") -> str:
    """From the one-time link to the first circle's page; returns the circle's path."""
    page = person.page
    await page.goto(served.setup_link)
    await page.locator("#passphrase").wait_for()
    await look(person, "setup")
    await page.locator("#name").fill("Bu Sari")
    await page.locator("#passphrase").fill(PASSPHRASE)
    await person.press("setup.go")
    return await first_circle(person, served, look, door=door)


async def first_circle(person: Person, served: Served, look: Look, *, door: str = "ask") -> str:
    """The form of the first circle, up to its page; returns the circle's path."""
    page = person.page
    await page.locator("#topic").wait_for()
    await look(person, "first-circle")
    await page.locator("#name").fill(CIRCLE[person.language])
    await page.locator("#topic").fill("Berbagi tentang hari-hari mengasuh sendiri")
    await page.locator("#language").select_option(person.language)
    await page.locator(f"input[name=door][value={door}]").check(force=True)
    await page.locator("input[name=visibility][value=public]").check(force=True)
    await page.locator("label:has(input[name=joining][value=open])").click()
    await person.press("org.make")
    await page.wait_for_url("**/c/*")
    if await page.get_by_text(person.words("circle.open")).count() == 0:
        # The organiser makes the same promise as everybody before the first meeting.
        await person.press("find.join")
        await promise(person)
        await page.goto(served.base + "/c/" + page.url.split("/c/")[1].split("/")[0])
    await look(person, "circle-facilitator")
    return "/c/" + page.url.split("/c/")[1].split("/")[0]


async def promise(person: Person) -> None:
    """Tick the promise and go on."""
    box = person.page.locator("input[name=promise]")
    await box.wait_for(state="attached")
    await expect(box).not_to_be_checked()
    await box.check(force=True)
    await person.press("pledge.go")


async def invitation(person: Person, served: Served, circle: str, look: Look) -> str:
    """A fresh invitation link, made by a facilitator."""
    page = person.page
    await page.goto(f"{served.base}{circle}/undang")
    await page.locator("button", has_text=person.words("inviting.make")).click()
    url = await page.locator("b.url").inner_text()
    await look(person, "invitation-made")
    return url


async def come_to_the_door(
    person: Person, link: str, name: str, look: Look, *, lobby: bool = True
) -> None:
    """Open an invitation, look, choose a name, promise; members then wait in the lobby."""
    page = person.page
    await page.goto(link)
    await page.get_by_text(person.words("look.go")).wait_for()
    await look(person, "look-first")
    await person.press("look.go")
    await page.locator("#name").wait_for()
    await look(person, "name")
    await page.locator("#name").fill(name)
    await person.press("name.next")
    await page.locator("input[name=promise]").wait_for(state="attached")
    await look(person, "pledge")
    # Going on without the promise brings a kind word, and nothing is lost.
    await person.press("pledge.go")
    await person.sees(person.words("pledge.need"))
    await look(person, "pledge-unticked")
    await promise(person)
    if lobby:
        await page.locator("#lobby").wait_for()
    else:
        await page.wait_for_load_state()


async def listen(person: Person) -> None:
    """At the door, wish to listen only; that can be chosen once the room has said so."""
    await person.page.locator("#observing").click()
    await expect(person.page.locator("#observer")).to_be_checked()


@dataclass
class Gathered:
    """Three people in three browsers, and the circle they are in."""

    circle: str
    link: str
    sari: Person
    melati: Person
    awan: Person

    @property
    def everybody(self) -> tuple[Person, Person, Person]:
        return (self.sari, self.melati, self.awan)


async def gather(browser: Browser, served: Served, language: Language, look: Look) -> Gathered:
    """A facilitator on a laptop; a member and an observer on phones, waiting at the door."""
    devices: tuple[Device, Device, Device] = ("laptop", "phone", "phone")
    sari, melati, awan = [await arrive(browser, language, device) for device in devices]
    circle = await set_up(sari, served, look)
    link = await invitation(sari, served, circle, look)
    await come_to_the_door(melati, link, "Melati", look)
    await come_to_the_door(awan, link, "Awan", unseen)
    await listen(awan)
    await look(awan, "lobby")
    return Gathered(circle, link, sari, melati, awan)


async def admit_all(gathered: Gathered, served: Served, look: Look) -> None:
    """The facilitator opens the room and lets both in."""
    sari = gathered.sari
    await sari.page.goto(f"{served.base}{gathered.circle}/ruang")
    await sari.press("fac.door", n=2)
    await look(sari, "door")
    await sari.press("fac.admit.all")
    await sari.page.keyboard.press("Escape")
    for person in (gathered.melati, gathered.awan):
        await person.page.wait_for_url("**/ruang")
        await person.page.locator(".petal").first.wait_for()
