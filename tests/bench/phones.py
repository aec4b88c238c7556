"""A house with a full circle, for figures of phones: sockets fill the seats, one browser looks.

Declines to measure anything itself.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Page

from realtime.client import RoomClient
from realtime.domain.commands import Accept, PassStick
from server.circles.seed import Seeded
from tests.bench.circles import short_names
from tests.journeys.browsing import Person
from tests.journeys.seated import Evening, a_house, evening, seated

SLOWER = 4
"""How many times slower than this machine's the processor of a cheap phone is taken to be."""
HEARTBEAT_MS = 10_000
"""How often the line itself wakes a phone."""
MELATI = "Melati"
MOST = 30


@dataclass(frozen=True)
class Circle:
    """One with people in it, and one at whose door Melati waits."""

    night: Evening
    others: list[RoomClient]
    """Everybody but Melati and the facilitator, each over a socket."""
    waiting: Seeded

    def url(self, screen: str) -> str:
        """The address at which that screen is seen by Melati."""
        base, slug = self.night.house.base, self.night.circle.slug
        pages = {
            "landing": "/",
            "circle": f"/c/{slug}",
            "lobby": f"/c/{self.waiting.slug}/tunggu",
            "room": f"/c/{slug}/ruang",
        }
        return base + pages[screen]

    def cookie(self, screen: str) -> dict[str, str]:
        """What signs Melati in, who is another person in each of the two circles."""
        circle = self.waiting if screen == "lobby" else self.night.circle
        value = circle.members[MELATI]
        return {"name": circle.cookie_name, "value": value, "url": self.night.house.base}


# What the browser tells of its own slowness, and every timer of the page as long as it runs.
WATCH = """
window.seen = {shifts: [], presses: {}};
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shifts.push([one.value,
    one.sources.map(s => s.node?.className || s.node?.nodeName || '').join(' ')]);
}).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => {
  // A tap is several events; the longest of them is what a person waits for.
  for (const one of list.getEntries()) if (one.interactionId) {
    seen.presses[one.interactionId] = Math.max(seen.presses[one.interactionId] ?? 0, one.duration);
  }
}).observe({type: 'event', durationThreshold: 16});
window.timers = new Map();
window.fired = 0;
window.frames = 0;
for (const [set, clear] of [['setInterval', 'clearInterval'], ['setTimeout', 'clearTimeout']]) {
  const [begin, end] = [window[set].bind(window), window[clear].bind(window)];
  window[set] = (what, ms, ...more) => {
    const id = begin(() => {
      window.fired++;
      if (set === 'setTimeout') timers.delete(id);
      what(...more);
    }, ms);
    timers.set(id, [set, ms ?? 0]);
    return id;
  };
  window[clear] = id => { timers.delete(id); end(id); };
}
const frame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = what => { window.frames++; return frame(what); };
"""
# As a browser does it to a tab that is not in front; the tests' browsers never do by themselves.
HIDE = """() => {
  for (const [name, value] of [['visibilityState', 'hidden'], ['hidden', true]]) {
    Object.defineProperty(document, name, {configurable: true, get: () => value});
  }
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@asynccontextmanager
async def a_circle(browser: Browser, seats: int) -> AsyncIterator[Circle]:
    """That many seats taken, once Melati has come too; a list of circles on the landing page."""
    names = [name for name in short_names(2 * seats) if not name.startswith(MELATI)][: seats - 2]
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder)) as house:
            waiting = await house.circle(MELATI, door="ask", listed=True, title="Teman Tebet")
            form = {"seats": MOST, "listed": True}
            async with evening(house, browser, MELATI, *names, **form) as night:
                others = [await night.speaker(name) for name in names]
                yield Circle(night, others, waiting)


@asynccontextmanager
async def turn_of(one: RoomClient) -> AsyncIterator[None]:
    """They take the stick that is offered to them, hold it for the block, and pass it on."""
    await one.until(lambda room: room.you and room.you.offered)
    await one.send(Accept())
    await one.until(lambda room: room.you and room.you.turn_id)
    yield
    assert one.you and one.you.turn_id
    await one.send(PassStick(one.you.turn_id, None))


async def slow(page: Page) -> CDPSession:
    """As slow as a cheap phone from now on."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


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
                await one.nod()
            await asyncio.sleep(1 / 3)

    task = asyncio.create_task(talk())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
