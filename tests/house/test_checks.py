"""Every one of the fifteen checks has a test, and each test that the table names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| .+? \| (.+) \|$", re.M)
SHOWN = re.compile(r"`((?:tests|web)/[\w./]+)::([^`]+)`")


def rows() -> dict[int, list[tuple[str, str]]]:
    text = (ROOT / "docs/checks.md").read_text("utf-8")
    return {int(number): SHOWN.findall(shown) for number, shown in ROW.findall(text)}


def test_there_are_fifteen_and_each_is_shown_by_something() -> None:
    assert list(rows()) == list(range(1, 16))
    assert all(rows().values())


@pytest.mark.parametrize("number", range(1, 16))
def test_what_shows_a_check_is_there(number: int) -> None:
    for file, name in rows()[number]:
        text = (ROOT / file).read_text("utf-8")
        begins = f'"{name}"' if file.startswith("web/") else f"def {name}("
        assert begins in text, (file, name)
