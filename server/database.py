"""The engine, its sessions, and migrations at the start. Nothing that people say gets here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, event, literal, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, object_mapper

from server import postgres

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE = 5.0
"""Seconds for a connection out of the pool: a page that waits longer says that it cannot be had."""
ONE_AT_A_TIME = 0x4C696E67
"""The advisory lock of PostgreSQL under which tables change: several processes start at once."""
AWAY = (OperationalError, InterfaceError, PoolTimeout, ConnectionError, TimeoutError)

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
        if sqlite:
            kept = {"pool_timeout": PATIENCE} if parsed.database != ":memory:" else {}
            self.engine = create_async_engine(parsed, **kept)
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
        else:
            self.engine = create_async_engine(
                parsed, pool_timeout=postgres.POOL, connect_args=postgres.connecting()
            )
            postgres.mind(self.engine.sync_engine)
        self.session: async_sessionmaker[AsyncSession] = async_sessionmaker(
            self.engine, expire_on_commit=False
        )

    async def migrate(self) -> None:
        """Bring the tables to the newest shape."""
        # A change of a large table may take its time; a page may not.
        patient = self.engine
        if patient.dialect.name != "sqlite":
            patient = create_async_engine(
                self.engine.url, connect_args=postgres.connecting(patient=True)
            )
        async with patient.begin() as connection:
            await connection.run_sync(all_or_nothing)
            await connection.run_sync(migrate, "head")
        if patient is not self.engine:
            await patient.dispose()

    async def answers(self) -> bool:
        """Whether it can be asked. Raises what a driver raises where it cannot."""
        async with self.engine.connect() as connection:
            return bool(await connection.scalar(select(literal(1))))

    async def close(self) -> None:
        """Let every connection go."""
        await self.engine.dispose()


@asynccontextmanager
async def once(url: str) -> AsyncIterator[AsyncSession]:
    """One session, with a database opened for it alone; what was not committed is undone."""
    database = Database(url)
    try:
        await database.migrate()
        async with database.session() as db:
            yield db
    finally:
        await database.close()


async def unless_there(db: AsyncSession, row: Base) -> None:
    """Add a row where none has its key, also when two are the first at once."""
    key = object_mapper(row).primary_key_from_instance(row)
    if await db.get(type(row), tuple(key)) is None:
        try:
            async with db.begin_nested():
                db.add(row)
        except IntegrityError:
            pass


def is_away(error: BaseException) -> bool:
    """Whether it says that the database cannot be asked now, or cannot write; not that we erred."""
    return isinstance(error, AWAY) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


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
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")


def migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def shapes() -> tuple[str, ...]:
    """Every shape of the tables that this program knows, the newest first."""
    steps = ScriptDirectory.from_config(migrations()).walk_revisions()
    return tuple(step.revision for step in steps)


def shape_of(connection: Connection) -> str | None:
    """The one that they have; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(connection: Connection, to: str) -> None:
    """Migrate up to `to` ('head' or a revision), or down for 'base' and for one that is older.

    Tables that a newer Lingkar shaped are left as they are by 'head': what it adds stands in
    nobody's way, and what it takes away waits for a release more. So processes of both can run.
    """
    config = migrations()
    config.attributes["connection"] = connection
    now, known = shape_of(connection) or "", shapes()
    if to == "head" and now and now not in known:
        return
    # They are numbered in their order.
    down = to == "base" or (to in known and to < now)
    (command.downgrade if down else command.upgrade)(config, to)
