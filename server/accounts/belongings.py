"""Everything that exists about a person, found by walking the schema; and its end.

A table with a person in it is found by its foreign key, so a new one is never forgotten. Secrets
are told of and not handed out; who else is in a row is nobody's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Column, CursorResult, Table, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.tables import Person
from server.circles.bans import bars_of, keep_bans
from server.circles.tables import Agreement, Circle, Membership
from server.database import Base
from server.security import Keys

Value = str | int | bool | None
Row = dict[str, Value]

# How a person signs in. It stays when they leave every circle.
OWN = {"person", "sign_in", "recovery_code", "passkey"}
SEALED = "(kept, scrambled)"
YOU, ANOTHER = "you", "somebody else"
SCRAMBLED = {("person", "passphrase")}


def columns_of_person(table: Table) -> list[Column[object]]:
    """Those that say whom a row is about, or who made it."""
    return [
        column
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    ]


def tables_with_a_person() -> list[Table]:
    """In an order in which rows can be erased one table after the other."""
    return [table for table in reversed(Base.metadata.sorted_tables) if columns_of_person(table)]


def theirs(table: Table, person_id: str) -> object:
    """The condition that finds their rows."""
    return or_(*(column == person_id for column in columns_of_person(table)))


async def everything(db: AsyncSession, keys: Keys, person: Person) -> dict[str, list[Row]]:
    """Every row about them by table, with the names of their circles in place of numbers."""
    found: dict[str, list[Row]] = {}
    circles = await circle_names(db)
    for table in [Base.metadata.tables["person"], *tables_with_a_person()]:
        mine = table.c.id == person.id if table.name == "person" else theirs(table, person.id)
        rows = await db.execute(select(table).where(mine))  # type: ignore[arg-type]
        kept = [told(table, dict(row), person.id, circles) for row in rows.mappings()]
        if kept:
            found[table.name] = kept
    if promised := await promises(db, person, circles):
        found["agreement"] = promised
    if bars := await bars_of(db, keys, person.id):
        found["ban"] = [
            {"circle_id": circles[one.circle_id], "mark": SEALED, "called": SEALED} for one in bars
        ]
    return dict(sorted(found.items()))


async def circle_names(db: AsyncSession) -> dict[str, str]:
    """The name of each circle by its number."""
    return {row[0]: row[1] for row in await db.execute(select(Circle.id, Circle.name))}


async def promises(db: AsyncSession, person: Person, circles: dict[str, str]) -> list[Row]:
    """The words that they said yes to."""
    rows = await db.scalars(
        select(Agreement)
        .join(Membership, Membership.circle_id == Agreement.circle_id)
        .where(
            Membership.person_id == person.id,
            Membership.pledged_version == Agreement.version,
        )
    )
    return [
        {
            "circle_id": circles[row.circle_id],
            "version": row.version,
            "lines": " / ".join(str(line) for lines in row.lines.values() for line in lines),
        }
        for row in rows
    ]


def told(table: Table, row: dict[str, object], person_id: str, circles: dict[str, str]) -> Row:
    """A row as its person may have it."""
    people = {column.name for column in columns_of_person(table)}
    return {
        name: readable(table.name, name, value, name in people, person_id, circles)
        for name, value in row.items()
    }


def readable(
    table: str, name: str, value: object, is_person: bool, person_id: str, circles: dict[str, str]
) -> Value:
    """One value: dates as text, secrets only named, other people left out."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, bytes) or (table, name) in SCRAMBLED:
        return SEALED
    if is_person:
        return YOU if value == person_id else ANOTHER
    if name == "circle_id":
        return circles.get(str(value), str(value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


# --- the end of it ---


async def held_alone(db: AsyncSession, person: Person) -> Sequence[Circle]:
    """Circles that would be left without anybody to hold them."""
    other = aliased(Membership)
    others = (
        select(func.count())
        .select_from(other)
        .where(
            other.circle_id == Circle.id,
            other.person_id != person.id,
            other.role == "facilitator",
            other.banned.is_(False),
            other.state == "member",
        )
        .correlate(Circle)
        .scalar_subquery()
    )
    found = await db.scalars(
        select(Circle)
        .join(Membership, Membership.circle_id == Circle.id)
        .where(Membership.person_id == person.id, Membership.role == "facilitator", others == 0)
        .order_by(Circle.name)
    )
    return list(found)


async def counts(db: AsyncSession, person: Person) -> dict[str, int]:
    """How many rows of each table are about them, but for those that they sign in by."""
    found = {}
    for table in tables_with_a_person():
        if table.name not in OWN:
            mine = theirs(table, person.id)
            query = select(func.count()).select_from(table).where(mine)  # type: ignore[arg-type]
            found[table.name] = await db.scalar(query) or 0
    return {name: count for name, count in found.items() if count}


async def leave_everything(db: AsyncSession, keys: Keys, person: Person) -> dict[str, int]:
    """Erase all that ties them to any circle; returns what went, by table. Sign-ins stay.

    A ban is not shed with it: two keyed marks of it stay, and no name.
    """
    await keep_bans(db, keys, person.id)
    gone = {}
    for table in tables_with_a_person():
        if table.name not in OWN:
            done = await db.execute(delete(table).where(theirs(table, person.id)))  # type: ignore[arg-type]
            gone[table.name] = cast("CursorResult[object]", done).rowcount
    return {name: count for name, count in gone.items() if count}


async def erase(db: AsyncSession, keys: Keys, person: Person) -> None:
    """All of it, and the person; what hangs on them goes by its foreign keys as well."""
    await leave_everything(db, keys, person)
    await db.execute(delete(Person).where(Person.id == person.id))
