"""The real server, with a watcher inside that measures how long its loop stood still, and where.

Prints one line of JSON when it serves, and leaves what the watcher saw in a file. `stood` is the
time in which the loop's own thread worked on without a pause; `late` also counts what the machine
took for others.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from server import collecting, loops, processes, serving, works
from server.commands import starting
from server.lives import Work
from server.settings import Settings

EVERY = 0.005
LONG = 0.05


class Watcher:
    """Wakes every few milliseconds; a thread beside it looks where the loop is when it does not."""

    def __init__(self) -> None:
        self.worst_stood = self.worst_late = 0.0
        self.over = 0
        self.places: dict[str, float] = {}
        self.awake = time.perf_counter()
        self.looping = threading.get_ident()
        self.place = ""
        threading.Thread(target=self._look, daemon=True).start()

    async def watch(self) -> None:
        cpu = time.thread_time()
        while True:
            self.awake = time.perf_counter()
            await asyncio.sleep(EVERY)
            now = time.thread_time()
            late = time.perf_counter() - self.awake - EVERY
            stood, cpu = min(late, now - cpu), now
            self.worst_late = max(self.worst_late, late)
            self.worst_stood = max(self.worst_stood, stood)
            if stood > LONG:
                self.over += 1
                self.places[self.place] = max(self.places.get(self.place, 0.0), stood)

    def told(self) -> dict[str, Any]:
        return {
            "stood": self.worst_stood,
            "late": self.worst_late,
            "over": self.over,
            "places": self.places,
        }

    def _look(self) -> None:
        while True:
            time.sleep(EVERY)
            if time.perf_counter() - self.awake < LONG / 2:
                continue
            frame = sys._current_frames().get(self.looping)
            self.place = " < ".join(names(frame)) if frame else ""


def names(frame: FrameType) -> list[str]:
    """Where the loop is, by files and functions alone."""
    stack = traceback.extract_stack(frame)[-6:]
    return [f"{one.filename.rsplit('/', 1)[-1]}:{one.name}:{one.lineno}" for one in reversed(stack)]


def parent() -> int:
    """`lingkar serve`, whose web process is this module again."""
    settings, listener, tls = starting.bind(Settings.from_env(), with_lan=False)
    real = works.web

    def watched(*given: Any) -> Work:
        return replace(real(*given), module="tests.fuzz.watched")

    async def ready(running: processes.Running) -> None:
        (sound,) = running.sounds
        assert await sound.is_up(60) and sound.said, "no sound process"
        ports = {"port": running.port, "sound": int(sound.said["port"])}
        print(json.dumps(ports), flush=True)

    vars(works)["web"] = watched
    loops.run(processes.serve(settings, listener, ready=ready, tls=tls))
    return 0


def child(words: list[str]) -> int:
    """One web process with a watcher in it, from when people may come."""
    watchers: list[Watcher] = []
    tasks: list[asyncio.Task[None]] = []
    real = collecting.seldom

    def seldom() -> None:
        real()
        watchers.append(Watcher())
        tasks.append(asyncio.create_task(watchers[0].watch()))

    collecting.seldom = seldom
    code = serving.main(words)
    for seen in watchers:
        Path(os.environ["LINGKAR_FUZZ_TOLD"]).write_text(json.dumps(seen.told()))
    return code


if __name__ == "__main__":
    sys.exit(child(sys.argv[1:]) if sys.argv[1:] else parent())
