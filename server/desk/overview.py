"""The place as a whole, for whoever keeps it: circles, ways in, room on the disk, past weeks.

Figures without identities. Declines to say who, and to count anybody's visits.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from sqlalchemy import ColumnElement, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Passkey, Person, RecoveryCode, SignIn
from server.circles.members import holding
from server.circles.tables import Circle, Membership
from server.desk.weeks import Sums, told

HIGH = 56
"""Of the tallest column, in units of the picture; a column is 20 wide with its gap."""
TIGHT = 0.9
"""A disk with more than this in use is said to be nearly full."""


@dataclass(frozen=True)
class Health:
    """How safely people come in. `browsers` is None where so few would tell of somebody."""

    organisers: int
    unproven: int
    """Organisers with a passphrase alone."""
    facilitators: int
    stranded: int
    """Facilitators whose one way in is the browser that they use now."""
    browsers: int | None


@dataclass(frozen=True)
class Storage:
    """In bytes. `used` and `room` are the disk's own, and belong to others as well."""

    program: str
    database: int
    used: int
    room: int

    @property
    def share(self) -> float:
        """How much of the disk is in use, from 0 to 1."""
        return self.used / (self.used + self.room)

    @property
    def tight(self) -> bool:
        return self.share > TIGHT


@dataclass(frozen=True)
class Column:
    """One week in a picture. `figure` None: too few to be told, a dot."""

    figure: int | None
    x: int
    height: float


@dataclass(frozen=True)
class Chart:
    """One figure over the weeks."""

    name: str
    columns: Sequence[Column]

    @property
    def last(self) -> int | None:
        return self.columns[-1].figure


CHARTS: dict[str, Callable[[Sums], int | None]] = {
    name: attrgetter(name) for name in ("meetings", "seats", "turns")
}


def charts(weeks: Sequence[Sums]) -> list[Chart]:
    """One for each figure, each to its own scale."""
    return [Chart(name, columns(weeks, of)) for name, of in CHARTS.items()]


def columns(weeks: Sequence[Sums], of: Callable[[Sums], int | None]) -> list[Column]:
    """The oldest on the left."""
    top = max((of(week) or 0 for week in weeks), default=0) or 1
    return [
        Column(of(week), 20 * at, round((of(week) or 0) * HIGH / top, 1))
        for at, week in enumerate(weeks)
    ]


async def health(db: AsyncSession, now: int) -> Health:
    """Of those whose loss of a way in would cost others something."""
    key = exists().where(Passkey.person_id == Person.id)
    code = exists().where(RecoveryCode.person_id == Person.id)
    alone = ~key & ~code & Person.passphrase.is_(None)
    holds = exists().where(holding(), Membership.person_id == Person.id)
    return Health(
        organisers=await people(db, Person.organiser.is_(True)),
        unproven=await people(db, Person.organiser & ~key & Person.totp.is_(None)),
        facilitators=await people(db, holds),
        stranded=await people(db, holds & alone),
        browsers=told(
            await db.scalar(select(func.count()).select_from(SignIn).where(SignIn.expires > now))
            or 0
        ),
    )


async def people(db: AsyncSession, which: ColumnElement[bool]) -> int:
    return await db.scalar(select(func.count()).select_from(Person).where(which)) or 0


async def unheld(db: AsyncSession) -> int:
    """Circles without anybody who facilitates."""
    held = exists().where(holding(), Membership.circle_id == Circle.id)
    return await db.scalar(select(func.count()).select_from(Circle).where(~held)) or 0


async def storage(db: AsyncSession, folder: Path) -> Storage:
    """Of the database and of the disk under the data folder."""
    sqlite = db.get_bind().dialect.name == "sqlite"
    size = "page_count * page_size FROM pragma_page_count, pragma_page_size"
    asked = f"SELECT {size}" if sqlite else "SELECT pg_database_size(current_database())"
    database = await db.scalar(text(asked))
    disk = await asyncio.to_thread(shutil.disk_usage, folder)
    return Storage("SQLite" if sqlite else "PostgreSQL", int(database or 0), disk.used, disk.free)
