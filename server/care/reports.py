"""A report: what somebody chose to tell, sealed for one reader, erased once handled or in time.

Holds no word that its writer did not send on purpose. Whom it is about learns nothing of it from
here. Knows no request, and declines to log.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ColumnElement, CursorResult, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_id
from server.accounts.tables import Person
from server.care.notes import BadNote, readable
from server.care.tables import Report
from server.circles.tables import Circle, Membership
from server.sealing import NotOurs, open_sealed, seal
from server.security import Keys

Reader = Literal["facilitators", "organiser"]

LIVES = 30 * 86400
"""The longest that a report may live."""
LONGEST = 2000
"""Letters of the writer's own words."""
MOST_QUOTES = 10
LONGEST_QUOTE = 2000
MOST_WAITING = 60
"""In one circle; somebody who floods it fills no disk."""
# Every report is as long as the next multiple, so that its size on disk says little.
STEP = 4096


class Quote(BaseModel):
    """A message as it stood on the writer's screen, who ticked it. Nobody can prove that it did."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_QUOTE)]


class ReportForm(BaseModel):
    """What the room sends, and the page, where nobody can tick a message."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    report: str = ""
    reader: Reader
    named: bool = False
    quotes: Annotated[tuple[Quote, ...], Field(max_length=MOST_QUOTES)] = ()


@dataclass(frozen=True)
class Told:
    """What is inside of a report, and nothing beside it."""

    text: str
    name: str | None
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Waiting:
    """A report for its reader. `told` None: it cannot be opened any more."""

    id: str
    circle: Circle
    expires: int
    told: Told | None


def read_report(sent: object) -> ReportForm:
    """What was sent, in shape. Raises `BadNote`."""
    try:
        form = ReportForm.model_validate(sent)
    except ValidationError as error:
        at_reader = any(fault["loc"][:1] == ("reader",) for fault in error.errors())
        raise BadNote("report.reader.wrong" if at_reader else "report.shape") from None
    if not form.report.strip() and form.quotes:
        # Ticked messages may speak for themselves.
        return form
    readable(form.report, LONGEST)
    return form


def told_by(form: ReportForm, name: str) -> Told:
    """What will be read: lines stay, what hides or turns text round does not."""
    own = readable(form.report, LONGEST) if form.report.strip() else ""
    return Told(
        own,
        name if form.named else None,
        tuple((without_tricks(one.name), without_tricks(one.text)) for one in form.quotes),
    )


def without_tricks(raw: str) -> str:
    """Somebody else's words, which may be nothing but what hides."""
    try:
        return readable(raw, LONGEST_QUOTE)
    except BadNote:
        return "–"


def purpose(circle_id: str, reader: str) -> str:
    """A report opens for the reader it was meant for, in its circle, and nowhere else."""
    return f"report {reader} {circle_id}"


async def leave_report(
    db: AsyncSession, keys: Keys, membership: Membership, reader: Reader, told: Told
) -> None:
    """Seal it and let it wait. Raises `BadNote` where too many wait already."""
    circle_id = membership.circle_id
    waiting = await db.scalar(
        select(func.count()).select_from(Report).where(Report.circle_id == circle_id, alive())
    )
    if (waiting or 0) >= MOST_WAITING:
        raise BadNote("report.many")
    content = json.dumps(asdict(told), ensure_ascii=False).encode()
    # Spaces mean nothing to JSON.
    padded = content.ljust(-(-len(content) // STEP) * STEP)
    db.add(
        Report(
            id=new_id(),
            circle_id=circle_id,
            person_id=membership.person_id,
            reader=reader,
            sealed=seal(keys, purpose(circle_id, reader), padded),
            expires=int(time.time()) + LIVES,
        )
    )
    await db.flush()


def alive() -> ColumnElement[bool]:
    return Report.expires > int(time.time())


def meant_for(reader: Reader, circle: Circle | None) -> ColumnElement[bool]:
    """Those of one circle for its facilitators; those of every circle for organisers."""
    mine = (Report.reader == reader) & alive()
    return mine if circle is None else mine & (Report.circle_id == circle.id)


async def count_for(db: AsyncSession, reader: Reader, circle: Circle | None = None) -> int:
    """How many wait for that reader."""
    mine = meant_for(reader, circle)
    return await db.scalar(select(func.count()).select_from(Report).where(mine)) or 0


async def waiting_for(
    db: AsyncSession, keys: Keys, reader: Reader, circle: Circle | None = None
) -> list[Waiting]:
    """All of them, the one that ends first on top."""
    rows = await db.execute(
        select(Report, Circle)
        .join(Circle, Circle.id == Report.circle_id)
        .where(meant_for(reader, circle))
        .order_by(Report.expires, Report.id)
    )
    return [Waiting(row[0].id, row[1], row[0].expires, opened(keys, row[0])) for row in rows]


def opened(keys: Keys, report: Report) -> Told | None:
    """What it tells, or None: the instance has another key by now."""
    sealed_for = purpose(report.circle_id, report.reader)
    try:
        content: dict[str, Any] = json.loads(open_sealed(keys, sealed_for, report.sealed))
    except NotOurs:
        return None
    quotes = tuple((name, text) for name, text in content["quotes"])
    return Told(content["text"], content["name"], quotes)


async def handled(
    db: AsyncSession, report_id: str, reader: Reader, circle: Circle | None = None
) -> bool:
    """Erase one that was seen to; False where somebody else already did."""
    done = await db.execute(delete(Report).where(Report.id == report_id, meant_for(reader, circle)))
    return cast("CursorResult[object]", done).rowcount == 1


async def sent_by(db: AsyncSession, membership: Membership) -> Sequence[Report]:
    """Their own that still wait in this circle."""
    found = await db.scalars(
        select(Report)
        .where(
            Report.circle_id == membership.circle_id,
            Report.person_id == membership.person_id,
            alive(),
        )
        .order_by(Report.expires, Report.id)
    )
    return found.all()


async def take_back(db: AsyncSession, membership: Membership, report_id: str) -> None:
    """One of their own is erased; anybody else's stays."""
    await db.execute(
        delete(Report).where(
            Report.id == report_id,
            Report.circle_id == membership.circle_id,
            Report.person_id == membership.person_id,
        )
    )


async def organiser_holds(db: AsyncSession, circle: Circle) -> bool:
    """Whether every organiser also holds that circle, so that no other reader is to be had."""
    holding = select(Membership.person_id).where(
        Membership.circle_id == circle.id,
        Membership.role == "facilitator",
        Membership.banned.is_(False),
    )
    outside = select(Person.id).where(Person.organiser, Person.id.not_in(holding)).limit(1)
    return await db.scalar(outside) is None
