"""Light and dark differ in colours and in nothing else, so sizes are measured in one of them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*(ROOT / "web/src").rglob("*"), *(ROOT / "server/templates").rglob("*.html")]
ASKS = re.compile(r"prefers-color-scheme|\[data-theme|dataset\.theme")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def test_one_sheet_alone_asks_for_the_theme() -> None:
    asking = {path.name for path in SOURCES if path.is_file() and ASKS.search(text_of(path))}
    # The screen of settings writes down what was chosen; the sheet reads it.
    assert asking == {"tokens.css", "settings.ts"}


def test_that_sheet_sets_nothing_but_colours() -> None:
    sheet = COMMENT.sub("", text_of(ROOT / "web/src/styles/tokens.css"))
    blocks = re.findall(r'theme="(?:dark|light)"\]\)?\s*\{([^}]*)\}', sheet)
    assert len(blocks) == 2
    for block in blocks:
        for line in filter(None, map(str.strip, block.split(";"))):
            name, _, value = line.partition(":")
            # A shadow takes no room.
            fine = name in ("color-scheme", "--shadow") or is_colour(name, value.strip())
            assert fine, line


def is_colour(name: str, value: str) -> bool:
    return name.startswith("--") and bool(
        re.fullmatch(r"#[0-9a-f]{3,8}|(?:rgb|color-mix|oklch|hsl)a?\(.*\)|var\(--.*\)", value)
    )


GOLD = re.compile(
    r"stick|asked|give|is-(next|offered|kept|hold)|flag--(next|hold|offered)|\.arc|\.one"
)
"""Selectors of the stick, of whose turn it is or comes next, and of the arc of a turn."""
RED = re.compile(r"danger|invalid|wrong|again")
"""Of removal, and of what went wrong: a field, words that did not arrive."""


def test_gold_is_for_the_stick_and_the_turn_alone_and_red_never_about_time() -> None:
    coloured: dict[str, list[str]] = {"jahe": [], "saga": []}
    for path in sorted((ROOT / "web/src/styles").glob("*.css")):
        if path.name != "tokens.css":
            for selector, body in re.findall(
                r"([^{}]+)\{([^{}]*)\}", COMMENT.sub("", text_of(path))
            ):
                for colour in coloured:
                    coloured[colour] += [selector.strip()] if f"var(--{colour}" in body else []
    assert len(coloured["jahe"]) > 10
    assert coloured["saga"]
    assert [one for one in coloured["jahe"] if not GOLD.search(one)] == []
    assert [one for one in coloured["saga"] if not RED.search(one)] == []


def text_of(path: Path) -> str:
    return path.read_text("utf-8")
