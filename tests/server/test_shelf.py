"""A circle's shelf: who reads, who keeps, and how its links are looked at."""

from __future__ import annotations

import datetime as dt
import re

import httpx
import pytest
from sqlalchemy import select, update

from server.circles import links
from server.circles.links import check_links
from server.circles.tables import Circle, ShelfItem
from server.web import Services
from tests.server.visiting import Site

TIP = {
    "kind": "money",
    "title": "Kas bersama",
    "text": "Sisihkan sedikit.\nTiap Senin.",
    "url": "https://example.org/kas",
}
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


async def items(site: Site) -> list[ShelfItem]:
    found: Services = site.app.extensions["lingkar"]
    async with found.database.session() as db:
        return list(await db.scalars(select(ShelfItem).order_by(ShelfItem.title)))


async def put(site: Site, **more: str) -> ShelfItem:
    answer = await site.facilitator().post(f"{site.circle}/rak", {**TIP, **more})
    assert answer.status == 303
    return next(one for one in await items(site) if one.title == {**TIP, **more}["title"])


async def test_facilitators_keep_the_shelf_and_members_read_it(site: Site) -> None:
    assert "masih kosong" in (await site.member().get(f"{site.circle}/rak")).words
    item = await put(site)
    page = await site.member().get(f"{site.circle}/rak")
    assert "Kas bersama" in page.words
    assert 'href="https://example.org/kas"' in page.text
    assert "<textarea" not in page.text
    path = f"{site.circle}/rak/{item.id}"
    assert (await site.member().get(path)).status == 404
    assert (await site.member().post(path, {"do": "hapus"})).status == 404
    visitor = site.facilitator()
    assert "Kas bersama" in (await visitor.get(path)).text
    changed = {**TIP, "do": "simpan", "title": "Kas kita", "url": ""}
    assert (await visitor.post(path, changed)).status == 303
    assert [(one.title, one.url) for one in await items(site)] == [("Kas kita", None)]
    await visitor.post(path, {"do": "hapus"})
    assert await items(site) == []


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("title", ""),
        ("title", "x" * 101),
        ("text", "x" * 1001),
        ("url", "http://example.org"),
        ("url", "javascript:alert(1)"),
        ("url", "https://someone:secret@example.org/"),
        ("url", "https://localhost/"),
        ("url", "https://example.org:8443/"),
    ],
)
async def test_a_tip_that_cannot_be_is_named_and_kept_as_typed(
    site: Site, field: str, bad: str
) -> None:
    answer = await site.facilitator().post(f"{site.circle}/rak", {**TIP, field: bad})
    assert answer.status == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert ("Sisihkan" if field != "text" else "Kas bersama") in answer.text
    assert await items(site) == []


async def test_a_tip_of_another_circle_does_not_exist_here(site: Site) -> None:
    item = await put(site)
    found: Services = site.app.extensions["lingkar"]
    async with found.database.session() as db:
        here = (await db.scalars(select(Circle))).one()
        columns = {one.name: getattr(here, one.name) for one in Circle.__table__.columns}
        db.add(Circle(**{**columns, "id": "another", "slug": "another"}))
        await db.flush()
        await db.execute(update(ShelfItem).values(circle_id="another"))
        await db.commit()
    path = f"{site.circle}/rak/{item.id}"
    assert (await site.facilitator().get(path)).status == 404
    assert (await site.facilitator().post(path, {"do": "hapus"})).status == 404
    assert len(await items(site)) == 1


async def test_a_full_shelf_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.circles.shelf.MOST", 1)
    await put(site)
    answer = await site.facilitator().post(f"{site.circle}/rak", {**TIP, "title": "Lagi"})
    assert answer.status == 422
    assert "Rak penuh" in answer.words
    assert 'value="Lagi"' in answer.text


async def test_a_link_that_does_not_open_is_marked_and_asked_again_after_a_week(
    site: Site,
) -> None:
    await put(site)
    asked: list[str] = []

    async def broken(url: str) -> bool:
        asked.append(url)
        return False

    found: Services = site.app.extensions["lingkar"]
    for days in (0, 1, 6, 7):
        async with found.database.session() as db:
            await check_links(db, NOW + dt.timedelta(days=days), broken)
    assert asked == [TIP["url"]] * 2
    assert "tidak bisa dibuka" in (await site.member().get(f"{site.circle}/rak")).words


async def test_a_link_is_looked_at_when_a_facilitator_asks(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fine(_: str) -> bool:
        return True

    monkeypatch.setattr("server.circles.links.works", fine)
    item = await put(site)
    path = f"{site.circle}/rak/{item.id}"
    visitor = site.facilitator()
    assert (await visitor.post(path, {"do": "cek"})).status == 303
    assert (await items(site))[0].works is True
    changed = {**TIP, "do": "simpan", "url": "https://example.org/lain"}
    await visitor.post(path, changed)
    assert (await items(site))[0].works is None


async def test_looking_at_links_on_demand_is_slowed_down(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fine(_: str) -> bool:
        return True

    monkeypatch.setattr("server.circles.links.works", fine)
    item = await put(site)
    visitor = site.facilitator()
    path = f"{site.circle}/rak/{item.id}"
    said = [(await visitor.post(path, {"do": "cek"})).status for _ in range(11)]
    assert said == [303] * 10 + [429]


# --- what is asked, and where ---

PUBLIC = "93.184.216.34"


def answering(pages: dict[str, httpx.Response], asked: list[httpx.Request]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return pages.get(f"{request.method} {request.url.path}", httpx.Response(404))

    return httpx.MockTransport(answer)


def at(*addresses: str) -> links.Resolve:
    async def resolve(_: str) -> list[str]:
        return list(addresses)

    return resolve


async def look(
    pages: dict[str, httpx.Response], url: str = "https://example.org/a", *addresses: str
) -> tuple[bool, list[httpx.Request]]:
    asked: list[httpx.Request] = []
    good = await links.works(url, answering(pages, asked), at(*(addresses or (PUBLIC,))))
    return good, asked


async def test_the_address_that_was_looked_up_is_the_one_asked() -> None:
    good, asked = await look({"HEAD /a": httpx.Response(200)})
    assert good
    assert asked[0].url.host == PUBLIC
    assert asked[0].headers["Host"] == "example.org"
    assert asked[0].extensions["sni_hostname"] == "example.org"


@pytest.mark.parametrize(
    ("status", "good"), [(403, True), (404, False), (410, False), (500, False)]
)
async def test_a_page_that_is_gone_is_told_from_one_that_is_shy(status: int, good: bool) -> None:
    pages = {f"{method} /a": httpx.Response(status) for method in ("HEAD", "GET")}
    assert (await look(pages))[0] is good


async def test_a_host_that_does_not_know_the_short_question_gets_the_long_one() -> None:
    good, asked = await look({"HEAD /a": httpx.Response(405), "GET /a": httpx.Response(200)})
    assert good
    assert [one.method for one in asked] == ["HEAD", "GET"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"],
)  # fmt: skip
async def test_no_private_address_is_ever_asked(address: str) -> None:
    pages = {"HEAD /a": httpx.Response(200)}
    for addresses in ((address,), (PUBLIC, address)):
        good, asked = await look(pages, "https://example.org/a", *addresses)
        assert (good, asked) == (False, [])


@pytest.mark.parametrize(
    "to", ["http://example.org/b", "https://127.0.0.1/b", "https://localhost/b", "ftp://x.org/b"]
)
async def test_no_redirect_leads_where_a_link_may_not(to: str) -> None:
    async def resolve(host: str) -> list[str]:
        return ["127.0.0.1"] if host == "127.0.0.1" else [PUBLIC]

    asked: list[httpx.Request] = []
    pages = {"HEAD /a": httpx.Response(302, headers={"Location": to})}
    assert not await links.works("https://example.org/a", answering(pages, asked), resolve)
    assert len(asked) == 1


async def test_a_circle_of_redirects_ends() -> None:
    good, asked = await look({"HEAD /a": httpx.Response(302, headers={"Location": "/a"})})
    assert not good
    assert len(asked) == links.REDIRECTS + 1


async def test_a_name_that_nobody_knows_is_a_link_that_does_not_open() -> None:
    async def nowhere(_: str) -> list[str]:
        raise OSError("no such name")

    assert not await links.works("https://example.org/a", None, nowhere)
