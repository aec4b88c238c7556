"""Pages on a fresh database for each test: a copy of one that is made once.

With LINGKAR_TEST_DATABASE=postgresql that is one in PostgreSQL, else SQLite's file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from server.circles.seed import Seeded, seed_circle
from server.database import Database
from server.pages import make_pages
from server.security import Keys
from server.settings import Settings
from tests.postgres import MISSING, Postgres, programs
from tests.server.visiting import Site

ON_POSTGRES = os.environ.get("LINGKAR_TEST_DATABASE", "sqlite") == "postgresql"


@pytest.fixture(scope="session")
def server_of_databases(request: pytest.FixtureRequest) -> Postgres | None:
    """PostgreSQL where it was asked for; then it must be there."""
    if not ON_POSTGRES:
        return None
    if programs() is None:
        pytest.exit(MISSING, returncode=1)
    running: Postgres = request.getfixturevalue("postgres")
    return running


@dataclass(frozen=True)
class Made:
    """What every test gets a copy of."""

    settings: Settings
    database: str | None
    seeded: Seeded


@pytest.fixture(scope="session")
async def made_once(
    tmp_path_factory: pytest.TempPathFactory, server_of_databases: Postgres | None
) -> Made:
    """A circle that only invited people may know of, with one member, Melati."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("made-once") / "data")
    database = None
    if server_of_databases:
        database = await server_of_databases.create()
        settings = replace(settings, database=server_of_databases.url(database))
    return Made(settings, database, await seed_circle(settings, members=["Melati"]))


@pytest.fixture
async def site(
    tmp_path: Path, made_once: Made, server_of_databases: Postgres | None
) -> AsyncIterator[Site]:
    """That circle, for this test alone."""
    settings = Settings(data_dir=tmp_path / "data")
    shutil.copytree(made_once.settings.data_dir, settings.data_dir)
    if server_of_databases and made_once.database:
        copy = await server_of_databases.create(like=made_once.database)
        settings = replace(settings, database=server_of_databases.url(copy))
    database = Database(settings.database_url)

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        yield
        await database.close()

    app = make_pages(settings, Keys.kept_in(settings.data_dir), database, around)
    # Templates are compiled once, not once a test.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(made_once.settings.data_dir.parent))
    async with app.test_app():
        yield Site(app, settings, made_once.seeded)
    if server_of_databases:
        await server_of_databases.drop(copy)
