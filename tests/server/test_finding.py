"""Looking for a circle without an account: what fits, what never shows, and how many queries."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from server.accounts.tables import Person
from server.circles.agreed import Agreed
from server.circles.finding import PAGE, Search, find, read_page, read_search
from server.circles.tables import Agreement, Change, Circle, Membership, Pairing
from server.database import Database
from tests.server.visiting import Site, Visitor

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
"""A Wednesday, ten in the morning in Jakarta."""


def circle(number: int, **more: Any) -> dict[str, Any]:
    """A public circle that meets on Wednesday evenings in Jakarta, as a row."""
    name = more.get("name", f"Lingkaran {number}")
    row = {
        "id": f"c{number}",
        "slug": f"lingkaran-{number}",
        "name": name,
        "topic": "",
        "kind": "other",
        "place": "",
        "search": "",
        "language": "id",
        "languages": "id",
        "medium": "text",
        "newcomers": True,
        "ages": "adults",
        "seats": 8,
        "starts": "2026-01-07T19:30",
        "timezone": "Asia/Jakarta",
        "rule": "FREQ=WEEKLY;BYDAY=WE",
        "minutes": 75,
        "next_start": int(dt.datetime(2026, 11, 25, 19, 30, tzinfo=JAKARTA).timestamp()),
        "soft_seconds": 240,
        "door": "ask",
        "visibility": "public",
        "joining": "open",
        "friends": "ask",
        "observers_first": False,
        "agreements_version": 0,
        "since": dt.date(2026, 1, 1),
        "guide": None,
        **more,
    }
    return {**row, "search": f"{name} {row['topic']} {row['place']}".casefold()}


def at(zone: str, day: int, hour: int) -> int:
    """That day of November 2026, by that zone's clock."""
    return int(dt.datetime(2026, 11, day, hour, tzinfo=ZoneInfo(zone)).timestamp())


@dataclass
class Place:
    """The site, with circles written into it."""

    site: Site
    database: Database

    async def write(self, table: type[Any], *rows: dict[str, Any]) -> None:
        async with self.database.session() as db:
            for row in rows:
                await db.execute(insert(table).values(row))
            await db.commit()

    async def people(self, circle_id: str, count: int, **more: Any) -> None:
        for n in range(count):
            key = f"{circle_id}-{more.get('state', 'p')}{n}"
            await self.write(Person, {"id": key, "organiser": False, "since": dt.date(2026, 1, 1)})
            row = {"circle_id": circle_id, "person_id": key, "name": key, "name_key": key}
            await self.write(Membership, {**row, "role": "member", **more})

    async def names(self, search: Search, zone: str = "Asia/Jakarta") -> set[str]:
        async with self.database.session() as db:
            return {one.name for one in (await find(db, search, 1, NOW, zone)).circles}

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements that the pages send meanwhile."""
        said: list[str] = []
        engine = self.site.app.extensions["lingkar"].database.engine.sync_engine

        def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
            said.append(statement)

        event.listen(engine, "before_cursor_execute", hear)
        yield said
        event.remove(engine, "before_cursor_execute", hear)


@pytest.fixture
async def place(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    for module in ("finding_routes", "routes"):
        monkeypatch.setattr(f"server.circles.{module}.now", lambda: NOW)
    database = Database(site.settings.database_url)
    yield Place(site, database)
    await database.close()


@pytest.fixture
async def varied(place: Place) -> Place:
    """Five circles, no two alike in anything that can be looked for."""
    await place.write(
        Circle,
        circle(1, name="Ibu Tebet", kind="parents", topic="Anak dan tidur", place="RW 05 Tebet"),
        circle(2, name="Night owls", kind="grief", languages="en", language="en",
               next_start=at("Asia/Jakarta", 27, 1), newcomers=False),
        circle(3, name="Suara pagi", kind="recovery", medium="sound", languages="id,en",
               next_start=at("Asia/Jakarta", 28, 8)),
        circle(4, name="Penuh 100%", kind="elders", seats=2, place="Kota_Gede",
               next_start=at("Asia/Jakarta", 29, 16)),
        circle(5, name="Belum tahu kapan", kind="women", rule="", next_start=None),
    )  # fmt: skip
    await place.people("c4", 2)
    return place


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (Search(q="TIDUR anak"), {"Ibu Tebet"}),
        (Search(q="100%"), {"Penuh 100%"}),
        (Search(q="%"), {"Penuh 100%"}),
        (Search(place="rw tebet"), {"Ibu Tebet"}),
        (Search(place="kota_gede"), {"Penuh 100%"}),
        (Search(place="kotaxgede"), set()),
        (Search(topic="grief"), {"Night owls"}),
        (Search(language="en"), {"Night owls", "Suara pagi"}),
        (Search(medium="sound"), {"Suara pagi"}),
        (Search(first="1", language="en"), {"Suara pagi"}),
        (Search(seats="1", topic="elders"), set()),
        (Search(seats="1", topic="parents"), {"Ibu Tebet"}),
        (Search(day="2"), {"Ibu Tebet"}),
        (Search(time="morning"), {"Suara pagi"}),
        (Search(time="evening"), {"Ibu Tebet", "Night owls"}),
        (Search(day="4", time="evening"), {"Night owls"}),
        (Search(time="afternoon"), {"Penuh 100%"}),
        (Search(time="noon"), set()),
        (Search(q="tidak ada yang begini"), set()),
    ],
)
async def test_each_thing_to_look_for_finds_what_fits(
    varied: Place, search: Search, expected: set[str]
) -> None:
    assert await varied.names(search) == expected


async def test_day_and_time_go_by_the_visitors_clock(varied: Place) -> None:
    # Half past seven in Jakarta is half past one in Amsterdam, and one at night there is the day
    # before, at seven in the evening.
    assert await varied.names(Search(time="noon"), "Europe/Amsterdam") == {"Ibu Tebet"}
    assert await varied.names(Search(day="3", time="evening"), "Europe/Amsterdam") == {"Night owls"}


async def test_a_clock_that_is_set_in_between_is_followed(place: Place) -> None:
    """Four in the afternoon in New York in March is another hour of UTC after the change."""
    new_york = ZoneInfo("America/New_York")
    for number, day in enumerate((5, 19)):
        start = int(dt.datetime(2027, 3, day, 15, 30, tzinfo=new_york).timestamp())
        await place.write(Circle, circle(number, name=f"March {day}", next_start=start))
        early = int(dt.datetime(2027, 3, day, 14, 30, tzinfo=new_york).timestamp())
        await place.write(Circle, circle(number + 10, name=f"Early {day}", next_start=early))
    found = await place.names(Search(time="afternoon", day="4"), "America/New_York")
    assert found == {"March 5", "March 19"}


async def test_somebody_who_waits_or_is_banned_takes_no_seat(place: Place) -> None:
    await place.write(Circle, circle(1, name="Dua kursi", seats=2))
    await place.people("c1", 1)
    await place.people("c1", 3, state="asked")
    await place.people("c1", 3, state="declined", banned=True)
    assert await place.names(Search(seats="1")) == {"Dua kursi"}
    assert "Satu kursi kosong" in (await place.site.stranger().get("/")).words


async def test_only_public_circles_are_found_by_anybody(place: Place) -> None:
    await place.write(
        Circle,
        circle(1, name="Terbuka"),
        circle(2, name="Alamatnya saja", visibility="unlisted"),
        circle(3, name="Rahasia", visibility="private"),
    )
    for path in ("/", "/?q=rahasia", "/?q=alamatnya", "/?kursi=1", "/?hal=2"):
        for visitor in (place.site.stranger(), place.site.member()):
            text = (await visitor.get(path)).text
            assert "lingkaran-3" not in text
            assert "lingkaran-2" not in text
    assert "lingkaran-1" in (await place.site.stranger().get("/")).text
    assert (await place.site.stranger().get("/c/lingkaran-2")).status == 200
    assert (await place.site.stranger().get("/c/lingkaran-3")).status == 404


async def test_no_page_of_a_search_is_kept_by_search_engines(varied: Place) -> None:
    for path in ("/", "/?q=tebet", "/c/lingkaran-1"):
        assert (
            '<meta name="robots" content="noindex">'
            in (await varied.site.stranger().get(path)).text
        )


async def test_the_form_shows_what_was_looked_for_and_lets_go_of_each(varied: Place) -> None:
    text = (await varied.site.stranger().get("/?q=%3Cb%3Eanak&tema=parents&hari=2")).text
    assert 'value="&lt;b&gt;anak"' in text
    assert '<option value="parents" selected>' in text
    assert '<option value="2" selected>Rabu</option>' in text
    assert 'href="/?tema=parents&amp;hari=2"' in text


async def test_what_makes_no_sense_does_not_matter(varied: Place) -> None:
    path = "/?tema=x&hari=9&waktu=noon%27&cara=smoke&baru=yes&hal=-3&bahasa=fr&q=%00"
    answer = await varied.site.stranger().get(path)
    assert answer.status == 200
    assert "Ibu Tebet" in answer.words
    assert read_search({"q": " a\u200bb  c " + "x" * 99}).q.startswith("ab c")
    assert [read_page({"hal": page}) for page in ("", "2", "x", "²", "0", "9" * 9)] == [
        1, 2, 1, 1, 1, 1,
    ]  # fmt: skip


async def test_without_a_result_the_page_says_what_to_let_go_of(varied: Place) -> None:
    answer = await varied.site.stranger().get("/?tema=parents&waktu=morning&q=tebet")
    assert "Belum ada lingkaran yang cocok." in answer.words
    assert "Tanpa Pagi" in answer.words
    # Without the topic there is still nothing in the morning around there.
    assert "Tanpa Orang tua tunggal" not in answer.words
    far = await varied.site.stranger().get("/?tema=young&waktu=morning&q=zzz&cara=sound")
    assert "Coba cari dengan satu hal saja." in far.words


async def test_a_place_without_circles_says_so(place: Place) -> None:
    assert (
        "Belum ada lingkaran yang terbuka untuk umum."
        in (await place.site.stranger().get("/")).words
    )
    assert "Tidak ada lagi sesudah ini." in (await place.site.stranger().get("/?hal=7")).words


async def test_pages_of_twelve_show_each_circle_once(place: Place) -> None:
    await place.write(Circle, *(circle(n) for n in range(2 * PAGE + 1)))
    seen: list[str] = []
    path = "/"
    for number in (1, 2, 3):
        text = (await place.site.stranger().get(path)).text
        seen += re.findall(r'<h3><a href="/c/([^"]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        assert bool(following) is (number < 3)
        path = following[1] if following else ""
    assert len(seen) == len(set(seen)) == 2 * PAGE + 1


async def test_the_next_meeting_is_told_by_the_visitors_clock(varied: Place) -> None:
    visitor = varied.site.stranger()
    plain = await visitor.get("/?q=tebet")
    assert "19.30 malam ini" in plain.words
    assert "Setiap Rabu, 75 menit, WIB." in plain.words
    visitor.client.set_cookie("localhost", "zone", "Asia/Jayapura")
    east = await visitor.get("/?q=tebet")
    assert "21.30 malam ini jammu" in east.words
    assert "Setiap Rabu, 19.30 WIB, 75 menit." in east.words
    assert "21.30 WIT di tempatmu" in (await visitor.get("/c/lingkaran-1")).words


async def test_a_cancelled_meeting_is_not_announced(varied: Place) -> None:
    change = {"circle_id": "c1", "original": "2026-11-25T19:30", "moved_to": None}
    await varied.write(Change, change)
    words = (await varied.site.stranger().get("/?q=tebet")).words
    assert "malam ini" not in words
    assert "19.30 Rabu" in words


async def test_a_full_circle_offers_no_way_in_but_others(varied: Place) -> None:
    listed = await varied.site.stranger().get("/?tema=elders")
    assert "Kursi penuh" in listed.words
    assert "/c/lingkaran-4/masuk" not in listed.text
    its_page = await varied.site.stranger().get("/c/lingkaran-4")
    assert "Semua kursi sudah terisi." in its_page.words
    assert "/c/lingkaran-4/masuk" not in its_page.text


@pytest.mark.parametrize(
    ("joining", "words", "way_in"),
    [
        ("open", "Siapa pun boleh datang", True),
        ("approval", "Minta bergabung", True),
        ("invitation", "Lewat undangan saja", False),
    ],
)
async def test_how_one_may_join_is_told_and_leads_there(
    place: Place, joining: str, words: str, way_in: bool
) -> None:
    await place.write(Circle, circle(1, joining=joining))
    its_page = await place.site.stranger().get("/c/lingkaran-1")
    assert words in its_page.words
    assert ("/c/lingkaran-1/masuk" in its_page.text) is way_in
    listed = await place.site.stranger().get("/")
    assert ("/c/lingkaran-1/masuk" in listed.text) is way_in


async def test_members_and_facilitators_find_their_own_circle_first(varied: Place) -> None:
    member = await varied.site.member().get("/")
    names = re.findall(r"<h3><a[^>]*><bdi>([^<]+)", member.text)
    assert names[0] == "Orang tua tunggal Jakarta"
    assert "Kamu anggotanya" in member.words
    assert "Kamu fasilitatornya" in (await varied.site.facilitator().get("/")).words
    found = await varied.site.member().get("/?q=tebet")
    assert "Orang tua tunggal Jakarta" not in found.words


PLACES = ("kalender", "absen", "rak", "keluar")
HELD = ("anggota", "jadwal", "ubah", "susunan", "undang")


async def test_a_circles_page_leads_each_one_where_they_may_go(place: Place) -> None:
    def links(text: str) -> set[str]:
        return set(re.findall(rf'href="{place.site.circle}/([^"]+)"', text))

    member = links((await place.site.member().get(place.site.circle)).text)
    facilitator = links((await place.site.facilitator().get(place.site.circle)).text)
    assert member >= {*PLACES, "undang", "masuk"}
    assert not member & (set(HELD) - {"undang"})
    assert facilitator >= {*PLACES, *HELD, "ruang"}
    await place.write(Circle, circle(1))
    stranger = (await place.site.stranger().get("/c/lingkaran-1")).text
    assert set(re.findall(r'href="/c/lingkaran-1/([^"]+)"', stranger)) == {"masuk"}


async def test_agreements_are_shown_in_the_circles_own_words(place: Place) -> None:
    await place.write(Circle, circle(1, agreements_version=2))
    for version, line in ((1, "Yang lama"), (2, "Kita datang <tepat> waktu")):
        row = {"circle_id": "c1", "version": version, "since": dt.date(2026, 11, version)}
        await place.write(Agreement, {**row, "lines": {"id": [line], "en": []}})
    answer = await place.site.stranger().get("/c/lingkaran-1")
    assert "Kita datang &lt;tepat&gt; waktu" in answer.text
    assert "Yang lama" not in answer.text
    assert "Sejak 2 November 2026." in answer.words
    assert Agreed(["x"], dt.date(2026, 11, 2), "en").date("en") == "2 November 2026"


async def test_company_is_seen_by_the_two_alone(place: Place) -> None:
    ids = place.site.seeded.ids
    pair = {"newcomer_id": ids["Melati"], "companion_id": ids["Bu Sari"]}
    await place.write(Pairing, {"circle_id": place.site.seeded.circle_id, **pair})
    member = (await place.site.member().get(place.site.circle)).words
    facilitator = (await place.site.facilitator().get(place.site.circle)).words
    assert "Bu Sari mendampingimu di sini." in member
    assert "Kamu mendampingi Melati" in facilitator
    assert "mendampingimu" not in facilitator


Ask = Callable[[Place], Visitor]


@pytest.mark.parametrize("who", [lambda p: p.site.stranger(), lambda p: p.site.facilitator()])
@pytest.mark.parametrize(
    "path", ["/", "/?hari=2&waktu=evening&kursi=1&q=ling", "/?q=zzz&tema=young", "/c/lingkaran-1"]
)
async def test_ten_and_five_hundred_circles_take_the_same_number_of_queries(
    place: Place, path: str, who: Ask
) -> None:
    visitor, counts = who(place), []
    for first, last in ((0, 10), (10, 500)):
        await place.write(Circle, *(circle(n) for n in range(first, last)))
        with place.counted() as said:
            assert (await visitor.get(path)).status == 200
        counts.append(len(said))
    assert 0 < counts[0] == counts[1] <= 8
