"""`make faults`: makes each fault happen to real processes and prints what was seen of it.

ARGS names rows, or parts of their names; LONG=1 takes the long ones too. Declines to go on
silently: a row that this machine cannot run says so, and why.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import time
import traceback

from tests.faults.rows import LENIENT, ROWS, Houses, NotRun, Row, Seen
from tests.lengths import LONG

ROW_WITHIN = 180.0
FAMILIES = (
    *("kills", "rolling", "stopped", "stores", "networks", "cables", "readers", "together"),
    *("floods", "junk", "sounds", "clocks", "full", "databases", "kept"),
)
"""In the order in which they run; the last one looks at what the others left."""


async def happen(row: Row, houses: Houses) -> Seen:
    async with asyncio.timeout(ROW_WITHIN):
        seen = await row.happen(houses)
    if late := seen.late():
        raise AssertionError("; ".join(late))
    return seen


async def run(rows: list[Row]) -> int:
    """Every row after the other; how many failed."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    houses = Houses()
    print(f"A time fails its row at {LENIENT:g} times its bound.\n", flush=True)
    for row in rows:
        began = time.monotonic()
        try:
            word, told = "passed", show(await happen(row, houses))
        except NotRun as why:
            word, told = "skipped", f"NOT RUN: {why}"
        except (Exception, asyncio.CancelledError) as error:
            word, told = "failed", f"FAILED: {type(error).__name__}: {error}"
            if os.environ.get("TRACE"):
                traceback.print_exc()
        try:
            await houses.mend()
        except Exception as error:
            word, told = "failed", f"{told}\n  FAILED: the house is not whole again: {error}"
        counts[word] += 1
        print(f"{row.name}: {row.fault}", flush=True)
        print(f"  expected  {row.expected}")
        print(f"  seen      {told}")
        print(f"  took      {time.monotonic() - began:.1f} s\n", flush=True)
    await houses.close()
    print(", ".join(f"{number} {word}" for word, number in counts.items()))
    return counts["failed"]


def show(seen: Seen) -> str:
    return f"{seen.what} ({seen.times()})" if seen.took else seen.what


def main(chosen: list[str]) -> int:
    for family in FAMILIES:
        importlib.import_module(f"tests.faults.families.{family}")
    rows = [
        row
        for row in ROWS
        if (not chosen or any(part in row.name for part in chosen))
        and (LONG or not row.long or row.name in chosen)
    ]
    if not rows:
        print(f"No row is called that. Rows: {', '.join(r.name for r in ROWS)}", file=sys.stderr)
        return 2
    from uvloop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return 1 if runner.run(run(rows)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
