"""Accounts and circles into one file and back, on every database. Nothing said, nothing sealed.

A list of rows as JSON, packed: it can be restored where another database is used, and read by
whoever has to. The key of the instance is in it, or no browser would be known after a restore,
and the key by which push services know it; so the file is a secret.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from server.database import Base, Database, all_or_nothing, migrate
from server.ring import FILE as RING
from server.security import Keys
from server.settings import Settings

FORMAT = 1
# What waits for one reader, and what is over in minutes.
LEFT_OUT = {"sealed_note", "report", "spent_challenge", "set_up"}
LARGEST = 1 << 30
FILES = ("vapid.pem", "reminders.at", RING)
"""Beside the database: the key for reminders, up to when they were sent, later keys."""


class BadBackup(Exception):
    """Not a file of ours, or not for this place; the message is a key of the catalogue."""


async def write(settings: Settings, file: Path) -> int:
    """Write everything that is kept; returns how many rows. Raises `FileExistsError`."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.engine.connect() as connection:
            await connection.run_sync(begin_reading)
            content = await connection.run_sync(everything)
            await connection.rollback()
    finally:
        await database.close()
    content["key"] = base64.b64encode(Keys.kept_in(settings.data_dir).key).decode()
    content["files"] = files_of(settings)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as out:
        out.write(gzip.compress(json.dumps(content, ensure_ascii=False).encode()))
    return sum(len(rows) for rows in content["tables"].values())


def files_of(settings: Settings) -> dict[str, str]:
    """What lies beside the database, as far as it is there."""
    places = {name: settings.data_dir / name for name in FILES}
    return {
        name: base64.b64encode(place.read_bytes()).decode()
        for name, place in places.items()
        if place.is_file()
    }


def begin_reading(connection: Connection) -> None:
    """One moment for all tables, while others go on writing."""
    sqlite = connection.dialect.name == "sqlite"
    begin = "BEGIN" if sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    connection.exec_driver_sql(begin)


def everything(connection: Connection) -> dict[str, Any]:
    """The rows by table, and which shape of the tables they have."""
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]
    return {
        "lingkar": FORMAT,
        "revision": revision,
        "tables": {table.name: rows_of(connection, table) for table in tables},
    }


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [
        {name: out(value) for name, value in row.items()}
        for row in connection.execute(select(table)).mappings()
    ]


def out(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, dt.date) else value


# --- and back ---


async def restore(settings: Settings, file: Path) -> int:
    """Write it into an empty place; returns how many rows. All or nothing. Raises `BadBackup`."""
    content = read(file)
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.engine.begin() as connection:
            await connection.run_sync(all_or_nothing)
            rows = await connection.run_sync(fill, content)
    except (SQLAlchemyError, KeyError, ValueError, TypeError, AttributeError):
        # Rows that do not fit: all of it is undone.
        raise BadBackup("backup.damaged") from None
    finally:
        await database.close()
    put_back(settings, "instance.key", base64.b64decode(content["key"]))
    # An older backup has none; and no name but these is written, whatever is in the file.
    files = content.get("files", {})
    # Keys that this place may have had open nothing of what came.
    (settings.data_dir / RING).unlink(missing_ok=True)
    for name in FILES:
        if name in files:
            put_back(settings, name, base64.b64decode(files[name]))
    return rows


def read(file: Path) -> dict[str, Any]:
    """What is in the file."""
    try:
        with gzip.open(file) as packed:
            content = json.loads(packed.read(LARGEST))
        well = content["lingkar"] == FORMAT and content["tables"] and content["key"]
    except FileNotFoundError:
        raise BadBackup("backup.none") from None
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        raise BadBackup("backup.not_ours") from None
    if not well:
        raise BadBackup("backup.not_ours")
    found: dict[str, Any] = content
    return found


def fill(connection: Connection, content: dict[str, Any]) -> int:
    """Shape the tables as they were, write the rows, then bring them to the newest shape."""
    person = Base.metadata.tables["person"]
    if connection.execute(select(func.count()).select_from(person)).scalar_one():
        raise BadBackup("backup.not_empty")
    try:
        migrate(connection, "base")
        migrate(connection, content["revision"])
    except Exception:
        # Made by a newer Lingkar than this one.
        raise BadBackup("backup.newer") from None
    then = MetaData()
    then.reflect(connection)
    total = 0
    for table in then.sorted_tables:
        rows = [taken_in(table, row) for row in content["tables"].get(table.name, [])]
        if rows:
            connection.execute(insert(table), rows)
        total += len(rows)
    migrate(connection, "head")
    return total


def taken_in(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row as its table takes it."""
    return {name: into(table.c[name].type, value) for name, value in row.items()}


def into(kind: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return dt.date.fromisoformat(value) if isinstance(kind, Date) else value


def put_back(settings: Settings, name: str, content: bytes) -> None:
    """A file as it was, in place of the one that an empty place may have made."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.data_dir / name
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as kept:
        kept.write(content)
