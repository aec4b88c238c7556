"""Who may come into a circle's room: the cookie, the membership, the promise, no ban.

The only place where the room meets the database. Decides nothing about the meeting itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from realtime.counts import COUNTS
from realtime.domain.meeting import CircleId, Frame, MemberId, Phase, Step, Wording
from realtime.domain.refusal import Reason, Refused
from realtime.ports import Guest, OutOfReach
from server.accounts.queries import person_behind
from server.circles.changes import schedule_of
from server.circles.companions import companion_of, unpair_all
from server.circles.guide import Words, guide_of
from server.circles.members import lacks_facilitators, revoke_branch, revoke_way_in
from server.circles.queries import MyCircle, find_my_circle
from server.circles.seat_ids import people_behind, seat_id
from server.circles.tables import Circle, Membership
from server.database import Database, is_away
from server.desk import weeks
from server.security import Keys, hashed
from server.settings import Settings
from server.web import SIGN_IN, cookie_name

PATIENCE = 4.0
"""Seconds: within them a database that hangs is known to be away."""
COUNTED_WITHIN = 1.0
"""Whoever closes a meeting is answered before their line is."""
LATELY_SECONDS = 3 * 3600.0
"""As long as a meeting lasts at most."""
MOST_GUESTS = 20_000


class CircleAdmission:
    """Implements `realtime.ports.Admission`."""

    def __init__(self, database: Database, keys: Keys, settings: Settings) -> None:
        self._database = database
        self._keys = keys
        self._cookie = cookie_name(settings, SIGN_IN)
        self._lately = Lately()
        self._counting: set[asyncio.Task[None]] = set()

    async def admit(self, cookies: Mapping[str, str], slug: str) -> Guest:
        """The person behind the cookies, in that circle. Raises `Refused` with the reason."""
        cookie = cookies.get(self._cookie) or ""
        try:
            async with asyncio.timeout(PATIENCE), self._database.session() as db:
                person = await person_behind(db, self._keys, cookie)
                if person is None:
                    raise Refused(Reason.NOT_SIGNED_IN)
                mine = await find_my_circle(db, person, slug)
                guest = await guest_of(db, self._keys, belonging(mine))
        except Refused:
            self._lately.forget(cookie, slug)
            raise
        except (SQLAlchemyError, OSError):
            # Unknown is never the same as not allowed. Whoever was here a moment ago comes back
            # to their seat; whoever was taken out of the meeting, the meeting itself keeps out.
            COUNTS.database_outages += 1
            guest_then = self._lately.guest(cookie, slug)
            if guest_then is None:
                raise Refused(Reason.OUT_OF_REACH) from None
            return guest_then
        self._lately.note(cookie, slug, guest)
        return guest

    async def ban(self, circle_id: CircleId, member_id: MemberId) -> None:
        """They may not return to this circle. Raises `OutOfReach` where that cannot be kept now."""
        async with kept_or(OutOfReach()), self._database.session() as db:
            for person_id in await people_behind(db, self._keys, circle_id, [member_id]):
                await db.execute(
                    update(Membership)
                    .where(Membership.circle_id == circle_id, Membership.person_id == person_id)
                    .values(banned=True)
                )
                await unpair_all(db, circle_id, person_id)
            await db.commit()

    async def revoke(
        self, circle_id: CircleId, member_id: MemberId, *, branch: bool
    ) -> tuple[MemberId, ...]:
        """The invitation that they came by, and with `branch` all that grew from theirs."""
        came: set[str] = set()
        async with kept_or(OutOfReach()), self._database.session() as db:
            for person_id in await people_behind(db, self._keys, circle_id, [member_id]):
                await revoke_way_in(db, circle_id, person_id)
                if branch:
                    came |= await revoke_branch(db, circle_id, person_id)
            await db.commit()
        return tuple(seat_id(self._keys, circle_id, person_id) for person_id in sorted(came))

    async def visited(self, circle_id: CircleId, members: tuple[MemberId, ...], turns: int) -> None:
        """Count one visit each, without a date, and the meeting in its week's sums.

        Raises `OutOfReach` where that cannot be kept.
        Nobody who ends a meeting waits long for it: where it takes its time, it is done beside.
        """
        counting = asyncio.create_task(self._count(circle_id, members, turns))
        self._counting.add(counting)
        counting.add_done_callback(self._counted)
        done, _ = await asyncio.wait({counting}, timeout=COUNTED_WITHIN)
        for one in done:
            one.result()

    def _counted(self, counting: asyncio.Task[None]) -> None:
        self._counting.discard(counting)
        if not counting.cancelled():
            # Looked at, so that nothing is said of one that nobody waited for any more.
            counting.exception()

    async def _count(self, circle_id: CircleId, members: tuple[MemberId, ...], turns: int) -> None:
        async with kept_or(OutOfReach()), self._database.session() as db:
            people = await people_behind(db, self._keys, circle_id, members)
            await db.execute(
                update(Membership)
                .where(Membership.circle_id == circle_id, Membership.person_id.in_(people))
                .values(visits=Membership.visits + 1)
            )
            await weeks.count(db, dt.datetime.now(dt.UTC).date(), len(members), turns)
            await db.commit()

    async def frame(self, circle_id: CircleId) -> Frame | None:
        """What the circle brings into a meeting."""
        async with self._database.session() as db:
            circle = await db.scalar(select(Circle).where(Circle.id == circle_id))
        return None if circle is None else frame_of(circle)


@asynccontextmanager
async def kept_or(away: Exception) -> AsyncIterator[None]:
    """What is said instead where the database cannot be asked."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise away from None
        raise


class Lately:
    """Who was let in a while ago, for when the database is gone. In memory, and bounded."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guests: OrderedDict[tuple[bytes, str], tuple[float, Guest]] = OrderedDict()

    def note(self, cookie: str, slug: str, guest: Guest) -> None:
        self.forget(cookie, slug)
        self._guests[hashed(cookie), slug] = self._clock(), guest
        if len(self._guests) > MOST_GUESTS:
            self._guests.popitem(last=False)

    def guest(self, cookie: str, slug: str) -> Guest | None:
        """Them as they were let in, unless that was longer ago than a meeting lasts."""
        at, guest = self._guests.get((hashed(cookie), slug), (0.0, None))
        return guest if guest is not None and self._clock() - at < LATELY_SECONDS else None

    def forget(self, cookie: str, slug: str) -> None:
        self._guests.pop((hashed(cookie), slug), None)


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
