"""Somebody with the identifiers of a circle that is not theirs: they learn and change nothing."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from server.accounts.tables import SignIn
from server.tables import Base
from tests.server.matrix import FORMS, Place, read
from tests.server.test_routes import TABLE
from tests.server.visiting import Answer, Site, Visitor

GAPS = re.compile(r"<(?:invitation_id|wanted|line_id|item_id)>")
NAMED = [
    (method, rule)
    for method, rule in TABLE
    if rule.startswith("/c/") and (GAPS.search(rule) or (method == "POST" and rule in FORMS))
]
"""Routes that take an identifier beside the circle's own."""


@pytest.fixture
async def place(site: Site) -> Place:
    """The circle of the other tests, and its neighbours, whose facilitator asks."""
    made = Place(site)
    await made.arrange()
    return made


async def everything(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """All that is kept, but for when browsers were last seen."""
    async with site.app.extensions["lingkar"].database.session() as db:
        return {
            name: sorted(map(tuple, await db.execute(select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


async def asked(
    place: Place, site: Site, method: str, path: str, form: dict[str, str], who: str
) -> Answer:
    visitor = Visitor(site.app).signed_in(site.seeded, place.cookies[who])
    await visitor.get("/aku")
    return await (visitor.get(path) if method == "GET" else visitor.post(path, form))


def test_there_are_such_routes() -> None:
    assert {"/c/<slug>/anggota/<wanted>", "/c/<slug>/larangan"} <= {rule for _, rule in NAMED}
    assert {(method, rule) for _, method, rule in read() if GAPS.search(rule)} <= {
        *NAMED,
        ("GET", "/kelola/bantuan/<line_id>"),
        ("POST", "/kelola/bantuan/<line_id>"),
    }


@pytest.mark.parametrize(("method", "rule"), NAMED)
async def test_a_facilitator_elsewhere_reaches_nothing_by_its_identifier(
    place: Place, site: Site, method: str, rule: str
) -> None:
    form = {name: place.fill(value) for name, value in FORMS.get(rule, {}).items()}
    before = await everything(site)
    for slug in (site.seeded.slug, place.other.slug):
        path = place.fill(rule.replace("<slug>", slug))
        answer = await asked(place, site, method, path, form, "other_host")
        if rule == "/c/<slug>/peran" and slug == place.other.slug:
            # Their own role in their own circle: the last one who holds it cannot stop.
            continue
        assert answer.status == 404, path
        assert "Melati" not in answer.text and "Orang tua tunggal" not in answer.text
        assert await everything(site) == before, path


async def test_nobody_ends_a_sign_in_of_somebody_else(place: Place, site: Site) -> None:
    before = await everything(site)
    async with site.app.extensions["lingkar"].database.session() as db:
        ids = [one.id for one in await db.scalars(select(SignIn)) if one.id]
        mine = site.seeded.ids["Melati"]
        others = [one.id for one in await db.scalars(select(SignIn)) if one.person_id != mine]
    for one in [*ids, *others, "", "x" * 24]:
        if one in others or one not in ids:
            await asked(place, site, "POST", "/aku/perangkat/akhiri", {"id": one or ""}, "member")
    after = await everything(site)
    assert len(after["sign_in"]) == len(before["sign_in"])


async def test_nobody_is_called_anything_in_a_circle_that_is_not_theirs(
    place: Place, site: Site
) -> None:
    before = await everything(site)
    form = {"circle": site.seeded.slug, "name": "Melati 2"}
    for who in ("other_circle", "other_host", "organiser", "asked", "banned"):
        assert (await asked(place, site, "POST", "/aku/nama", form, who)).status == 404
    assert (await everything(site))["membership"] == before["membership"]
