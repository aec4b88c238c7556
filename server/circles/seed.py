"""Writes an organiser, a circle and its members into a database, signed in, for tests and pictures.

Declines to be reachable from any page: whoever can call it owns the data folder anyway.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from realtime.domain.meeting import MemberId
from server.accounts.queries import hash_passphrase, new_person, sign_in
from server.accounts.tables import Person
from server.circles.forms import CircleForm
from server.circles.founding import make_circle
from server.circles.guide import Guide
from server.circles.names import name_key
from server.circles.queries import invite, join
from server.circles.seat_ids import seat_id
from server.circles.tables import Circle
from server.database import once
from server.security import Keys
from server.settings import Settings
from server.web import SIGN_IN, cookie_name
from server.words import Written


@dataclass(frozen=True)
class Seeded:
    """What was made: cookie values under one cookie name, and links that let people in."""

    slug: str
    circle_id: str
    cookie_name: str
    facilitator: str
    """The cookie's value of the organiser, who facilitates."""
    members: dict[str, str]
    """Cookie values by name."""
    ids: dict[str, str]
    """People's ids by name, the facilitator's too."""
    seat_ids: dict[str, MemberId]
    """Who they are in the room."""
    join_link: str
    facilitate_link: str


async def seed_circle(
    settings: Settings,
    *,
    title: str = "Orang tua tunggal Jakarta",
    topic: str = "Mengasuh anak seorang diri.",
    facilitator: str = "Bu Sari",
    members: Sequence[str] = (),
    passphrase: str | None = None,
    language: Written = "id",
    seats: int = 12,
    door: Literal["ask", "open"] = "ask",
    listed: bool = False,
    # Weekday and time; None: a meeting now.
    weekly: tuple[int, str] | None = None,
    soft_minutes: int = 4,
    # None: the standard one.
    guide: Guide | None = None,
    medium: Literal["text", "sound"] = "text",
) -> Seeded:
    """Make it all and return the ways in."""
    weekday, time = weekly or this_hour()
    form = CircleForm(
        name=title, topic=topic, language=language, seats=seats, weekday=weekday, time=time,
        soft_minutes=soft_minutes, door=door, listed=listed,
    )  # fmt: skip
    keys = Keys.kept_in(settings.data_dir)
    async with once(settings.database_url) as db:
        lead = await seed_organiser(db, facilitator, passphrase)
        circle = await make_circle(db, form, lead, facilitator)
        circle.guide = guide.model_dump(mode="json") if guide else None
        circle.medium = medium
        people = {name: await seed_member(db, keys, circle, name) for name in members}
        _, as_member = await invite(db, circle, lead, days=30, most=100)
        _, as_facilitator = await invite(db, circle, lead, days=30, role="facilitator")
        lead_cookie = await sign_in(db, keys, lead.id)
        await db.commit()
    ids = {facilitator: lead.id} | {name: one for name, (one, _) in people.items()}
    return Seeded(
        slug=circle.slug,
        circle_id=circle.id,
        cookie_name=cookie_name(settings, SIGN_IN),
        facilitator=lead_cookie,
        members={name: cookie for name, (_, cookie) in people.items()},
        ids=ids,
        seat_ids={name: seat_id(keys, circle.id, one) for name, one in ids.items()},
        join_link=f"{settings.public_url}/u#{as_member}",
        facilitate_link=f"{settings.public_url}/u#{as_facilitator}",
    )


def this_hour() -> tuple[int, str]:
    """Weekday and time of a meeting that is on."""
    now = dt.datetime.now(ZoneInfo("Asia/Jakarta"))
    return now.weekday(), f"{now.hour:02}:00"


async def seed_organiser(db: AsyncSession, name: str, passphrase: str | None) -> Person:
    """Who keeps the place, and facilitates."""
    person = new_person(name, name_key(name))
    person.organiser = True
    person.passphrase = await hash_passphrase(passphrase) if passphrase else None
    db.add(person)
    await db.flush()
    return person


async def seed_member(db: AsyncSession, keys: Keys, circle: Circle, name: str) -> tuple[str, str]:
    """A member who gave the promise; returns their id and what their browser keeps."""
    person = new_person()
    db.add(person)
    await db.flush()
    membership = await join(db, circle, person, name)
    membership.pledged = True
    return person.id, await sign_in(db, keys, person.id)
