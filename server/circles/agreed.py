"""What a circle agreed on, to be read in one language. Changes nothing: `agreements` does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.tables import Agreement, Circle
from server.words import Lang, long_date


@dataclass(frozen=True)
class Agreed:
    """The circle's own words."""

    lines: Sequence[str]
    since: dt.date
    lang: str
    """The language of the lines, for whoever reads them aloud."""

    def date(self, lang: Lang) -> str:
        return long_date(lang, self.since)


async def agreed(db: AsyncSession, circle: Circle, lang: Lang) -> Agreed | None:
    """The newest version, in that language where it has it; None: the lines of every circle."""
    if not circle.agreements_version:
        return None
    found = await db.get(Agreement, (circle.id, circle.agreements_version))
    if found is None:
        return None
    for spoken in (lang, circle.language, *found.lines):
        if lines := found.lines.get(spoken):
            return Agreed([str(line) for line in lines], found.since, spoken)
    return None
