"""Changing a circle's agreements: its own words, each version kept. Reading them is `agreed`'s.

Without words of its own a circle has the four lines that every circle has. Knows no request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.names import hides
from server.circles.queries import MyCircle
from server.circles.tables import Agreement, Circle
from server.words import WRITTEN

MOST_LINES = 10
LONGEST_LINE = 200
LONGEST_TEXT = MOST_LINES * (LONGEST_LINE + 2)
Lines = dict[str, list[str]]
"""By language; each may be empty."""


def read_agreements(sent: Mapping[str, str]) -> tuple[Lines, dict[str, str]]:
    """What was typed, a line for each, and for each field that is wrong, why."""
    lines: Lines = {}
    wrong: dict[str, str] = {}
    for lang in WRITTEN:
        typed = sent.get(f"lines.{lang}", "")[: LONGEST_TEXT * 2]
        lines[lang] = [" ".join(one.split()) for one in typed.splitlines() if one.strip()]
        why = what_is_wrong(lines[lang])
        if why:
            wrong[f"lines.{lang}"] = why
    return lines, wrong


def what_is_wrong(lines: Sequence[str]) -> str:
    """The key of the words that say so; empty when nothing is."""
    if len(lines) > MOST_LINES:
        return "many"
    if any(len(one) > LONGEST_LINE for one in lines):
        return "long"
    return "hidden" if any(hides(char) for one in lines for char in one) else ""


async def agreements_of(db: AsyncSession, circle: Circle) -> Lines:
    """As they are now; empty where the circle has the lines that every circle has."""
    if not circle.agreements_version:
        return {}
    found = await db.get(Agreement, (circle.id, circle.agreements_version))
    return dict(found.lines) if found else {}


async def agree(db: AsyncSession, mine: MyCircle, lines: Lines, today: dt.date) -> bool:
    """A new version, and everybody promises again; whoever wrote it has. False: nothing changed.

    Lines that are all empty are those that every circle has.
    """
    circle = mine.circle
    kept = {lang: lines.get(lang, []) for lang in WRITTEN}
    now = await agreements_of(db, circle)
    if kept == {lang: now.get(lang, []) for lang in WRITTEN}:
        return False
    version = circle.agreements_version + 1
    db.add(Agreement(circle_id=circle.id, version=version, lines=kept, since=today))
    circle.agreements_version = version
    if mine.membership.pledged:
        mine.membership.pledged_version = version
    await db.flush()
    return True


async def versions_of(db: AsyncSession, circle: Circle) -> list[Agreement]:
    """Every version there was, the newest first."""
    found = await db.scalars(
        select(Agreement).where(Agreement.circle_id == circle.id).order_by(Agreement.version.desc())
    )
    return list(found)
