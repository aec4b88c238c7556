"""A house whose clock a journey may move on: a minute's wait takes no minute.

Only the time that meetings go by is moved; sockets, heartbeats and people keep their own.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from realtime.clock import Clock
from realtime.live import Live
from server import serving, works
from server.cli import main
from tests.journeys.seated import House, a_house

OURS = "tests.journeys.hurried"
AHEAD = "LINGKAR_TEST_AHEAD"
"""The file that says by how many seconds the house is ahead of the world."""


class Hurry:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = 0.0
        self.on(0)

    def on(self, seconds: float) -> None:
        """Let that time pass at once."""
        self._ahead += seconds
        new = self._file.with_suffix(".new")
        new.write_text(str(self._ahead))
        # In one move: the house never reads half a number.
        new.replace(self._file)


@asynccontextmanager
async def a_hurried_house(folder: Path) -> AsyncIterator[tuple[House, Hurry]]:
    folder.mkdir()
    file = folder / "ahead"
    hurry = Hurry(file)
    # What starts a house looks for its command beside the Python that runs.
    command = folder / "lingkar"
    command.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m tests.journeys.hurried \"$@\"\n")
    command.chmod(0o755)
    async with AsyncExitStack() as stack:
        with (
            mock.patch.dict(os.environ, {AHEAD: str(file)}),
            mock.patch.object(sys, "executable", str(folder / "python")),
        ):
            house = await stack.enter_async_context(a_house(folder / "data"))
        yield house, hurry


def serve(words: list[str]) -> int:
    """`lingkar`, or one of its web processes, with clocks ahead by what the file says now."""
    file = Path(os.environ[AHEAD])

    def ahead() -> float:
        return float(file.read_text())

    def wall() -> float:
        return time.time() + ahead()

    def monotonic() -> float:
        return time.monotonic() + ahead()

    Clock.__init__.__defaults__ = (wall, monotonic)
    Live.__init__.__defaults__ = (None, monotonic)
    if "--fd" in words:
        return serving.main(words)
    plain = works.web
    with mock.patch.object(works, "web", lambda *given: replace(plain(*given), module=OURS)):
        return main(words)


if __name__ == "__main__":
    raise SystemExit(serve(sys.argv[1:]))
