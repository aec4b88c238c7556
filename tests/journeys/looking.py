"""Screens that no journey comes by, for `make screens`: many seats, long names, every error page.

Run by it alone: named so that the tests leave it out. Declines to test what people do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route
from quart import g

from realtime.client import RoomClient
from realtime.domain.commands import (
    BecomeObserver,
    NeedHand,
    PassStick,
    Remove,
    SetPhase,
    StartRound,
    StepOut,
)
from realtime.domain.meeting import Order, Phase, Wording
from server.database import Database
from server.errors import SPOKEN as STATUSES
from server.errors import error_page
from server.pages import laid_out, opened
from server.security import Keys
from server.settings import Settings
from tests.journeys.browsing import Language, arrive
from tests.journeys.examining import BOTH, Examiner
from tests.journeys.seated import Evening, House, evening, seated
from tests.journeys.sticking import take

NAMES = (
    "Raden Ajeng Siti Nurhaliza Kusumawardhan",
    "Dewi",
    "فاطمة الزهراء عبد الرحمن المنصور الجاوية",
    "Анна-Мария",
    "Ibu Kusumawati",
    "Ваня",
    "Maximiliana-Alexandrina",
    "Yo",
)
QUESTION = Wording(
    "Apa yang pekan ini terasa paling berat, apa yang menolongmu melewatinya, dan apa yang "
    "ingin kamu dengar dari kami malam ini, kalau ada?"
)
SAID = "Pulang kerja, anak sudah tidur. Rasanya kehilangan, tetapi malam ini aku bisa cerita."


def named(seats: int) -> list[str]:
    """Everybody beside Melati and the facilitator: long names, short ones, of several scripts."""
    return [*NAMES, *(f"Teman {number}" for number in range(1, 30))][: seats - 2]


async def a_round(night: Evening, names: list[str]) -> list[RoomClient]:
    """One holds the stick, one is next, one is stepped out, one listens, one needs a hand."""
    people = [await night.speaker(name) for name in names]
    if len(people) > 2:
        await people[2].send(StepOut())
        await people[-1].send(BecomeObserver())
    if len(people) > 4:
        await people[3].send(NeedHand())
    await night.sari.send(SetPhase(Phase.SHARING))
    await night.sari.send(StartRound(QUESTION, Order.SEATS))
    if people:
        await take(people[0])
    return people


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("seats", [2, 3, 7, 13, 14, 30])
async def test_so_many_seats(
    house: House, browser: Browser, language: Language, seats: int
) -> None:
    examiner, names = Examiner(), named(seats)
    async with evening(house, browser, *names, "Melati", seats=seats) as night:
        people = await a_round(night, names)
        melati = await night.sitter("Melati", language)
        await melati.page.locator(".petal").nth(seats - 1).wait_for()
        if people:
            await people[0].say(SAID)
            await melati.sees(SAID[:20])
        await examiner.look(melati, f"room, {seats:02} seats")
        sari = await night.facilitator(language)
        await sari.page.goto(night.room)
        await seated(sari)
        await examiner.look(sari, f"facilitator, {seats:02} seats")


@pytest.mark.parametrize("language", BOTH)
async def test_next_and_offered_among_long_names(
    house: House, browser: Browser, language: Language
) -> None:
    examiner, names = Examiner(), list(NAMES[:4])
    async with evening(house, browser, NAMES[4], "Melati", *names) as night:
        holder = await night.speaker(NAMES[4])
        melati = await night.sitter("Melati", language)
        for name in names:
            await night.speaker(name)
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(StartRound(QUESTION, Order.SEATS))
        turn = await take(holder)
        await holder.say(SAID)
        await melati.sees(melati.words("room.ready"))
        await examiner.look(melati, "room, next is you, long names")
        await holder.send(PassStick(turn, None))
        await melati.sees(melati.words("room.offer.yes"))
        await examiner.look(melati, "room, the stick is offered, long names")
        await melati.press("room.offer.yes")
        await melati.sees(melati.words("room.pass"))
        await examiner.look(melati, "room, holding, long names")
        await night.sari.send(Remove(night.id("Melati"), ban=True))
        await melati.page.locator(".gate, main").first.wait_for()
        await melati.sees(melati.words("gate.banned.h"))
        await examiner.look(melati, "banned")


@pytest.mark.parametrize("language", BOTH)
async def test_while_the_room_loads_and_without_a_script(
    house: House, browser: Browser, language: Language
) -> None:
    examiner = Examiner()
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati", language)

        async def never(route: Route) -> None:
            await route.abort()

        await melati.context.route("**/*.js", never)
        await melati.page.goto(night.room)
        await examiner.look(melati, "room, loading")


@pytest.mark.parametrize("language", BOTH)
async def test_every_error_page(
    house: House, browser: Browser, language: Language, tmp_path: Path
) -> None:
    """As the server writes it, under an address of its own."""
    examiner = Examiner()
    person = await arrive(browser, language, "phone")
    for status in sorted(STATUSES):
        html = await written(tmp_path, status, language)
        await person.page.route(f"**/kesalahan-{status}", answering(status, html))
        await person.page.goto(f"{house.base}/kesalahan-{status}")
        await examiner.look(person, f"error {status}")
    await person.context.close()


def answering(status: int, html: str) -> Callable[[Route], Awaitable[None]]:
    async def answer(route: Route) -> None:
        await route.fulfill(status=status, body=html, content_type="text/html; charset=utf-8")

    return answer


async def written(folder: Path, status: int, language: Language) -> str:
    settings = Settings(data_dir=folder)
    database = Database(settings.database_url)
    app = opened(laid_out(), settings, Keys.kept_in(folder), database)
    try:
        async with app.test_request_context("/"):
            g.lang, g.theme = language, "auto"
            answer = await error_page(status)
            return str(await answer.get_data(as_text=True))
    finally:
        await database.close()
