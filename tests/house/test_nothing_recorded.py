"""Nobody is recorded: what carries voices has nothing to write them down with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELAY = sorted((ROOT / "realtime/audio").glob("*.py"))
PAGE = sorted(p for p in (ROOT / "web/src/audio").glob("*.ts*") if ".test." not in p.name)
KEEPERS = {"av", "io", "mmap", "pickle", "shelve", "shutil", "sqlalchemy", "sqlite3"}
KEEPERS |= {"subprocess", "tempfile", "wave"}
"""Modules by which something could be kept, or decoded to be kept."""
WRITING = {"open", "fdopen", "mkfifo", "memfd_create", "write_bytes", "write_text"}
IN_A_BROWSER = re.compile(
    r"MediaRecorder|localStorage|sessionStorage|indexedDB|\bcaches\b|new Blob|createObjectURL"
    r"|showSaveFilePicker|captureStream"
)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                # `port.open` opens a port; `os.open` would open a file.
                yield node.func.attr if node.func.value.id in ("os", "Path") else ""


@pytest.mark.parametrize("path", RELAY, ids=lambda path: path.name)
def test_nothing_in_the_relay_could_write_a_voice_down(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    modules = set(imported(tree))
    assert not {name.partition(".")[0] for name in modules} & KEEPERS
    assert not any(name.startswith("aiortc.contrib") for name in modules)
    assert not WRITING & set(called(tree))


@pytest.mark.parametrize("path", PAGE, ids=lambda path: path.name)
def test_nothing_of_the_sound_on_a_page_could_keep_it(path: Path) -> None:
    assert not IN_A_BROWSER.search(path.read_text("utf-8"))
