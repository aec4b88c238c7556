"""The list of breakages is one: each still fits the code, so none is caught by never happening."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.breakages.breakage import Breakage
from tests.mutants import BREAKAGES

ROOT = Path(__file__).resolve().parents[2]

each = pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda b: b.name)


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    names = [b.name for b in BREAKAGES]
    assert len(names) >= 30
    assert len(set(names)) == len(names)


@each
def test_a_breakage_applies_to_the_present_code_exactly_once(breakage: Breakage) -> None:
    text = (ROOT / breakage.file).read_text("utf-8")
    assert text.count(breakage.before) == 1
    broken = text.replace(breakage.before, breakage.after)
    assert broken != text
    if breakage.file.endswith(".py"):
        # A slip of the pen would be noticed by every test, and prove none of them.
        assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(text))


@each
def test_the_tests_that_a_breakage_names_are_there(breakage: Breakage) -> None:
    assert breakage.tests
    for name in breakage.tests:
        assert (ROOT / name.partition("::")[0]).exists()
