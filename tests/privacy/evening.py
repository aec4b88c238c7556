"""A whole meeting in which everything that a person can say is said, each thing with its canary.

Members are sockets and, where asked, one real browser with a profile on disk.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.async_api import BrowserContext, Page, async_playwright

from realtime.client import RoomClient
from realtime.client.connection import RoomClosed
from realtime.domain.commands import Accept, NeedHand, SetPhase, SetPrompt, StartRound
from realtime.domain.meeting import Order, Phase, Wording
from realtime.domain.refusal import Reason
from server.circles.seed import Seeded, seed_circle
from server.settings import Settings
from tests.journeys.browsing import QUIET, free_port, words
from tests.privacy.canaries import Canary
from tests.realtime.audio.conftest import LOUD
from tests.realtime.audio.listener import Listener

ASKED = {"listen_only": False}
READY = "Ctrl-C stops everything."
Flock = Mapping[str, Canary]


@dataclass
class Served:
    """A `lingkar serve` whose every trace lies below one folder."""

    folder: Path
    settings: Settings
    process: asyncio.subprocess.Process
    circle: Seeded
    metrics: int
    """The port on which it would tell its figures."""
    clients: dict[str, RoomClient] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return self.settings.public_url

    async def come(self, name: str, stack: AsyncExitStack) -> RoomClient:
        cookie = self.circle.members.get(name, self.circle.facilitator)
        person = await stack.enter_async_context(
            RoomClient.connect(self.base, self.circle.slug, f"{self.circle.cookie_name}={cookie}")
        )
        await person.until(lambda room: room.meeting and room.you)
        return person


@asynccontextmanager
async def served(
    folder: Path, names: list[str], redis_url: str | None, database: str | None
) -> AsyncIterator[Served]:
    """Start it with temporary, state and working folders of its own, its output in a file."""
    metrics = free_port()
    settings = Settings(data_dir=folder / "data", database=database, port=free_port())
    circle = await seed_circle(
        settings, facilitator="Bu Sari", members=names, door="open", medium="sound"
    )
    for name in ("tmp", "state", "work"):
        (folder / name).mkdir()
    environment = {
        **{key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ},
        "HOST": "127.0.0.1",
        "PORT": str(settings.port),
        "LINGKAR_DATA": str(settings.data_dir),
        "LINGKAR_SOUND_PORT": "0",
        "LINGKAR_METRICS_PORT": str(metrics),
        **({"REDIS_URL": redis_url} if redis_url else {}),
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder / "state"),
        "XDG_STATE_HOME": str(folder / "state"),
        **({"DATABASE_URL": database} if database else {}),
    }
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).parent / "lingkar"), "serve"),
            cwd=folder / "work",
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            async with asyncio.timeout(60):
                while READY not in (folder / "log").read_text():
                    assert process.returncode is None, (folder / "log").read_text()
                    await asyncio.sleep(0.1)
            yield Served(folder, settings, process, circle, metrics)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await process.wait()


async def gather(evening: Served, people: list[str], stack: AsyncExitStack) -> None:
    """A facilitator and the first two of these take their seats."""
    for called, name in zip(("sari", "ani", "budi"), ("Bu Sari", *people), strict=False):
        evening.clients[called] = await evening.come(name, stack)


async def speak(evening: Served, flock: Flock, people: list[str]) -> None:
    """The meeting up to its middle: every kind of thing that goes over a socket."""
    sari, ani, budi = (evening.clients[name] for name in ("sari", "ani", "budi"))
    assert (await ani.say(flock["words"].text)).ok
    await budi.until(lambda room: flock["words"].core in str(room.frames))
    back = flock["words taken back"]
    assert (await budi.say(back.text, id=back.core)).ok
    assert (await budi.retract(back.core)).ok
    assert (await ani.phrase("warm.1", id=flock["warm phrase (its id)"].core)).ok
    assert (await ani.whisper(flock["private line"].text)).ok
    await sari.until(lambda room: flock["private line"].core in str(room.frames))
    prompt = flock["prompt typed live"].text
    assert (await sari.send(SetPrompt(Wording(prompt, prompt)))).ok
    hand = flock["call for a hand (its id)"].core
    assert (await budi.send(NeedHand(), command_id=hand)).ok
    await sari.send(SetPhase(Phase.SHARING))
    await sari.send(StartRound(Wording(prompt, prompt), Order.SEATS))
    await sari.until(lambda room: room.meeting and room.meeting.stick.member_id)
    assert sari.meeting is not None
    holder = next(p for p in (sari, ani, budi) if p.me == sari.meeting.stick.member_id)
    await holder.until(lambda room: room.you and room.you.offered)
    await holder.send(Accept())
    other = budi if holder is ani else ani
    await speak_aloud(holder, other, flock["sound (a frame's bytes)"])
    await other.until(lambda room: room.holder == holder.me)
    assert not (await other.say(flock["words refused"].text)).ok
    assert not (
        await ani.emit("say", {"id": "x", "text": flock["words malformed"].text, "a": 1})
    ).ok
    await too_long(evening, flock["words too long"], people[2])


async def report(evening: Served, flock: Flock, name: str) -> None:
    """As the room sends one: words of one's own, and a message that was ticked."""
    circle = evening.circle
    cookies = {circle.cookie_name: circle.members[name]}
    ticked = {"name": "Budi", "text": flock["message ticked in a report"].text}
    async with httpx.AsyncClient(trust_env=False, cookies=cookies) as client:
        answer = await client.post(
            f"{evening.base}/c/{circle.slug}/lapor",
            json={"reader": "facilitators", "report": flock["report"].text, "quotes": [ticked]},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
    assert answer.json() == {"ok": True}, answer.status_code


async def speak_aloud(holder: RoomClient, other: RoomClient, canary: Canary) -> None:
    """A voice's frames through the relay, until the other hears them as they were sent."""
    frames = [canary.text.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    async with with_sound(holder) as mouth, with_sound(other) as ear:
        async with asyncio.timeout(15):
            while not {packet.payload for packet in ear.heard} >= set(frames):
                for frame in frames:
                    mouth.speak(frame, LOUD)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def with_sound(person: RoomClient) -> AsyncIterator[Listener]:
    """Their sound, turned on as a browser turns it on."""
    async with asyncio.timeout(30):
        while (joined := await person.emit("sound_join", ASKED)).reason is Reason.SOUND_AWAY:  # noqa: ASYNC110
            # The sound process may still be starting.
            await asyncio.sleep(0.5)
    assert joined.ticket and joined.offer, joined.reason
    line = Listener(joined.offer)
    try:
        answer = {"ticket": joined.ticket, "sdp": line.answer}
        assert (await person.emit("sound_answer", answer)).ok
        await line.connect()
        yield line
    finally:
        await line.close()


async def too_long(evening: Served, canary: Canary, name: str) -> None:
    """A frame that no client of ours sends; the server closes the line over it."""
    async with AsyncExitStack() as stack:
        person = await evening.come(name, stack)
        with suppress(RoomClosed):
            for _ in range(4):
                await person.send_raw('42["say",{"text":"' + canary.text * 1200 + '"}]')
            await person.until(lambda room: room.closed, timeout=5)


# --- A real browser ---


@asynccontextmanager
async def a_profile(folder: Path) -> AsyncIterator[BrowserContext]:
    """Chromium with its profile in that folder, as a person's own phone has one."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder,
            executable_path=shutil.which("chromium"),
            args=[*QUIET, *(["--no-sandbox"] if os.getuid() == 0 else [])],
            locale="en-GB",
            headless=True,
        )
        yield context
        await context.close()


async def browse(evening: Served, flock: Flock, name: str, context: BrowserContext) -> None:
    """In the room with a draft not sent; then the notebook; then both notes, with a goodbye."""
    await context.add_cookies(
        [
            {
                "name": evening.circle.cookie_name,
                "value": evening.circle.members[name],
                "url": evening.base,
            },
            {"name": "lang", "value": "en", "url": evening.base},
        ]
    )
    page = await context.new_page()
    circle = f"{evening.base}/c/{evening.circle.slug}"
    await page.goto(f"{circle}/ruang")
    await page.locator(".petal").first.wait_for()
    await evening.clients["sari"].say(flock["words"].text)
    await page.get_by_text(flock["words"].core).first.wait_for()
    await page.get_by_role("button", name=words("en", "room.write")).first.click()
    await page.locator("textarea").first.fill(flock["draft not sent"].text)
    await write_notebook(page, f"{evening.base}/catatan", flock["notebook"].text)
    await page.goto(f"{circle}/catatan-usai")
    await page.locator("textarea[name=note]").fill(flock["private note"].text)
    await page.get_by_role("button", name=words("en", "note.send")).click()
    await page.wait_for_url("**/usai?pesan=1")
    await page.goto(f"{circle}/keluar")
    await page.locator("summary", has_text=words("en", "leave.note")).click()
    await page.locator("textarea[name=note]").fill(flock["leaving note"].text)
    await page.get_by_role("button", name=words("en", "leave.go")).click()
    await page.get_by_text(words("en", "left.h1")).first.wait_for()


async def write_notebook(page: Page, address: str, text: str) -> None:
    await page.goto(address)
    for key in ("notebook.passphrase", "notebook.again"):
        await page.get_by_label(words("en", key), exact=True).fill("hujan bulan juni")
    await page.get_by_role("button", name=words("en", "notebook.begin"), exact=True).click()
    await page.get_by_label(words("en", "notebook.write"), exact=True).fill(text)
    await page.get_by_role("button", name=words("en", "notebook.save"), exact=True).click()
    await page.locator(".leaf", has_text=text).wait_for()
