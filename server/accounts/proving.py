"""A recent proof that somebody is who this browser says: asked before what cannot be undone.

Kept in a signed cookie for ten minutes, tied to one sign-in. Decides no right to anything.
"""

from __future__ import annotations

from quart import Response, g
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.passkeys import keys_of
from server.accounts.tables import Person, RecoveryCode
from server.security import hashed
from server.web import (
    SIGN_IN,
    db,
    drop_cookie,
    read_cookie,
    services,
    who,
    write_cookie,
)

COOKIE = "lingkar-bukti"
PROOF_LIVES = 600


async def codes_left(session: AsyncSession, person: Person) -> int:
    """How many recovery codes they have not used yet."""
    found = await session.scalar(
        select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person.id)
    )
    return found or 0


async def can_come_back(session: AsyncSession, person: Person) -> bool:
    """Whether they could come back from another device."""
    if person.passphrase or await keys_of(session, person):
        return True
    return await codes_left(session, person) > 0


def mark(person_id: str, signed: str) -> str:
    """Ties a proof to one person and one sign-in, by whichever key that was signed."""
    return f"{person_id}/{hashed(signed.rpartition('.')[0]).hex()[:32]}"


def prove(response: Response, person_id: str, signed: str | None = None) -> None:
    """They have just shown who they are. `signed`: the sign-in that comes with this answer."""
    value = mark(person_id, signed or read_cookie(SIGN_IN) or "")
    write_cookie(response, COOKIE, services().keys.sign_for(COOKIE, value, PROOF_LIVES), None)


def forget_proof(response: Response) -> None:
    drop_cookie(response, COOKIE)


async def proven() -> bool:
    """Whether they have shown who they are. True for whoever has nothing to prove it with."""
    person = await who()
    if person is None:
        return False
    if g.get("proven"):
        return True
    told = services().keys.unsign_in_time(COOKIE, read_cookie(COOKIE))
    if told == mark(person.id, read_cookie(SIGN_IN) or ""):
        return True
    return not await can_come_back(db(), person)
