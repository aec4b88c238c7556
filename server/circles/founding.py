"""Makes a circle, at an address from its name that nobody has. Knows no request."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.accounts.tables import Person
from server.circles.forms import CircleDetails, CircleForm
from server.circles.patterns import DAYS
from server.circles.queries import find_circle, join, times_of
from server.circles.rules import Rule
from server.circles.tables import Circle
from server.circles.weekdays import plan
from server.circles.zone_names import LONG

SOFT_SECONDS = 240
"""How long a turn is meant to be, until the circle says otherwise."""
TRIES = 5


async def make_circle(db: AsyncSession, form: CircleForm, person: Person, name: str) -> Circle:
    """A new circle that meets each week, held by this person under this name."""
    zone = LONG[form.zone]
    details = CircleDetails(
        name=form.name,
        topic=form.topic,
        language=form.language,
        seats=form.seats,
        minutes=form.minutes,
        newcomers=True,
        visibility="public" if form.listed else "private",
        joining="open" if form.listed else "invitation",
        door=form.door,
    )
    rule = Rule(
        first_start(form.weekday, form.time, zone), zone, f"FREQ=WEEKLY;BYDAY={DAYS[form.weekday]}"
    )
    soft = form.soft_minutes * 60
    return await found_circle(db, details, rule, person, name, soft_seconds=soft)


async def found_circle(
    db: AsyncSession,
    details: CircleDetails,
    rule: Rule,
    person: Person,
    name: str,
    *,
    soft_seconds: int = SOFT_SECONDS,
) -> Circle:
    """A new circle, held by this person under this name."""
    circle = Circle(
        id=new_id(),
        slug=await free_slug(db, details.name),
        **details.columns(),
        starts=rule.starts,
        timezone=rule.timezone,
        rule=rule.rule,
        soft_seconds=soft_seconds,
        agreements_version=0,
        since=dt.datetime.now(dt.UTC).date(),
    )
    plan(circle, times_of(circle), dt.datetime.now(dt.UTC))
    await add_with_free_slug(db, circle)
    await join(db, circle, person, name, role="facilitator")
    return circle


async def add_with_free_slug(db: AsyncSession, circle: Circle) -> None:
    """Add it; where somebody was faster with the same address, under another."""
    for _ in range(TRIES):
        try:
            async with db.begin_nested():
                db.add(circle)
                await db.flush()
        except IntegrityError:
            circle.slug = another_slug(circle.slug)
        else:
            return
    raise RuntimeError("no free address for a circle")


def first_start(weekday: int, time: str, zone: str) -> str:
    """The first such day, today or later, as a schedule writes it."""
    today = dt.datetime.now(ZoneInfo(zone)).date()
    return f"{today + dt.timedelta(days=(weekday - today.weekday()) % 7)}T{time}"


async def free_slug(db: AsyncSession, name: str) -> str:
    """An address from the name, with something behind it where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "lingkaran"
    slug = base
    while await find_circle(db, slug) is not None:
        slug = another_slug(base)
    return slug


def another_slug(base: str) -> str:
    """The same with something behind it, that fits."""
    return f"{base[:40]}-{secrets.token_hex(3)}"
