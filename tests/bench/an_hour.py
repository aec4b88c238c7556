"""What an hour of a meeting costs of somebody's data: one of words, one of listening.

`python -m tests.bench.an_hour`: every byte of a real phone, its pages, its line and its worker, is
counted on the way; of sound the browser tells. A part is measured, the rest is arithmetic, which
is printed. Asserts nothing.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.bench.phones import MELATI, Circle, a_circle
from tests.bench.table import Table
from tests.bench.two_hours import MINUTES_A_TURN, NODS_A_MINUTE, WORDS_A_MINUTE, minute
from tests.faults.ways import Place
from tests.journeys.air import PIECE, Air
from tests.journeys.browsing import launch
from tests.journeys.seated import House, a_house, evening, seated
from tests.journeys.sounding import a_singer_and_a_listener, singers

SEATS = 8
MINUTES = 12
"""Of talk, as fast as the limits allow; the rest of the hour is like them."""
SILENT_SECONDS = 60
SECONDS = 30
"""Of sound."""
TCP_IP, UDP_IP = 40, 28
"""What the headers of a packet add, IPv4 and without options."""
MOVED = """async () => {
  const one = connections.findLast(c => c.connectionState !== 'closed');
  const all = [...(await one.getStats()).values()].find(s => s.type === 'transport');
  return [all.bytesReceived, all.packetsReceived, all.bytesSent, all.packetsSent];
}"""


class Meter(Air):
    """Clear air that counts: bytes of either way, and the packets that they make at least."""

    def __init__(self, to: Place) -> None:
        super().__init__(to)
        self.carried = self.packets = 0

    async def _pass(self, size: int) -> None:
        self.carried += size
        self.packets += -(-size // PIECE)

    def take(self) -> float:
        """kB since last asked: each packet with its headers, and the receipt that answers it."""
        found = self.carried + 2 * TCP_IP * self.packets
        self.carried = self.packets = 0
        return found / 1000


async def words(circle: Circle, meter: Meter) -> float:
    """kB of an hour of words."""
    await circle.night.sari.send(SetPhase(Phase.SHARING))
    await circle.night.sari.send(SetFloor(Floor.OPEN))
    person = await circle.night.known(MELATI, through=meter.proxy)
    await person.page.goto(circle.night.room, wait_until="networkidle")
    await seated(person)
    opening = meter.take()
    await asyncio.sleep(SILENT_SECONDS)
    silent = meter.take() * 60 / SILENT_SECONDS
    for number in range(1, MINUTES + 1):
        await minute(circle, number)
    talk = meter.take() / MINUTES
    hour = opening + 60 * (silent + talk)
    table = Table(
        f"An hour of words, {SEATS} people, {WORDS_A_MINUTE} messages and {NODS_A_MINUTE} nods a "
        f"minute, the stick every {MINUTES_A_TURN}; headers and receipts counted",
        [("what", "kB")],
    )
    table.row("opening the room, nothing kept before", f"{opening:.0f}")
    table.row("a minute in which nobody does anything", f"{silent:.2f}")
    table.row(f"a minute of talk, from {MINUTES}", f"{talk:.1f}")
    table.row(f"{opening:.0f} + 60 x ({silent:.2f} + {talk:.1f})", f"{hour:.0f}")
    table.print()
    return hour


async def listening(house: House, folder: Path, words_kb: float) -> None:
    """MB of an hour of listening, to one voice that never rests and to none."""
    table = Table(
        f"An hour of listening, from {SECONDS} s each; {UDP_IP} B of headers a packet",
        [("while", "packets/s in", "kB/s in", "kB/s out", "MB an hour, with the words")],
    )
    async with (
        async_playwright() as playwright,
        singers(playwright, folder, 2) as choir,
        evening(house, choir[1], "Melati", "Siti", medium="sound") as night,
    ):
        melati, siti = await a_singer_and_a_listener(night, choir)
        for name in ("somebody speaks all the time", "nobody is heard"):
            before: Sequence[float] = await siti.page.evaluate(MOVED)
            await asyncio.sleep(SECONDS)
            after: Sequence[float] = await siti.page.evaluate(MOVED)
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
            meter = Meter(("127.0.0.1", int(circle.night.house.base.rpartition(":")[2])))
            await meter.open()
            kb = await words(circle, meter)
            await meter.close()
        await browser.close()
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder) / "data") as house:
            await listening(house, Path(folder), kb)


if __name__ == "__main__":
    asyncio.run(main())
