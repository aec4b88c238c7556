"""Bans that stay when their person takes consent back or is erased. Knows no request.

Keeps two keyed marks and no name. Declines to promise more: whoever begins anew with another
cookie is somebody else, and the desk says so where a ban is decided.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.tables import Ban, Circle, Membership
from server.security import Keys


def marked(keys: Keys, circle_id: str, what: str, value: str) -> bytes:
    """Tells whether it is the same again, in this circle, to whoever has the instance's key."""
    return hmac.digest(keys.key, f"ban\0{what}\0{circle_id}/{value}".encode(), "sha256")


async def keep_bans(db: AsyncSession, keys: Keys, person_id: str) -> int:
    """Marks in place of their banned memberships, which are about to go; returns how many."""
    found = await db.scalars(
        select(Membership).where(Membership.person_id == person_id, Membership.banned.is_(True))
    )
    rows = found.all()
    for one in rows:
        await db.merge(
            Ban(
                circle_id=one.circle_id,
                mark=marked(keys, one.circle_id, "person", person_id),
                called=marked(keys, one.circle_id, "name", one.name_key),
            )
        )
    await db.flush()
    return len(rows)


async def is_barred(db: AsyncSession, keys: Keys, circle_id: str, person_id: str) -> bool:
    """Whether somebody without a membership may not return all the same."""
    mark = marked(keys, circle_id, "person", person_id)
    return bool(
        await db.scalar(select(exists().where(Ban.circle_id == circle_id, Ban.mark == mark)))
    )


async def is_called_so(db: AsyncSession, keys: Keys, circle_id: str, name_key: str) -> bool:
    """Whether somebody who may not return had that name here."""
    called = marked(keys, circle_id, "name", name_key)
    return bool(
        await db.scalar(select(exists().where(Ban.circle_id == circle_id, Ban.called == called)))
    )


async def bars_of(db: AsyncSession, keys: Keys, person_id: str) -> list[Ban]:
    """Those that are about this person, in any circle."""
    found = await db.scalars(select(Ban))
    return [
        one
        for one in found
        if hmac.compare_digest(one.mark, marked(keys, one.circle_id, "person", person_id))
    ]


async def bars_in(db: AsyncSession, circle_id: str) -> Sequence[Ban]:
    """Those of one circle; nobody can say whose they are."""
    found = await db.scalars(select(Ban).where(Ban.circle_id == circle_id).order_by(Ban.mark))
    return list(found)


async def all_bars(db: AsyncSession) -> list[tuple[Circle, Ban]]:
    """Those of every circle."""
    found = await db.execute(
        select(Circle, Ban)
        .join(Ban, Ban.circle_id == Circle.id)
        .order_by(Circle.name, Circle.id, Ban.mark)
    )
    return [(row[0], row[1]) for row in found]


async def lift_bar(db: AsyncSession, circle_id: str, mark: bytes) -> bool:
    """They may come again, whoever they are."""
    done = await db.execute(delete(Ban).where(Ban.circle_id == circle_id, Ban.mark == mark))
    return bool(done.rowcount)  # type: ignore[attr-defined]
