"""Writes the four circles that stand beside the living one: other places, other doors, quiet.

Declines to be reachable from any page: the demonstration's own database alone gets them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.queries import new_person
from server.accounts.tables import Person
from server.circles.agreements import Lines, agree
from server.circles.forms import CircleDetails
from server.circles.founding import found_circle
from server.circles.guide import Guide, standard
from server.circles.queries import MyCircle, join
from server.circles.rules import Rule
from server.circles.schedule import LOCAL
from server.circles.tables import Circle, Membership

CIRCLES = Path(__file__).parent.parent / "demo_circles.json"


@dataclass(frozen=True)
class Neighbour:
    """A circle as the file has it."""

    details: CircleDetails
    timezone: str
    time: str
    rule: str
    facilitators: tuple[str, ...]
    members: tuple[str, ...]
    prompts: tuple[dict[str, str], ...]
    soft_minutes: int
    bell: bool
    agreements: Lines | None = None

    def schedule(self, now: dt.datetime) -> Rule:
        """From the first meeting that its rule has after this moment."""
        there = now.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        begin = dt.datetime.combine(there.date(), dt.time.fromisoformat(self.time))
        first = rrulestr(self.rule, dtstart=begin).after(there)
        assert first is not None, self.details.name
        return Rule(first.strftime(LOCAL), self.timezone, self.rule)

    def guide(self) -> Guide:
        """The standard agenda with questions of its own."""
        kept = standard(self.details.minutes).model_dump(mode="json")
        return Guide.model_validate({**kept, "prompts": self.prompts, "bell": self.bell})


@cache
def neighbours() -> tuple[Neighbour, ...]:
    return TypeAdapter(tuple[Neighbour, ...]).validate_python(json.loads(CIRCLES.read_bytes()))


async def seed_neighbours(db: AsyncSession, now: dt.datetime) -> list[Circle]:
    """All of them, with their people; nobody of them has a browser."""
    return [await settle_in(db, one, now) for one in neighbours()]


async def settle_in(db: AsyncSession, one: Neighbour, now: dt.datetime) -> Circle:
    """One circle with whom it has."""
    first, *others = one.facilitators
    lead = await somebody(db)
    circle = await found_circle(
        db, one.details, one.schedule(now), lead, first, soft_seconds=one.soft_minutes * 60
    )
    circle.guide = one.guide().model_dump(mode="json")
    held = MyCircle(circle, await db.get_one(Membership, (circle.id, lead.id)))
    if one.agreements:
        await agree(db, held, one.agreements, now.date())
    await join_all(db, circle, others, "facilitator")
    await join_all(db, circle, one.members, "member")
    return circle


async def join_all(db: AsyncSession, circle: Circle, names: Sequence[str], role: str) -> None:
    """These people, who gave the promise and have been here before."""
    for number, name in enumerate(names):
        membership = await join(db, circle, await somebody(db), name, role=role)
        membership.pledged = True
        membership.pledged_version = circle.agreements_version
        membership.visits = number + 1


async def somebody(db: AsyncSession) -> Person:
    """A made-up person."""
    person = new_person()
    db.add(person)
    await db.flush()
    return person
