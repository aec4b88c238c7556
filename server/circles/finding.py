"""Finds circles that anybody may find: what to look for, and the queries, a fixed number of them.

Knows no request. Takes the visitor's zone by name; where somebody lives is neither asked nor kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.kinds import KINDS
from server.circles.tables import Circle, Membership
from server.circles.when import TIMES, meets

PAGE = 12
LAST_PAGE = 1000
LONGEST = 60
"""Letters of what somebody may search for."""
MOST_WORDS = 6
ESCAPE = "\\"


@dataclass(frozen=True)
class Search:
    """What somebody looks for. An empty field does not matter to them."""

    q: str = ""
    topic: str = ""
    place: str = ""
    language: str = ""
    day: str = ""
    """0 is Monday."""
    time: str = ""
    medium: str = ""
    first: str = ""
    seats: str = ""

    @property
    def active(self) -> tuple[str, ...]:
        """The fields that matter, in the form's order."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name))

    def without(self, name: str) -> Search:
        """The same, a little looser."""
        return replace(self, **{name: ""})

    def query(self, page: int = 1) -> str:
        """For the address of its page."""
        said = {NAMES[name]: getattr(self, name) for name in self.active}
        if page > 1:
            said["hal"] = str(page)
        return urlencode(said)


# As they stand in the address, which is Indonesian as all of ours are.
NAMES = {
    "q": "q",
    "topic": "tema",
    "place": "tempat",
    "language": "bahasa",
    "day": "hari",
    "time": "waktu",
    "medium": "cara",
    "first": "baru",
    "seats": "kursi",
}
CHOICES: dict[str, tuple[str, ...]] = {
    "topic": KINDS,
    "language": ("id", "en"),
    "day": tuple("0123456"),
    "time": tuple(TIMES),
    "medium": ("text", "sound"),
    "first": ("1",),
    "seats": ("1",),
}


def read_search(sent: Mapping[str, str]) -> Search:
    """What was asked. What makes no sense does not matter either: an old link still finds."""
    said = {name: " ".join(sent.get(NAMES[name], "").split())[:LONGEST] for name in NAMES}
    said = {name: "".join(filter(str.isprintable, value)) for name, value in said.items()}
    known = {name: value for name, value in said.items() if value in CHOICES.get(name, (value,))}
    return Search(**known)


def read_page(sent: Mapping[str, str]) -> int:
    """Which page, from 1."""
    asked = sent.get("hal", "")
    number = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 6 else 1
    return max(1, min(number, LAST_PAGE))


@dataclass(frozen=True)
class Results:
    """One page of circles, the next to meet first, and whether there are more."""

    circles: Sequence[Circle]
    page: int
    more: bool


async def find(
    db: AsyncSession,
    search: Search,
    page: int,
    now: dt.datetime,
    zone: str,
    but: Sequence[str] = (),
) -> Results:
    """Public circles that fit, without those that the person knows already."""
    wanted = conditions(search, now, zone)
    if but:
        wanted.append(Circle.id.not_in(but))
    found = await db.scalars(
        select(Circle)
        .where(*wanted)
        .order_by(Circle.next_start.asc().nulls_last(), Circle.id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    circles = list(found)
    return Results(circles[:PAGE], page, len(circles) > PAGE)


async def looser(
    db: AsyncSession, search: Search, now: dt.datetime, zone: str
) -> list[tuple[str, Search]]:
    """Each field without which something would be found, and the search without it."""
    tries = [(name, search.without(name)) for name in search.active]
    if not tries:
        return []
    asked = [exists().where(*conditions(one, now, zone)).label(name) for name, one in tries]
    row = (await db.execute(select(*asked))).one()
    return [pair for pair, found in zip(tries, row, strict=True) if found]


async def taken(db: AsyncSession, ids: Sequence[str]) -> dict[str, int]:
    """How many belong to each of these circles."""
    if not ids:
        return {}
    rows = await db.execute(
        select(Membership.circle_id, func.count())
        .where(Membership.circle_id.in_(ids), *belongs())
        .group_by(Membership.circle_id)
    )
    return {str(row[0]): int(row[1]) for row in rows}


def belongs() -> tuple[ColumnElement[bool], ...]:
    """Whose seat is counted: not that of somebody who still waits, or who may not return."""
    return Membership.state == "member", Membership.banned.is_(False)


def conditions(search: Search, now: dt.datetime, zone: str) -> list[ColumnElement[bool]]:
    """What a circle must be; always public, whatever else."""
    wanted: list[ColumnElement[bool]] = [Circle.visibility == "public"]
    wanted += [contains(Circle.search, word) for word in words(search.q)]
    wanted += [contains(func.lower(Circle.place), word) for word in words(search.place)]
    if search.topic:
        wanted.append(Circle.kind == search.topic)
    if search.language:
        wanted.append(contains(Circle.languages, search.language))
    if search.medium:
        wanted.append(Circle.medium == search.medium)
    if search.first:
        wanted.append(Circle.newcomers.is_(True))
    if search.day or search.time:
        wanted.append(meets(search.day, search.time, now, zone))
    if search.seats:
        wanted.append(has_room())
    return wanted


def words(text: str) -> list[str]:
    return text.casefold().split()[:MOST_WORDS]


def contains(column: Any, word: str) -> ColumnElement[bool]:
    """The word as it is; its own per cent signs and underscores mean themselves."""
    for special in (ESCAPE, "%", "_"):
        word = word.replace(special, ESCAPE + special)
    found: ColumnElement[bool] = column.like(f"%{word}%", escape=ESCAPE)
    return found


def has_room() -> ColumnElement[bool]:
    """More seats than people who belong to it."""
    there = (
        select(func.count()).where(Membership.circle_id == Circle.id, *belongs()).scalar_subquery()
    )
    return there < Circle.seats
