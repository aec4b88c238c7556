"""Help lines from the table and built in, what the worker is given, and a device that forgets."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server.accounts.tables import SignIn
from server.care import LINES
from server.care.tables import HelpLine
from server.database import Database
from server.words import text
from tests.server.visiting import Site

LONG_AGO = dt.date(2020, 1, 2)


def database(site: Site) -> Database:
    found: Database = site.app.extensions["lingkar"].database
    return found


async def keep(site: Site, **columns: object) -> None:
    """One line in the table, checked today and for everybody unless it is said otherwise."""
    row: dict[str, object] = {
        "country": "ID",
        "about_id": "Tentang apa",
        "about_en": "About what",
        "href": "tel:1",
        "emergency": False,
        "checked": dt.datetime.now(dt.UTC).date(),
        "circle_id": None,
        "position": 0,
        **columns,
    }
    row.setdefault("id", str(row["shown"]))
    row.setdefault("name", f"Nomor {row['shown']}")
    async with database(site).session() as db:
        db.add(HelpLine(**row))
        await db.commit()


async def test_the_built_in_lines_serve_until_there_are_others(site: Site) -> None:
    before = (await site.stranger().get("/bantuan")).words
    for line in LINES:
        assert line.shown in before
        assert text("id", f"help.{line.key}") in before
    await keep(site, shown="0800-1", emergency=True)
    after = (await site.stranger().get("/bantuan")).words
    assert "0800-1" in after
    assert "119 ext 8" not in after


async def test_each_line_has_its_date_and_an_old_one_is_marked_and_still_shown(site: Site) -> None:
    today = dt.datetime.now(dt.UTC).date()
    await keep(site, shown="112", emergency=True, checked=LONG_AGO)
    await keep(site, shown="0800-1", checked=today - dt.timedelta(days=92))
    words = (await site.stranger().get("/bantuan")).words
    assert "112" in words
    assert text("id", "help.line.old", date="2 Januari 2020") in words
    assert words.count("sudah lama tidak diperiksa") == 1


async def test_a_circles_own_lines_are_for_its_members_alone(site: Site) -> None:
    await keep(site, shown="112", emergency=True)
    await keep(site, shown="0800-1")
    await keep(site, shown="0811-222", circle_id=site.seeded.circle_id, position=9)
    path = f"/bantuan?lingkaran={site.seeded.slug}"
    mine = await site.member().get(path)
    assert mine.words.index("112") < mine.words.index("0811-222") < mine.words.index("0800-1")
    assert mine.headers["Cache-Control"] == "no-store"
    for answer in (
        await site.stranger().get(path),
        await site.member().get("/bantuan"),
        await site.member().get("/luring"),
    ):
        assert answer.status == 200
        assert "0800-1" in answer.words
        assert "0811-222" not in answer.text


async def test_a_stranger_cannot_tell_a_circle_from_none(site: Site) -> None:
    real = await site.stranger().get(f"/bantuan?lingkaran={site.seeded.slug}")
    none = await site.stranger().get("/bantuan?lingkaran=tidak-ada")
    assert real.status == none.status == 200
    assert real.words == none.words


async def test_a_circles_own_lines_alone_hide_none_of_everybodys(site: Site) -> None:
    await keep(site, shown="0811-222", circle_id=site.seeded.circle_id)
    words = (await site.member().get(f"/bantuan?lingkaran={site.seeded.slug}")).words
    assert "0811-222" in words
    assert "112" in words


async def test_a_country_is_chosen_without_a_script(site: Site) -> None:
    await keep(site, shown="112", emergency=True)
    assert "<select" not in (await site.stranger().get("/bantuan")).text
    await keep(site, shown="999", country="MY", emergency=True, position=1)
    home = await site.stranger().get("/bantuan")
    assert "Malaysia" in home.words
    assert ("112" in home.words, "999" in home.words) == (True, False)
    away = await site.stranger().get("/bantuan?negara=MY")
    assert ("112" in away.words, "999" in away.words) == (False, True)
    assert "112" in (await site.stranger().get("/bantuan?negara=XX'--")).words


async def test_without_the_database_the_built_in_lines_are_there(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr("sqlalchemy.ext.asyncio.AsyncSession.scalars", gone)
    answer = await site.stranger().get("/bantuan")
    assert answer.status == 200
    assert "112" in answer.words


async def test_the_worker_keeps_nothing_of_any_circle(site: Site) -> None:
    answer = await site.member().get("/worker.js")
    if answer.status == 404:
        pytest.skip("The page is not built.")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    first, _, rest = answer.text.partition("\n")
    given = json.loads(first.removeprefix("const LINGKAR=").removesuffix(";"))
    files = given["shell"] + given["notebook"]
    assert files
    assert all(file.startswith("/static/") for file in files)
    assert site.seeded.slug not in answer.text
    for said in given["push"].values():
        assert "Lingkar" not in said["title"] + said["body"]
    # It is a script of its own and may load no part.
    assert "import" not in rest
    assert (await site.stranger().get("/worker.js")).text == answer.text


async def test_other_words_make_another_worker(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await site.stranger().get("/worker.js")
    if before.status == 404:
        pytest.skip("The page is not built.")
    monkeypatch.setattr("server.care.offline.text", lambda *_: "lain")
    assert (await site.stranger().get("/worker.js")).text != before.text


async def test_a_device_that_forgets_is_signed_out_and_told_to_clear_all(site: Site) -> None:
    async def sign_ins() -> int:
        async with database(site).session() as db:
            return len((await db.scalars(select(SignIn))).all())

    visitor = site.member()
    before = await sign_ins()
    assert 'name="what"' in (await visitor.get("/lupa")).text
    answer = await visitor.post("/lupa", {"what": "all"})
    assert answer.to == "/lupa?sudah=semua"
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert await sign_ins() == before - 1
    assert text("id", "forget.gone") in (await visitor.get(answer.to)).words
    assert (await visitor.get(site.circle)).status == 404


async def test_the_notebook_can_stay_when_the_sign_in_goes(site: Site) -> None:
    visitor = site.member()
    answer = await visitor.post("/lupa", {"what": "sign-in"})
    assert answer.to == "/"
    assert "Clear-Site-Data" not in answer.headers
    assert (await visitor.get(site.circle)).status == 404
