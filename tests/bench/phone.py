"""A cheap phone in a full circle: the stick's journey, presses, what jumps, what wakes it.

`python -m tests.bench.phone [stick press shift pocket]`: 30 seats, a processor four times slower
than this one, a chat that never rests. Prints; asserts no time.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from playwright.async_api import Browser, Request, async_playwright

from realtime.client import RoomClient
from realtime.domain.commands import SetFloor, SetPhase, StartRound
from realtime.domain.meeting import Floor, Order, Phase, Wording
from tests.bench.phones import HIDE, MELATI, MOST, SLOWER, WATCH, Circle, a_circle, slow, turn_of
from tests.bench.table import Table, percentile
from tests.journeys.browsing import Person, launch
from tests.journeys.seated import seated

MOVES = 10
PRESSES = 12
POCKET_SECONDS = 60
TASK = {"RunTask", "ThreadControllerImpl::RunTask"}


async def sits(circle: Circle) -> Person:
    """Melati on her phone, watched from the first moment."""
    person = await circle.night.known(MELATI)
    await person.page.add_init_script(WATCH)
    await person.page.goto(circle.night.room)
    await seated(person)
    return person


@asynccontextmanager
async def lively(others: Sequence[RoomClient]) -> AsyncIterator[None]:
    """Three messages and two nods a second, from one after another."""

    async def talk() -> None:
        for number, one in enumerate(itertools.cycle(others)):
            await one.say(f"Kata ke-{number} malam ini, agak panjang seperti orang bercerita.")
            if number % 3 != 2:
                await one.emit("nod", {})
            await asyncio.sleep(1 / 3)

    task = asyncio.create_task(talk())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def moves(circle: Circle) -> None:
    """A round in which the stick goes to one after another."""
    holders = circle.others[:MOVES]
    order = tuple(one.me for one in holders if one.me)
    await circle.night.sari.send(StartRound(Wording("Apa kabar?"), Order.BY_HAND, order))
    for one in holders:
        async with turn_of(one):
            # As long as its journey takes.
            await asyncio.sleep(1.6)


def longest_tasks(trace: bytes) -> list[float]:
    """Milliseconds of the main thread's tasks, the longest first, where our page was drawn."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [one for one in events if one["name"] in TASK and (one["pid"], one["tid"]) in mains]
    return sorted((one.get("dur", 0) / 1000 for one in tasks), reverse=True)


async def stick(browser: Browser, circle: Circle) -> None:
    person = await sits(circle)
    await slow(person.page)
    await browser.start_tracing(page=person.page, categories=["toplevel", "devtools.timeline"])
    await moves(circle)
    tasks = longest_tasks(await browser.stop_tracing())
    over = sum(task > 50 for task in tasks)
    print(
        f"stick: {MOVES} moves before {MOST} seats, {SLOWER} times slower: the longest of "
        f"{len(tasks)} tasks {tasks[0]:.0f} ms, then {tasks[1]:.0f} and {tasks[2]:.0f}; "
        f"{over} over 50 ms\n"
    )
    await person.context.close()


Press = Callable[[], Awaitable[None]]


def presses(person: Person) -> Mapping[str, Press]:
    """What a hand does in a room, by name; each leaves the screen as it found it."""
    page = person.page

    async def ask() -> None:
        await person.press("room.ask")
        asked = page.locator(".main-action .btn").filter(has_text=person.words("room.asked", n=1))
        await asked.click()
        await page.get_by_role("button", name=person.words("room.ask")).wait_for()

    async def write() -> None:
        await page.locator("#say-text").press_sequentially("Halo.")
        await page.locator(".say__send").click()

    async def nod() -> None:
        await page.locator(".acts .four button").first.click()

    async def sheet() -> None:
        await page.locator(".menu-button").click()
        await page.locator("dialog[open]").wait_for()
        await page.keyboard.press("Escape")
        await page.locator("dialog[open]").wait_for(state="detached")

    return {"ask for the stick, take it back": ask, "nod": nod, "a sheet": sheet, "write": write}


async def press(browser: Browser, circle: Circle) -> None:
    person = await sits(circle)
    await slow(person.page)
    table = Table(
        f"Interaction to next paint, {MOST} seats, {SLOWER} times slower, 3 messages a second",
        [("what", "presses", "median ms", "p98 ms", "worst ms")],
    )
    everything = []
    async with lively(circle.others):
        for name, once in presses(person).items():
            if name == "write":
                await person.press("room.write")
                await person.page.locator("#say-text").wait_for()
            await person.page.evaluate("() => { seen.presses = []; }")
            for _ in range(PRESSES):
                await once()
                # Words may be said five times in ten seconds.
                await asyncio.sleep(2 if name == "write" else 0.3)
            found = [float(one) for one in await person.page.evaluate("() => seen.presses")]
            everything += found
            row = (percentile(found, part) for part in (0.5, 0.98, 1))
            table.row(name, str(len(found)), *(f"{ms:.0f}" for ms in row))
    row = (percentile(everything, part) for part in (0.5, 0.98, 1))
    table.row("all of them", str(len(everything)), *(f"{ms:.0f}" for ms in row))
    table.print()
    await person.context.close()


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
        shifts = await person.page.evaluate("() => seen.shifts")
        jumped = ", ".join(sorted({what for _, what in shifts}))
        table.row(screen, f"{sum(value for value, _ in shifts):.4f}", jumped or "nothing")
        await person.context.close()
    table.print()


def note(into: list[str], request: Request) -> None:
    into.append(request.url)


async def pocket(browser: Browser, circle: Circle) -> None:
    """A minute of a page that is not in front, while the circle talks."""
    table = Table(
        f"{POCKET_SECONDS} s of a hidden page: what woke the phone",
        [
            (
                "whose",
                "timers",
                "frames asked for",
                "requests",
                "frames of the line, in",
                "fastest interval",
            )
        ],
    )
    for whose in ("a member", "a facilitator"):
        night = circle.night
        person = await (night.known(MELATI) if whose == "a member" else night.facilitator())
        await person.page.add_init_script(WATCH)
        await person.page.goto(night.room)
        await seated(person)
        requests: list[str] = []
        person.page.on("request", partial(note, requests))
        async with lively(circle.others):
            await person.page.evaluate(HIDE)
            person.frames.clear()
            await person.page.evaluate("() => { fired = 0; frames = 0; }")
            await asyncio.sleep(POCKET_SECONDS)
            fired, frames, every = await person.page.evaluate(
                """() => [fired, frames, Math.min(Infinity, ...[...timers.values()]
                  .filter(one => one[0] === 'setInterval').map(one => one[1]))]"""
            )
        fastest = "none" if every is None or every == float("inf") else f"{every} ms"
        row = (str(fired), str(frames), str(len(requests)), str(len(person.frames)), fastest)
        table.row(whose, *row)
        await person.context.close()
    table.print()


PARTS = {"stick": stick, "press": press, "shift": shift, "pocket": pocket}


async def main(parts: Sequence[str]) -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        async with a_circle(browser, MOST) as circle:
            await circle.night.sari.send(SetPhase(Phase.SHARING))
            await circle.night.sari.send(SetFloor(Floor.OPEN))
            for part in parts:
                await PARTS[part](browser, circle)
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    asyncio.run(main(parser.parse_args().parts or list(PARTS)))
