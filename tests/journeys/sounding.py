"""People whose microphones sing: a browser each, a tone each, and ears that tell tones apart.

Reads what was decoded, ten milliseconds at a time, and the browser's own figures. Declines to
judge how it sounds to a person.
"""

from __future__ import annotations

import array
import json
import math
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.async_api import Browser, Page, Playwright, WebSocket, expect

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.journeys.browsing import PATIENCE, Device, Language, Person, launch
from tests.journeys.seated import FACILITATOR, Evening, House, seated
from tests.journeys.test_coming_back import Wire

RATE = 48_000
LOUDNESS = 0.3
TONES = (400, 700, 1000)
"""In hertz; each fits ten milliseconds a whole number of times, so none looks like another."""
MARK = 2000
"""The first singer is that high for a tenth of each second, so that moments can be compared."""
Figures = dict[str, dict[str, float]]
"""What the browser counts for each slot."""
STEADY = 25
"""Frames, of ten milliseconds, that have to be alike before it is believed what is heard."""


def sing(folder: Path, hertz: int, *, marked: bool = False) -> Path:
    """A second of that tone, which goes on without a seam when it is played again."""

    def at(second: float) -> float:
        now = MARK if marked and second >= 0.9 else hertz
        # Swells a little, as a voice does: what never changes is taken for a hum.
        swell = 0.85 + 0.15 * math.sin(2 * math.pi * 4 * second)
        return swell * math.sin(2 * math.pi * now * second)

    return write(folder / f"{hertz}.wav", at)


def write(path: Path, at: Callable[[float], float]) -> Path:
    loud = 32767 * LOUDNESS
    samples = (loud * max(-1.0, min(1.0, at(n / RATE))) for n in range(RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", map(int, samples)).tobytes())
    return path


def flags(wav: Path) -> tuple[str, ...]:
    """What makes a browser take this file for its microphone, and ask nobody."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={wav}",
    )


@asynccontextmanager
async def singers(
    playwright: Playwright, folder: Path, count: int, *, spoken: Path | None = None
) -> AsyncIterator[list[Browser]]:
    """That many browsers, of which each sings another tone, or all say what is `spoken`."""
    expect.set_options(timeout=PATIENCE)
    async with AsyncExitStack() as stack:
        browsers = []
        for index, hertz in enumerate(TONES[:count]):
            wav = spoken or sing(folder, hertz, marked=index == 0)
            browser = await launch(playwright, *flags(wav))
            stack.push_async_callback(browser.close)
            browsers.append(browser)
        yield browsers


# The page's connections, which it shows to nobody; a microphone as it is, since what takes noise
# away would take a tone away; and, where asked for, a page that never stops sending.
PAGE = """
window.connections = [];
window.asked = 0;
window.stubborn = %s;
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...all) { super(...all); window.connections.push(this); }
};
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = async () => {
  window.asked++;
  const audio = {echoCancellation: false, noiseSuppression: false, autoGainControl: false,
                 channelCount: 1};
  return ask({audio});
};
const put = RTCRtpSender.prototype.replaceTrack;
RTCRtpSender.prototype.replaceTrack = function (track) {
  if (!window.stubborn) return put.call(this, track);
  if (!track || this.kept) return Promise.resolve();
  this.kept = track.clone();
  this.kept.enabled = true;
  return put.call(this, this.kept);
};
"""

# One entry for each ten milliseconds of each slot: when, how loud in fives, how much of each tone.
EARS = """tones => {
  window.now = () => performance.timeOrigin + performance.now();
  const strength = (samples, hertz, rate) => {
    const w = 2 * Math.PI * hertz / rate, c = 2 * Math.cos(w);
    let a = 0, b = 0;
    for (const x of samples) { const n = x + c * a - b; b = a; a = n; }
    return 2 / samples.length * Math.sqrt(Math.max(0, a * a + b * b - c * a * b));
  };
  const rms = samples => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  window.note = async (track, list) => {
    const reader = new MediaStreamTrackProcessor({track, maxBufferSize: 100}).readable.getReader();
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, {planeIndex: 0, format: 'f32-planar'});
      const rate = value.sampleRate, at = value.timestamp / 1000, half = samples.length / 2;
      value.close();
      list.push([at, window.now(), rms(samples.subarray(0, half)), rms(samples.subarray(half)),
                 ...tones.map(hertz => strength(samples, hertz, rate))]);
    }
  };
  window.noted = [[], [], []];
  window.listenTo = () => {
    const one = connections.findLast(c => c.connectionState !== 'closed');
    if (!one || one.heard) return;
    one.heard = true;
    for (const t of one.getTransceivers()) {
      const slot = Number(t.mid) - 1;
      if (slot >= 0) void window.note(t.receiver.track, window.noted[slot]);
    }
  };
  window.listenTo();
  window.tonesNow = frames => {
    const found = new Set();
    for (const list of window.noted) {
      for (const entry of list.slice(-frames)) {
        entry.slice(4).forEach((how, i) => how > 0.02 && found.add(i));
      }
    }
    return [...found].sort();
  };
  window.steady = (wanted, frames) => {
    // Nothing came at all, or no longer: that is silence too, and the clock says for how long.
    window.listenTo();
    const recent = e => window.now() - e[1] < 500;
    const per = window.noted.map(list => list.slice(-frames).filter(recent));
    const heard = i => per.some(list => list.length === frames && list.every(e => e[4 + i] > 0.02));
    const hint = i => per.some(list => list.some(e => e[4 + i] > 0.02));
    return [0, 1, 2].every(i => wanted.includes(i) ? heard(i) : !hint(i));
  };
}"""

FIGURES = """async () => {
  const found = {};
  const one = connections.findLast(c => c.connectionState !== 'closed');
  if (!one) return found;
  for (const stat of (await one.getStats()).values()) {
    if (stat.type !== 'inbound-rtp') continue;
    found[stat.mid] = {
      received: stat.packetsReceived, lost: stat.packetsLost,
      discarded: stat.packetsDiscarded ?? 0, fec: stat.fecPacketsReceived ?? 0,
      concealed: stat.concealedSamples - stat.silentConcealedSamples,
      silent: stat.silentConcealedSamples,
      events: stat.concealmentEvents, samples: stat.totalSamplesReceived,
      delay: stat.jitterBufferDelay, emitted: stat.jitterBufferEmittedCount,
      slowed: stat.insertedSamplesForDeceleration, quickened: stat.removedSamplesForAcceleration,
    };
  }
  return found;
}"""


@dataclass
class Singer:
    """Somebody in their seat with sound on, in a browser of their own."""

    person: Person
    tone: int
    name: str
    sent: list[str] = field(default_factory=list)
    """Every socket frame that this browser sent."""

    @property
    def page(self) -> Page:
        return self.person.page

    async def hears(self, *singers: Singer) -> None:
        """Wait until exactly these are heard, and steadily."""
        wanted = [singer.tone for singer in singers]
        try:
            await self.page.wait_for_function(
                "([wanted, frames]) => window.steady(wanted, frames)",
                arg=[wanted, STEADY],
                polling=50,
                timeout=PATIENCE,
            )
        except Exception as error:
            heard = await self.page.evaluate("() => window.tonesNow(20)")
            raise AssertionError(f"tone {self.tone} wants {wanted}, hears {heard}") from error

    async def figures(self) -> Figures:
        found: Figures = await self.page.evaluate(FIGURES)
        return found

    async def noted(self, slot: int = 0) -> list[list[float]]:
        """What was heard in a slot until now; it is forgotten there."""
        found: list[list[float]] = await self.page.evaluate(
            "slot => window.noted[slot].splice(0)", slot
        )
        return found

    async def open(self) -> None:
        """Press, so that the others hear."""
        await self.person.press("sound.mic.open")
        await self.page.locator(".is-sounding").wait_for()


async def come(
    night: Evening,
    browser: Browser,
    tone: int,
    name: str | None,
    *,
    language: Language = "id",
    device: Device = "laptop",
    stubborn: bool = False,
    speak: bool = True,
    wire: Wire | None = None,
    script: str = "",
) -> Singer:
    """A member, or (None) the facilitator, with sound on."""
    there = replace(night, browser=browser)
    person = await (
        there.known(name, language, device=device) if name else there.facilitator(language, device)
    )
    singer = Singer(person, tone, name or FACILITATOR)
    person.page.on("websocket", lambda ws: _keep_sent(ws, singer))
    await person.page.add_init_script(PAGE % json.dumps(stubborn) + script)
    if wire is not None:
        await wire.lead(person)
    await person.page.goto(night.room)
    await seated(person)
    await turn_on(person, speak=speak)
    # Ears that note what comes.
    await person.page.evaluate(EARS, [*TONES, MARK])
    return singer


async def a_singer_and_a_listener(night: Evening, choir: list[Browser]) -> tuple[Singer, Singer]:
    """Melati sings on an open floor, and Siti hears her."""
    melati = await come(night, choir[0], 0, "Melati")
    siti = await come(night, choir[1], 1, "Siti", speak=False)
    await night.sari.send(SetPhase(Phase.SHARING))
    await night.sari.send(SetFloor(Floor.OPEN))
    await melati.open()
    await siti.hears(melati)
    return melati, siti


async def turn_on(person: Person, *, speak: bool = False) -> None:
    """Through the sheet, as it stands or with a microphone, until it is connected."""
    await person.press("room.voice")
    sheet = person.page.locator("dialog[open]")
    if speak:
        await sheet.get_by_role("radio", name=person.words("sound.both")).check()
    await sheet.locator(".btn--main").click()
    await person.page.locator(".sound--up").wait_for()


def sound_process(house: House) -> int:
    """The process beside the server that carries the sound."""
    web = house.served.process.pid
    found = [
        int(child)
        for task in Path(f"/proc/{web}/task").iterdir()
        for child in (task / "children").read_text().split()
        if b"sounding" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    assert len(found) == 1, found
    return found[0]


def _keep_sent(ws: WebSocket, singer: Singer) -> None:
    def sent(payload: str | bytes) -> None:
        singer.sent.append(payload if isinstance(payload, str) else payload.decode("latin-1"))

    ws.on("framesent", sent)
