"""The peers of the room: installed by their own package managers into an ignored folder, started.

Versions are pinned beside this file, with hashes. Declines to use anything that the machine
itself has; what cannot be installed is `Missing`, with the reason.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from scripts.web import node_exe, node_home
from tests.bench.sound_child import Child, child, python
from tests.valkeys import as_keeper

ROOT = Path(__file__).resolve().parents[2]
PINNED = Path(__file__).with_name("peers")
INSTALLED = ROOT / ".peers"


class Missing(Exception):
    """Why a peer cannot be measured."""


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
    lock = PINNED / "package-lock.json"
    INSTALLED.mkdir(exist_ok=True)
    if _same(lock, INSTALLED / "package-lock.json") and (INSTALLED / "node_modules").is_dir():
        return
    print("Setting up: Socket.IO on Node", flush=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(PINNED / file, INSTALLED / file)
    npm = node_home() / "lib/node_modules/npm/bin/npm-cli.js"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    try:
        _carry_out(str(node_exe()), str(npm), "ci", *quiet)
    except Missing:
        (INSTALLED / "package-lock.json").unlink()
        raise


def _pip() -> None:
    wanted, there = PINNED / "requirements.txt", INSTALLED / "requirements.txt"
    if _same(wanted, there):
        return
    print("Setting up: picows", flush=True)
    INSTALLED.mkdir(exist_ok=True)
    uv = ROOT / ".tools/bin/uv"
    into = ("--python", sys.executable, "--target", str(INSTALLED / "python"))
    _carry_out(
        *(str(uv), "pip", "install", "-q", "--no-config", "--require-hashes"),
        *("--no-deps", "-r", str(wanted), *into),
    )
    shutil.copy(wanted, there)


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _carry_out(*command: str) -> None:
    try:
        subprocess.run(command, cwd=INSTALLED, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        code = getattr(error, "returncode", type(error).__name__)
        raise Missing(f"its package manager did not install it ({code})") from None


@asynccontextmanager
async def contender(name: str, core: int, redis: str = "") -> AsyncIterator[Contender]:
    """Start one of them on that core, until the end of the `async with`."""
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
        case _:
            command = python("tests.bench.chat_serve", name)
    async with child(core, *command) as process:
        url = (await process.ask("where"))["url"]
        yield Contender(name, process, url, room=name == "room")
