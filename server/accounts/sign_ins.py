"""The browsers that somebody is signed in with: listed, ended, kept on. Knows no request."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import EVENING, SIGN_IN_LIVES
from server.accounts.tables import Person, SignIn

# Seldom, so that the date says little about when somebody was here.
RENEW_BELOW = 200 * 86400


async def sign_ins_of(db: AsyncSession, person: Person) -> Sequence[SignIn]:
    """Those that still hold, the newest first."""
    found = await db.scalars(
        select(SignIn)
        .where(SignIn.person_id == person.id, SignIn.expires > int(time.time()))
        .order_by(SignIn.since.desc(), SignIn.device, SignIn.id)
    )
    return list(found)


async def end(db: AsyncSession, person: Person, sign_in_id: str) -> None:
    """One of their own; anybody else's stays."""
    await db.execute(
        delete(SignIn).where(SignIn.person_id == person.id, SignIn.id == sign_in_id[:24])
    )


async def end_others(db: AsyncSession, person: Person, here: SignIn) -> None:
    """All but this one."""
    await db.execute(
        delete(SignIn).where(SignIn.person_id == person.id, SignIn.token_hash != here.token_hash)
    )


async def last(db: AsyncSession, here: SignIn, *, lasting: bool) -> None:
    """For this evening only, or for as long as this browser comes back."""
    here.lasting = lasting
    here.expires = int(time.time()) + (SIGN_IN_LIVES if lasting else EVENING)
    await db.flush()


def wants_renewal(here: SignIn | None) -> bool:
    """Whether half of its time is over. A browser that comes back never loses its person."""
    return here is not None and here.lasting and here.expires < time.time() + RENEW_BELOW


async def renew(db: AsyncSession, token_hash: bytes) -> None:
    """Another 400 days, unless it was ended meanwhile."""
    await db.execute(
        update(SignIn)
        .where(SignIn.token_hash == token_hash)
        .values(expires=int(time.time()) + SIGN_IN_LIVES)
    )


async def clear_ended(db: AsyncSession, now: int | None = None) -> None:
    """Erase sign-ins that have ended, by now or at another time."""
    now = int(time.time()) if now is None else now
    await db.execute(delete(SignIn).where(SignIn.expires < now))
