"""`lingkar migrate`: the tables in the shape of this Lingkar, or of an older one to go back to.

Declines what it does not know, and changes nothing then.
"""

from __future__ import annotations

import sys

from alembic.util import CommandError

from server.database import Database, all_or_nothing, migrate
from server.settings import Settings


async def move(settings: Settings, to: str) -> int:
    """To a revision, all or nothing; the exit code."""
    database = Database(settings.database_url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(all_or_nothing)
            await connection.run_sync(migrate, to)
            row = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            print(f"The tables have the shape of {row.scalar_one()}.", flush=True)
    except CommandError:
        print(f"No shape of the tables is called {to}. Nothing was changed.", file=sys.stderr)
        return 1
    finally:
        await database.close()
    return 0
