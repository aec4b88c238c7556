"""Whose turn it is to do what is done once, of all processes that serve one place.

Held until the process ends, however it ends; then the next one that asks has it. Declines to
wait for it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.database import Database

if sys.platform != "win32":
    import fcntl

NUMBER = 0x4C696E68
"""The advisory lock of PostgreSQL that says whose turn it is."""


class Turn:
    """A lock on a file of this machine and, where the database is PostgreSQL, on it as well."""

    def __init__(self, path: Path, database: Database) -> None:
        self._path, self._database = path, database
        self._file: IO[str] | None = None
        self._connection: AsyncConnection | None = None

    async def is_ours(self) -> bool:
        """Whether this process has it now; it is taken where nobody does."""
        return self._has_file() and await self._has_database()

    def _has_file(self) -> bool:
        if self._file is not None or sys.platform == "win32":
            return True
        try:
            file = self._path.open("a")
        except OSError:
            # Nothing can be written: then nothing can be kept of what was done either.
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    async def _has_database(self) -> bool:
        """Other machines may serve over the same one. A lock there ends with its connection."""
        if self._database.engine.dialect.name == "sqlite":
            return True
        try:
            if self._connection is None:
                connection = await self._database.engine.connect()
                # By itself: no transaction stays open behind it.
                self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
                return await self._take()
            await self._connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            await self._let_go()
            return False
        return True

    async def _take(self) -> bool:
        assert self._connection is not None
        words = text(f"SELECT pg_try_advisory_lock({NUMBER})")
        if await self._connection.scalar(words):
            return True
        await self._let_go()
        return False

    async def _let_go(self) -> None:
        """Close the connection itself: back in the pool it would keep the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, OSError):
                await connection.invalidate()
                await connection.close()

    async def end(self) -> None:
        """Let somebody else have it."""
        await self._let_go()
        if self._file is not None:
            self._file.close()
            self._file = None
