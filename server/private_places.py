"""Directories for this account alone, for as long as the process lives that made them.

Each carries its maker's process id, so that what a killed one left is found and removed. Declines
to know what lies in them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "lingkar-"
# A socket's path ends up in sockaddr_un: 104 bytes on macOS, 108 on Linux.
LONGEST_PATH = 100


class NoPlace(RuntimeError):
    """No temporary directory will do; the message says why."""


def private_directory() -> Path:
    """Make a directory for this account alone, short enough for a socket's name, named by us."""
    for root in roots():
        if len(str(root)) + len(f"/{PREFIX}0000000-xxxxxxxx/s") < LONGEST_PATH:
            # mkdtemp makes it with mode 700.
            return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))
    raise NoPlace("every temporary directory has too long a name for a socket")


@contextlib.contextmanager
def private_folder(*, wanted: bool) -> Iterator[Path | None]:
    """One while this is entered; None where nobody wants it."""
    if not wanted:
        yield None
        return
    directory = private_directory()
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def roots() -> list[Path]:
    """Where private directories may lie, the best place first."""
    places = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 -- mkdtemp makes it private
    return [place for place in dict.fromkeys(places) if os.access(place, os.W_OK | os.X_OK)]


def sweep() -> None:
    """Remove what earlier processes of this account left when they were killed."""
    for root in roots():
        for left in root.glob(f"{PREFIX}*-*"):
            owner = left.name.removeprefix(PREFIX).partition("-")[0]
            with contextlib.suppress(OSError):
                if owner.isdigit() and left.lstat().st_uid == os.getuid() and not alive(int(owner)):
                    shutil.rmtree(left, ignore_errors=True)


def alive(pid: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
