"""Each limit stands once in `limits.txt`, as the code has it, with a test that meets it."""

from __future__ import annotations

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

from tests.steps import LINES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ROWS = [
    tuple(part.strip() for part in line.split(" | "))
    for line in (HERE / "limits.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@cache
def named_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


@pytest.mark.parametrize(("limit", "figure", "where", "test"), ROWS)
def test_a_limit_is_what_the_table_says_and_has_its_test(
    limit: str, figure: str, where: str, test: str
) -> None:
    module, _, name = where.partition(":")
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert str(found) == figure, limit
    path, _, named = test.partition("::")
    assert named in named_in(path), limit


def test_how_many_limits_there_are_is_told() -> None:
    assert len({limit for limit, *_ in ROWS}) == len(ROWS)
    LINES.append(f"limits: {len(ROWS)}, each with a test that meets it")
