"""The longest tasks of a phone's main thread while the stick travels, petals change, it breathes.

Told of each: how many tasks, the longest ones, how many above 50 ms; by the thread's own time,
which has the slowness in it, and by the clock, in which everybody else on this machine is in
their way too: the server and thirty people. Declines to judge smoothness to the eye: what moves
without the main thread is not in these figures, and is meant not to be.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from realtime.domain.commands import Ask, ComeBack, StartRound, StepOut, Withdraw
from realtime.domain.meeting import Order, Wording
from tests.bench.phones import MELATI, SLOWER, Circle, lively, sits, slow, turn_of
from tests.bench.table import Table
from tests.journeys.seated import seated

MOVES = 10
CHANGES = 10
LONG = 50
JOURNEY_SECONDS = 1.6
BREATHS_SECONDS = 20
TASK = "ThreadControllerImpl::RunTask"


async def moves(circle: Circle) -> None:
    """A round in which the stick goes to one after another."""
    holders = circle.others[:MOVES]
    order = tuple(one.me for one in holders if one.me)
    await circle.night.sari.send(StartRound(Wording("Apa kabar?"), Order.BY_HAND, order))
    for one in holders:
        async with turn_of(one):
            await asyncio.sleep(JOURNEY_SECONDS)


async def changes(circle: Circle) -> None:
    """Petals that change: people step out and come back, ask and withdraw, all of them nod."""
    for one, other in zip(circle.others[:CHANGES], circle.others[CHANGES:], strict=False):
        await one.send(StepOut())
        await other.send(Ask())
        await asyncio.gather(*(somebody.nod() for somebody in circle.others[CHANGES:]))
        await one.send(ComeBack())
        await other.send(Withdraw())
        await asyncio.sleep(0.5)


def main_thread(trace: bytes) -> tuple[list[float], list[float]]:
    """Milliseconds of the tasks of pages' main threads, the longest first: own time, clock."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [one for one in events if one["name"] == TASK and (one["pid"], one["tid"]) in mains]
    own, clock = (
        sorted((one.get(of, 0) / 1000 for one in tasks), reverse=True) for of in ("tdur", "dur")
    )
    return own, clock


@asynccontextmanager
async def traced(browser: Browser, page: Page, table: Table, what: str) -> AsyncIterator[None]:
    """A row for what happens in the block."""
    # A phone has no pointer: a browser with one looks in each frame what lies under it.
    await page.mouse.move(-1, -1)
    await browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    yield
    own, clock = main_thread(await browser.stop_tracing())
    told = [str(len(own))]
    for tasks in (own, clock):
        longest = ", ".join(f"{task:.0f}" for task in tasks[:3])
        told += [longest, str(sum(task > LONG for task in tasks))]
    table.row(what, *told)


async def moving(browser: Browser, circle: Circle) -> None:
    seats = len(circle.others) + 2
    table = Table(
        f"Tasks of the main thread, {seats} seats, {SLOWER} times slower",
        [("while", "tasks", "longest, ms", f"> {LONG}", "by the clock", f"> {LONG}")],
    )
    person = await sits(circle)
    await slow(person.page)
    async with traced(browser, person.page, table, f"the stick moves {MOVES} times"):
        await moves(circle)
    async with (
        lively(circle.others),
        traced(browser, person.page, table, "petals change, people talk"),
    ):
        await changes(circle)
    await person.press("room.out")
    await person.page.locator(".breath").wait_for()
    async with traced(browser, person.page, table, f"the flower breathes {BREATHS_SECONDS} s"):
        await asyncio.sleep(BREATHS_SECONDS)
    await person.press("out.back")
    await seated(person)
    await person.context.close()
    lobby = await circle.night.known(MELATI)
    await lobby.context.add_cookies([circle.cookie("lobby")])  # type: ignore[list-item]
    await lobby.page.goto(circle.url("lobby"), wait_until="networkidle")
    await slow(lobby.page)
    async with traced(browser, lobby.page, table, f"the lobby breathes {BREATHS_SECONDS} s"):
        await asyncio.sleep(BREATHS_SECONDS)
    await lobby.context.close()
    table.print()
