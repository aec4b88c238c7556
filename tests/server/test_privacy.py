"""The page about what is kept, held against the schema both ways."""

from __future__ import annotations

import pytest

from server import kept, words
from server.tables import Base
from tests.server.visiting import Site

COLUMNS = [
    (table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns
]


def has(key: str) -> bool:
    return all(key in words.catalogue(lang) for lang in words.LANGS)


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_table_says_what_it_is_for_and_how_long_it_lives(table: str) -> None:
    assert has(f"kept.{table}")
    assert has(f"kept.{table}.b")
    assert table in kept.ORDER


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_has_a_line(table: str, column: str) -> None:
    assert has(kept.column_words(table, column))


def test_nothing_is_said_to_be_kept_that_is_not() -> None:
    columns = {f"{table}.{column}" for table, column in COLUMNS}
    shared = {f"any.{column}" for _, column in COLUMNS}
    tables = {f"{table}{part}" for table in Base.metadata.tables for part in ("", ".b")}
    said = {key.removeprefix("kept.") for key in words.catalogue("id") if key.startswith("kept.")}
    assert said - columns - shared - tables == set()
    assert set(kept.ORDER) == set(Base.metadata.tables)


@pytest.mark.parametrize("lang", words.LANGS)
async def test_the_page_shows_all_of_it_to_anybody(site: Site, lang: words.Lang) -> None:
    visitor = site.stranger()
    visitor.headers = {"Accept-Language": lang}
    answer = await visitor.get("/privasi")
    assert answer.status == 200
    for one in kept.everything():
        _, _, rest = answer.text.partition(f'id="{one.table}"')
        section = rest.partition("</section>")[0]
        for key in (one.words, f"{one.words}.b", *one.columns):
            assert str(words.html(lang, key)) in section
    assert "14" in answer.text.partition('id="sealed_note"')[2].partition("</section>")[0]
