"""What of this repository is tracked or would be: neither packages nor anything that was built."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def names(root: Path) -> list[str]:
    """Tracked files and new ones that are not ignored, by their paths below `root`."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [name for name in told.split("\0") if name]


def copy(root: Path, to: Path) -> None:
    """All of them that are there."""
    for name in names(root):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name)
