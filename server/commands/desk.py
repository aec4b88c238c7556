"""What the commands share: the database, the words, and one line for what cannot be done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Person
from server.circles.names import name_key
from server.circles.queries import find_circle
from server.circles.tables import Circle, Membership
from server.database import once
from server.desk.tables import Instance
from server.settings import Settings
from server.words import Lang, as_lang, text


class CannotDo(Exception):
    """Why a command does nothing: a key of the catalogue and what goes into it."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key, self.params = key, params


@dataclass(frozen=True)
class Desk:
    """One command at work."""

    settings: Settings
    db: AsyncSession
    lang: Lang

    def say(self, key: str, **params: object) -> None:
        """One line, in the language of the instance."""
        print(text(self.lang, f"cli.{key}", **params), flush=True)

    def word(self, key: str, **params: object) -> str:
        return text(self.lang, f"cli.{key}", **params)

    async def circle(self, slug: str) -> Circle:
        """By the last part of its address."""
        found = await find_circle(self.db, slug)
        if found is None:
            raise CannotDo("no_circle", slug=slug)
        return found

    async def member(self, circle: Circle, name: str) -> Membership:
        """By the name that they have in this circle."""
        found = await self.db.scalar(
            select(Membership).where(
                Membership.circle_id == circle.id, Membership.name_key == name_key(name)
            )
        )
        if found is None:
            raise CannotDo("no_member", name=name, circle=circle.name)
        return found

    async def organiser(self) -> Person:
        """In whose name circles and invitations are made here."""
        found = await self.db.scalar(
            select(Person).where(Person.organiser).order_by(Person.since, Person.id).limit(1)
        )
        if found is None:
            raise CannotDo("no_organiser")
        return found


async def language_of(db: AsyncSession) -> Lang:
    """What the organiser chose; English before, as the rest of the terminal."""
    return as_lang(await db.scalar(select(Instance.language))) or "en"


@asynccontextmanager
async def at_the_desk(settings: Settings) -> AsyncIterator[Desk]:
    """The database, ready; what was not committed is undone."""
    async with once(settings.database_url) as db:
        yield Desk(settings, db, await language_of(db))
