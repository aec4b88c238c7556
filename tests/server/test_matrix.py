"""Every route, by everybody, for a circle that is private and for one that is public."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.server.conftest import ON_POSTGRES
from tests.server.matrix import Place, every_cell, letter, read
from tests.server.visiting import Site
from tests.steps import LINES

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_every_route_has_a_row(site: Site) -> None:
    routes = {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) & METHODS
    }
    assert {(method, rule) for kind, method, rule in read() if kind == "private"} == routes
    assert {(method, rule) for _, method, rule in read()} == routes


@pytest.mark.skipif(ON_POSTGRES, reason="brings a file of SQLite's back after each change")
@pytest.mark.timeout(600)
async def test_every_cell_of_the_matrix_is_as_it_was_meant(site: Site) -> None:
    place, began = Place(site), time.perf_counter()
    await place.arrange()
    await place.keep()
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    kind = ""
    for cell in every_cell():
        if cell.kind != kind:
            kind = cell.kind
            await place.bring_back(kind)
        answer = await place.ask(cell)
        counted[cell.expected] += 1
        if letter(answer) != cell.expected:
            wrong.append(f"{cell}: meant {cell.expected}, seen {letter(answer)}")
        if cell.method != "GET" and answer.status < 400:
            await place.bring_back(kind)
    LINES.append(
        f"matrix of the pages: {counted.total()} cells, {counted['y']} let through,"
        f" {counted['h']} hidden, {counted['f']} refused, {counted['s']} asked to sign in,"
        f" {time.perf_counter() - began:.1f} s"
    )
    assert not wrong, f"{len(wrong)} cells:\n" + "\n".join(wrong)
