"""What SECURITY.md, the ASVS table and the runbooks name is there: tests, buttons, commands."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from server.cli import parser

ROOT = Path(__file__).parents[2]
BOOKS = ROOT / "docs/runbook"
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (met|not met|not applicable) \| (.*?) ?\|$", re.M
)
STATES = ("met", "not met", "not applicable")
LEVELS_1_AND_2 = 253
LONGEST_BUTTON = 40


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((ROOT / "docs/asvs.md").read_text("utf-8"))


def test_every_requirement_of_levels_1_and_2_has_one_row_and_the_totals_are_right() -> None:
    found = rows()
    assert len({number for number, *_ in found}) == len(found) == LEVELS_1_AND_2
    counted = Counter(state for _, _, state, _ in found)
    told = ", ".join(f"{counted[state]} {state}" for state in STATES)
    assert f"**{told}, of {len(found)}.**" in (ROOT / "docs/asvs.md").read_text("utf-8")


def test_what_is_met_names_a_file_that_is_there() -> None:
    for number, text, state, shown in rows():
        assert len(text.split()) <= 20, number
        if state == "met":
            assert shown, number
        if shown:
            assert (ROOT / shown.strip("`")).is_file(), (number, shown)


def test_security_names_tests_and_files_that_are_there() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    named = re.findall(r"`((?:tests|server|realtime|scripts)/[\w./]+)`", text)
    assert len(named) > 15
    for name in named:
        assert (ROOT / name).is_file(), name
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([\w-]+)`", text)) <= targets


@pytest.mark.parametrize("name", ["breach", "crisis", "raid"])
def test_runbooks_come_in_both_languages_with_the_same_steps(name: str) -> None:
    steps = [
        re.findall(r"^(\d+)\. ", (BOOKS / f"{name}.{lang}.md").read_text("utf-8"), re.M)
        for lang in ("id", "en")
    ]
    assert steps[0] == steps[1]
    assert len(steps[0]) >= 10


@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_a_runbook_says_to_press_is_a_button_of_the_room(lang: str) -> None:
    words = json.loads((ROOT / f"web/locales/{lang}.json").read_text("utf-8"))
    names = {re.sub(r"\{\w+\}", "…", str(value)).strip() for value in words.values()}
    pressed = 0
    for name in ("crisis", "raid"):
        text = (BOOKS / f"{name}.{lang}.md").read_text("utf-8")
        # A step may open with what it is about; whatever else is bold is pressed.
        for opens, bold in re.findall(r"(^\d+\. )?\*\*([^*]+?)\.?\*\*", text, re.M):
            plain = " ".join(bold.split())
            pressed += plain in names
            assert opens or plain in names or len(plain) > LONGEST_BUTTON, plain
    assert pressed > 10


def test_commands_in_runbooks_are_commands() -> None:
    known = parser()
    for book in sorted(BOOKS.glob("*.md")):
        for line in re.findall(r"`lingkar ([^`]+)`", book.read_text("utf-8")):
            known.parse_args(line.split())
