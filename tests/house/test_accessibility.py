"""The table of accessibility is whole, adds up, and names what is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/accessibility.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (\d\.\d\.\d+) \| (AA?) \| (.+?) \| (met|not met|not applicable) \| (.*?) ?\|$", re.M
)
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
