"""Breaks the room's rules on purpose, one at a time, and tells which test notices.

Works on copies of the tree, two side by side; declines to touch the tree itself. Words given on
the command line choose the breakages whose name or file holds one of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests import tracked
from tests.breakages.breakage import Breakage
from tests.breakages.delivery import DELIVERY_BROKEN
from tests.breakages.losses import LOSSES_BROKEN
from tests.breakages.offers import OFFERS_BROKEN
from tests.breakages.quietly import QUIETLY_BROKEN
from tests.breakages.roles import ROLES_BROKEN
from tests.breakages.rounds import ROUNDS_BROKEN
from tests.breakages.turns import TURNS_BROKEN

ROOT = Path(__file__).resolve().parents[1]
BREAKAGES: tuple[Breakage, ...] = (
    *OFFERS_BROKEN,
    *TURNS_BROKEN,
    *ROUNDS_BROKEN,
    *ROLES_BROKEN,
    *DELIVERY_BROKEN,
    *QUIETLY_BROKEN,
    *LOSSES_BROKEN,
)
SIDE_BY_SIDE = 2
SECOND_NET = ("tests/realtime/domain", "--ignore=tests/realtime/domain/test_invariants.py")
"""Tried where the expected tests noticed nothing: caught all the same, but by another test.

Without the random people: what they find by chance one day is no promise for the next.
"""
HUNG = 300.0
"""Seconds after which tests are stopped. That tells nothing; a single test that hangs fails."""
NAMED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    breakage: Breakage
    caught_by: str
    """Empty: no test noticed."""
    expected: bool
    seconds: float


class Unfit(Exception):
    """The tests fail without any breakage, or do not run at all: they tell nothing."""


def run_tests(tree: Path, tests: tuple[str, ...], *, keep_compiled: bool = False) -> str:
    """The first test that fails in that tree, or an empty string. Raises `Unfit`."""
    # Hypothesis' plugin takes as long to begin as the tests take to run, and none of them needs it.
    quick = ["-x", "-q", "--tb=no", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", *quick, *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
    if not keep_compiled:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=HUNG
        )
    except subprocess.TimeoutExpired:
        raise Unfit(f"not done within {HUNG:.0f} s: {' '.join(tests)}") from None
    if ran.returncode == 0:
        return ""
    found = NAMED.search(ran.stdout)
    if ran.returncode == 1 and found:
        return found[1]
    raise Unfit(ran.stdout[-2000:] + ran.stderr[-2000:])


@contextmanager
def broken(tree: Path, breakage: Breakage) -> Iterator[None]:
    """That tree with the one rule broken; as it was afterwards."""
    path = tree / breakage.file
    text, told = path.read_text("utf-8"), path.stat()
    if text.count(breakage.before) != 1:
        raise Unfit(f"'{breakage.name}' does not apply to {breakage.file} exactly once")
    path.write_text(text.replace(breakage.before, breakage.after), "utf-8")
    # Another time than before: what was compiled must not be taken for it.
    os.utime(path, (told.st_atime, told.st_mtime + 60))
    try:
        yield
    finally:
        path.write_text(text, "utf-8")
        os.utime(path, (told.st_atime, told.st_mtime))


def attempt(breakage: Breakage, trees: SimpleQueue[Path]) -> Outcome:
    tree, began, expected = trees.get(), time.monotonic(), True
    try:
        with broken(tree, breakage):
            caught_by = run_tests(tree, breakage.tests)
            if not caught_by:
                expected = False
                caught_by = run_tests(tree, SECOND_NET)
    finally:
        trees.put(tree)
    return Outcome(breakage, caught_by, expected, time.monotonic() - began)


def prepare(into: Path, tests: tuple[str, ...]) -> SimpleQueue[Path]:
    """The copies to work in. Raises `Unfit` where the tests fail already."""
    first = into / "1"
    tracked.copy(ROOT, first)
    failed = run_tests(first, tests, keep_compiled=True)
    if failed:
        raise Unfit(f"Without any breakage this fails: {failed}")
    trees: SimpleQueue[Path] = SimpleQueue()
    trees.put(first)
    for number in range(2, SIDE_BY_SIDE + 1):
        trees.put(Path(shutil.copytree(first, into / str(number))))
    return trees


def row(outcome: Outcome) -> str:
    if not outcome.caught_by:
        by = "SURVIVED"
    else:
        test = outcome.caught_by.partition("::")
        by = f"{Path(test[0]).name}::{test[2]}" if test[2] else test[0]
    other = "" if outcome.expected or not outcome.caught_by else " (another than expected)"
    return f"{outcome.breakage.name:<66} {outcome.seconds:5.1f} s  {by}{other}"


def main(chosen: list[str]) -> int:
    began = time.monotonic()
    wanted = [b for b in BREAKAGES if not chosen or any(c in b.name + b.file for c in chosen)]
    tests = tuple(dict.fromkeys([*(t for b in wanted for t in b.tests), *SECOND_NET]))
    outcomes = []
    with tempfile.TemporaryDirectory() as into, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        try:
            trees = prepare(Path(into), tests)
            for outcome in pool.map(lambda b: attempt(b, trees), wanted):
                outcomes.append(outcome)
                print(row(outcome), flush=True)
        except Unfit as unfit:
            pool.shutdown(cancel_futures=True)
            print(unfit, file=sys.stderr)
            return 2
    caught = [o for o in outcomes if o.caught_by]
    print(f"caught {len(caught)} of {len(wanted)} in {time.monotonic() - began:.0f} s")
    return 0 if wanted and len(caught) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
