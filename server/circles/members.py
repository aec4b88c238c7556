"""Who belongs to a circle and what facilitators may change about it. Knows no request.

Raises `Kept` where something has to come first: nobody leaves a circle without a facilitator.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.companions import unpair_all
from server.circles.seats import Full, make_room
from server.circles.tables import Circle, Invitation, Membership

FACILITATOR = "facilitator"
MEMBER = "member"


class Kept(Exception):
    """It stays as it is; `key` is the words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def facilitators_needed(circle: Circle) -> int:
    """With children there are always two."""
    return 2 if circle.ages == "minors" else 1


def holding() -> ColumnElement[bool]:
    """A membership of somebody who holds a circle and may come."""
    return (
        (Membership.role == FACILITATOR)
        & (Membership.state == MEMBER)
        & Membership.banned.is_(False)
    )


async def count_facilitators(db: AsyncSession, circle: Circle) -> int:
    """Who hold the circle now."""
    found = await db.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.circle_id == circle.id, holding())
    )
    return found or 0


async def anybody_asked(db: AsyncSession, circle: Circle) -> bool:
    """Whether somebody was asked to hold it too and has not answered."""
    asked = exists().where(
        Membership.circle_id == circle.id,
        Membership.offered_role == FACILITATOR,
        Membership.state == MEMBER,
        Membership.banned.is_(False),
    )
    return bool(await db.scalar(select(asked)))


async def lacks_facilitators(db: AsyncSession, circle: Circle) -> bool:
    """Whether members cannot meet yet: a minors' circle with fewer than two facilitators."""
    if circle.ages != "minors":
        return False
    return await count_facilitators(db, circle) < facilitators_needed(circle)


async def people_of(db: AsyncSession, circle: Circle) -> Sequence[Membership]:
    """Everybody with a row in the circle: facilitators first, then by name."""
    found = await db.scalars(
        select(Membership)
        .where(Membership.circle_id == circle.id)
        .order_by(Membership.role, Membership.name_key)
    )
    return list(found)


async def may_step_down(db: AsyncSession, circle: Circle) -> None:
    """Raises `Kept` where too few facilitators would stay."""
    left = await count_facilitators(db, circle) - 1
    if left < 1:
        # Whoever was asked and has not said yes holds nothing yet.
        raise Kept("members.last.asked" if await anybody_asked(db, circle) else "members.last")
    if left < facilitators_needed(circle):
        raise Kept("members.two")


async def step_down(db: AsyncSession, circle: Circle, membership: Membership) -> None:
    """A facilitator is a member from now on. Raises `Kept`."""
    await may_step_down(db, circle)
    membership.role = MEMBER
    await db.flush()


def offer(membership: Membership) -> None:
    """Ask somebody to hold the circle too; it counts once they say yes. Raises `Kept`."""
    if membership.role == FACILITATOR or membership.banned or membership.state != MEMBER:
        raise Kept("members.cannot")
    membership.offered_role = FACILITATOR


def answer_offer(membership: Membership, *, yes: bool) -> None:
    """Their own yes or no. Raises `Kept` where nobody asks any more."""
    if membership.offered_role is None or membership.banned:
        raise Kept("members.offer.gone")
    if yes:
        membership.role = membership.offered_role
    membership.offered_role = None


async def settle_request(
    db: AsyncSession, circle: Circle, membership: Membership, *, yes: bool
) -> None:
    """A facilitator's answer to somebody who asked to join. Raises `Kept`; a yes needs a seat."""
    if membership.state != "asked":
        raise Kept("members.settled")
    if yes:
        try:
            await make_room(db, circle)
        except Full:
            raise Kept("members.full") from None
    membership.state = MEMBER if yes else "declined"


def of_member(membership: Membership) -> None:
    """What follows is for members alone. Raises `Kept` for a facilitator."""
    if membership.role == FACILITATOR:
        raise Kept("members.facilitator.stays")


async def remove(db: AsyncSession, membership: Membership) -> None:
    """They belong no longer, and may be invited again. Raises `Kept`."""
    of_member(membership)
    await unpair_all(db, membership.circle_id, membership.person_id)
    await db.delete(membership)
    await db.flush()


async def ban(db: AsyncSession, membership: Membership) -> None:
    """They may not return. Raises `Kept`."""
    of_member(membership)
    membership.banned = True
    membership.offered_role = None
    await unpair_all(db, membership.circle_id, membership.person_id)


def lift(membership: Membership) -> None:
    """They may come again, as before."""
    membership.banned = False


async def revoke_way_in(db: AsyncSession, circle_id: str, person_id: str) -> None:
    """The invitation that they came by lets nobody in any more."""
    came_by = (
        select(Membership.invitation_id)
        .where(Membership.circle_id == circle_id, Membership.person_id == person_id)
        .scalar_subquery()
    )
    await db.execute(update(Invitation).where(Invitation.id == came_by).values(revoked=True))


async def revoke_branch(db: AsyncSession, circle_id: str, person_id: str) -> set[str]:
    """Take back what they handed out, and what whoever came by it handed out, and so on.

    Nobody who is inside goes; returns the members who came by any of it. What a facilitator
    handed out stays, and so does whoever holds the circle.
    """
    makers, branch = {person_id}, {person_id}
    while makers:
        came = await db.scalars(
            select(Membership.person_id)
            .join(Invitation, Invitation.id == Membership.invitation_id)
            .where(
                Membership.circle_id == circle_id,
                Membership.role == MEMBER,
                Invitation.made_by.in_(makers),
            )
        )
        makers = set(came) - branch
        branch |= makers
    await db.execute(
        update(Invitation)
        .where(Invitation.circle_id == circle_id, Invitation.made_by.in_(branch))
        .values(revoked=True)
    )
    return branch - {person_id}
