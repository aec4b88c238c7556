"""Fifty moves of the stick between two who never stop sending: nobody hears a gap.

Real browsers on bare pages around a relay of the test's own, so that what is measured is the
stream and not the drawing of a page. The figures are printed.
"""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, async_playwright

from realtime.audio.relay import Relay, RelayCircle
from realtime.domain.meeting import CircleId, MemberId
from tests.bench.table import Table
from tests.journeys.browsing import Person
from tests.journeys.sounding import EARS, LOUDNESS, MARK, PAGE, TONES, Figures, Singer, singers

MOVES = 50
SPARE = 5
"""Moves and waits in which a busy machine may itself be heard."""
MOST_SILENT = 40.0
QUIET = LOUDNESS / 1.5 / 10
"""A tenth of what is sung: below that it is called silence."""
FULL = 6 * QUIET
HALF = 5.0
"""Milliseconds that each half of a note of what was heard stands for."""
COUNTED = ("received", "lost", "concealed", "events", "slowed", "quickened")
PLACE = "http://localhost:9/"
"""Nothing answers there; the page is given to the browser by hand."""

CALL = """async ([offer, speak]) => {
  const one = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  await one.setRemoteDescription({type: 'offer', sdp: offer});
  for (const t of one.getTransceivers()) {
    if (t.mid !== '0') continue;
    t.direction = 'sendonly';
    if (!speak) continue;
    const stream = await navigator.mediaDevices.getUserMedia({audio: true});
    await t.sender.replaceTrack(stream.getAudioTracks()[0]);
  }
  await one.setLocalDescription(await one.createAnswer());
  const element = new Audio();
  element.srcObject = new MediaStream(
    one.getTransceivers().filter(t => t.mid !== '0').map(t => t.receiver.track));
  element.autoplay = true;
  void element.play();
  window.element = element;
  return one.localDescription.sdp.split('\\r\\n')
    .filter(line => !line.startsWith('a=candidate')).join('\\r\\n');
}"""


@dataclass
class Floor:
    """Who may be heard, said to the relay as a meeting would say it."""

    circle: RelayCircle
    everybody: frozenset[MemberId]
    version: int = 0

    def give(self, *members: str) -> None:
        self.version += 1
        speak = {MemberId(member): "" for member in members}
        self.circle.obey((1, self.version), speak, self.everybody)


async def call(floor: Floor, browser: Browser, name: str, tone: int, *, speak: bool) -> Singer:
    """A bare page with sound on."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.route(PLACE, lambda route: route.fulfill(body="<!doctype html><title>.</title>"))
    await page.add_init_script(PAGE % "false")
    await page.goto(PLACE)
    joined = floor.circle.join(MemberId(name), "tab", listen_only=False)
    sdp = await page.evaluate(CALL, [joined.offer, speak])
    await floor.circle.answer(joined.ticket, sdp)
    await page.wait_for_function("() => connections[0].connectionState === 'connected'")
    await page.evaluate(EARS, [*TONES, MARK])
    return Singer(Person(page, context, "id"), tone, name)


@dataclass
class Heard:
    """What the listener noticed of each move, and in as long a time without one."""

    silences: list[float] = field(default_factory=list)
    fades: list[float] = field(default_factory=list)
    moved: list[list[float]] = field(default_factory=list)
    calm: list[list[float]] = field(default_factory=list)

    def total(self, what: str, *, calm: bool = False) -> float:
        at = COUNTED.index(what)
        return sum(counts[at] for counts in (self.calm if calm else self.moved))

    def print(self) -> None:
        table = Table(f"{len(self.silences)} moves of the stick, at a listener")
        table.row("", "median", "worst", "in all", "without a move")
        times = {"silence at a move, ms": self.silences, "fade after a rest, ms": self.fades}
        for name, values in times.items():
            figures = statistics.median(values), max(values), sum(values)
            table.row(name, *(f"{value:.0f}" for value in figures), "")
        for at, what in enumerate(COUNTED):
            counts = [each[at] for each in self.moved]
            figures = statistics.median(counts), max(counts), sum(counts)
            still = f"{self.total(what, calm=True):.0f}"
            table.row(what, *(f"{value:.0f}" for value in figures), still)
        table.print()


def silence(noted: Sequence[Sequence[float]]) -> float:
    """Milliseconds below a tenth of what is sung."""
    return sum(HALF for entry in noted for half in entry[2:4] if half < QUIET)


def fade(noted: Sequence[Sequence[float]]) -> float:
    """Milliseconds from the first sound until it is over half as loud as it will be."""
    halves = [half for entry in noted for half in entry[2:4]]
    start = next(at for at, half in enumerate(halves) if half >= QUIET)
    return HALF * next(at for at, half in enumerate(halves[start:]) if half >= FULL)


def gained(before: Figures, after: Figures) -> list[float]:
    """By how much each count grew in the slot that the voice is in."""
    return [after["1"][what] - before["1"][what] for what in COUNTED]


async def window(listener: Singer, singer: Singer) -> Figures:
    """Wait until that one is heard steadily in notes that are all new."""
    await listener.page.evaluate("noted[0].length = 0")
    await listener.hears(singer)
    return await listener.figures()


async def move(floor: Floor, first: Singer, second: Singer, listener: Singer, heard: Heard) -> None:
    """From a rest to the first, from the first to the second, and to rest again."""
    await listener.noted()
    floor.give(first.name)
    await listener.hears(first)
    heard.fades.append(fade(await listener.noted()))
    earlier = await listener.figures()
    before = await window(listener, first)
    heard.calm.append(gained(earlier, before))
    await listener.noted()
    floor.give(second.name)
    await listener.hears(second)
    heard.silences.append(silence(await listener.noted()))
    heard.moved.append(gained(before, await listener.figures()))
    floor.give()
    await listener.hears()


@asynccontextmanager
async def a_floor(*members: str) -> AsyncIterator[Floor]:
    relay = await Relay.open("127.0.0.1", None, 0, [("127.0.0.1", 0)])
    try:
        everybody = frozenset(map(MemberId, members))
        yield Floor(relay.circle(CircleId("circle")), everybody)
    finally:
        await relay.close()


@pytest.mark.timeout(240)
async def test_fifty_moves_of_the_stick_are_heard_without_a_gap(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    heard = Heard()
    folder = tmp_path_factory.mktemp("tones")
    async with (
        a_floor("melati", "siti", "sari") as floor,
        async_playwright() as playwright,
        singers(playwright, folder, 3) as choir,
    ):
        melati = await call(floor, choir[0], "melati", 0, speak=True)
        siti = await call(floor, choir[1], "siti", 1, speak=True)
        sari = await call(floor, choir[2], "sari", 2, speak=False)
        floor.give("melati", "siti")
        await sari.hears(melati, siti)
        floor.give()
        await sari.hears()
        for number in range(MOVES):
            pair = (melati, siti) if number % 2 == 0 else (siti, melati)
            await move(floor, *pair, sari, heard)
    heard.print()
    assert heard.total("lost") == 0
    noise = heard.total("events", calm=True)
    assert heard.total("events") <= noise + SPARE
    assert sum(one > MOST_SILENT for one in heard.silences) <= SPARE
