"""Recovery codes: ten at once, shown once, each good once. Only hashes are kept."""

from __future__ import annotations

import base64
import secrets
from typing import cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Person, RecoveryCode
from server.security import hashed

CODES = 10
# 80 bits: a code says by itself whose it is, and no name has to be remembered with it.
BYTES = 10
LONGEST = 60


def new_code() -> str:
    """Four groups of four letters and digits that are not mixed up on paper."""
    plain = base64.b32encode(secrets.token_bytes(BYTES)).decode().lower()
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def plain(code: str) -> str:
    """As it is hashed: without what people add or swap when they copy from paper."""
    kept = "".join(char for char in code[:LONGEST].lower() if char.isalnum())
    return kept.replace("0", "o").replace("1", "i").replace("8", "b")


async def renew_codes(db: AsyncSession, person: Person) -> list[str]:
    """Ten new ones; those of before open nothing any more."""
    await db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    made = [new_code() for _ in range(CODES)]
    db.add_all(RecoveryCode(code_hash=hashed(plain(code)), person_id=person.id) for code in made)
    await db.flush()
    return made


async def use_code(db: AsyncSession, code: str, person_id: str | None = None) -> Person | None:
    """Whose code this is; it is used up. `person_id`: only if it is theirs."""
    code_hash = hashed(plain(code))
    found = await db.scalar(
        select(Person)
        .join(RecoveryCode, RecoveryCode.person_id == Person.id)
        .where(RecoveryCode.code_hash == code_hash)
    )
    if found is None or person_id not in (None, found.id):
        return None
    done = await db.execute(delete(RecoveryCode).where(RecoveryCode.code_hash == code_hash))
    # Of two browsers with the same code, one alone comes in.
    return found if cast("CursorResult[object]", done).rowcount == 1 else None
