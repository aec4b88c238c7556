"""Migrations up and down, and that they make what the code declares."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from server.database import MIGRATIONS, Database, migrate
from server.settings import Settings
from server.tables import Base


async def fresh(tmp_path: Path) -> Database:
    database = Database(Settings(data_dir=tmp_path).database_url)
    await database.migrate()
    return database


async def test_migrations_make_exactly_the_declared_tables(tmp_path: Path) -> None:
    database = await fresh(tmp_path)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_migrating_down_leaves_nothing_and_up_again_works(tmp_path: Path) -> None:
    database = await fresh(tmp_path)

    def tables(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}

    async with database.engine.begin() as connection:
        assert await connection.run_sync(tables) == set(Base.metadata.tables)
        await connection.run_sync(migrate, "base")
        assert await connection.run_sync(tables) == set()
        await connection.run_sync(migrate, "head")
        assert await connection.run_sync(tables) == set(Base.metadata.tables)
    await database.close()


async def test_a_circle_keeps_everything_when_its_guide_comes_and_goes(tmp_path: Path) -> None:
    database = Database(Settings(data_dir=tmp_path).database_url)
    kept = (
        "INSERT INTO circle VALUES ('c1', 'senja', 'Senja', 'Topik', 'id', 12, 2, '19:30', 'WIB',"
        " 75, 240, 'ask', 0, '2026-01-01')"
    )

    def revision(connection: Connection, down: bool) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, "0001" if down else "0002")

    async def circle() -> dict[str, object]:
        async with database.engine.connect() as connection:
            found = (await connection.execute(text("SELECT * FROM circle"))).mappings().one()
            return dict(found)

    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0001")
        await connection.execute(text(kept))
    before = await circle()
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0002")
    assert await circle() == {**before, "guide": None}
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE circle SET guide = '{}'"))
        await connection.run_sync(revision, True)
    assert await circle() == before
    async with database.engine.begin() as connection:
        await connection.run_sync(revision, False)
    assert await circle() == {**before, "guide": None}
    await database.close()


async def test_sqlite_writes_ahead_overwrites_what_is_erased_and_keeps_references(
    tmp_path: Path,
) -> None:
    database = await fresh(tmp_path)
    async with database.engine.connect() as connection:

        async def pragma(name: str) -> object:
            return (await connection.execute(text(f"PRAGMA {name}"))).scalar()

        assert await pragma("journal_mode") == "wal"
        assert await pragma("synchronous") == 1
        assert await pragma("foreign_keys") == 1
        assert await pragma("secure_delete") == 1
    await database.close()


async def test_starting_twice_changes_nothing(tmp_path: Path) -> None:
    database = await fresh(tmp_path)
    await database.migrate()
    await database.close()


async def test_weekly_circles_become_rules_and_back_with_their_people(tmp_path: Path) -> None:
    database = Database(Settings(data_dir=tmp_path).database_url)

    def to_guide(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")

    async def rows(table: str) -> list[dict[str, object]]:
        async with database.engine.connect() as connection:
            found = (await connection.execute(text(f"SELECT * FROM {table}"))).mappings()
            return [dict(row) for row in found]

    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0002")
        for row in (
            "circle VALUES ('c1', 'senja', 'Senja', 'Topik', 'id', 12, 2, '19:30', 'WITA', 75, 240,"
            " 'ask', 1, '2026-01-01', NULL)",
            "person VALUES ('p1', NULL, NULL, NULL, 0, '2026-01-01')",
            "membership VALUES ('c1', 'p1', 'Melati', 'melati', 'member', 1, 0, 3, NULL)",
            "sign_in VALUES (X'00', 'p1', 1)",
        ):
            await connection.execute(text(f"INSERT INTO {row}"))
    before = {table: await rows(table) for table in ("circle", "membership", "sign_in", "person")}
    await database.migrate()
    (circle,) = await rows("circle")
    assert (circle["starts"], circle["timezone"]) == ("2026-01-07T19:30", "Asia/Makassar")
    assert (circle["rule"], circle["visibility"]) == ("FREQ=WEEKLY;BYDAY=WE", "public")
    assert (await rows("sign_in"))[0]["id"]
    async with database.engine.begin() as connection:
        await connection.run_sync(to_guide)
    for table, old in before.items():
        assert await rows(table) == old
    await database.close()
