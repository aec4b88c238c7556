"""The organiser's desk: what it lists, what it changes, and who may sit at it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select, update

from server.accounts.tables import Person
from server.care import CHECKED, LINES
from server.care.tables import HelpLine
from server.circles.tables import Circle, Invitation, Membership
from server.desk.tables import Instance
from tests.server.visiting import Site, Visitor, database

NEW = {
    "name": "Rumah Aman",
    "about_id": "Tempat berlindung.",
    "about_en": "A place of shelter.",
    "shown": "0274 555 123",
    "reach": "0274 555 123",
    "country": "ID",
}


async def lines(site: Site) -> list[HelpLine]:
    async with database(site) as db:
        return list(await db.scalars(select(HelpLine).order_by(HelpLine.position)))


async def test_an_organiser_sees_every_circle_with_who_holds_it(site: Site) -> None:
    answer = await site.facilitator().get("/kelola")
    assert answer.status == 200
    assert "Meja pengurus" in answer.words
    assert "Orang tua tunggal Jakarta" in answer.words
    assert "Fasilitator: Bu Sari" in answer.words
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_circle_of_others_that_is_private_is_named_and_not_opened(site: Site) -> None:
    async with database(site) as db:
        await db.execute(update(Person).values(organiser=True))
        await db.execute(
            update(Membership).where(Membership.name == "Melati").values(state="declined")
        )
    answer = await site.member().get("/kelola")
    assert "Orang tua tunggal Jakarta" in answer.words
    assert f'href="{site.circle}"' not in answer.text
    assert (await site.member().get(f"{site.circle}/undang")).status == 404


@pytest.mark.parametrize("page", ["/", "/aku"])
async def test_an_organiser_is_shown_the_way_to_their_desk(site: Site, page: str) -> None:
    assert "Meja pengurus" in (await site.facilitator().get(page)).words
    assert "Meja pengurus" not in (await site.member().get(page)).words


async def test_a_facilitator_who_organises_nothing_sees_their_own_circles_alone(
    site: Site,
) -> None:
    async with database(site) as db:
        await db.execute(update(Person).values(organiser=False))
    answer = await site.facilitator().get("/kelola")
    assert "Lingkaranmu" in answer.words
    assert "Orang tua tunggal Jakarta" in answer.words
    assert "/kelola/tempat" not in answer.text
    assert (await site.facilitator().get("/kelola/larangan")).status == 403


async def test_many_circles_come_a_page_at_a_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.desk.queries.PER_PAGE", 1)
    async with database(site) as db:
        first = (await db.scalars(select(Circle))).one()
        copied = {
            column.name: getattr(first, column.name)
            for column in Circle.__table__.columns
            if column.name not in ("id", "slug", "name")
        }
        db.add(Circle(id="another", slug="another", name="Zaitun", **copied))
    first_page = await site.facilitator().get("/kelola")
    assert "Zaitun" not in first_page.words
    assert "/kelola?hal=1" in first_page.text
    second = await site.facilitator().get("/kelola?hal=1")
    assert "Zaitun" in second.words
    assert "Belum ada fasilitator" in second.words
    assert (await site.facilitator().get("/kelola?hal=x")).status == 200
    assert (await site.facilitator().get("/kelola?hal=99999999999999999999")).status == 200


async def test_what_this_place_is_called_and_what_it_costs_is_on_the_first_page(
    site: Site,
) -> None:
    visitor = site.facilitator()
    sent = {"name": "RW 05 Tebet", "language": "en", "donations": "Kas RW, <b>Bu Tini</b>."}
    assert (await visitor.post("/kelola/tempat", sent)).status == 303
    page = await site.stranger().get("/")
    assert "Membantu biaya RW 05 Tebet" in page.words
    assert "&lt;b&gt;Bu Tini" in page.text
    assert "RW 05 Tebet" in (await visitor.get("/kelola/tempat")).text
    french = Visitor(site.app, headers={"Accept-Language": "fr"})
    assert '<html lang="en"' in (await french.get("/")).text
    assert '<html lang="id"' in (await site.stranger().get("/")).text
    async with database(site) as db:
        assert len(list(await db.scalars(select(Instance)))) == 1
    await visitor.post("/kelola/tempat", {**sent, "donations": ""})
    assert "Membantu biaya" not in (await site.stranger().get("/")).words


@pytest.mark.parametrize(
    ("field", "bad"), [("name", ""), ("name", "x" * 61), ("donations", "x" * 801)]
)
async def test_a_place_that_cannot_be_keeps_what_was_typed(
    site: Site, field: str, bad: str
) -> None:
    sent = {"name": "Tebet", "language": "id", "donations": "Kas", field: bad}
    answer = await site.facilitator().post("/kelola/tempat", sent)
    assert answer.status == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert ("Kas" if field == "name" else "Tebet") in answer.text


async def test_built_in_lines_become_the_organisers_own_with_the_first_change(site: Site) -> None:
    visitor = site.facilitator()
    page = await visitor.get("/kelola/bantuan")
    assert all(one.shown in page.text for one in LINES)
    assert await lines(site) == []
    assert (await visitor.post("/kelola/bantuan", NEW)).status == 303
    kept = await lines(site)
    assert [one.shown for one in kept] == [*(one.shown for one in LINES), "0274 555 123"]
    assert kept[-1].href == "tel:0274555123"
    assert kept[0].emergency
    assert kept[0].checked == CHECKED


async def test_a_line_is_checked_moved_changed_and_removed(site: Site) -> None:
    visitor = site.facilitator()
    await visitor.post("/kelola/bantuan/bawaan-1", {"do": "cek"})
    kept = await lines(site)
    assert len(kept) == len(LINES)
    assert kept[1].checked == dt.datetime.now(dt.UTC).date()
    assert kept[2].checked == CHECKED
    await visitor.post(f"/kelola/bantuan/{kept[1].id}", {"do": "turun"})
    assert [one.id for one in await lines(site)][:3] == [kept[0].id, kept[2].id, kept[1].id]
    await visitor.post(f"/kelola/bantuan/{kept[1].id}", {"do": "naik"})
    assert (await lines(site))[1].id == kept[1].id
    form = await visitor.get(f"/kelola/bantuan/{kept[1].id}")
    assert 'value="119,8"' in form.text
    changed = {**NEW, "do": "simpan", "circle": site.seeded.slug}
    assert (await visitor.post(f"/kelola/bantuan/{kept[1].id}", changed)).status == 303
    assert (await lines(site))[1].circle_id == site.seeded.circle_id
    await visitor.post(f"/kelola/bantuan/{kept[1].id}", {"do": "hapus"})
    assert kept[1].id not in [one.id for one in await lines(site)]


async def test_the_emergency_number_is_never_removed(site: Site) -> None:
    visitor = site.facilitator()
    await visitor.post("/kelola/bantuan/bawaan-0", {"do": "cek"})
    first = (await lines(site))[0]
    assert (await visitor.post(f"/kelola/bantuan/{first.id}", {"do": "hapus"})).status == 404
    assert (await lines(site))[0].id == first.id


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("name", ""),
        ("reach", "javascript:alert(1)"),
        ("reach", "http://example.org"),
        ("country", "Indonesia"),
        ("circle", "tidak-ada"),
    ],
)
async def test_a_line_that_cannot_be_is_named_and_kept_as_typed(
    site: Site, field: str, bad: str
) -> None:
    answer = await site.facilitator().post("/kelola/bantuan", {**NEW, field: bad})
    assert answer.status == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert "Tempat berlindung." in answer.text
    assert await lines(site) == []


async def test_lines_that_nobody_checked_for_long_are_told_of_on_the_desk(site: Site) -> None:
    visitor = site.facilitator()
    await visitor.post("/kelola/bantuan", NEW)
    old = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=93)
    async with database(site) as db:
        await db.execute(update(HelpLine).values(checked=dt.datetime.now(dt.UTC).date()))
    assert "sudah lama tidak dicek" not in (await visitor.get("/kelola")).words
    async with database(site) as db:
        await db.execute(update(HelpLine).where(HelpLine.shown == "129").values(checked=old))
    assert "Satu nomor bantuan sudah lama tidak dicek" in (await visitor.get("/kelola")).words
    assert "Sudah lama tidak dicek" in (await visitor.get("/kelola/bantuan")).words


async def test_an_open_invitation_is_listed_and_revoked(site: Site) -> None:
    visitor = site.facilitator()
    page = await visitor.get("/kelola/undangan")
    ids = re.findall(r'name="invitation" value="([^"]+)"', page.text)
    assert len(ids) == 2
    for one in ids:
        assert (await visitor.post("/kelola/undangan", {"invitation": one})).status == 303
    assert "Tidak ada undangan" in (await visitor.get("/kelola/undangan")).words
    async with database(site) as db:
        assert all(await db.scalars(select(Invitation.revoked)))
    assert (await visitor.post("/kelola/undangan", {"invitation": "nothing"})).status == 404


async def test_a_ban_is_listed_and_lifted(site: Site) -> None:
    async with database(site) as db:
        await db.execute(update(Membership).where(Membership.name == "Melati").values(banned=True))
    visitor = site.facilitator()
    page = await visitor.get("/kelola/larangan")
    assert "Melati" in page.words
    assert site.seeded.ids["Melati"] not in page.text
    ban = re.findall(r'name="ban" value="([^"]+)"', page.text)
    assert (await visitor.post("/kelola/larangan", {"ban": "made-up"})).status == 404
    assert (await visitor.post("/kelola/larangan", {"ban": ban[0]})).status == 303
    assert "Melati" not in (await visitor.get("/kelola/larangan")).words
    async with database(site) as db:
        assert not any(await db.scalars(select(Membership.banned)))
