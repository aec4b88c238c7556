"""Keeps copies of this process's memory off the disk: no core dumps, and a word about swap.

Declines to lock memory: that needs rights which a server should not have.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path

PR_SET_DUMPABLE = 4
SWAPS = Path("/proc/swaps")


def never_dumped() -> None:
    """From here on a crash leaves no picture of what was being said, in us or in our children.

    The limit alone does not bind a system that pipes dumps to a program; not being dumpable does.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def may_be_swapped(swaps: Path = SWAPS, limit: Path = Path("/sys/fs/cgroup")) -> bool:
    """Whether memory could be written to a swap disk; False where that cannot be told.

    A zram device is memory itself. A control group whose swap limit is zero holds us out of it.
    """
    try:
        devices = [line.split()[0] for line in swaps.read_text().splitlines()[1:] if line.strip()]
        own = Path("/proc/self/cgroup").read_text().partition("::")[2].strip().lstrip("/")
    except OSError:
        return False
    most = limit / own / "memory.swap.max"
    if most.is_file() and most.read_text().strip() == "0":
        return False
    return any(not device.startswith("/dev/zram") for device in devices)
