"""What passkeys are asked to sign: made, sealed into a cookie, and used up. Checks no key.

A challenge travels in a signed cookie that ends. Once answered, its hash is kept for as long as
the cookie could come back, so that an answer counts once on every process and after a restart.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from server.accounts.tables import SpentChallenge
from server.security import Keys, hashed

CHALLENGE_LIVES = 300


class BadKey(Exception):
    """An answer that does not hold. Which check it failed is nobody's business."""


@dataclass(frozen=True)
class Challenge:
    """What a key is asked to sign. `person_id` is whose key is being made; '' at sign-in."""

    random: bytes
    person_id: str = ""

    def sealed(self, keys: Keys, purpose: str) -> str:
        """For the browser's cookie."""
        value = f"{bytes_to_base64url(self.random)}/{self.person_id}"
        return keys.sign_for(purpose, value, CHALLENGE_LIVES)


def new_challenge(person_id: str = "") -> Challenge:
    return Challenge(secrets.token_bytes(32), person_id)


def unsealed(keys: Keys, purpose: str, cookie: str | None) -> Challenge | None:
    """The challenge that we made for this purpose, unless it has ended."""
    random, slash, person_id = (keys.unsign_in_time(purpose, cookie) or "").partition("/")
    return Challenge(base64url_to_bytes(random), person_id) if slash else None


async def spend_challenge(db: AsyncSession, challenge: Challenge) -> None:
    """Use it up at once, whatever the answer is worth. Raises `BadKey` the second time."""
    now = int(time.time())
    mark = hashed(bytes_to_base64url(challenge.random))
    await db.execute(delete(SpentChallenge).where(SpentChallenge.expires < now))
    db.add(SpentChallenge(challenge_hash=mark, expires=now + CHALLENGE_LIVES))
    try:
        await db.commit()
    except IntegrityError:
        await db.rollback()
        raise BadKey from None
