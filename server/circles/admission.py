"""Who may come into a circle's room: the cookie, the membership, the promise, no ban.

The only place where the room meets the database. Decides nothing about the meeting itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from realtime.domain.meeting import CircleId, Frame, MemberId, Phase, Step, Wording
from realtime.domain.refusal import Reason, Refused
from realtime.ports import Guest
from server.accounts.queries import person_behind
from server.circles.changes import schedule_of
from server.circles.companions import companion_of, unpair_all
from server.circles.guide import Words, guide_of
from server.circles.members import lacks_facilitators
from server.circles.queries import MyCircle, find_my_circle
from server.circles.seat_ids import people_behind, seat_id
from server.circles.tables import Circle, Membership
from server.database import Database
from server.security import Keys
from server.settings import Settings
from server.web import SIGN_IN, cookie_name


class CircleAdmission:
    """Implements `realtime.ports.Admission`."""

    def __init__(self, database: Database, keys: Keys, settings: Settings) -> None:
        self._database = database
        self._keys = keys
        self._cookie = cookie_name(settings, SIGN_IN)

    async def admit(self, cookies: Mapping[str, str], slug: str) -> Guest:
        """The person behind the cookies, in that circle. Raises `Refused` with the reason."""
        try:
            async with self._database.session() as db:
                person = await person_behind(db, self._keys, cookies.get(self._cookie))
                if person is None:
                    raise Refused(Reason.NOT_SIGNED_IN)
                mine = await find_my_circle(db, person, slug)
                return await guest_of(db, self._keys, belonging(mine))
        except (SQLAlchemyError, OSError):
            # Unknown is never the same as not allowed.
            raise Refused(Reason.OUT_OF_REACH) from None

    async def ban(self, circle_id: CircleId, member_id: MemberId) -> None:
        """They may not return to this circle."""
        async with self._database.session() as db:
            for person_id in await people_behind(db, self._keys, circle_id, [member_id]):
                await db.execute(
                    update(Membership)
                    .where(Membership.circle_id == circle_id, Membership.person_id == person_id)
                    .values(banned=True)
                )
                await unpair_all(db, circle_id, person_id)
            await db.commit()

    async def visited(self, circle_id: CircleId, members: tuple[MemberId, ...]) -> None:
        """Count one visit each, without a date."""
        async with self._database.session() as db:
            people = await people_behind(db, self._keys, circle_id, members)
            await db.execute(
                update(Membership)
                .where(Membership.circle_id == circle_id, Membership.person_id.in_(people))
                .values(visits=Membership.visits + 1)
            )
            await db.commit()

    async def frame(self, circle_id: CircleId) -> Frame | None:
        """What the circle brings into a meeting."""
        async with self._database.session() as db:
            circle = await db.scalar(select(Circle).where(Circle.id == circle_id))
        return None if circle is None else frame_of(circle)


def belonging(mine: MyCircle | None) -> MyCircle:
    """Them, if they may come in. Raises `Refused` with the reason."""
    if mine is None:
        raise Refused(Reason.NOT_A_MEMBER)
    if mine.membership.banned:
        raise Refused(Reason.BANNED)
    if not mine.pledged:
        raise Refused(Reason.NOT_PLEDGED)
    return mine


async def guest_of(db: AsyncSession, keys: Keys, mine: MyCircle) -> Guest:
    """Them as the room needs them."""
    circle, membership = mine.circle, mine.membership
    if not mine.facilitates and await lacks_facilitators(db, circle):
        # With children there are two, or nobody comes together.
        raise Refused(Reason.NO_FACILITATOR)
    first = membership.visits == 0
    companion = await companion_of(db, circle.id, membership.person_id)
    times = await schedule_of(db, circle)
    opens = times.opens(dt.datetime.now(dt.UTC))
    return Guest(
        member_id=seat_id(keys, circle.id, membership.person_id),
        circle_id=CircleId(circle.id),
        name=membership.name,
        facilitator=mine.facilitates,
        first_visit=first,
        frame=frame_of(circle),
        observes=circle.observers_first and first and not mine.facilitates,
        companion=seat_id(keys, circle.id, companion) if companion else None,
        opens=opens.timestamp() if opens else None,
    )


def frame_of(circle: Circle) -> Frame:
    """The circle as the room needs it."""
    guide = guide_of(circle)
    return Frame(
        title=circle.name,
        seats=circle.seats,
        soft_seconds=circle.soft_seconds,
        minutes=circle.minutes,
        door="open" if circle.door == "open" else "ask",
        facilitators_in_order=guide.facilitators_in_order,
        prompts=tuple(wording(prompt) for prompt in guide.prompts),
        agenda=tuple(
            Step(Phase(step.phase), step.minutes, wording(step.title), wording(step.script))
            for step in guide.agenda
        ),
        bell=guide.bell,
        hard_limit=guide.hard_limit,
        sound=circle.medium == "sound",
    )


def wording(words: Words) -> Wording:
    """The same in the room's terms, which know nothing of how a guide is kept."""
    return Wording(words.id, words.en)
