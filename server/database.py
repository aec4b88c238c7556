"""The engine, its sessions, and migrations at the start. Nothing that people say gets here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

MIGRATIONS = Path(__file__).parent / "migrations"
# Named, so that a later migration can change them on every database.
NAMES = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMES)


class Database:
    """One engine for a process."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite and parsed.database not in (None, "", ":memory:"):
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.engine = create_async_engine(parsed)
        if sqlite:
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
        self.session: async_sessionmaker[AsyncSession] = async_sessionmaker(
            self.engine, expire_on_commit=False
        )

    async def migrate(self) -> None:
        """Bring the tables to the newest shape."""
        async with self.engine.begin() as connection:
            await connection.run_sync(all_or_nothing)
            await connection.run_sync(migrate, "head")

    async def close(self) -> None:
        """Let every connection go."""
        await self.engine.dispose()


def prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers go on while somebody writes; foreign keys are off unless asked for."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        # What is erased is overwritten: a name taken back does not stay in a free page.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def all_or_nothing(connection: Connection) -> None:
    """What follows is one piece, new shapes of tables too: by itself SQLite counts only rows in."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def migrate(connection: Connection, to: str) -> None:
    """Migrate up to `to` ('head' or a revision), or down for 'base'."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    move = command.downgrade if to == "base" else command.upgrade
    move(config, to)
