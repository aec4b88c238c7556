"""Help lines as the organiser keeps them: form, order, checks. Knows no request.

Until the first change the built-in lines serve; then they are copied, so that none is lost.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.care import OLD_AFTER, showing
from server.care.tables import HelpLine
from server.circles.forms import line
from server.words import text

NUMBER = re.compile(r"\+?[\d][\d ,().-]{1,40}")


class LineForm(BaseModel):
    """One line, as somebody types it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(line)] = Field(min_length=1, max_length=120)
    about_id: Annotated[str, AfterValidator(line)] = Field(min_length=1, max_length=240)
    about_en: Annotated[str, AfterValidator(line)] = Field(min_length=1, max_length=240)
    shown: Annotated[str, AfterValidator(line)] = Field(min_length=1, max_length=60)
    reach: str = Field(min_length=2, max_length=200)
    """A phone number or an https address."""
    country: str = Field(default="ID", pattern=r"^[A-Z]{2}$")
    emergency: bool = False

    @field_validator("reach")
    @classmethod
    def can_be_reached(cls, raw: str) -> str:
        raw = raw.strip()
        if NUMBER.fullmatch(raw) or re.fullmatch(r"https://[^\s/@]+\.[^\s@]+", raw):
            return raw
        raise ValueError("reach")

    @property
    def href(self) -> str:
        """What a tap opens. A comma is a pause before an extension."""
        if self.reach.startswith("https://"):
            return self.reach
        return "tel:" + re.sub(r"[^\d+,]", "", self.reach)

    def columns(self) -> dict[str, object]:
        return {**self.model_dump(exclude={"reach"}), "href": self.href}


async def kept_lines(db: AsyncSession) -> list[HelpLine]:
    """In their order; none for everybody while the built-in ones serve."""
    found = await db.scalars(select(HelpLine).order_by(HelpLine.position, HelpLine.id))
    return list(found)


def built_in() -> list[HelpLine]:
    """The lines that come with Lingkar, ready to become rows: their names are words by then."""
    lines = showing.built_in()
    for number, one in enumerate(lines):
        one.id, one.position, one.name = new_id(), number, text("id", one.name)
    return lines


def reach_of(one: HelpLine) -> str:
    """The field that would give what a tap opens."""
    return one.href.removeprefix("tel:")


def values_of(one: HelpLine) -> dict[str, str]:
    """A line as its form shows it."""
    names = LineForm.model_fields.keys() - {"reach", "emergency"}
    values = {name: str(getattr(one, name)) for name in names}
    return {**values, "reach": reach_of(one), "emergency": "true" if one.emergency else ""}


def for_everybody(lines: list[HelpLine]) -> bool:
    """Whether the organiser keeps a list; a circle's own lines are none."""
    return any(one.circle_id is None for one in lines)


async def take_over(db: AsyncSession) -> list[HelpLine]:
    """The lines, copied from the built-in ones where nobody did yet."""
    lines = await kept_lines(db)
    if not for_everybody(lines):
        copied = built_in()
        db.add_all(copied)
        await db.flush()
        lines = [*copied, *lines]
    return lines


def is_stale(one: HelpLine, today: dt.date) -> bool:
    """Whether nobody looked for a quarter of a year."""
    return today - one.checked > OLD_AFTER


async def stale_lines(db: AsyncSession, today: dt.date) -> int:
    """How many are; those that are built in too."""
    lines = await kept_lines(db)
    lines = lines if for_everybody(lines) else [*built_in(), *lines]
    return sum(is_stale(one, today) for one in lines)


def move(lines: list[HelpLine], one: HelpLine, step: Literal[-1, 1]) -> None:
    """One place up or down; all of them are numbered anew."""
    at = lines.index(one)
    to = min(max(at + step, 0), len(lines) - 1)
    lines.insert(to, lines.pop(at))
    for number, line_ in enumerate(lines):
        line_.position = number
