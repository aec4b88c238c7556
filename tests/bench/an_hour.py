"""What an hour of a meeting costs of somebody's data: one of words, one of listening.

`python -m tests.bench.an_hour`: every byte of a real page, its line and its sound is counted for a
while by the browser, then carried on to an hour; the arithmetic is printed. Asserts nothing.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.bench.phones import MELATI, Circle, a_circle
from tests.bench.table import Table
from tests.bench.two_hours import MINUTES_A_TURN, NODS_A_MINUTE, WORDS_A_MINUTE, minute
from tests.journeys.browsing import launch
from tests.journeys.seated import House, a_house, evening, seated
from tests.journeys.sounding import come, singers

SEATS = 8
MINUTES = 10
"""Of talk, as fast as the limits allow; the rest of the hour is like them."""
SECONDS = 20
"""Of sound."""
TCP_IP = 40
UDP_IP = 28
PINGS_AN_HOUR = 360
PING = 2 * (3 + TCP_IP) + 4
"""A heartbeat and its answer, each a frame in a packet; the answer is masked."""
MOVED = """async () => {
  const one = connections.findLast(c => c.connectionState !== 'closed');
  const all = [...(await one.getStats()).values()].find(s => s.type === 'transport');
  return [all.bytesReceived, all.packetsReceived, all.bytesSent, all.packetsSent];
}"""


@dataclass
class Counted:
    """Bytes of a page, as its browser tells them."""

    loaded: float = 0
    received: int = 0
    sent: int = 0
    frames: int = 0

    def frame(self, told: dict[str, Any], *, sent: bool) -> None:
        size = len(told["response"]["payloadData"].encode())
        # RFC 6455: two bytes, two more above 125; a browser's frames are masked by four.
        size += (2 if size < 126 else 4) + 4 * sent
        self.frames += 1
        if sent:
            self.sent += size
        else:
            self.received += size


async def counting(page: Page) -> Counted:
    counted = Counted()
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")

    def loaded(told: dict[str, Any]) -> None:
        counted.loaded += told["encodedDataLength"]

    session.on("Network.loadingFinished", loaded)
    session.on("Network.webSocketFrameReceived", lambda told: counted.frame(told, sent=False))
    session.on("Network.webSocketFrameSent", lambda told: counted.frame(told, sent=True))
    return counted


async def words(circle: Circle) -> float:
    """kB of an hour of words."""
    await circle.night.sari.send(SetPhase(Phase.SHARING))
    await circle.night.sari.send(SetFloor(Floor.OPEN))
    person = await circle.night.known(MELATI)
    counted = await counting(person.page)
    await person.page.goto(circle.night.room, wait_until="networkidle")
    await seated(person)
    opening = (counted.loaded + counted.received + counted.sent) / 1000
    before = counted.received + counted.sent, counted.frames
    for number in range(1, MINUTES + 1):
        await minute(circle, number)
    spoken = counted.received + counted.sent - before[0]
    frames = counted.frames - before[1]
    a_minute = (spoken + frames * TCP_IP) / MINUTES / 1000
    hour = opening + 60 * a_minute + PINGS_AN_HOUR * PING / 1000
    print(
        f"An hour of words, {SEATS} people: {WORDS_A_MINUTE} messages and {NODS_A_MINUTE} nods a"
        f" minute, the stick every {MINUTES_A_TURN}\n"
        f"  opening the room, nothing kept before    {opening:8.1f} kB\n"
        f"  {frames} frames in {MINUTES} minutes: {spoken} B + {TCP_IP} B each"
        f" = {a_minute:.1f} kB a minute\n"
        f"  {opening:.1f} + 60 x {a_minute:.1f} + {PINGS_AN_HOUR} heartbeats x {PING} B"
        f" = {hour:.0f} kB\n"
    )
    return hour


async def listening(house: House, folder: Path, words_kb: float) -> None:
    """MB of an hour of listening, to one voice that never rests and to none."""
    table = Table(
        f"An hour of listening, from {SECONDS} s each; {UDP_IP} B of UDP and IP a packet",
        [("while", "packets/s in", "kB/s in", "kB/s out", "MB an hour, with the words")],
    )
    async with (
        async_playwright() as playwright,
        singers(playwright, folder, 2) as choir,
        evening(house, choir[1], "Melati", "Siti", medium="sound") as night,
    ):
        melati = await come(night, choir[0], 0, "Melati")
        siti = await come(night, choir[1], 1, "Siti", speak=False)
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(SetFloor(Floor.OPEN))
        await melati.open()
        await siti.hears(melati)
        for name in ("somebody speaks all the time", "nobody is heard"):
            before = await siti.page.evaluate(MOVED)
            await asyncio.sleep(SECONDS)
            after = await siti.page.evaluate(MOVED)
            came, packets, went, answers = (
                (b - a) / SECONDS for a, b in zip(before, after, strict=True)
            )
            down, up = came + packets * UDP_IP, went + answers * UDP_IP
            hour = (down + up) * 3600 / 1e6 + words_kb / 1000
            row = (f"{packets:.1f}", f"{down / 1000:.2f}", f"{up / 1000:.2f}", f"{hour:.1f}")
            table.row(name, *row)
            if name.startswith("somebody"):
                await melati.person.press("sound.mic.close")
                await siti.hears()
    table.print()


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        async with a_circle(browser, SEATS) as circle:
            kb = await words(circle)
        await browser.close()
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder) / "data") as house:
            await listening(house, Path(folder), kb)


if __name__ == "__main__":
    asyncio.run(main())
