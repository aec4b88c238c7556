"""The database when it starts, and the guide's migration; tests/contracts has the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, select, text

from server.commands.migrating import move
from server.database import MIGRATIONS, Database, migrate
from server.settings import Settings

KEPT = {
    "id": "c1", "slug": "senja", "name": "Senja", "topic": "Topik", "language": "id", "seats": 12,
    "weekday": 2, "time": "19:30", "zone": "WIB", "minutes": 75, "soft_seconds": 240,
    "door": "ask", "listed": False, "since": dt.date(2026, 1, 1),
}  # fmt: skip


async def test_tables_that_a_newer_lingkar_shaped_are_left_as_they_are(
    new_place: Settings,
) -> None:
    made = Database(new_place.database_url)
    await made.migrate()
    async with made.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    # A process of this version that starts anew while the newer one serves too.
    await made.migrate()
    async with made.engine.connect() as connection:
        kept = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        assert kept == "9999"
        assert await connection.scalar(text("SELECT count(*) FROM person")) == 0
    await made.close()


async def test_tables_go_back_to_an_older_shape_and_forth_again(
    new_place: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await move(new_place, "head") == 0
    newest = capsys.readouterr().out
    assert await move(new_place, "0004") == 0
    assert "0004" in capsys.readouterr().out
    assert await move(new_place, "nonsense") == 1
    assert "Nothing was changed" in capsys.readouterr().err
    assert await move(new_place, "head") == 0
    assert capsys.readouterr().out == newest


@pytest.fixture
async def database(new_place: Settings) -> AsyncIterator[Database]:
    """An empty one."""
    made = Database(new_place.database_url)
    yield made
    await made.close()


async def test_a_circle_keeps_everything_when_its_guide_comes_and_goes(database: Database) -> None:
    def back(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")

    async def circle() -> dict[str, object]:
        found = MetaData()
        async with database.engine.connect() as connection:
            await connection.run_sync(found.reflect)
            row = (await connection.execute(select(found.tables["circle"]))).mappings().one()
            return dict(row)

    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0001")
        found = MetaData()
        await connection.run_sync(found.reflect)
        await connection.execute(found.tables["circle"].insert().values(KEPT))
    assert await circle() == KEPT
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0002")
    assert await circle() == {**KEPT, "guide": None}
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE circle SET guide = '{}'"))
        await connection.run_sync(back)
    assert await circle() == KEPT
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0002")
    assert await circle() == {**KEPT, "guide": None}


async def test_sqlite_writes_ahead_overwrites_what_is_erased_and_keeps_references(
    tmp_path: Path,
) -> None:
    database = Database(Settings(data_dir=tmp_path).database_url)
    async with database.engine.connect() as connection:

        async def pragma(name: str) -> object:
            return (await connection.execute(text(f"PRAGMA {name}"))).scalar()

        assert await pragma("journal_mode") == "wal"
        assert await pragma("synchronous") == 1
        assert await pragma("foreign_keys") == 1
        assert await pragma("secure_delete") == 1
    await database.close()


async def test_starting_twice_changes_nothing(database: Database) -> None:
    await database.migrate()
    await database.migrate()
