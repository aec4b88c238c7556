"""The peers of the room: installed by their own package managers into an ignored folder, started.

Versions are pinned beside this file, with hashes. Declines to use anything that the machine
itself has; what cannot be installed is `Missing`, with the reason.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from scripts.web import node_exe
from tests.bench.npm import INSTALLED, PINNED, Missing, carry_out, same
from tests.bench.npm import install as install_by_npm
from tests.bench.sound_child import Child, child, python
from tests.valkeys import as_keeper

ROOT = Path(__file__).resolve().parents[2]


class Contender:
    """A process that serves, where, and what its people wait for and say when they come."""

    def __init__(self, name: str, process: Child, url: str, *, room: bool) -> None:
        self.name, self.pid, self.url = name, process.pid, url
        self.room, self.ask = room, process.ask


async def install() -> dict[str, str]:
    """Install what is not there yet; of each peer that could not be, why."""
    missing = {}
    for peer, installing in (("node", _npm), ("picows", _pip)):
        try:
            await asyncio.to_thread(installing)
        except Missing as why:
            missing[peer] = str(why)
    return missing


def _npm() -> None:
    install_by_npm(PINNED, INSTALLED, "Socket.IO on Node")


def _pip() -> None:
    wanted, there = PINNED / "requirements.txt", INSTALLED / "requirements.txt"
    if same(wanted, there):
        return
    print("Setting up: picows", flush=True)
    INSTALLED.mkdir(exist_ok=True)
    uv = ROOT / ".tools/bin/uv"
    into = ("--python", sys.executable, "--target", str(INSTALLED / "python"))
    carry_out(
        INSTALLED,
        *(str(uv), "pip", "install", "-q", "--no-config", "--require-hashes"),
        *("--no-deps", "-r", str(wanted), *into),
    )
    shutil.copy(wanted, there)


@asynccontextmanager
async def contender(
    name: str, core: int, redis: str = "", among: tuple[str, ...] = ()
) -> AsyncIterator[Contender]:
    """Start one of them on that core, until the end of the `async with`.

    `among`: the folder in which rooms of one server find each other, its number, and of how many.
    """
    command: tuple[str, ...]
    match name:
        case "node":
            command = (str(node_exe()), str(PINNED / "socketio.cjs"), str(INSTALLED))
        case "node_redis":
            # It publishes where our own user may not.
            way = urlsplit(as_keeper(redis))
            signed = (way.path, way.username or "", way.password or "")
            command = (str(node_exe()), str(PINNED / "socketio.cjs"), str(INSTALLED), *signed)
        case "room":
            command = python("tests.bench.chat_serve", "room", "--redis", redis)
            command += ("--among", *among) if among else ()
        case _:
            command = python("tests.bench.chat_serve", name)
    async with child(core, *command) as process:
        url = (await process.ask("where"))["url"]
        yield Contender(name, process, url, room=name == "room")
