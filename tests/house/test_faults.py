"""The table of faults tells the truth about itself. Declines to make any fault happen."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests.faults.rows import LENIENT, ROWS, Houses, NotRun, Row, Seen
from tests.faults.run import FAMILIES, main, run


async def well(_: Houses) -> Seen:
    return Seen("all is well", {"back": (1.0, 1.0)})


async def late(_: Houses) -> Seen:
    return Seen("all is well", {"back": (1.1 * LENIENT, 1.0)})


async def wrong(_: Houses) -> Seen:
    raise AssertionError("a turn was lost")


async def elsewhere(_: Houses) -> Seen:
    raise NotRun("nobody is root here")


async def test_a_row_that_fails_is_late_or_cannot_run_says_so_and_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [
        Row(happen.__name__, "a fault", "nothing", happen)
        for happen in (well, late, wrong, elsewhere)
    ]
    assert await run(rows) == 2
    told = capsys.readouterr().out
    assert "back 1.0 s of 1" in told
    assert "FAILED: AssertionError: back took" in told
    assert "a turn was lost" in told
    assert "NOT RUN: nobody is root here" in told
    assert told.splitlines()[-1] == "1 passed, 2 failed, 1 skipped"


def test_every_family_has_its_place_in_the_run_and_every_row_a_name_that_can_be_typed() -> None:
    folder = Path(__file__).resolve().parents[1] / "faults" / "families"
    assert {path.stem for path in folder.glob("*.py")} == set(FAMILIES)
    for family in FAMILIES:
        importlib.import_module(f"tests.faults.families.{family}")
    assert all(re.fullmatch(r"[a-z0-9-]+", row.name) for row in ROWS)
    assert ROWS[-1].name == "nothing-kept"


def test_a_name_that_no_row_has_is_an_error() -> None:
    assert main(["tidak-ada"]) == 2
