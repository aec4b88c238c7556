"""Nothing is logged but by `realtime.notes`, where words have no place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from realtime.gateway import FAULTS_OF

ROOT = Path(__file__).parents[2]
LOGS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
ALLOWED = {"realtime/notes.py", "server/logs.py"}
"""Where lines are made, and where those of libraries are made plain."""


def test_no_module_logs_past_the_notes() -> None:
    past = []
    for folder in ("server", "realtime"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if str(path.relative_to(ROOT)) in ALLOWED:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                past += (
                    [f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"] if logs(node) else []
                )
    assert past == []


def test_every_fault_of_the_room_has_its_name_in_the_list() -> None:
    pattern = re.compile(r'log_fault(?:\(|, )"(\w+)"')
    names: set[str] = set()
    for path in sorted((ROOT / "realtime").rglob("*.py")):
        names |= set(pattern.findall(path.read_text("utf-8")))
    assert {"connect", "back", "beat"} <= names
    assert names <= FAULTS_OF


def logs(node: ast.AST) -> bool:
    """A call such as `log.error(…)`, or another library for it."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
            return attr in LOGS and name.lower() in {"log", "logger", "logging"}
        case ast.Import(names=names):
            return any(one.name == "structlog" for one in names)
        case _:
            return False
