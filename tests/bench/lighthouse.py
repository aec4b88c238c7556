"""What Lighthouse says of four screens on a throttled phone: medians of five, and what cost points.

`python -m tests.bench.lighthouse [screen …]`: Lighthouse, pinned beside this file, in Chromium with
its own emulation of a middling phone on slow 4G. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import async_playwright

from scripts.web import node_exe
from tests.bench.npm import INSTALLED, PINNED, Missing, install
from tests.bench.phones import a_circle
from tests.bench.table import Table
from tests.journeys.browsing import free_port, launch

TIMES = 5
CATEGORIES = ("performance", "accessibility", "best-practices")
WANTED = (95, 100, 100)
FIGURES = {
    "first-contentful-paint": "FCP s",
    "largest-contentful-paint": "LCP s",
    "total-blocking-time": "TBT ms",
    "cumulative-layout-shift": "CLS",
}
SEATS = 7
SCREENS = ("landing", "circle", "lobby", "room")


@dataclass(frozen=True)
class Report:
    """One visit: a score of each category, the figures, and every audit that lost something."""

    scores: tuple[float, ...]
    figures: tuple[float, ...]
    lost: tuple[str, ...]


def read(said: dict[str, Any]) -> Report:
    """What we look at in Lighthouse's own report."""
    assert not said.get("runtimeError"), said["runtimeError"]
    scores = tuple(100 * (said["categories"][one]["score"] or 0) for one in CATEGORIES)
    figures = tuple(float(said["audits"][one]["numericValue"]) for one in FIGURES)
    lost = []
    for category in CATEGORIES:
        for ref in said["categories"][category]["auditRefs"]:
            audit = said["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                lost.append(f"{ref['id']} ({audit['score']:.2f}: {audit['title']})")
    return Report(scores, figures, tuple(lost))


async def visit(url: str, port: int) -> Report:
    """Lighthouse's own command, in the browser that listens there."""
    program = INSTALLED / "lighthouse/node_modules/lighthouse/cli/index.js"
    process = await asyncio.create_subprocess_exec(
        *(str(node_exe()), str(program), url, f"--port={port}", "--output=json", "--quiet"),
        f"--only-categories={','.join(CATEGORIES)}",
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, f"Lighthouse ended with {process.returncode}"
    return read(json.loads(told))


def rows(table: Table, screen: str, reports: Sequence[Report]) -> list[str]:
    """Put a screen's medians into the table; what kept its scores down, if anything did."""
    scores = [statistics.median(one) for one in zip(*(r.scores for r in reports), strict=True)]
    figures = [statistics.median(one) for one in zip(*(r.figures for r in reports), strict=True)]
    worst = min(report.scores[0] for report in reports)
    fcp, lcp, tbt, cls = figures
    held = all(score >= wanted for score, wanted in zip(scores, WANTED, strict=True))
    table.row(
        screen,
        f"{scores[0]:.0f} (worst {worst:.0f})",
        *(f"{score:.0f}" for score in scores[1:]),
        *(f"{fcp / 1000:.2f}", f"{lcp / 1000:.2f}", f"{tbt:.0f}", f"{cls:.3f}"),
        "ok" if held else "UNDER",
    )
    return sorted({f"{screen}: {lost}" for report in reports for lost in report.lost})


async def main(screens: Sequence[str], times: int) -> None:
    try:
        install(PINNED / "lighthouse", INSTALLED / "lighthouse", "Lighthouse")
    except Missing as why:
        print(f"NOT MEASURED: Lighthouse, because {why}")
        return
    head = ("screen", "performance", "accessibility", "best practices", *FIGURES.values(), "held")
    table, lost = Table(f"Lighthouse, medians of {times}", [head]), []
    port = free_port()
    async with async_playwright() as playwright:
        browser = await launch(playwright, f"--remote-debugging-port={port}")
        # Lighthouse opens its pages beside Playwright's contexts, so that is where she signs in;
        # with its last page that place forgets everything.
        session = await browser.new_browser_cdp_session()
        async with a_circle(browser, SEATS) as circle:
            for screen in screens:
                reports = []
                for _ in range(times):
                    await session.send("Storage.setCookies", {"cookies": [circle.cookie(screen)]})
                    reports.append(await visit(circle.url(screen), port))
                lost += rows(table, screen, reports)
        await browser.close()
    table.print()
    print("\n".join(lost) or "No audit with a weight lost anything.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("screens", nargs="*", metavar="screen", help=", ".join(SCREENS))
    parser.add_argument("--times", type=int, default=TIMES)
    given = parser.parse_args()
    asyncio.run(main(given.screens or SCREENS, given.times))
