"""The room's rarer states and sheets pass what every screen must pass."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from realtime.domain.commands import (
    Admit,
    Lock,
    PassStick,
    Pause,
    Remove,
    Resume,
    SetFloor,
    SetPhase,
    StartRound,
)
from realtime.domain.meeting import Floor, Order, Phase, Wording
from tests.journeys.browsing import Language, Person, stillness
from tests.journeys.examining import BOTH, Examiner
from tests.journeys.seated import Evening, House, evening, seated
from tests.journeys.sticking import take

pytestmark = pytest.mark.long

LONG = "Raden Ajeng Siti Nurhaliza Kusumawardhani"[:40]
RIGHT_TO_LEFT = "مريم"


async def close_sheet(person: Person) -> None:
    await person.page.keyboard.press("Escape")
    await person.page.locator("dialog[open]").wait_for(state="detached")


async def member_states(night: Evening, melati: Person, examiner: Examiner) -> None:
    """What a member may meet in an evening beside the round itself."""
    await melati.page.get_by_role("button", name=melati.words("room.menu")).click()
    await examiner.look(melati, "settings")
    await close_sheet(melati)
    await melati.page.locator(".petal").nth(1).click()
    await melati.page.locator("dialog[open]").wait_for()
    await examiner.look(melati, "seat")
    await close_sheet(melati)
    await night.sari.send(SetPhase(Phase.OPENING))
    await melati.sees(melati.words("core.opening"))
    await examiner.look(melati, "opening, quiet")
    await night.sari.send(SetFloor(Floor.OPEN))
    await melati.sees(melati.words("core.open"))
    await examiner.look(melati, "open floor")
    await night.sari.send(Pause())
    await melati.sees(melati.words("core.paused"))
    await examiner.look(melati, "paused")
    await night.sari.send(Resume())
    await melati.page.evaluate("dispatchEvent(new Event('offline'))")
    await melati.sees(melati.words("st.offline"))
    await examiner.look(melati, "offline")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_rarer_states_of_a_members_room_read_well(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(measures=language == "id", again=language == "en")
    async with evening(house, browser, "Melati", LONG, RIGHT_TO_LEFT) as night:
        for name in (LONG, RIGHT_TO_LEFT):
            await night.speaker(name)
        melati = await night.sitter("Melati", language)
        await member_states(night, melati, examiner)
        await night.sari.send(Remove(night.id("Melati"), ban=False))
        await melati.sees(melati.words("gate.removed.h"))
        await examiner.look(melati, "removed")
    examiner.content()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", BOTH)
async def test_a_facilitator_on_a_phone_and_a_locked_door_read_well(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(measures=language == "id")
    async with evening(house, browser, "Melati", "Awan", door="ask") as night:
        melati = await night.known("Melati", language)
        await melati.page.goto(f"{night.house.base}/c/{night.circle.slug}/tunggu")
        await night.sari.until(lambda room: room.facilitating and room.facilitating.waiting)
        await night.sari.send(Lock(on=True))
        await melati.sees(melati.words("lobby.locked"))
        await examiner.look(melati, "locked door")
        await night.sari.send(Lock(on=False))
        await night.sari.send(Admit(None))
        await melati.page.wait_for_url("**/ruang")
        await seated(melati)
        sari = await night.facilitator(language)
        await sari.page.goto(night.room)
        await seated(sari)
        for tab in ("turns", "door", "agenda", "chat", "people"):
            await sari.press(f"fac.tab.{tab}")
            assert await way_out_is_free(sari), tab
            await examiner.look(sari, f"facilitator on a phone, {tab}")
        await sari.page.locator(".petal").nth(1).click()
        await sari.press("fac.remove", name="Melati")
        await examiner.look(sari, "removing")
    examiner.content()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", BOTH)
async def test_a_circle_of_thirty_reads_well_on_a_phone(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner(measures=language == "id")
    names = [f"Teman {number}" for number in range(2, 30)]
    async with evening(house, browser, "Melati", *names, seats=30) as night:
        for name in names:
            await night.speaker(name)
        melati = await night.sitter("Melati", language)
        await melati.page.locator(".petal").nth(29).wait_for()
        assert await own_seat_is_whole(melati)
        await examiner.look(melati, "thirty seats")
        assert await melati.page.locator(".petal").count() == 30
    examiner.content()


async def own_seat_is_whole(person: Person) -> bool:
    """Nothing lies over its tip, which is the lowest of the circle."""
    await stillness(person.page)
    whole: bool = await person.page.evaluate(
        """() => document.querySelector(".is-you path.b").getBoundingClientRect().bottom
          <= document.querySelector(".feed").getBoundingClientRect().top"""
    )
    return whole


async def way_out_is_free(person: Person) -> bool:
    """Whatever is scrolled under it: a press on the quick exit is a press on nothing else."""
    await stillness(person.page)
    free: bool = await person.page.evaluate(
        """() => {
          const out = document.querySelector(".exit"), was = scrollY;
          const free = [0, 20, 40, 60, 80, 100, 120].every(top => {
            scrollTo({top, behavior: "instant"});
            const box = out.getBoundingClientRect(), y = box.top + box.height / 2;
            const at = x => document.elementFromPoint(box.left + box.width * x, y);
            return [.1, .3, .5, .7, .9].every(x => out.contains(at(x)));
          });
          scrollTo({top: was, behavior: "instant"});
          return free;
        }"""
    )
    return free


async def last_words_show(person: Person, height: int) -> list[str]:
    """What of the last line and of the button for more is hidden on a phone of that height."""
    await person.page.set_viewport_size({"width": 360, "height": height})
    await stillness(person.page)
    hidden: list[str] = await person.page.evaluate(
        """() => [".log > :last-child", ".feed__more"].filter(one => {
          const box = document.querySelector(one).getBoundingClientRect();
          const seen = y => document.elementFromPoint(box.left + 12, y)?.closest(one);
          return !seen(box.top + 2) || !seen(box.bottom - 2);
        })"""
    )
    return [f"{height}: {what}" for what in hidden]


@pytest.mark.timeout(240)
async def test_the_last_words_stay_in_sight_on_a_small_phone_whatever_happens(
    house: House, browser: Browser
) -> None:
    hidden: list[str] = []

    async def look(person: Person, state: str) -> None:
        for height in (740, 640):
            hidden.extend(f"{state}, {what}" for what in await last_words_show(person, height))

    async with evening(house, browser, "Melati", "Awan") as night:
        awan = await night.speaker("Awan")
        melati = await night.sitter("Melati")
        await look(melati, "no words yet")
        await night.sari.send(SetPhase(Phase.OPENING))
        await night.sari.send(SetFloor(Floor.OPEN))
        await awan.say("Selamat malam, aku senang kita semua bisa duduk bersama lagi malam ini.")
        await melati.sees("bersama lagi malam ini")
        await look(melati, "open floor")
        await night.sari.send(Pause())
        await melati.sees(melati.words("core.paused"))
        await look(melati, "paused")
        await night.sari.send(Resume())
        question = Wording("Apa yang pekan ini terasa paling berat, dan apa yang menolongmu?")
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(StartRound(question, Order.SEATS))
        turn = await take(awan)
        await melati.sees(melati.words("room.ready"))
        await look(melati, "next")
        await awan.send(PassStick(turn, None))
        await melati.sees(melati.words("room.offer.yes"))
        await look(melati, "offered")
        await melati.press("room.offer.yes")
        await melati.sees(melati.words("room.pass"))
        await look(melati, "holding")
        await melati.page.locator(".feed__more").click()
        await look(melati, "holding, all words open")
    assert hidden == []
