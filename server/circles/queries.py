"""Looks up circles through the membership of whoever asks, and changes memberships.

Knows no request. One that does not exist and one they do not belong to look the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.accounts.tables import Person
from server.circles.names import name_key, suggestion
from server.circles.schedule import Times
from server.circles.tables import Circle, Invitation, Membership
from server.security import hashed, new_secret


@dataclass(frozen=True)
class MyCircle:
    """A circle and what the person is in it."""

    circle: Circle
    membership: Membership

    @property
    def facilitates(self) -> bool:
        return self.membership.role == "facilitator"

    @property
    def pledged(self) -> bool:
        """Whether they promised, and to the agreements as they are now."""
        now = self.circle.agreements_version
        return self.membership.pledged and self.membership.pledged_version >= now


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
    """Look a circle up through the person's own membership; a ban ends nothing here.

    Whoever only asked to join belongs to nothing yet.
    """
    mine = await find_my_place(db, person, slug)
    return mine if mine and mine.membership.state == "member" else None


async def find_my_place(db: AsyncSession, person: Person | None, slug: str) -> MyCircle | None:
    """The same for whoever waits for a facilitator's yes, or had a no, too."""
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
        .where(
            Membership.person_id == person.id,
            Membership.state == "member",
            Membership.banned.is_(False),
        )
        .order_by(Circle.name)
    )
    return [MyCircle(row[0], row[1]) for row in rows]


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


async def join(
    db: AsyncSession,
    circle: Circle,
    person: Person,
    name: str,
    *,
    role: str = "member",
    state: str = "member",
    invitation_id: str | None = None,
) -> Membership:
    """Belong to a circle from now on, or ask to. Raises `NameTaken`."""
    key = name_key(name)
    keys = await db.scalars(select(Membership.name_key).where(Membership.circle_id == circle.id))
    taken = set(keys)
    if key in taken:
        raise NameTaken(suggestion(name, taken))
    # Who holds a circle asked for the promise in the first place.
    founds = role == "facilitator" and invitation_id is None
    membership = Membership(
        circle_id=circle.id,
        person_id=person.id,
        name=name,
        name_key=key,
        role=role,
        state=state,
        pledged=founds,
        pledged_version=circle.agreements_version if founds else 0,
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
        and invitation.approved
        and invitation.expires > time.time()
        and invitation.uses < invitation.most
    )


async def use(db: AsyncSession, invitation_id: str) -> None:
    """Count one person. Raises `NotValid`; two people at once never share the last place."""
    done = await db.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.revoked.is_(False),
            Invitation.approved.is_(True),
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
