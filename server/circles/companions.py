"""Who accompanies whom in a circle. Known to the two and the facilitators; knows no request."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.tables import Membership, Pairing


@dataclass(frozen=True)
class Companions:
    """One person's share: who accompanies them, and whom they accompany, by name."""

    companion: str | None = None
    newcomers: tuple[str, ...] = ()


async def companion_of(db: AsyncSession, circle_id: str, person_id: str) -> str | None:
    """The id of their companion, while that one may still come."""
    found: str | None = await db.scalar(
        select(Pairing.companion_id)
        .join(
            Membership,
            (Membership.circle_id == Pairing.circle_id)
            & (Membership.person_id == Pairing.companion_id),
        )
        .where(
            Pairing.circle_id == circle_id,
            Pairing.newcomer_id == person_id,
            Membership.banned.is_(False),
        )
    )
    return found


async def companions_of(db: AsyncSession, circle_id: str, person_id: str) -> Companions:
    """What this person may know of companions; one query."""
    rows = await db.execute(
        select(Pairing.newcomer_id, Membership.name)
        .join(
            Membership,
            or_(
                Membership.person_id == Pairing.companion_id,
                Membership.person_id == Pairing.newcomer_id,
            ),
        )
        .where(
            Pairing.circle_id == circle_id,
            or_(Pairing.newcomer_id == person_id, Pairing.companion_id == person_id),
            Membership.circle_id == circle_id,
            Membership.person_id != person_id,
            Membership.banned.is_(False),
        )
        .order_by(Membership.name_key)
    )
    found = [(newcomer == person_id, name) for newcomer, name in rows]
    mine = next((name for is_me, name in found if is_me), None)
    return Companions(mine, tuple(name for is_me, name in found if not is_me))


async def pairs_in(db: AsyncSession, circle_id: str) -> dict[str, str]:
    """Companions by newcomer, for facilitators."""
    rows = await db.execute(
        select(Pairing.newcomer_id, Pairing.companion_id).where(Pairing.circle_id == circle_id)
    )
    return {row[0]: row[1] for row in rows}


async def pair(db: AsyncSession, circle_id: str, newcomer_id: str, companion_id: str) -> None:
    """From now on these two; whoever accompanied the newcomer before does no longer."""
    await unpair(db, circle_id, newcomer_id)
    db.add(Pairing(circle_id=circle_id, newcomer_id=newcomer_id, companion_id=companion_id))
    await db.flush()


async def unpair(db: AsyncSession, circle_id: str, newcomer_id: str) -> None:
    """Nobody accompanies them any more."""
    await db.execute(
        delete(Pairing).where(Pairing.circle_id == circle_id, Pairing.newcomer_id == newcomer_id)
    )


async def unpair_all(db: AsyncSession, circle_id: str, person_id: str) -> None:
    """Whoever leaves accompanies nobody and is accompanied by nobody."""
    await db.execute(
        delete(Pairing).where(
            Pairing.circle_id == circle_id,
            or_(Pairing.newcomer_id == person_id, Pairing.companion_id == person_id),
        )
    )
