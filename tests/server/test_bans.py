"""A ban that stays when its person takes consent back or is erased, and what is kept of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete, select, update

from server.circles import bans
from server.circles.tables import Ban, Circle, Membership
from server.words import text
from tests.server.circling import change, found
from tests.server.test_export import prove_by_code
from tests.server.visiting import Site, Visitor


async def banned_melati(site: Site) -> Visitor:
    await change(
        site,
        update(Membership).where(Membership.name == "Melati").values(banned=True),
        update(Circle).values(visibility="public", joining="open"),
    )
    return site.member()


async def test_taking_consent_back_sheds_no_ban(site: Site) -> None:
    melati = await banned_melati(site)
    assert "Larangan kembali tetap ada di satu lingkaran." in (await melati.get("/aku/tarik")).words
    done = await melati.post("/aku/tarik", {"sure": "yes"})
    assert "Larangan kembali tetap ada di satu lingkaran." in done.words
    assert await found(site, select(Membership).where(Membership.name == "Melati")) == []
    for answer in (
        await melati.get(f"{site.circle}/masuk"),
        await melati.post(f"{site.circle}/masuk", {"name": "Awan"}),
    ):
        assert answer.status == 403
    shown = await melati.get(site.circle)
    assert text("id", "st.banned") in shown.words
    assert f"{site.circle}/masuk" not in shown.text
    # What exists about them says so as well.
    assert "Larangan yang tetap" in (await melati.get("/aku/data")).words
    # Once more, with nothing left to take back: it is said again, and stays.
    again = await melati.post("/aku/tarik", {"sure": "yes"})
    assert "Larangan kembali tetap ada di satu lingkaran." in again.words
    assert len(await found(site, select(Ban))) == 1


async def test_being_erased_sheds_no_ban_and_leaves_no_name(site: Site) -> None:
    melati = await banned_melati(site)
    await prove_by_code(site, melati)
    before = await melati.get("/aku/hapus")
    assert "Larangan kembali tetap" in before.words
    gone = await melati.post("/aku/hapus", {"sure": "yes"})
    assert "Larangan kembali tetap ada di satu lingkaran." in gone.words
    (kept,) = await found(site, select(Ban))
    person = site.seeded.ids["Melati"].encode()
    for value in (kept.mark, kept.called):
        assert len(value) == 32
        assert person not in value and b"melati" not in value
    # With another cookie they are somebody else; the name they had is not to be had again.
    answer = await site.stranger().post(f"{site.circle}/masuk", {"name": "melati"})
    assert answer.status == 409
    assert "Melati" not in (await site.stranger().get(site.circle)).text
    assert (await site.stranger().post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303


async def test_somebody_who_is_not_banned_leaves_nothing(site: Site) -> None:
    melati = site.member()
    page = await melati.get("/aku/tarik")
    done = await melati.post("/aku/tarik", {"sure": "yes"})
    assert "Larangan" not in page.words + done.words
    assert await found(site, select(Ban)) == []


@pytest.mark.parametrize("where", ["/kelola/larangan", "larangan"])
async def test_a_ban_without_a_name_is_listed_and_lifted(site: Site, where: str) -> None:
    melati = await banned_melati(site)
    await melati.post("/aku/tarik", {"sure": "yes"})
    path = where if where[0] == "/" else f"{site.circle}/{where}"
    listed = where if where[0] == "/" else f"{site.circle}/anggota"
    facilitator = site.facilitator()
    page = await facilitator.get(listed)
    assert "Seseorang yang menghapus datanya" in page.words
    (key,) = re.findall(r'name="ban" value="([^"]+)"', page.text)
    assert (await facilitator.post(path, {"ban": key[:-2] + "xx"})).status == 404
    assert (await facilitator.post(path, {"ban": key})).status == 303
    assert "Seseorang yang menghapus" not in (await facilitator.get(listed)).words
    assert (await melati.post(f"{site.circle}/masuk", {"name": "Melati"})).status == 303


async def test_marks_of_two_circles_and_of_two_instances_tell_nothing_of_each_other(
    site: Site,
) -> None:
    keys = site.app.extensions["lingkar"].keys
    one = bans.marked(keys, "a", "person", "melati")
    assert one != bans.marked(keys, "b", "person", "melati")
    assert one != bans.marked(keys, "a", "name", "melati")
    assert one != bans.marked(type(keys)(b"k" * 32), "a", "person", "melati")


async def test_the_ban_goes_with_its_circle(site: Site) -> None:
    melati = await banned_melati(site)
    await melati.post("/aku/tarik", {"sure": "yes"})
    await change(site, delete(Circle))
    assert await found(site, select(Ban)) == []


async def test_where_a_ban_is_decided_it_says_how_far_it_reaches(site: Site) -> None:
    assert "sebagai orang lain" in (await site.facilitator().get("/kelola/larangan")).words
