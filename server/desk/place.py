"""What the organiser calls this place, its first language and its word on costs.

Read once a minute at most, so that no page waits for it. Declines to be needed: without the
database the defaults serve.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from quart import current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.forms import title
from server.circles.guide import at_most, paragraphs
from server.desk.tables import Instance
from server.web import services
from server.words import Lang, as_lang

FRESH = 60.0
"""Seconds; another process learns of a change within them."""
LONGEST_DONATIONS = 800
KEPT = "lingkar-place"


@dataclass(frozen=True)
class Place:
    """As pages use it. Empty words are not shown."""

    name: str = ""
    language: Lang = "id"
    donations: str = ""


class PlaceForm(BaseModel):
    """What an organiser may write."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, AfterValidator(title)] = Field(min_length=1, max_length=60)
    language: Literal["id", "en"] = "id"
    donations: Annotated[str, AfterValidator(paragraphs), at_most(LONGEST_DONATIONS)] = ""


async def place() -> Place:
    """This place, as of a minute ago at most."""
    kept: tuple[float, Place] | None = current_app.extensions.get(KEPT)
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + FRESH, await read_place(kept[1] if kept else Place()))
        current_app.extensions[KEPT] = kept
    return kept[1]


async def read_place(before: Place) -> Place:
    """From the database; while it does not answer, what was known before."""
    try:
        async with services().database.session() as db:
            row = await db.get(Instance, 1)
            found = of_row(row) if row else Place()
    except (SQLAlchemyError, OSError):
        return before
    return found


def of_row(row: Instance) -> Place:
    return Place(row.name, as_lang(row.language) or "id", row.donations)


async def keep_place(db: AsyncSession, form: PlaceForm) -> None:
    """Write it down; this process knows at once."""
    row = await db.get(Instance, 1)
    if row is None:
        db.add(Instance(id=1, **form.model_dump()))
    else:
        row.name, row.language, row.donations = form.name, form.language, form.donations
    await db.commit()
    current_app.extensions.pop(KEPT, None)
