"""From the one-time link to the first circle, and signing in again later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from server.accounts.tables import Person
from server.circles.tables import Circle, Membership
from server.database import Database, once
from server.pages import opened
from server.security import Keys
from server.settings import Settings
from server.setup import setup_link
from tests.server.visiting import Site, Visitor, awake, of_its_own, pages

ORGANISER = {"name": "Bu Sari", "passphrase": "teh jahe hangat"}
CIRCLE = {
    "name": "Orang tua tunggal Jakarta",
    "topic": "Mengasuh anak seorang diri.",
    "language": "id",
    "seats": "10",
    "repeat": "weekly",
    "date": "2026-11-25",
    "time": "19:30",
    "zone": "WIB",
    "minutes": "75",
    "door": "ask",
}


@asynccontextmanager
async def empty_place(settings: Settings) -> AsyncIterator[tuple[Visitor, Settings]]:
    await with_tables(settings)
    keys = Keys.kept_in(settings.data_dir)
    app = opened(of_its_own(pages()), settings, keys, Database(settings.database_url))
    async with awake(app):
        yield Visitor(app), settings


TABLES: list[bytes] = []
"""An empty place's file, as its migrations leave it: they are run for the first test that asks."""


async def with_tables(settings: Settings) -> None:
    """Where SQLite is asked; PostgreSQL is brought there each time."""
    file = make_url(settings.database_url).database or ""
    if not settings.database_url.startswith("sqlite"):
        return
    if not TABLES:
        async with once(settings.database_url):
            pass
        TABLES.append(Path(file).read_bytes())
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    Path(file).write_bytes(TABLES[0])


async def secret_of(settings: Settings) -> str:
    link = await setup_link(settings)
    assert link is not None
    assert link.startswith("http://localhost:8000/siapkan#")
    return link.partition("#")[2]


async def test_from_the_link_to_the_page_of_the_first_circle(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        secret = await secret_of(settings)
        assert "Siapkan Lingkar" in (await visitor.get("/siapkan")).words
        assert (await visitor.post("/siapkan/tukar", {"secret": secret})).to == "/siapkan"
        assert "Siapa yang menyiapkan tempat ini?" in (await visitor.get("/siapkan")).words
        assert (await visitor.post("/siapkan", ORGANISER)).to == "/kelola/baru"
        assert "Siapkan lingkaran pertamamu" in (await visitor.get("/kelola/baru")).words
        made = await visitor.post("/kelola/baru", CIRCLE)
        assert made.to == "/c/orang-tua-tunggal-jakarta"
        page = await visitor.get(made.to)
        assert "Setiap Rabu, 19.30 sampai 20.45 WIB" in page.words
        assert "Buka ruang" in page.words
        assert (await visitor.get(f"{made.to}/ruang")).status == 200
        assert "Orang tua tunggal" in (await visitor.get("/kelola")).words


async def test_the_link_works_once_and_then_there_is_none(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        secret = await secret_of(settings)
        late = Visitor(visitor.app)
        await late.post("/siapkan/tukar", {"secret": secret})
        await visitor.post("/siapkan/tukar", {"secret": secret})
        await visitor.post("/siapkan", ORGANISER)
        assert await setup_link(settings) is None
        assert (await late.post("/siapkan", {**ORGANISER, "name": "Maling"})).status == 410
        assert (await late.post("/siapkan/tukar", {"secret": secret})).status == 410
        assert (await late.get("/siapkan")).to == "/masuk"


async def test_a_new_start_makes_a_new_link_and_the_old_one_ends(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        old, new = await secret_of(settings), await secret_of(settings)
        assert (await visitor.post("/siapkan/tukar", {"secret": old})).status == 410
        assert (await visitor.post("/siapkan/tukar", {"secret": new})).status == 303


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"name": "\u202e"}, {"passphrase": "short"}, {"passphrase": "x" * 401}]
)
async def test_an_organiser_needs_a_name_and_a_long_passphrase(
    new_place: Settings, bad: dict[str, str]
) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        answer = await visitor.post("/siapkan", {**ORGANISER, **bad})
        assert answer.status == 422
        assert 'aria-invalid="true"' in answer.text
        assert ORGANISER["passphrase"] not in answer.text
        # Nothing is lost: the link still holds.
        assert (await visitor.post("/siapkan", ORGANISER)).status == 303


async def test_a_passphrase_is_stored_as_argon2id_and_nothing_else(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        await visitor.post("/siapkan", ORGANISER)
        async with visitor.app.extensions["lingkar"].database.session() as db:
            stored = await db.scalar(select(Person.passphrase))
        assert stored is not None
        assert stored.startswith("$argon2id$")
        files = b"".join(path.read_bytes() for path in new_place.data_dir.iterdir())
        assert ORGANISER["passphrase"].encode() not in files


async def test_signing_in_again_asks_for_name_and_passphrase(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        await visitor.post("/siapkan", ORGANISER)
        other = Visitor(visitor.app)
        wrong = await other.post("/masuk", {**ORGANISER, "passphrase": "teh jahe dingin"})
        unknown = await other.post("/masuk", {**ORGANISER, "name": "Bu Tini"})
        assert wrong.status == unknown.status == 422
        assert "tidak cocok" in wrong.words
        assert "tidak cocok" in unknown.words
        answer = await other.post("/masuk", {**ORGANISER, "name": "bu  sari", "ke": "/kelola/baru"})
        assert answer.to == "/kelola/baru"
        assert (await other.get("/kelola/baru")).status == 200


BAD_FIELDS = {
    "name": ["", "x" * 61, "\u202e"],
    "topic": ["x" * 201, "a\u202eb"],
    "language": ["xx"],
    "seats": ["1", "31", "many", "2.5"],
    "kind": ["cooking"],
    "place": ["x" * 81],
    "medium": ["smoke"],
    "ages": ["babies"],
    "visibility": ["glowing"],
    "joining": ["open", "approval", "by force"],
    "friends": ["two"],
    "repeat": ["", "never"],
    "date": ["", "2026-13-01", "1066-01-01"],
    "time": ["25:00", "7", "19:60", ""],
    "zone": ["", "Mars/Olympus"],
    "minutes": ["14", "241"],
    "door": ["ajar"],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in BAD_FIELDS.items() for v in vs])
async def test_a_circle_that_cannot_be_is_not_made_and_the_form_keeps_what_was_typed(
    site: Site, field: str, value: str
) -> None:
    answer = await site.facilitator().post(
        "/kelola/baru", {**CIRCLE, "name": "Baru kehilangan", field: value}
    )
    assert answer.status == 422
    assert "Ada isian yang perlu diperbaiki." in answer.words
    if field != "topic":
        assert "Mengasuh anak seorang diri." in answer.text
    async with site.app.extensions["lingkar"].database.session() as db:
        assert len(list(await db.scalars(select(Circle)))) == 1


async def test_two_circles_of_one_name_have_two_addresses(site: Site) -> None:
    made = await site.facilitator().post("/kelola/baru", CIRCLE)
    assert made.to.startswith(f"{site.circle}-")


async def test_admission_lets_in_who_promised_and_says_why_not(site: Site) -> None:
    from realtime.domain.meeting import CircleId, MemberId
    from realtime.domain.refusal import Reason, Refused
    from server.circles.admission import CircleAdmission

    inside = site.app.extensions["lingkar"]
    admission = CircleAdmission(inside.database, inside.keys, inside.settings)
    cookies = {site.seeded.cookie_name: site.seeded.members["Melati"]}
    slug, circle = site.seeded.slug, CircleId(site.seeded.circle_id)
    guest = await admission.admit(cookies, slug)
    assert (guest.name, guest.facilitator, guest.first_visit) == ("Melati", False, True)
    assert (guest.frame.title, guest.frame.seats) == ("Orang tua tunggal Jakarta", 12)
    assert guest.frame.prompts and guest.frame.agenda
    lead = await admission.admit({site.seeded.cookie_name: site.seeded.facilitator}, slug)
    assert lead.facilitator

    async def why(cookies: dict[str, str], slug: str) -> Reason:
        with pytest.raises(Refused) as refused:
            await admission.admit(cookies, slug)
        return refused.value.reason

    assert await why({}, slug) is Reason.NOT_SIGNED_IN
    assert await why({site.seeded.cookie_name: "x.y"}, slug) is Reason.NOT_SIGNED_IN
    assert await why(cookies, "tidak-ada") is Reason.NOT_A_MEMBER
    await admission.visited(circle, (MemberId(guest.member_id),), 0)
    assert not (await admission.admit(cookies, slug)).first_visit
    async with inside.database.session() as db:
        await db.execute(update(Membership).values(pledged=False))
        await db.commit()
    assert await why(cookies, slug) is Reason.NOT_PLEDGED
    await admission.ban(circle, MemberId(guest.member_id))
    assert await why(cookies, slug) is Reason.BANNED


async def test_admission_without_a_database_does_not_read_it_as_a_stranger(
    new_place: Settings,
) -> None:
    from realtime.domain.refusal import Reason, Refused
    from server.accounts.queries import PURPOSE
    from server.circles.admission import CircleAdmission

    keys = Keys.kept_in(new_place.data_dir)
    # A database without tables answers nothing.
    admission = CircleAdmission(Database(new_place.database_url), keys, new_place)
    with pytest.raises(Refused) as refused:
        await admission.admit({"lingkar": keys.sign(PURPOSE, "token")}, "any")
    assert refused.value.reason is Reason.OUT_OF_REACH
