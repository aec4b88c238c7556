"""Programs that a benchmark compares with or measures by: npm puts them into an ignored folder.

Versions are pinned beside this file, with hashes, and no script of theirs runs while they are
installed. Declines to use anything that the machine itself has; what fails is `Missing`.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from scripts.web import node_exe, node_home

INSTALLED = Path(__file__).resolve().parents[2] / ".peers"
PINNED = Path(__file__).with_name("peers")


class Missing(Exception):
    """Why a peer cannot be measured."""


def install(pinned: Path, into: Path, what: str) -> None:
    """Bring that folder to what is pinned, unless it is there already."""
    lock = pinned / "package-lock.json"
    into.mkdir(exist_ok=True, parents=True)
    if same(lock, into / lock.name) and (into / "node_modules").is_dir():
        return
    print(f"Setting up: {what}", flush=True)
    for file in ("package.json", lock.name):
        shutil.copy(pinned / file, into / file)
    npm = node_home() / "lib/node_modules/npm/bin/npm-cli.js"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    try:
        carry_out(into, str(node_exe()), str(npm), "ci", *quiet)
    except Missing:
        (into / lock.name).unlink()
        raise


def same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def carry_out(folder: Path, *command: str) -> None:
    """A package manager's work in that folder."""
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        code = getattr(error, "returncode", type(error).__name__)
        raise Missing(f"its package manager did not install it ({code})") from None
