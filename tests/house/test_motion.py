"""What moves, moves by transform and opacity alone, and rests for whoever asked for stillness."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "web/src/styles").glob("*.css"))
SCRIPTS = [path for path in (ROOT / "web/src").rglob("*.ts*") if ".test." not in path.name]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CHEAP = {"transform", "opacity"}
"""What a browser moves without laying out or painting anything anew."""


def text_of(sheet: Path) -> str:
    return COMMENT.sub("", sheet.read_text("utf-8"))


def transitions(text: str) -> set[str]:
    """The properties that are named after `transition`."""
    found = re.findall(r"transition(?:-property)?:([^;}]+)", text)
    # Commas inside calc() and var() part nothing.
    parts = (re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", one)).split(",") for one in found)
    return {part.split()[0] for one in parts for part in one} - {"none"}


def keyframes(text: str) -> set[str]:
    """The properties that stand in `@keyframes`."""
    blocks = re.findall(r"@keyframes\s+[\w-]+\s*\{((?:[^{}]*\{[^{}]*\})*)", text)
    return {name for block in blocks for name in re.findall(r"[{;]\s*([\w-]+)\s*:", block)}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_moves_but_by_transform_and_opacity(sheet: Path) -> None:
    text = text_of(sheet)
    assert transitions(text) | keyframes(text) <= CHEAP


def test_scripts_set_nothing_in_motion_by_themselves() -> None:
    moving = re.compile(r"requestAnimationFrame|\.animate\(")
    assert [path.name for path in SCRIPTS if moving.search(path.read_text("utf-8"))] == []


def test_the_test_sees_what_would_cost_a_phone_dear() -> None:
    text = "a{transition:width 1s,transform calc(var(--d)*.5)}@keyframes x{from{top:0;opacity:0}}"
    assert transitions(text) == {"width", "transform"}
    assert keyframes(text) == {"top", "opacity"}
