"""A note that waits for a circle's facilitators: sealed, erased once read, gone after 14 days.

The only words of a person that lie on disk, and only because they sent them to be read later.
Showing it erases nothing, since a connection may break before it is read: that is a step of its
own. Declines to log, and to say who wrote one that has no name.
"""

from __future__ import annotations

import json
import time
import unicodedata
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.care.tables import SealedNote
from server.circles.names import hides
from server.circles.tables import Circle
from server.sealing import NotOurs, open_sealed, seal
from server.security import Keys

Kind = Literal["after", "leaving"]

LIVES = 14 * 86400
LONGEST = 1000
"""Letters."""
MOST_WAITING = 100
"""In one circle; somebody who floods it fills no disk."""
# Every note is as long as the next multiple, so that its size on disk says little.
STEP = 1024


class BadNote(Exception):
    """Not to be sent as it is; `key` is the words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Note:
    """What a facilitator reads. `text` None: it cannot be opened any more."""

    id: str
    kind: str
    text: str | None
    name: str | None = None


def clean_note(raw: str) -> str:
    """As it will be read. Raises `BadNote`."""
    return readable(raw, LONGEST)


def readable(raw: str, longest: int) -> str:
    """Lines stay, what hides or turns text round does not. Raises `BadNote`."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(char for char in text if char == "\n" or not hides(char)).strip()
    if not text:
        raise BadNote("note.empty")
    if len(text) > longest:
        raise BadNote("note.long")
    return text


def purpose(circle_id: str) -> str:
    """A note opens in the circle that it was written to and in no other."""
    return f"note {circle_id}"


async def leave_note(
    db: AsyncSession, keys: Keys, circle: Circle, kind: Kind, text: str, name: str | None
) -> None:
    """Seal it and let it wait. Raises `BadNote` where too many wait already."""
    if await count_waiting(db, circle) >= MOST_WAITING:
        raise BadNote("note.many")
    content = json.dumps({"text": text, "name": name}, ensure_ascii=False).encode()
    # Spaces mean nothing to JSON.
    padded = content.ljust(-(-len(content) // STEP) * STEP)
    db.add(
        SealedNote(
            id=new_id(),
            circle_id=circle.id,
            kind=kind,
            sealed=seal(keys, purpose(circle.id), padded),
            expires=int(time.time()) + LIVES,
        )
    )
    await db.flush()


async def count_waiting(db: AsyncSession, circle: Circle) -> int:
    """How many wait for their reader."""
    found = await db.scalar(
        select(func.count())
        .select_from(SealedNote)
        .where(SealedNote.circle_id == circle.id, SealedNote.expires > int(time.time()))
    )
    return found or 0


async def oldest(db: AsyncSession, keys: Keys, circle: Circle) -> Note | None:
    """The one that waits longest, to be read. It waits on until somebody says that they read it."""
    waiting = await db.scalar(
        select(SealedNote)
        .where(SealedNote.circle_id == circle.id, SealedNote.expires > int(time.time()))
        .order_by(SealedNote.expires, SealedNote.id)
        .limit(1)
    )
    return opened(keys, waiting) if waiting else None


async def forget_read(db: AsyncSession, circle: Circle, note_id: str) -> bool:
    """Erase the note that somebody has read; False where another facilitator already did."""
    done = await db.execute(
        delete(SealedNote).where(SealedNote.id == note_id, SealedNote.circle_id == circle.id)
    )
    return cast("CursorResult[object]", done).rowcount == 1


def opened(keys: Keys, waiting: SealedNote) -> Note:
    """Its words, or that there are none to be had: the instance has another key by now."""
    try:
        content = json.loads(open_sealed(keys, purpose(waiting.circle_id), waiting.sealed))
    except NotOurs:
        return Note(waiting.id, waiting.kind, None)
    return Note(waiting.id, waiting.kind, content["text"], content["name"])
