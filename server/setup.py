"""The one-time link that makes the first organiser. Prints nothing: the command line does."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import has_organiser
from server.accounts.tables import SetUp
from server.database import once
from server.security import hashed, new_secret
from server.settings import Settings


async def setup_link(settings: Settings) -> str | None:
    """A new link while there is no organiser, None after. An older link stops working."""
    async with once(settings.database_url) as db:
        secret = await renew(db)
        await db.commit()
    return None if secret is None else f"{settings.public_url}/siapkan#{secret}"


async def renew(db: AsyncSession) -> str | None:
    """Store a new secret's hash in place of the old one; None once somebody is organiser."""
    if await has_organiser(db):
        return None
    secret = new_secret()
    await db.execute(delete(SetUp))
    db.add(SetUp(id=1, secret_hash=hashed(secret)))
    return secret


async def secret_holds(db: AsyncSession, secret: str) -> bool:
    """Whether this secret still makes an organiser."""
    kept = await db.scalar(select(SetUp.id).where(SetUp.secret_hash == hashed(secret)))
    return kept is not None and not await has_organiser(db)


async def used(db: AsyncSession) -> None:
    """The link has done its work."""
    await db.execute(delete(SetUp))
