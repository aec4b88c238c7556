"""Who looks around or waits at a door fetches nothing of the room, and fonts may come or stay away.

The sizes are held by `scripts/budgets.py`.
"""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "web/src"
BUDGETS = runpy.run_path(str(ROOT / "scripts/budgets.py"))
MANIFEST = ROOT / "server/static/built/.vite/manifest.json"
IMPORTED = re.compile(
    r"""^\s*(?:import|export)\s+(?!type\b)[^;]*?from\s+["'](\.[^"']+)["']"""
    r"""|^\s*import\s+["'](\.[^"']+)["']|\bimport\(\s*["'](\.[^"']+)["']""",
    re.MULTILINE,
)
ROOM_ALONE = ("room", "audio", "notebook")
"""Folders of which nothing is needed outside a room."""
ENTRIES = sorted({*BUDGETS["LANDING"], *BUDGETS["LOBBY"]})


def sources_of(entry: Path) -> set[Path]:
    """Every module that it reaches, at once or later; types are no code."""
    seen: set[Path] = set()
    todo = [entry]
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        for found in IMPORTED.findall(module.read_text("utf-8")):
            name = (module.parent / next(filter(None, found))).resolve()
            ends = [name.with_name(name.name + end) for end in (".ts", ".tsx")]
            todo += [path for path in ends if path.is_file()]
    return seen


@pytest.mark.parametrize("entry", ENTRIES)
def test_pages_outside_the_room_are_made_of_nothing_that_is_the_rooms(entry: str) -> None:
    reached = {path.relative_to(SOURCES).parts[0] for path in sources_of(ROOT / "web" / entry)}
    assert not reached & set(ROOM_ALONE), entry


def test_the_walk_reaches_what_a_room_is_made_of() -> None:
    names = {path.name for path in sources_of(SOURCES / "room/main.tsx")}
    assert {"Ring.tsx", "words.ts", "Console.tsx", "session.ts"} <= names


def test_a_newer_version_is_offered_to_nobody_in_a_room_or_at_a_door() -> None:
    offering = SOURCES / "pages/offline.ts"
    for entry in ("room/main.tsx", "pages/lobby.ts", "notebook/main.tsx"):
        assert offering not in sources_of(SOURCES / entry)
    templates = ROOT / "server/templates"
    asking = [path.name for path in templates.glob("*.html") if "parts.fresh()" in path.read_text()]
    assert sorted(asking) == ["help.html", "landing.html"]


def test_pages_outside_the_room_load_no_file_of_its_own() -> None:
    if not MANIFEST.is_file():
        pytest.skip("The page is not built.")
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    outside = BUDGETS["scripts_of"](tuple(ENTRIES), manifest)
    rooms = BUDGETS["scripts_of"]((BUDGETS["ROOM"],), manifest) - outside
    named = {Path(file).name.partition("-")[0] for file in rooms}
    assert {"room", "Console", "main"} <= named


def test_a_slow_network_shows_words_at_once_and_never_moves_them_for_a_font() -> None:
    text = (SOURCES / "styles/base.css").read_text("utf-8")
    faces = re.findall(r"@font-face\{([^}]*)\}", text)
    assert len(faces) == 2
    for face in faces:
        assert "font-display:optional" in face
        # The part of the alphabet that our two languages use.
        assert "-latin-" in face
