"""What jumps on a phone in use, and what wakes one whose page nobody sees. Declines to throttle as
browsers do by themselves: what the page itself asks for is counted.
"""

from __future__ import annotations

import asyncio
from functools import partial

from playwright.async_api import Browser, Request

from tests.bench.phone_moving import changes, moves
from tests.bench.phones import HIDE, MELATI, WATCH, Circle, lively, sits
from tests.bench.table import Table
from tests.journeys.browsing import Person
from tests.journeys.seated import seated

POCKET_SECONDS = 60
COUNTED = """() => [fired, frames, Math.min(...[...timers.values()]
  .filter(one => one[0] === 'setInterval').map(one => one[1]))]"""


async def shift(browser: Browser, circle: Circle) -> None:
    """What jumps on four screens, the room's while people come and go and the stick moves."""
    table = Table("Layout shift (CLS), a phone in use", [("screen", "sum", "what jumped")])
    for screen in ("landing", "circle", "lobby", "room"):
        person = await circle.night.known(MELATI)
        await person.context.add_cookies([circle.cookie(screen)])  # type: ignore[list-item]
        await person.page.add_init_script(WATCH)
        await person.page.goto(circle.url(screen), wait_until="networkidle")
        if screen == "room":
            await seated(person)
            async with lively(circle.others):
                await moves(circle)
                await changes(circle)
        shifts = await person.page.evaluate("() => seen.shifts")
        jumped = ", ".join(sorted({what for _, what in shifts}))
        table.row(screen, f"{sum(value for value, _ in shifts):.4f}", jumped or "nothing")
        await person.context.close()
    table.print()


def note(into: list[str], request: Request) -> None:
    into.append(request.url)


async def minute(person: Person) -> tuple[str, ...]:
    """What woke that page within a minute in which nobody saw it."""
    requests: list[str] = []
    person.page.on("request", partial(note, requests))
    await person.page.evaluate(HIDE)
    person.frames.clear()
    await person.page.evaluate("() => { fired = 0; frames = 0; }")
    await asyncio.sleep(POCKET_SECONDS)
    fired, frames, every = await person.page.evaluate(COUNTED)
    fastest = f"{every} ms" if every and every != float("inf") else "none"
    return (str(fired), fastest, str(frames), str(len(requests)), str(len(person.frames)))


async def pocket(browser: Browser, circle: Circle) -> None:
    """A minute in a pocket: in a circle that is silent, in one that talks, for either role."""
    head = ("whose", "timers", "fastest interval", "drawings", "requests", "frames of the line")
    table = Table(f"What woke a hidden page in {POCKET_SECONDS} s", [head])
    person = await sits(circle)
    table.row("a member, the circle is silent", *await minute(person))
    async with lively(circle.others):
        table.row("a member, the circle talks", *await minute(person))
        await person.context.close()
        sari = await circle.night.facilitator()
        await sari.page.add_init_script(WATCH)
        await sari.page.goto(circle.night.room)
        await seated(sari)
        table.row("a facilitator, the circle talks", *await minute(sari))
    await sari.context.close()
    table.print()
