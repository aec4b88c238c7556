"""Help lines as a page shows them: whose, of which country, how long since somebody looked.

Declines to fail: where the database cannot be asked, the lines that come with Lingkar are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.care import CHECKED, LINES, OLD_AFTER
from server.care.tables import HelpLine
from server.database import is_away
from server.words import Lang, locale, long_date, text

AT_HOME = "ID"


@dataclass(frozen=True)
class ShownLine:
    """One line in one language."""

    name: str
    about: str
    shown: str
    href: str
    emergency: bool
    checked: str
    old: bool
    of_circle: bool = False


@dataclass(frozen=True)
class Help:
    """All that the page needs."""

    lines: list[ShownLine]
    countries: list[tuple[str, str]]
    """Code and name; more than one: there is a choice."""
    country: str
    checked: str
    """The oldest check of those shown."""
    old: bool


async def everybodys(
    db: AsyncSession, lang: Lang, country: str | None, circle_id: str | None = None
) -> Help:
    """The lines of a country; those of a circle come first, but emergencies before all."""
    return of_country(await kept(db, circle_id), lang, country)


def without_database(lang: Lang) -> Help:
    """The lines that come with Lingkar, for a page that says that nothing else can be had."""
    return of_country([], lang, None)


def of_country(rows: Sequence[HelpLine], lang: Lang, country: str | None) -> Help:
    """What is shown of all these lines."""
    today = dt.datetime.now(dt.UTC).date()
    general = [row for row in rows if row.circle_id is None] or built_in()
    own = [row for row in rows if row.circle_id is not None]
    codes = list(dict.fromkeys(row.country for row in general))
    chosen = country if country in codes else AT_HOME if AT_HOME in codes else codes[0]
    found = [*own, *(row for row in general if row.country == chosen)]
    found.sort(key=lambda row: not row.emergency)
    oldest = min(row.checked for row in found)
    return Help(
        lines=[as_shown(row, lang, today) for row in found],
        countries=[(code, country_name(code, lang)) for code in codes],
        country=chosen,
        checked=long_date(lang, oldest),
        old=today - oldest > OLD_AFTER,
    )


async def kept(db: AsyncSession, circle_id: str | None) -> Sequence[HelpLine]:
    """Lines for everybody and those of one circle, in their order."""
    whose = or_(HelpLine.circle_id.is_(None), HelpLine.circle_id == circle_id)
    order = (HelpLine.position, HelpLine.id)
    try:
        return (await db.scalars(select(HelpLine).where(whose).order_by(*order))).all()
    except Exception as error:
        if not is_away(error):
            raise
        return []


def built_in() -> list[HelpLine]:
    """The lines that come with Lingkar; they are in no database."""
    return [
        HelpLine(
            country=AT_HOME,
            name=f"help.{one.key}",
            about_id=text("id", f"help.{one.key}.b"),
            about_en=text("en", f"help.{one.key}.b"),
            shown=one.shown,
            href=one.href,
            emergency=one.emergency,
            checked=CHECKED,
        )
        for one in LINES
    ]


def as_shown(row: HelpLine, lang: Lang, today: dt.date) -> ShownLine:
    # Only a line that comes with Lingkar is in no database; it has a name in each language.
    return ShownLine(
        name=row.name if row.id else text(lang, row.name),
        about=row.about_en if lang == "en" else row.about_id,
        shown=row.shown,
        href=row.href,
        emergency=row.emergency,
        checked=long_date(lang, row.checked),
        old=today - row.checked > OLD_AFTER,
        of_circle=row.circle_id is not None,
    )


def country_name(code: str, lang: Lang) -> str:
    """As people of that language call it."""
    return str(Locale.parse(locale(lang)).territories.get(code, code))
