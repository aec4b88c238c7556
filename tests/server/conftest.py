"""Pages on a database that is as new for each test: what is in it is made once and brought back.

With LINGKAR_TEST_DATABASE=postgresql that is one in PostgreSQL, else a copy of SQLite's file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from server.circles.seed import Seeded, seed_circle
from server.database import Database
from server.pages import opened
from server.security import Keys
from server.settings import Settings
from tests.postgres import MISSING, Postgres, programs
from tests.server.visiting import Site, awake, of_its_own, pages

ON_POSTGRES = os.environ.get("LINGKAR_TEST_DATABASE", "sqlite") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks a database: the rest would ask SQLite's again."""
    if not ON_POSTGRES:
        return
    asking = [item for item in items if asks_a_database(item) or not is_ours(item)]
    config.hook.pytest_deselected(items=list(set(items) - set(asking)))
    items[:] = asking


def is_ours(item: pytest.Item) -> bool:
    return item.path.is_relative_to(Path(__file__).parent)


def asks_a_database(item: pytest.Item) -> bool:
    return "server_of_databases" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def server_of_databases(request: pytest.FixtureRequest) -> Postgres | None:
    """PostgreSQL where it was asked for; then it must be there."""
    if not ON_POSTGRES:
        return None
    if programs() is None:
        pytest.exit(MISSING, returncode=1)
    running: Postgres = request.getfixturevalue("postgres")
    return running


@pytest.fixture(scope="session", autouse=True)
def quick_passphrases() -> Iterator[None]:
    """What is slow on purpose is not slow a thousand times; test_security holds the real cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.accounts.queries.hasher", lambda: quick)
        yield


@dataclass(frozen=True)
class Made:
    """What every test begins with."""

    settings: Settings
    database: str | None
    """Its name in PostgreSQL."""
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
    seeded = await seed_circle(settings, members=["Melati"])
    if server_of_databases and database:
        await server_of_databases.keep(database)
    return Made(settings, database, seeded)


@dataclass(frozen=True)
class Standing:
    """What outlasts a test: where its circle is, and what has been worked out by then.

    Statements are compiled once, not once a test; so are routes and templates, see `pages`. No row,
    no connection and no application goes from one test to the next.
    """

    settings: Settings
    database: Database


@pytest.fixture(scope="session")
def standing(made_once: Made, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    settings = replace(made_once.settings, data_dir=tmp_path_factory.mktemp("site") / "data")
    return Standing(settings, Database(settings.database_url))


@pytest.fixture
async def site(
    made_once: Made, standing: Standing, server_of_databases: Postgres | None
) -> AsyncIterator[Site]:
    """That circle, for this test alone."""
    settings, database = standing.settings, standing.database
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    shutil.copytree(made_once.settings.data_dir, settings.data_dir)
    if server_of_databases and made_once.database:
        await server_of_databases.bring_back(made_once.database)

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        yield
        await database.close()

    keys = Keys.kept_in(settings.data_dir)
    app = opened(of_its_own(pages()), settings, keys, database, around)
    async with awake(app):
        yield Site(app, settings, made_once.seeded)


@pytest.fixture
async def new_place(
    tmp_path: Path, server_of_databases: Postgres | None
) -> AsyncIterator[Settings]:
    """A folder that is not there yet, and a database with nothing in it."""
    settings = Settings(data_dir=tmp_path / "new")
    if not server_of_databases:
        yield settings
        return
    name = await server_of_databases.create()
    yield replace(settings, database=server_of_databases.url(name))
    await server_of_databases.drop(name)
