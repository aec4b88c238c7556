"""Codes of an authenticator app: offered, taken in, and good once. Knows no request.

What is stored is sealed under the instance's key: the shared secret, and the last code's number
in time, so that a code that somebody looked at over a shoulder opens nothing a second time.
"""

from __future__ import annotations

import json
import time
from typing import cast

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import CursorResult, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Person
from server.sealing import NotOurs, open_sealed, seal
from server.security import Keys

PURPOSE = "authenticator"
STEP = 30
# Clocks of phones go wrong by a little.
AROUND = (0, -1, 1)


def new_shared_secret() -> str:
    """What the app and this instance share, as apps read it."""
    return pyotp.random_base32()


def address_for_app(secret: str) -> str:
    """What the code to scan says. A neutral name: the list in the app may be seen by others."""
    return pyotp.TOTP(secret).provisioning_uri(name="Lingkar", issuer_name="Lingkar")


def number_of(secret: str, code: str, after: int) -> int | None:
    """Which code in time this one is, if it is one of now and later than `after`."""
    now = int(time.time()) // STEP
    app = pyotp.TOTP(secret)
    plain = "".join(code.split())
    fits = [
        now + step
        for step in AROUND
        if now + step > after and strings_equal(app.at((now + step) * STEP), plain)
    ]
    return fits[0] if fits else None


def sealed_secret(keys: Keys, person_id: str, secret: str, used: int) -> bytes:
    """For the table; opens for this person alone."""
    content = json.dumps({"secret": secret, "used": used}).encode()
    return seal(keys, f"{PURPOSE} {person_id}", content)


async def take_in(db: AsyncSession, keys: Keys, person: Person, secret: str, code: str) -> bool:
    """Ask for codes from now on, once a first one shows that the app has it."""
    number = number_of(secret, code, 0)
    if number is None:
        return False
    person.totp = sealed_secret(keys, person.id, secret, number)
    await db.flush()
    return True


async def code_fits(db: AsyncSession, keys: Keys, person: Person, code: str) -> bool:
    """Whether it is theirs and was not used; of two at once, one alone counts."""
    before = person.totp
    if before is None:
        return False
    try:
        kept = json.loads(open_sealed(keys, f"{PURPOSE} {person.id}", before))
    except NotOurs:
        # Another key than the one it was sealed with: the recovery codes are the way in.
        return False
    number = number_of(kept["secret"], code, kept["used"])
    if number is None:
        return False
    done = await db.execute(
        update(Person)
        .where(Person.id == person.id, Person.totp == before)
        .values(totp=sealed_secret(keys, person.id, kept["secret"], number))
    )
    return cast("CursorResult[object]", done).rowcount == 1
