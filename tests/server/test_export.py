"""What exists about somebody is shown whole, taken back and erased; no table is forgotten."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

import server.tables
from server.accounts.belongings import OWN, columns_of_person, tables_with_a_person
from server.circles.seed import seed_circle
from server.circles.tables import Membership
from server.database import Base
from server.words import catalogue
from tests.server.visiting import Site

ABOUT_PEOPLE = {table.name: table for table in tables_with_a_person()}
# Named like a person and yet none: add here only what is about nobody.
ABOUT_NOBODY = {
    ("instance", "name"),
    ("circle", "name"),
    ("circle", "newcomers"),
    ("help_line", "name"),
}
PERSONAL = ("person", "member", "made_by", "newcomer", "companion", "name", "device", "endpoint")


def filled(table: Table, person_id: str, circle_id: str) -> dict[str, Any]:
    """A row of any table about this person."""
    row: dict[str, Any] = {}
    for column in table.columns:
        pointed = next((key.column.table.name for key in column.foreign_keys), "")
        if pointed == "person":
            row[column.name] = person_id
        elif pointed == "circle":
            row[column.name] = circle_id
        elif not column.nullable or column.primary_key:
            kind = column.type.python_type
            fresh = {bytes: b"CANARY", int: 7, bool: False, dt.date: dt.date(2026, 11, 1)}
            # As long as the column has room for: PostgreSQL looks.
            room = min(12, getattr(column.type, "length", None) or 12)
            row[column.name] = fresh.get(kind, f"x-{table.name}"[:room])
    return row


async def give_melati_a_row_of_everything(site: Site) -> str:
    melati = site.seeded.ids["Melati"]
    async with site.app.extensions["lingkar"].database.session() as db:
        for table in ABOUT_PEOPLE.values():
            if table.name not in {"sign_in", "membership"}:
                await db.execute(insert(table).values(filled(table, melati, site.seeded.circle_id)))
        await db.commit()
    return melati


async def left_of(site: Site, person_id: str) -> dict[str, int]:
    """How many rows of each table still name them."""
    found = {}
    async with site.app.extensions["lingkar"].database.session() as db:
        for table in Base.metadata.sorted_tables:
            columns = columns_of_person(table) or ([table.c.id] if table.name == "person" else [])
            for column in columns:
                query = select(func.count()).select_from(table).where(column == person_id)
                found[f"{table.name}.{column.name}"] = await db.scalar(query) or 0
    return {name: count for name, count in found.items() if count}


def test_every_column_that_reads_like_a_person_is_tied_to_one() -> None:
    assert server.tables.Base is Base
    loose = [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        if table.name != "person" and not columns_of_person(table)
        for column in table.columns
        if any(word in column.name for word in PERSONAL)
    ]
    assert set(loose) <= ABOUT_NOBODY


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_has_words_for_every_table_and_column_with_a_person(lang: Any) -> None:
    words = catalogue(lang)
    for table in (*ABOUT_PEOPLE.values(), Base.metadata.tables["person"]):
        assert f"data.t.{table.name}" in words
        assert {f"data.c.{column.name}" for column in table.columns} <= set(words)


async def test_the_export_holds_a_row_of_every_table_with_a_person_in_it(site: Site) -> None:
    await give_melati_a_row_of_everything(site)
    melati = site.member()
    await prove_by_code(site, melati)
    answer = await melati.get("/aku/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="data.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    kept = json.loads(answer.text)
    assert set(kept) == {"person", *ABOUT_PEOPLE}
    for name, rows in kept.items():
        for row in rows:
            assert set(row) == set(Base.metadata.tables[name].columns.keys())
    assert kept["membership"][0]["name"] == "Melati"
    assert kept["membership"][0]["circle_id"] == "Orang tua tunggal Jakarta"
    page = await melati.get("/aku/data")
    assert page.headers["Cache-Control"] == "no-store"
    for table in kept:
        assert catalogue("id")[f"data.t.{table}"] in page.words


async def test_the_export_tells_of_secrets_and_hands_none_out_nor_other_people(site: Site) -> None:
    melati = await give_melati_a_row_of_everything(site)
    async with site.app.extensions["lingkar"].database.session() as db:
        sari = site.seeded.ids["Bu Sari"]
        pairing = ABOUT_PEOPLE["pairing"]
        await db.execute(pairing.update().values(companion_id=sari))
        person = Base.metadata.tables["person"]
        await db.execute(
            person.update().where(person.c.id == melati).values(passphrase="$argon2id$CANARY")
        )
        await db.commit()
    visitor = site.member()
    await prove_by_code(site, visitor)
    for path in ("/aku/data.json", "/aku/data"):
        text = (await visitor.get(path)).text
        assert "CANARY" not in text and "Q0FOQVJZ" not in text
        assert sari not in text
        assert "Bu Sari" not in text


async def test_being_erased_takes_two_steps_and_leaves_nothing(site: Site) -> None:
    person_id = await give_melati_a_row_of_everything(site)
    melati = site.member()
    await prove_by_code(site, melati)
    page = await melati.get("/aku/hapus")
    assert "Keanggotaan: 1" in page.words
    unsure = await melati.post("/aku/hapus")
    assert unsure.status == 422
    assert "Centang dulu" in unsure.words
    assert await left_of(site, person_id)
    gone = await melati.post("/aku/hapus", {"sure": "yes"})
    assert "Sudah terhapus" in gone.words
    assert await left_of(site, person_id) == {}
    assert (await melati.get("/aku")).status == 303
    # The circle and its facilitator are as they were.
    assert (await site.facilitator().get("/aku")).status == 200


async def prove_by_code(site: Site, visitor: Any) -> None:
    """The seeded row of a recovery code is something to prove it with."""
    from server.accounts.queries import hash_passphrase
    from server.accounts.tables import Person

    async with site.app.extensions["lingkar"].database.session() as db:
        person = await db.get(Person, site.seeded.ids["Melati"])
        assert person
        person.passphrase = await hash_passphrase("teh jahe hangat")
        await db.commit()
    await visitor.post("/aku/bukti", {"passphrase": "teh jahe hangat"})


async def test_withdrawing_consent_ends_every_membership_and_says_what_went(site: Site) -> None:
    person_id = await give_melati_a_row_of_everything(site)
    melati = site.member()
    await prove_by_code(site, melati)
    assert (await melati.post("/aku/tarik")).status == 422
    done = await melati.post("/aku/tarik", {"sure": "yes"})
    assert "Keanggotaan: 1" in done.words
    assert "Pendamping: 1" in done.words
    left = await left_of(site, person_id)
    assert {name.partition(".")[0] for name in left} == OWN
    assert (await melati.get(site.circle)).status == 404
    assert (await melati.get("/aku")).status == 200


@pytest.mark.parametrize("path", ["/aku/hapus", "/aku/tarik"])
async def test_the_last_facilitator_is_asked_to_hand_over_first(site: Site, path: str) -> None:
    sari = site.facilitator()
    page = await sari.get(path)
    assert "Serahkan dulu" in page.words
    assert f'href="{site.circle}/anggota"' in page.text
    assert (await sari.post(path, {"sure": "yes"})).status == 409
    assert (await sari.get("/aku")).status == 200
    async with site.app.extensions["lingkar"].database.session() as db:
        tini = await db.get(Membership, (site.seeded.circle_id, site.seeded.ids["Melati"]))
        assert tini
        tini.role = "facilitator"
        await db.commit()
    assert (await sari.post(path, {"sure": "yes"})).status == 200


async def test_one_member_never_sees_or_ends_what_belongs_to_another(site: Site) -> None:
    other = await seed_circle(site.settings, title="Duka", facilitator="Pak Budi", members=["Awan"])
    text = (await site.member().get("/aku/data.json")).text
    assert "Duka" not in text and "Awan" not in text and other.circle_id not in text
