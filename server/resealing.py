"""Whatever waits on disk under one of the instance's keys, sealed again under the newest.

Opens and seals; shows nothing, and leaves alone what no key of this instance opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Column, CursorResult, Row, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.authenticator import PURPOSE as AUTHENTICATOR
from server.care import notes, reports
from server.sealing import NotOurs, open_sealed, seal, sealed_by_newest
from server.security import Keys
from server.tables import Base


@dataclass(frozen=True)
class Sealed:
    """A column of sealed content; `purpose` says what it was sealed for, by `others` of its row."""

    table: Table
    name: str
    others: tuple[str, ...]
    purpose: Callable[..., str]

    @property
    def column(self) -> Column[Any]:
        return self.table.columns[self.name]

    @property
    def by(self) -> tuple[Column[Any], ...]:
        return tuple(self.table.columns[name] for name in self.others)


TABLES = Base.metadata.tables
EVERY = (
    Sealed(TABLES["person"], "totp", ("id",), lambda person: f"{AUTHENTICATOR} {person}"),
    Sealed(TABLES["sealed_note"], "sealed", ("circle_id",), notes.purpose),
    Sealed(TABLES["report"], "sealed", ("circle_id", "reader"), reports.purpose),
)
"""Every column with something sealed in it; a test holds this against the schema."""


async def reseal(db: AsyncSession, keys: Keys) -> int:
    """Seal everything again; returns how many rows changed. Commits nothing."""
    return sum([await reseal_column(db, keys, one) for one in EVERY])


async def reseal_column(db: AsyncSession, keys: Keys, one: Sealed) -> int:
    own = list(one.table.primary_key.columns)
    found = await db.execute(
        select(one.column, *one.by, *own).where(one.column.is_not(None)).order_by(*own)
    )
    changed = 0
    for row in found.all():
        fresh = sealed_anew(keys, one, row)
        if fresh is None:
            continue
        same_row = [column == row._mapping[column] for column in own]
        # Of one that changed meanwhile the newer stays: it was sealed by the newest key.
        done = await db.execute(
            update(one.table)
            .where(*same_row, one.column == row[0])
            .values({one.column.name: fresh})
        )
        changed += cast("CursorResult[object]", done).rowcount
    return changed


def sealed_anew(keys: Keys, one: Sealed, row: Row[Any]) -> bytes | None:
    """None where the newest key sealed it already, or no key opens it."""
    purpose = one.purpose(*row[1 : 1 + len(one.by)])
    if sealed_by_newest(keys, purpose, row[0]):
        return None
    try:
        return seal(keys, purpose, open_sealed(keys, purpose, row[0]))
    except NotOurs:
        return None
