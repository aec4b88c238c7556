"""Pages on a fresh database for each test: a copy of one that is made once."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from server.circles.seed import Seeded, seed_circle
from server.database import Database
from server.pages import make_pages
from server.security import Keys
from server.settings import Settings
from tests.server.visiting import Site


@pytest.fixture(scope="session")
async def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded]:
    """A circle that only invited people may know of, with one member, Melati."""
    data = tmp_path_factory.mktemp("made-once") / "data"
    return data, await seed_circle(Settings(data_dir=data), members=["Melati"])


@pytest.fixture
async def site(tmp_path: Path, made_once: tuple[Path, Seeded]) -> AsyncIterator[Site]:
    """That circle, for this test alone."""
    data, seeded = made_once
    settings = Settings(data_dir=tmp_path / "data")
    shutil.copytree(data, settings.data_dir)
    database = Database(settings.database_url)

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        yield
        await database.close()

    app = make_pages(settings, Keys.kept_in(settings.data_dir), database, around)
    # Templates are compiled once, not once a test.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(data.parent))
    async with app.test_app():
        yield Site(app, settings, seeded)
