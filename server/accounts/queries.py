"""People and their sign-ins: make one, find one, let one go. Knows no circle and no request."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.tables import Person, SignIn
from server.security import Keys, hashed, new_secret

# Browsers keep a cookie 400 days at most.
SIGN_IN_LIVES = 400 * 86400
# On a shared phone that is never closed, somebody's evening ends by itself.
EVENING = 12 * 3600
PURPOSE = "sign-in"
AT_ONCE, MOST_WAITING = 2, 24
"""Passphrases that are worked out at a time, and those that may wait for it."""
Done = TypeVar("Done")


@cache
def hasher() -> PasswordHasher:
    """argon2id with the library's own choice of cost (RFC 9106, low memory)."""
    return PasswordHasher()


@cache
def decoy() -> str:
    """A hash of nothing, so that an unknown name takes as long as a wrong passphrase."""
    return hasher().hash(secrets.token_urlsafe(16))


def new_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_urlsafe(12)


def new_person(name: str | None = None, name_key: str | None = None) -> Person:
    """Somebody who is not in the database yet."""
    today = dt.datetime.now(dt.UTC).date()
    return Person(id=new_id(), name=name, name_key=name_key, organiser=False, since=today)


class Crowded(Exception):
    """Too many passphrases are being worked out at once; come back in a moment."""


@dataclass
class SlowWork:
    """What costs 64 MB and a good part of a second, two at a time, whoever asks and how often."""

    threads: ThreadPoolExecutor
    most: int
    waiting: int = 0

    async def do(self, work: Callable[[], Done]) -> Done:
        """Raises `Crowded` where too many wait already."""
        if self.waiting >= self.most:
            raise Crowded
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, work)
        finally:
            self.waiting -= 1


@cache
def slow_work() -> SlowWork:
    """One for the whole process."""
    return SlowWork(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passphrase"), MOST_WAITING)


async def hash_passphrase(passphrase: str) -> str:
    """Slow on purpose, so in a thread. Raises `Crowded`."""
    return await slow_work().do(lambda: hasher().hash(passphrase))


async def passphrase_fits(stored: str | None, passphrase: str) -> bool:
    """Whether it is theirs; takes as long when there is nobody to compare with.

    Raises `Crowded`.
    """

    def verify() -> bool:
        try:
            return hasher().verify(stored or decoy(), passphrase) and stored is not None
        except VerifyMismatchError:
            return False

    return await slow_work().do(verify)


async def sign_in(
    db: AsyncSession, keys: Keys, person_id: str, device: str = "", *, lasting: bool = True
) -> str:
    """A new sign-in; returns what the browser keeps."""
    token = new_secret()
    made = SignIn(token_hash=hashed(token), person_id=person_id, id=new_id(), device=device)
    made.expires = int(time.time()) + (SIGN_IN_LIVES if lasting else EVENING)
    made.lasting, made.since = lasting, dt.datetime.now(dt.UTC).date()
    db.add(made)
    await db.flush()
    return keys.sign(PURPOSE, token)


async def person_behind(db: AsyncSession, keys: Keys, cookie: str | None) -> Person | None:
    """Who this browser is."""
    found = await sign_in_behind(db, keys, cookie)
    return found[0] if found else None


async def sign_in_behind(
    db: AsyncSession, keys: Keys, cookie: str | None
) -> tuple[Person, SignIn] | None:
    """Who this browser is and by what. A forged cookie costs no look into the database."""
    token = keys.unsign(PURPOSE, cookie)
    if token is None:
        return None
    found = await db.execute(
        select(Person, SignIn)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(SignIn.token_hash == hashed(token), SignIn.expires > time.time())
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def sign_out(db: AsyncSession, keys: Keys, cookie: str | None) -> None:
    """This browser is nobody any more."""
    token = keys.unsign(PURPOSE, cookie)
    if token is not None:
        await db.execute(delete(SignIn).where(SignIn.token_hash == hashed(token)))


async def person_named(db: AsyncSession, name_key: str) -> Person | None:
    """The organiser or facilitator who signs in under this name."""
    return await db.scalar(select(Person).where(Person.name_key == name_key))


async def has_organiser(db: AsyncSession) -> bool:
    """Whether somebody has set this place up."""
    return await db.scalar(select(Person.id).where(Person.organiser).limit(1)) is not None
