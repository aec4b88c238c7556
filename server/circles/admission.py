"""Who may come into a circle's room: the cookie, the membership, the promise, no ban.

The only place where the room meets the database. Decides nothing about the meeting itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from realtime.domain.meeting import CircleId, Frame, MemberId, Phase, Step, Wording
from realtime.domain.refusal import Reason, Refused
from realtime.ports import Guest
from server.accounts.queries import person_behind
from server.circles.guide import Words, guide_of
from server.circles.queries import find_my_circle
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
        except (SQLAlchemyError, OSError):
            # Unknown is never the same as not allowed.
            raise Refused(Reason.OUT_OF_REACH) from None
        if mine is None:
            raise Refused(Reason.NOT_A_MEMBER)
        if mine.membership.banned:
            raise Refused(Reason.BANNED)
        if not mine.membership.pledged:
            raise Refused(Reason.NOT_PLEDGED)
        return Guest(
            member_id=MemberId(person.id),
            circle_id=CircleId(mine.circle.id),
            name=mine.membership.name,
            facilitator=mine.facilitates,
            first_visit=mine.membership.visits == 0,
            frame=frame_of(mine.circle),
        )

    async def ban(self, circle_id: CircleId, member_id: MemberId) -> None:
        """They may not return to this circle."""
        async with self._database.session() as db:
            await db.execute(
                update(Membership)
                .where(Membership.circle_id == circle_id, Membership.person_id == member_id)
                .values(banned=True)
            )
            await db.commit()

    async def visited(self, circle_id: CircleId, members: tuple[MemberId, ...]) -> None:
        """Count one visit each, without a date."""
        async with self._database.session() as db:
            await db.execute(
                update(Membership)
                .where(Membership.circle_id == circle_id, Membership.person_id.in_(members))
                .values(visits=Membership.visits + 1)
            )
            await db.commit()

    async def frame(self, circle_id: CircleId) -> Frame | None:
        """What the circle brings into a meeting."""
        async with self._database.session() as db:
            circle = await db.scalar(select(Circle).where(Circle.id == circle_id))
        return None if circle is None else frame_of(circle)


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
    )


def wording(words: Words) -> Wording:
    """The same in the room's terms, which know nothing of how a guide is kept."""
    return Wording(words.id, words.en)
