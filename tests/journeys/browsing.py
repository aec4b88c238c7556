"""What journeys need: a real server, real Chromium, people in contexts of their own, axe."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page, Playwright, WebSocket

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
Language = Literal["id", "en"]
Device = Literal["phone", "laptop"]

SIZES: dict[Device, tuple[int, int]] = {"phone": (360, 740), "laptop": (1280, 800)}

PATIENCE = 20_000
"""Milliseconds that a journey waits for a thing: a busy machine is slow, and slow is not wrong."""

# Without these, a browser on a closed network keeps looking up its maker's services.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


SHOWN_ROUND = """
try {
  const kept = "lingkar.settings";
  if (!localStorage.getItem(kept)) localStorage.setItem(kept, '{"walked":["room","console"]}');
} catch {}
"""
"""What a device keeps whose person knows the room: nobody offers to show them round."""


def words(language: Language, key: str, **params: object) -> str:
    """The catalogue's words, so that a journey looks for what a person would read."""
    text: str = json.loads((ROOT / f"web/locales/{language}.json").read_text("utf-8"))[key]
    for name, value in params.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Served:
    """A running Lingkar and what it printed when it started."""

    base: str
    setup_link: str
    process: asyncio.subprocess.Process
    printed: list[str] = field(default_factory=list)


@asynccontextmanager
async def started(
    *arguments: str, data: Path, until: Callable[[list[str]], bool]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int, list[str]]]:
    """A `lingkar` process on embedded defaults, once it has printed enough; SIGTERM stops it."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "lingkar"),
        *arguments,
        env={
            "LINGKAR_SOUND_PORT": "0",
            **os.environ,
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "LINGKAR_DATA": str(data),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed: list[str] = []
    drain: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(60):
            while not until(printed):
                line = (await process.stdout.readline()).decode()
                assert line, "it stopped before it was ready:\n" + "".join(printed)
                printed.append(line)
        drain = asyncio.create_task(_drain(process.stdout, printed))
        yield process, port, printed
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 15)
        if drain is not None:
            await drain


@asynccontextmanager
async def serving(data: Path) -> AsyncIterator[Served]:
    """`lingkar serve`, with the set-up link that it printed."""
    link = re.compile(r"http\S+/siapkan#\S+")

    def ready(printed: list[str]) -> bool:
        return bool(link.search("".join(printed)))

    async with started("serve", data=data, until=ready) as (process, port, printed):
        found = link.search("".join(printed))
        assert found is not None
        yield Served(f"http://localhost:{port}", found.group(0), process, printed)


@asynccontextmanager
async def demonstrating(data: Path, language: Language) -> AsyncIterator[list[str]]:
    """`lingkar demo`, lively; gives the links it printed: for a member, for a facilitator."""
    link = re.compile(r"http\S+/u#\S+")

    def ready(printed: list[str]) -> bool:
        return len(link.findall("".join(printed))) >= 2

    arguments = ("demo", "--lang", language, "--pace", "3")
    async with started(*arguments, data=data, until=ready) as (_, _, printed):
        yield link.findall("".join(printed))


async def _drain(stream: asyncio.StreamReader, printed: list[str]) -> None:
    while line := await stream.readline():
        printed.append(line.decode())


async def launch(
    playwright: Playwright, *more: str, program: Path | None = None, asks: bool = False
) -> Browser:
    """Debian's Chromium where there is one, else Playwright's own; `more` flags of the browser.

    Its build without windows does the same for a third less, but `asks` nobody for a microphone.
    """
    flags = [*QUIET, *more, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    slim = None if asks else shutil.which("chromium-headless-shell")
    found = program or slim or shutil.which("chromium")
    return await playwright.chromium.launch(executable_path=found, args=flags, headless=True)


@dataclass
class Person:
    """Somebody with a browser of their own."""

    page: Page
    context: BrowserContext
    language: Language
    frames: list[str] = field(default_factory=list)
    """Every socket frame this browser received, as text."""
    faults: list[str] = field(default_factory=list)
    """Errors on the page's console: a journey ends with none."""

    def words(self, key: str, **params: object) -> str:
        return words(self.language, key, **params)

    async def press(self, key: str, **params: object) -> None:
        """Press the button or link that reads so."""
        name = self.words(key, **params)
        target = self.page.get_by_role("button", name=name, exact=False)
        target = target.or_(self.page.get_by_role("link", name=name, exact=False))
        await target.first.click()

    async def sees(self, text: str) -> None:
        """Wait until that text shows."""
        await self.page.get_by_text(text).first.wait_for()


async def arrive(
    browser: Browser,
    language: Language,
    device: Device,
    *,
    theme: Literal["light", "dark"] = "light",
    scripts: bool = True,
    through: str | None = None,
    newcomer: bool = False,
) -> Person:
    """A new person: own cookies, own device, their language; `through` a proxy, if any.

    Most were shown round the room before.
    """
    width, height = SIZES[device]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1.5 if device == "phone" else 1,
        is_mobile=device == "phone",
        has_touch=device == "phone",
        locale="id-ID" if language == "id" else "en-GB",
        timezone_id="Asia/Jakarta",
        color_scheme=theme,
        java_script_enabled=scripts,
        proxy={"server": through} if through else None,
    )
    context.set_default_timeout(PATIENCE)
    if not newcomer:
        await context.add_init_script(SHOWN_ROUND)
    page = await context.new_page()
    person = Person(page, context, language)
    page.on("websocket", lambda ws: _listen(ws, person))
    page.on("pageerror", lambda error: person.faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            person.faults.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    return person


def _listen(ws: WebSocket, person: Person) -> None:
    def received(payload: str | bytes) -> None:
        person.frames.append(payload if isinstance(payload, str) else payload.decode("latin-1"))

    ws.on("framereceived", received)


async def stillness(page: Page) -> None:
    """Wait until whatever moves has arrived; what breathes for ever is left to breathe."""
    await page.evaluate(
        """async () => {
          // A press is drawn, and what it sets in motion begins, two frames later at the most.
          for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
          const moving = document.getAnimations()
            .filter(a => a.effect.getComputedTiming().iterations !== Infinity)
            // What is folded away in a closed row never gets on.
            .filter(a => a.effect.target.checkVisibility());
          await Promise.all(moving.map(a => a.finished.catch(() => null)));
        }"""
    )


TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of those tags that look at colours; the rest reads the document and its sizes."""


async def violations(page: Page, *, colours_alone: bool = False) -> list[dict[str, Any]]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands."""
    await stillness(page)
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text("utf-8"))
    only = {"type": "rule", "values": COLOURS} if colours_alone else {"type": "tag", "values": TAGS}
    found: list[dict[str, Any]] = await page.evaluate(
        """async runOnly => {
          const result = await axe.run(document, {runOnly});
          return result.violations.map(v => ({id: v.id, help: v.help,
            where: v.nodes.slice(0, 3).map(n =>
              n.target.join(' ') + ': ' + n.any.map(a => a.message).join('; '))}));
        }""",
        only,
    )
    return found


async def overflows(page: Page) -> int:
    """How many pixels the page is wider than its window once it has settled; 0 is right.

    A ring that is sized from its container needs a few frames after the window changed.
    """
    wider: int = await page.evaluate(
        """async () => {
          const wider = () => document.documentElement.scrollWidth - window.innerWidth;
          for (let frame = 0; frame < 60 && wider() > 0; frame++) {
            await new Promise(requestAnimationFrame);
          }
          return Math.max(0, wider());
        }"""
    )
    return wider
