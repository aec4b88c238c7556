"""Writes a demonstration circle and its simulated people into a database that is thrown away.

Declines to touch any other: the caller made the database for this alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_person, sign_in
from server.circles.forms import CircleForm
from server.circles.founding import make_circle
from server.circles.queries import invite, join
from server.circles.tables import Circle
from server.database import once
from server.security import Keys
from server.settings import Settings
from server.simulated.lines import Language, Lines
from server.simulated.neighbours import seed_neighbours
from server.web import SIGN_IN, cookie_name

LONGEST_MEETING = 240
"""Minutes; then the circle closes and opens again."""
SOFT_MINUTES = 4
SEATS = 12
GUESTS = 100
DAYS = 60


@dataclass(frozen=True)
class Casting:
    """The circle, everybody's cookie ("name=value"), and links for people who want to join."""

    slug: str
    facilitator: str
    members: tuple[str, ...]
    join_link: str
    facilitate_link: str
    unlisted: str
    """The last part of the address of the circle that the first page leaves out."""
    private_link: str
    """Into the circle that nobody finds by looking."""


async def cast_circle(
    settings: Settings, lines: Lines, language: Language, now: dt.datetime
) -> Casting:
    """A circle that meets now, with all its people signed in."""
    keys = Keys.kept_in(settings.data_dir)
    name = cookie_name(settings, SIGN_IN)
    async with once(settings.database_url) as db:
        facilitator = new_person()
        # Somebody is organiser, so that no page offers to set this place up.
        facilitator.organiser = True
        db.add(facilitator)
        await db.flush()
        form = circle_form(lines, language, now)
        circle = await make_circle(db, form, facilitator, lines.facilitator)
        describe(circle, lines)
        lead = await sign_in(db, keys, facilitator.id)
        members = [await cast_member(db, keys, circle, member) for member in lines.members]
        _, as_member = await invite(db, circle, facilitator, days=DAYS, most=GUESTS)
        _, as_facilitator = await invite(db, circle, facilitator, most=1, role="facilitator")
        others = await seed_neighbours(db, now)
        hidden = next(one for one in others if one.visibility == "private")
        _, to_hidden = await invite(db, hidden, facilitator, days=DAYS, most=GUESTS)
        await db.commit()
    return Casting(
        slug=circle.slug,
        facilitator=f"{name}={lead}",
        members=tuple(f"{name}={member}" for member in members),
        join_link=f"{settings.public_url}/u#{as_member}",
        facilitate_link=f"{settings.public_url}/u#{as_facilitator}",
        unlisted=next(one.slug for one in others if one.visibility == "unlisted"),
        private_link=f"{settings.public_url}/u#{to_hidden}",
    )


def circle_form(lines: Lines, language: Language, now: dt.datetime) -> CircleForm:
    """A circle whose weekly time is this hour."""
    there = now.astimezone(ZoneInfo("Asia/Jakarta"))
    return CircleForm(
        name=lines.title,
        topic=lines.topic,
        language=language,
        seats=SEATS,
        weekday=there.weekday(),
        time=f"{there.hour:02}:00",
        minutes=LONGEST_MEETING,
        soft_minutes=SOFT_MINUTES,
        listed=True,
    )


def describe(circle: Circle, lines: Lines) -> None:
    """What people look for it by."""
    circle.kind, circle.place, circle.languages = "parents", lines.place, "id,en"
    circle.search = f"{circle.name} {circle.topic} {circle.place}".casefold()


async def cast_member(db: AsyncSession, keys: Keys, circle: Circle, name: str) -> str:
    """A member who gave the promise; returns what their browser would keep."""
    person = new_person()
    db.add(person)
    await db.flush()
    membership = await join(db, circle, person, name)
    membership.pledged = True
    return await sign_in(db, keys, person.id)
