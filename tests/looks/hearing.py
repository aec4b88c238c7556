"""What a screen reader is given of a screen: landmarks, headings, buttons, by role and name.

Kept as one small file a screen in `heard/`, reviewed by people as if it were read aloud, and
compared by every journey that looks at the screen. Each screen has one (tests/house), but for
`UNSTEADY`. Write the files anew, then read what changed:

    LINGKAR_HEARD=write make test-py ARGS=tests/journeys

Declines to keep running text, which the catalogues hold, and whatever differs from one evening
to the next: figures, days, words that people said.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import time
from pathlib import Path

from playwright.async_api import Page

from tests.looks.rendering import named

FOLDER = Path(__file__).parent / "heard"
WRITES = os.environ.get("LINGKAR_HEARD") == "write"
ALONE = WRITES or os.environ.get("LINGKAR_HEARD") == "read"
"""Nothing else of a screen is looked at: a quick way to write or compare them all."""
UNSTEADY = frozenset(
    {
        # Circles of other journeys in the same house are listed too.
        *("landing with circles", "landing, the form open", "all seats are taken"),
        "aftercare with a question",
        # What meets soon stands first, and what can be done there depends on the hour.
        *("what was found", "a circle, to a visitor", "a full circle"),
        # Invitations that were made in the same second stand in either order.
        *("an invitation, on a screen", "open invitations", "a friend waits for a yes"),
        # Whether a voice comes through, and what the device has for voices, differs.
        *("sound, listening", "sound, somebody heard", "sound, open", "sound, its sheet"),
    }
)
"""Screens that are heard otherwise from one time to the next through no change of theirs."""
SETTLED = 5.0
"""Seconds in which what a press has set off is there to be heard."""
LANGUAGE = "id"
"""One is enough: the other differs in words alone, and both catalogues have the same keys."""

# - role "name" [state]: text
LINE = re.compile(r'^(\s*)- (\w+)(?: ("(?:[^"\\]|\\.)*"|/.*/))?((?: \[[^\]]*\])*)(:?)(.*)$')
QUOTED = re.compile(r"^(\s*- )'((?:[^']|'')*)'(:?)(.*)$")
SILENT = frozenset({"text", "paragraph", "listitem", "list", "strong", "emphasis", "time", "code"})
SILENT |= {"separator", "definition", "term", "option", "blockquote", "generic", "row", "cell"}
# Words come and go in these, whenever they like.
MOVING = frozenset({"log", "status", "alert", "timer"})
DAYS = "Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu"
MONTHS = (
    "Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Agu|Sep|Okt|Nov|Des"
)


async def heard(page: Page) -> str:
    """What is heard of the open sheet, else of the page, one line each."""
    sheet = page.locator("dialog[open]").last
    scope = sheet if await sheet.count() else page.locator("body")
    return told(await scope.aria_snapshot())


def told(snapshot: str) -> str:
    """The lines of the snapshot that say where one is and what can be done."""
    lines, muted = list[str](), None
    for line in snapshot.splitlines():
        # A name with a colon in it stands in quotation marks, as YAML wants.
        found = LINE.match(QUOTED.sub(lambda m: m[1] + m[2].replace("''", "'") + m[3] + m[4], line))
        if not found:
            continue
        indent, role, name, state, _, _ = found.groups()
        depth = len(indent)
        if muted is not None and depth > muted:
            continue
        muted = depth if role in MOVING else None
        if role in SILENT and not name:
            continue
        lines.append(steady(f"{role}{' ' + name if name else ''}{state}"))
    # A list of thirty of the same is heard as one.
    return "\n".join(line for i, line in enumerate(lines) if i == 0 or line != lines[i - 1]) + "\n"


def steady(line: str) -> str:
    """Without what another evening changes."""
    line = re.sub(rf"\b({DAYS})\b", "HARI", line)
    line = re.sub(rf"\b({MONTHS})\b", "BULAN", line)
    line = re.sub(r"\b(WIB|WITA|WIT)\b", "ZONA", line)
    # A nod goes by itself.
    line = line.replace(", mengangguk", "")
    if not line.startswith("heading") or "level" not in line:
        return re.sub(r"\d+", "0", line)
    name, _, level = line.rpartition("[")
    return re.sub(r"\d+", "0", name) + "[" + level


def file_of(screen: str) -> Path:
    return FOLDER / f"{named(screen)}.txt"


async def differences(page: Page, screen: str) -> list[str]:
    """How the screen is heard otherwise than its file says; with LINGKAR_HEARD, writes it."""
    if screen in UNSTEADY:
        return []
    path = file_of(screen)
    if WRITES:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(await heard(page), "utf-8")
        return []
    if not path.exists():
        return []
    before = path.read_text("utf-8").splitlines()
    until = time.monotonic() + SETTLED
    while True:
        found = compared(screen, before, (await heard(page)).splitlines())
        if not found or time.monotonic() > until:
            return found
        await asyncio.sleep(0.1)


def compared(screen: str, before: list[str], after: list[str]) -> list[str]:
    gone = [f"{screen}: no longer heard: {line}" for line in before if line not in after]
    new = [f"{screen}: heard and not reviewed: {line}" for line in after if line not in before]
    same = in_any_order(before) == in_any_order(after)
    return gone + new or ([] if same else [f"{screen}: heard in another order"])


def in_any_order(lines: list[str]) -> list[list[str]]:
    """Runs of the same role sorted: who sat down first is another matter each evening."""
    return [sorted(run) for _, run in itertools.groupby(lines, lambda line: line.partition(" ")[0])]
