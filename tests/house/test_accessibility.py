"""The table of accessibility is whole, adds up, and names what is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.looks.hearing import UNSTEADY, file_of, told

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/accessibility.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (\d\.\d\.\d+) \| (AA?) \| (.+?) \| (met|not met|not applicable) \| (.*?) ?\|$", re.M
)
LOOKED = re.compile(r'\.look\(\s*\w+(?:\.\w+)?,\s*"([^"]*)"')
LEVEL_A, LEVEL_AA = 31, 24
"""How many criteria WCAG 2.2 has, without 4.1.1, which it took away."""


def test_every_criterion_of_a_and_aa_has_one_row_and_the_totals_are_right() -> None:
    rows = ROW.findall(TEXT)
    assert len({number for number, *_ in rows}) == len(rows)
    levels = Counter(level for _, level, *_ in rows)
    assert levels == {"A": LEVEL_A, "AA": LEVEL_AA}
    states = Counter(state for *_, state, _ in rows)
    told = ", ".join(f"{states[one]} {one}" for one in ("met", "not met", "not applicable"))
    assert f"**{told}, of {len(rows)}.**" in TEXT


def test_what_is_met_says_how_it_was_checked() -> None:
    for number, _, _, state, shown in ROW.findall(TEXT):
        if state == "met":
            assert shown, number
        for file in re.findall(r"`([^`]+)`", shown):
            assert (ROOT / file).is_file(), (number, file)
        assert "`" in shown or shown in ("", "looked at"), number


def test_every_screen_that_a_journey_looks_at_was_heard_and_reviewed() -> None:
    journeys = (ROOT / "tests/journeys").glob("test_*.py")
    screens = {name for file in journeys for name in LOOKED.findall(file.read_text("utf-8"))}
    assert len(screens) > 100
    assert screens >= UNSTEADY
    assert [name for name in sorted(screens - UNSTEADY) if not file_of(name).exists()] == []


def test_a_name_with_a_colon_is_heard_and_other_words_beside_it_are_not() -> None:
    snapshot = """- 'button "Ubah: Kamis, 26 November 2026"': it's
- 'group "it''s: so"':
  - button "Buang"
"""
    assert told(snapshot).splitlines() == [
        'button "Ubah: HARI, 0 BULAN 0"',
        'group "it\'s: so"',
        'button "Buang"',
    ]
