"""Runs the commands that documents show, each document in an empty place with no network.

A fence says behind its three marks what becomes of it: `sh run`, `sh run repository` (in a copy
of this repository), `sh serve "line"` and `sh serve repository "line"` (kept running, once it
printed that line, until its document ends), `python run`, or `sh not run: why`. What is no command
has another language: `text`, `ini`. Declines to judge what is printed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import tracked

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(
    r"^(?P<mark>`{3,})(?P<kind>[\w-]*) ?(?P<how>.*)\n(?P<text>(?:.*\n)*?)(?P=mark)$", re.M
)
SHELL = frozenset({"sh", "bash", "shell", "console", "zsh"})
"""Languages of commands. `python` may be run as well; every other language is only shown."""
WITHIN = 90.0
SERVING = re.compile(r'serve (?P<where>repository )?"(?P<line>[^"]+)"')
LEAST_REASON = 10
# What is not tracked and yet needed for `make` to find everything made.
MADE = (".venv", ".tools", "web/node_modules", "server/static/built")


@dataclass(frozen=True)
class Fence:
    """One block of a document."""

    path: Path
    line: int
    kind: str
    how: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.path.name}:{self.line}"


class Broken(Exception):
    """A command of a document that does not do; the message says which and what it printed."""


def fences(path: Path) -> list[Fence]:
    """Every fence of a document, in order."""
    text = path.read_text("utf-8")
    return [
        Fence(
            path,
            text.count("\n", 0, found.start()) + 1,
            found["kind"],
            found["how"].strip(),
            found["text"],
        )
        for found in FENCE.finditer(text)
    ]


def targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


def unknown_in(fence: Fence) -> list[str]:
    """What commands that are not run ask `make` for and it does not know."""
    asked = re.findall(r"^make ((?:[\w-]+ ?)+?)(?= *#| \w+=|$)", fence.text, re.M)
    return [name for line in asked for name in line.split() if name not in targets()]


def wrong_with(fence: Fence) -> str | None:
    """What its first line fails to say."""
    if not fence.kind:
        return "names no language; for what is no command: text"
    if fence.kind not in SHELL | {"python"}:
        return None
    if fence.kind not in ("sh", "python"):
        return "commands are sh"
    if fence.how.startswith("not run: "):
        reason = fence.how.removeprefix("not run: ")
        return None if len(reason) >= LEAST_REASON else "says not why it is not run"
    if fence.how in ("run", "run repository") or (
        SERVING.fullmatch(fence.how) and fence.kind == "sh"
    ):
        return None
    return "is neither 'run', 'run repository', 'serve \"line\"' nor 'not run: why'"


@dataclass
class Sandbox:
    """An empty home folder, this project's commands, no network but its own loopback."""

    home: Path
    network: int | None = None
    """The process whose network it is; None: the machine's own."""
    _serving: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, fence: Fence) -> None:
        """Carry out one fence. Raises `Broken`."""
        serving = SERVING.fullmatch(fence.how)
        there = serving["where"] if serving else fence.how == "run repository"
        place = self.repository() if there else self.home
        if serving:
            self._serve(fence, place, serving["line"])
            return
        command = ["python", "-"] if fence.kind == "python" else ["bash", "-euo", "pipefail", "-s"]
        try:
            done = subprocess.run(
                [*self._apart(), *command], cwd=place, env=self._environment(), input=fence.text,
                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WITHIN,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Broken(f"{fence.place} was not done after {WITHIN:.0f} s") from None
        if done.returncode:
            raise Broken(f"{fence.place} ended with {done.returncode}:\n{done.stdout[-3000:]}")

    def _serve(self, fence: Fence, place: Path, line: str) -> None:
        """Start it, and return once it printed that line."""
        said = self.home / f"said-{len(self._serving)}"
        with said.open("w") as file:
            process = subprocess.Popen(
                [*self._apart(), "bash", "-euc", fence.text], cwd=place, text=True,
                env=self._environment(), stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._serving.append(process)
        until = time.monotonic() + WITHIN
        while line not in said.read_text():
            if process.poll() is not None or time.monotonic() > until:
                raise Broken(f"{fence.place} never said '{line}':\n{said.read_text()[-3000:]}")
            time.sleep(0.05)

    def repository(self) -> Path:
        """A copy of what is tracked, with what make has made already."""
        copy = self.home / "lingkar"
        if copy.is_dir():
            return copy
        tracked.copy(ROOT, copy)
        for name in MADE:
            if (ROOT / name).exists():
                (copy / name).symlink_to(ROOT / name)
        return copy

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but where the commands are."""
        commands = f"{Path(sys.executable).parent}:{os.defpath}:/usr/sbin:/sbin"
        return {"PATH": commands, "HOME": str(self.home), "LANG": "C.UTF-8", "TERM": "dumb"}

    def _apart(self) -> list[str]:
        """Into the network of this sandbox."""
        return [] if self.network is None else ["nsenter", f"--net=/proc/{self.network}/ns/net"]

    def close(self) -> None:
        """End what serves, in the order in which a person would: Ctrl-C, then patience."""
        for process in self._serving:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def sandbox() -> Iterator[Sandbox]:
    """One for a document; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="lingkar-docs-") as folder, network() as pid:
        box = Sandbox(Path(folder), pid)
        try:
            yield box
        finally:
            box.close()


@contextlib.contextmanager
def network() -> Iterator[int | None]:
    """A network with a loopback and nothing else, for as long; None where it cannot be had."""
    tools = all(shutil.which(name) for name in ("unshare", "nsenter", "ip"))
    if os.geteuid() != 0 or not tools:
        yield None
        return
    holder = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        yield holder.pid if holder.stdout.readline() == "up\n" else None
    finally:
        # The pipes end it.
        holder.communicate("")
