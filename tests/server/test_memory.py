"""A crash leaves no picture of the memory, and swap is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from server.memory import may_be_swapped

HEADER = "Filename  Type  Size  Used  Priority\n"


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_a_process_that_crashes_cannot_be_dumped_even_where_dumps_go_to_a_program() -> None:
    script = (
        "from server.memory import never_dumped; never_dumped(); import resource, ctypes;"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "(0, 0) 0"


@pytest.mark.parametrize(
    ("swaps", "limit", "swapped"),
    [
        (HEADER, None, False),
        (HEADER + "/dev/sda2 partition 1000 0 -2\n", None, True),
        (HEADER + "/dev/sda2 partition 1000 0 -2\n", "0", False),
        (HEADER + "/dev/zram0 partition 1000 0 100\n", None, False),
    ],
)
def test_swap_is_told_where_it_could_reach_us(
    tmp_path: Path, swaps: str, limit: str | None, swapped: bool
) -> None:
    (tmp_path / "swaps").write_text(swaps)
    own = Path("/proc/self/cgroup").read_text().partition("::")[2].strip().lstrip("/")
    group = tmp_path / "groups" / own
    group.mkdir(parents=True)
    if limit is not None:
        (group / "memory.swap.max").write_text(limit)
    assert may_be_swapped(tmp_path / "swaps", tmp_path / "groups") is swapped
