"""What is done with invitations beyond letting somebody in: lists, a yes, taking back. No request.

Knows an invitation by its id, or by the hash of a secret that is kept nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Person
from server.circles.queries import MyCircle, invite
from server.circles.tables import Circle, Invitation, Membership
from server.security import hashed, new_secret

FRIEND_DAYS = 14
MOST_FRIENDS = 3
"""Invitations for friends that one member may have open at a time."""


class Enough(Exception):
    """They have as many open as one member may have."""


@dataclass(frozen=True)
class Handed:
    """An invitation and the name of whoever made it; None: they left."""

    invitation: Invitation
    maker: str | None

    @property
    def waits(self) -> bool:
        """Lets nobody in before a facilitator's yes."""
        return not self.invitation.approved

    @property
    def left(self) -> int:
        """How many people may still come by it."""
        return self.invitation.most - self.invitation.uses


def waits(invitation: Invitation) -> bool:
    """Whether only a facilitator's yes is missing."""
    return not invitation.approved and not invitation.revoked and invitation.expires > time.time()


async def behind(db: AsyncSession, secret: str) -> tuple[Invitation, Circle] | None:
    """The invitation of this secret and its circle, whether or not it lets anybody in."""
    rows = await db.execute(
        select(Invitation, Circle)
        .join(Circle, Circle.id == Invitation.circle_id)
        .where(Invitation.secret_hash == hashed(secret))
    )
    row = rows.first()
    return (row[0], row[1]) if row else None


async def handed_out(db: AsyncSession, circle: Circle) -> Sequence[Handed]:
    """All that let somebody in, or would after a yes; those that wait first."""
    rows = await db.execute(
        select(Invitation, Membership.name)
        .outerjoin(
            Membership,
            and_(
                Membership.circle_id == Invitation.circle_id,
                Membership.person_id == Invitation.made_by,
            ),
        )
        .where(
            Invitation.circle_id == circle.id,
            Invitation.revoked.is_(False),
            Invitation.expires > int(time.time()),
            Invitation.uses < Invitation.most,
        )
        .order_by(Invitation.approved, Invitation.expires, Invitation.id)
    )
    return [Handed(row[0], row[1]) for row in rows]


async def for_friends(db: AsyncSession, mine: MyCircle) -> Sequence[Invitation]:
    """Those that a member made for friends and that have time left, a no among them."""
    found = await db.scalars(
        select(Invitation)
        .where(
            Invitation.circle_id == mine.circle.id,
            Invitation.made_by == mine.membership.person_id,
            Invitation.friend.is_(True),
            Invitation.expires > int(time.time()),
            Invitation.uses < Invitation.most,
        )
        .order_by(Invitation.expires, Invitation.id)
    )
    return list(found)


async def invite_friend(
    db: AsyncSession, mine: MyCircle, person: Person, *, with_topic: bool
) -> tuple[Invitation, str]:
    """For one friend. Raises `Enough`. Lets nobody in before the yes, where the circle asks one."""
    still_open = [one for one in await for_friends(db, mine) if not one.revoked]
    if len(still_open) >= MOST_FRIENDS:
        raise Enough
    invitation, secret = await invite(
        db, mine.circle, person, days=FRIEND_DAYS, most=1, with_topic=with_topic
    )
    invitation.friend = True
    invitation.approved = mine.circle.friends == "yes"
    await db.flush()
    return invitation, secret


async def find_handed(db: AsyncSession, mine: MyCircle, invitation_id: str) -> Invitation | None:
    """One of the circle for its facilitators, one of their own for members."""
    invitation = await db.get(Invitation, invitation_id)
    if invitation is None or invitation.circle_id != mine.circle.id:
        return None
    own = invitation.friend and invitation.made_by == mine.membership.person_id
    return invitation if mine.facilitates or own else None


def replace_secret(invitation: Invitation) -> str:
    """A new link in place of one that was lost, which opens nothing any more."""
    secret = new_secret()
    invitation.secret_hash = hashed(secret)
    return secret


async def take_back(db: AsyncSession, mine: MyCircle, invitation: Invitation) -> None:
    """It lets nobody in from now on; who came by it stays."""
    if invitation.uses == 0 and not mine.facilitates:
        # A friend's that nobody used leaves no trace.
        await db.delete(invitation)
    else:
        invitation.revoked = True
    await db.flush()


async def forget_friends_of(db: AsyncSession, circle: Circle, person_id: str) -> None:
    """Whoever leaves no longer vouches for a friend who has not come yet."""
    await db.execute(
        delete(Invitation).where(
            Invitation.circle_id == circle.id,
            Invitation.made_by == person_id,
            Invitation.friend.is_(True),
            Invitation.uses == 0,
        )
    )
