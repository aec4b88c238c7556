"""SQLite and PostgreSQL alike: the tables as declared, and people carried over, up and down."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, select

from server.database import MIGRATIONS, Database, migrate
from server.settings import Settings
from server.tables import Base

BEFORE, LONG_AGO = "0002", dt.date(2026, 1, 1)

# A place in the middle of its life, as it was before circles had rules and people had devices.
ROWS: dict[str, list[dict[str, Any]]] = {
    "person": [
        {"id": "p1", "name": "Bu Sari", "name_key": "bu sari", "organiser": True,
         "passphrase": "hash", "since": LONG_AGO},
        {"id": "p2", "organiser": False, "since": LONG_AGO},
    ],
    "circle": [
        {"id": "c1", "slug": "senja", "name": "Senja", "topic": "Sore", "language": "id",
         "seats": 12, "weekday": 2, "time": "19:30", "zone": "WITA", "minutes": 75,
         "soft_seconds": 240, "door": "ask", "listed": True, "since": LONG_AGO,
         "guide": {"bell": True}},
        {"id": "c2", "slug": "dusk", "name": "Dusk", "topic": "", "language": "en", "seats": 5,
         "weekday": 6, "time": "08:05", "zone": "WIT", "minutes": 60, "soft_seconds": 90,
         "door": "open", "listed": False, "since": LONG_AGO, "guide": None},
    ],
    "invitation": [
        {"id": "i1", "circle_id": "c1", "secret_hash": b"i" * 32, "made_by": "p1",
         "role": "member", "with_topic": True, "expires": 1, "most": 4, "uses": 1,
         "revoked": False},
    ],
    "membership": [
        {"circle_id": "c1", "person_id": "p1", "name": "Bu Sari", "name_key": "bu sari",
         "role": "facilitator", "pledged": True, "banned": False, "visits": 7},
        {"circle_id": "c1", "person_id": "p2", "name": "Melati", "name_key": "melati",
         "role": "member", "pledged": False, "banned": True, "visits": 0,
         "invitation_id": "i1"},
    ],
    "sign_in": [
        {"token_hash": b"a" * 32, "person_id": "p1", "expires": 5},
        {"token_hash": b"b" * 32, "person_id": "p2", "expires": 6},
    ],
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty one."""
    if request.param == "sqlite":
        made = Database(Settings(data_dir=tmp_path).database_url)
        yield made
        await made.close()
        return
    server = request.getfixturevalue("postgres")
    name = await server.create()
    made = Database(Settings(database=server.url(name)).database_url)
    yield made
    await made.close()
    await server.drop(name)


async def up(database: Database, to: str = "head") -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, to)


async def down(database: Database, to: str) -> None:
    def go(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, to)

    async with database.engine.begin() as connection:
        await connection.run_sync(go)


async def as_it_is(database: Database) -> MetaData:
    """The tables that are there, whatever the code declares."""
    found = MetaData()
    async with database.engine.connect() as connection:
        await connection.run_sync(found.reflect)
    return found


async def write(database: Database) -> None:
    tables = (await as_it_is(database)).tables
    async with database.engine.begin() as connection:
        for name, rows in ROWS.items():
            for row in rows:
                await connection.execute(tables[name].insert().values(row))


async def read(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables with people in them, in a fixed order."""
    tables, found = (await as_it_is(database)).tables, {}
    async with database.engine.connect() as connection:
        for name in ROWS:
            rows = (await connection.execute(select(tables[name]))).mappings()
            found[name] = sorted((dict(row) for row in rows), key=str)
    return found


def only(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    (found,) = [row for row in rows if wanted.items() <= row.items()]
    return found


async def test_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    await up(database)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_people_and_circles_are_carried_over_with_all_they_have(database: Database) -> None:
    await up(database, BEFORE)
    await write(database)
    before = await read(database)
    await up(database)
    after = await read(database)
    for name, rows in before.items():
        kept = {key for row in after[name] for key in row}
        for row in rows:
            same = {key: value for key, value in row.items() if key in kept}
            assert only(after[name], **same)
    open_circle, private = (only(after["circle"], id=one) for one in ("c1", "c2"))
    assert (open_circle["starts"], open_circle["timezone"]) == ("2026-01-07T19:30", "Asia/Makassar")
    assert (open_circle["rule"], open_circle["visibility"]) == ("FREQ=WEEKLY;BYDAY=WE", "public")
    assert (private["starts"], private["timezone"]) == ("2026-01-04T08:05", "Asia/Jayapura")
    assert (private["rule"], private["visibility"]) == ("FREQ=WEEKLY;BYDAY=SU", "private")
    assert (private["joining"], private["languages"]) == ("invitation", "en")
    assert {row["state"] for row in after["membership"]} == {"member"}
    assert len({row["id"] for row in after["sign_in"]} - {None}) == 2


async def test_down_again_everything_is_as_it_was(database: Database) -> None:
    await up(database, BEFORE)
    await write(database)
    before = await read(database)
    await up(database)
    await down(database, BEFORE)
    assert await read(database) == before
    await up(database)
    assert len((await read(database))["membership"]) == 2


async def test_a_step_that_fails_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await up(database, BEFORE)
    await write(database)
    before = await read(database)

    def breaks(connection: Connection, to: str) -> None:
        migrate(connection, to)
        raise RuntimeError

    monkeypatch.setattr("server.database.migrate", breaks)
    with pytest.raises(RuntimeError):
        await database.migrate()
    assert await read(database) == before
    monkeypatch.undo()
    await database.migrate()
    assert len((await read(database))["membership"]) == 2


async def test_whoever_waited_for_a_yes_is_no_member_of_the_old_shape(database: Database) -> None:
    await up(database, BEFORE)
    await write(database)
    await up(database)
    table = (await as_it_is(database)).tables["membership"]
    async with database.engine.begin() as connection:
        await connection.execute(
            table.update().where(table.c.person_id == "p2").values(state="asked")
        )
    await down(database, BEFORE)
    assert [row["person_id"] for row in (await read(database))["membership"]] == ["p1"]


async def test_all_the_way_down_leaves_nothing_and_up_again_works(database: Database) -> None:
    def tables(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}

    await up(database, BEFORE)
    await write(database)
    await up(database)
    await up(database, "base")
    async with database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set()
    await up(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set(Base.metadata.tables)


async def test_what_belongs_to_a_circle_or_a_person_goes_with_them(database: Database) -> None:
    await up(database, BEFORE)
    await write(database)
    await up(database)
    tables = (await as_it_is(database)).tables
    async with database.engine.begin() as connection:
        await connection.execute(tables["circle"].delete().where(tables["circle"].c.id == "c1"))
        await connection.execute(tables["person"].delete().where(tables["person"].c.id == "p2"))
    left = await read(database)
    assert left["membership"] == left["invitation"] == []
    assert [row["person_id"] for row in left["sign_in"]] == ["p1"]


async def test_bans_that_stay_come_and_go_and_take_nobody_with_them(database: Database) -> None:
    await up(database, BEFORE)
    await write(database)
    await up(database, "0003")
    before = await read(database)
    await up(database)
    tables = (await as_it_is(database)).tables
    async with database.engine.begin() as connection:
        kept = {"circle_id": "c1", "mark": b"m" * 32, "called": b"n" * 32}
        await connection.execute(tables["ban"].insert().values(kept))
        await connection.execute(tables["circle"].update().values(days=4, day_minute=750))
    # The days are worked out when the application starts; until then there are none.
    assert {row["days"] for row in (await read(database))["circle"]} == {4}
    await down(database, "0003")
    assert await read(database) == before
    assert "ban" not in (await as_it_is(database)).tables
    await up(database)
    assert {row["days"] for row in (await read(database))["circle"]} == {0}
