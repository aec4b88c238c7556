"""Looks up circles through the membership of whoever asks, and changes memberships.

Knows no request. One that does not exist and one they do not belong to look the same.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.accounts.tables import Person
from server.circles.forms import CircleForm
from server.circles.names import name_key, suggestion
from server.circles.schedule import LONG, Times
from server.circles.tables import Circle, Invitation, Membership
from server.security import hashed, new_secret

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class MyCircle:
    """A circle and what the person is in it."""

    circle: Circle
    membership: Membership

    @property
    def facilitates(self) -> bool:
        return self.membership.role == "facilitator"


class NameTaken(Exception):
    """Somebody in this circle has that name; `suggestion` is free."""

    def __init__(self, free: str) -> None:
        super().__init__()
        self.suggestion = free


class NotValid(Exception):
    """The invitation does not let anybody in any more."""


def times_of(circle: Circle) -> Times:
    """When it meets."""
    return Times(circle.starts, circle.timezone, circle.rule, circle.minutes)


async def find_circle(db: AsyncSession, slug: str) -> Circle | None:
    """By its address, for whoever was already let in on its existence."""
    return await db.scalar(select(Circle).where(Circle.slug == slug))


async def find_my_circle(db: AsyncSession, person: Person | None, slug: str) -> MyCircle | None:
    """Look a circle up through the person's own membership; a ban ends nothing here."""
    if person is None:
        return None
    found = await db.execute(
        select(Circle, Membership)
        .join(Membership, Membership.circle_id == Circle.id)
        .where(Circle.slug == slug, Membership.person_id == person.id)
    )
    row = found.first()
    return MyCircle(row[0], row[1]) if row else None


async def my_circles(db: AsyncSession, person: Person) -> Sequence[MyCircle]:
    """Every circle that somebody belongs to."""
    rows = await db.execute(
        select(Circle, Membership)
        .join(Membership, Membership.circle_id == Circle.id)
        .where(Membership.person_id == person.id, Membership.banned.is_(False))
        .order_by(Circle.name)
    )
    return [MyCircle(row[0], row[1]) for row in rows]


async def listed_circles(db: AsyncSession, now: dt.datetime) -> list[Circle]:
    """Those that anybody may find, the next to meet first."""
    found = await db.scalars(select(Circle).where(Circle.visibility == "public"))
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda circle: times_of(circle).next_start(now) or last)


async def facilitator_names(db: AsyncSession, circle: Circle) -> list[str]:
    """Who holds the circle."""
    found = await db.scalars(
        select(Membership.name)
        .where(
            Membership.circle_id == circle.id,
            Membership.role == "facilitator",
            Membership.banned.is_(False),
        )
        .order_by(Membership.name_key)
    )
    return list(found)


async def make_circle(db: AsyncSession, form: CircleForm, person: Person, name: str) -> Circle:
    """A new circle, held by this person under this name."""
    circle = Circle(
        id=new_id(),
        slug=await free_slug(db, form.name),
        name=form.name,
        topic=form.topic,
        kind="other",
        place="",
        search=f"{form.name} {form.topic}".casefold(),
        language=form.language,
        languages=form.language,
        medium="text",
        newcomers=True,
        ages="adults",
        seats=form.seats,
        starts=first_start(form.weekday, form.time, LONG[form.zone]),
        timezone=LONG[form.zone],
        rule=f"FREQ=WEEKLY;BYDAY={DAYS[form.weekday]}",
        minutes=form.minutes,
        soft_seconds=form.soft_minutes * 60,
        door=form.door,
        visibility="public" if form.listed else "private",
        joining="open" if form.listed else "invitation",
        friends="ask",
        observers_first=False,
        agreements_version=0,
        since=dt.datetime.now(dt.UTC).date(),
    )
    db.add(circle)
    await db.flush()
    await join(db, circle, person, name, role="facilitator")
    return circle


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
        slug = f"{base}-{secrets.token_hex(3)}"
    return slug


async def join(
    db: AsyncSession,
    circle: Circle,
    person: Person,
    name: str,
    *,
    role: str = "member",
    invitation_id: str | None = None,
) -> Membership:
    """Belong to a circle from now on. Raises `NameTaken`."""
    key = name_key(name)
    keys = await db.scalars(select(Membership.name_key).where(Membership.circle_id == circle.id))
    taken = set(keys)
    if key in taken:
        raise NameTaken(suggestion(name, taken))
    membership = Membership(
        circle_id=circle.id,
        person_id=person.id,
        name=name,
        name_key=key,
        role=role,
        # Who holds a circle asked for the promise in the first place.
        pledged=role == "facilitator" and invitation_id is None,
        banned=False,
        visits=0,
        invitation_id=invitation_id,
    )
    db.add(membership)
    try:
        await db.flush()
    except IntegrityError:
        # Somebody was faster with the same name.
        await db.rollback()
        await db.refresh(circle)
        raise NameTaken(suggestion(name, taken | {key})) from None
    return membership


async def invite(
    db: AsyncSession,
    circle: Circle,
    person: Person,
    *,
    days: int = 7,
    most: int = 20,
    role: str = "member",
    with_topic: bool = False,
) -> tuple[Invitation, str]:
    """A new invitation and its secret, which is kept nowhere."""
    secret = new_secret()
    invitation = Invitation(
        id=new_id(),
        circle_id=circle.id,
        secret_hash=hashed(secret),
        made_by=person.id,
        role=role,
        with_topic=with_topic,
        expires=int(time.time()) + days * 86400,
        most=most,
        uses=0,
        revoked=False,
    )
    db.add(invitation)
    await db.flush()
    return invitation, secret


def holds(invitation: Invitation | None) -> bool:
    """Whether it lets somebody in now."""
    return (
        invitation is not None
        and not invitation.revoked
        and invitation.expires > time.time()
        and invitation.uses < invitation.most
    )


async def invitation_of(db: AsyncSession, secret: str) -> tuple[Invitation, Circle] | None:
    """The invitation that this secret opens, if it still holds."""
    rows = await db.execute(
        select(Invitation, Circle)
        .join(Circle, Circle.id == Invitation.circle_id)
        .where(Invitation.secret_hash == hashed(secret))
    )
    row = rows.first()
    return (row[0], row[1]) if row and holds(row[0]) else None


async def use(db: AsyncSession, invitation_id: str) -> None:
    """Count one person. Raises `NotValid`; two people at once never share the last place."""
    done = await db.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.revoked.is_(False),
            Invitation.expires > int(time.time()),
            Invitation.uses < Invitation.most,
        )
        .values(uses=Invitation.uses + 1)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise NotValid


async def open_invitations(db: AsyncSession, circle: Circle) -> list[Invitation]:
    """Those that still let somebody in."""
    found = await db.scalars(
        select(Invitation)
        .where(Invitation.circle_id == circle.id, Invitation.revoked.is_(False))
        .order_by(Invitation.expires)
    )
    return [invitation for invitation in found if holds(invitation)]
