"""Load, decide, swap: the one way a meeting changes. The store announces what was swapped in.

Holds no rules of the meeting and no words; knows no sockets.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from realtime.clock import Clock, Watch
from realtime.counts import COUNTS
from realtime.domain.commands import Arrived, Command, Lost, PutOut, Remove, Report, TabLost, Tick
from realtime.domain.conduct import moved_by_outage
from realtime.domain.meeting import (
    CircleId,
    Frame,
    Instant,
    Meeting,
    MemberId,
    Phase,
    Presence,
    Role,
    Seat,
)
from realtime.domain.reading import is_under_way, stamp
from realtime.domain.refusal import Reason, Refused
from realtime.domain.stick import carry_out, decide, next_deadline, open_meeting
from realtime.keeping import Keeping
from realtime.ports import Admission, Guest, MeetingStore, OutOfReach, Settling
from realtime.promises import Promises
from realtime.together import Batch, Change, Decide, Together

RACES = 60
"""Lost races in a row before giving up; each means that somebody else moved on."""
NOBODY = MemberId("")


class Room:
    """Changes meetings. `known` is the newest that this process saw.

    A change may be decided on it, for the swap finds out whether it still stands; a refusal, or
    that nothing changes, is never told before the store was asked.
    """

    def __init__(
        self, store: MeetingStore, admission: Admission, clock: Clock, watch: Watch
    ) -> None:
        self._store, self._admission, self._clock = store, admission, clock
        self._watch = watch
        self.known: dict[CircleId, Meeting] = {}
        self.promises = Promises()
        self._together: dict[CircleId, Together] = {}

    def note(self, meeting: Meeting) -> bool:
        """Remember a meeting seen; False when a newer one is known."""
        old = self.known.get(meeting.circle_id)
        if old is not None and stamp(meeting) < stamp(old):
            return False
        self.known[meeting.circle_id] = meeting
        if old is not None and old.epoch != meeting.epoch:
            self.promises.look(meeting)
        # From this moment this process sees the time of its deadline pass.
        self._watch.is_due(meeting.circle_id, next_deadline(meeting), self._clock.now())
        return True

    def forget(self, circle_id: CircleId) -> None:
        """This process has nobody of the circle any more."""
        self.known.pop(circle_id, None)
        self.promises.forget(circle_id)

    async def load(self, circle_id: CircleId, outage: float = 0.0) -> Meeting | None:
        """The present meeting. Raises `Refused(OUT_OF_REACH)`; None means that there is none.

        After an outage of so many seconds it may have to be put right first.
        """
        try:
            meeting = await self._present(circle_id, outage)
        except OutOfReach:
            raise Refused(Reason.OUT_OF_REACH) from None
        if meeting is not None:
            self.note(meeting)
        return meeting

    async def _present(self, circle_id: CircleId, outage: float) -> Meeting | None:
        known = self.known.get(circle_id)
        try:
            meeting = await self._store.load(circle_id)
        except Settling:
            return await self._put_forward(circle_id, known, outage)
        if outage or (known and (meeting is None or stamp(meeting) < stamp(known))):
            return await self._put_forward(circle_id, known or meeting, outage)
        return meeting

    async def carry_out(
        self,
        circle_id: CircleId,
        actor: MemberId,
        command: Command,
        command_id: str,
        seen: tuple[int, int],
        tab: str = "",
    ) -> Meeting:
        """Carry out one command of a person, from that connection of theirs. Raises `Refused`."""

        def decided(meeting: Meeting) -> Meeting:
            if seen[0] != meeting.epoch:
                # What they saw is of another life of this meeting: show them this one first.
                raise Refused(Reason.CONFLICT)
            now = self._clock.now()
            return carry_out(
                meeting, actor, command, command_id, now, fresh(), seen=seen[1], tab=tab
            )

        if not isinstance(command, Remove):
            meeting = await self._change(circle_id, None, decided)
            self.promises.make(actor, command_id, meeting)
            return meeting
        keeping = Keeping(self._admission, circle_id, command)
        # Before they are out, so that whoever shows them the door knows for how long.
        meeting = await self._change(circle_id, None, decided, keeping.keep)
        self.promises.make(actor, command_id, meeting)
        for member_id in keeping.branch:
            with suppress(Refused):
                await self._report(circle_id, member_id, PutOut(), self._clock.now())
        if keeping.failed:
            # They are out all the same, and whoever asked for more has to know that it is not sure.
            raise Refused(Reason.NOT_KEPT)
        return self.known.get(circle_id, meeting)

    async def arrived(self, guest: Guest, observer: bool, tab: str = "") -> Meeting:
        """Somebody connected, or changed their mind at the door. Opens the meeting if need be."""
        seen = Arrived(
            guest.name,
            guest.facilitator,
            observer,
            guest.first_visit,
            tab,
            guest.observes,
            guest.companion,
        )

        def decided(meeting: Meeting) -> Meeting:
            if meeting.phase is Phase.ENDED and guest.facilitator:
                meeting = reopened(meeting, guest.frame, self._clock.now())
            if is_early(meeting, guest, self._clock.now()):
                raise Refused(Reason.EARLY)
            return decide(meeting, guest.member_id, seen, self._clock.now(), fresh())

        return await self._change(guest.circle_id, guest.frame, decided)

    async def remove_from_outside(self, circle_id: CircleId, member_id: MemberId) -> None:
        """The pages took somebody out of the circle: out of its meeting too, if there is one.

        Raises `Refused(OUT_OF_REACH)` where that is not sure.
        """
        try:
            await self._report(circle_id, member_id, PutOut(), self._clock.now())
        except Refused as refusal:
            if refusal.reason is not Reason.ENDED:
                raise

    async def is_under_way(self, circle_id: CircleId) -> bool:
        """Is anybody meeting there now? Raises `Refused(OUT_OF_REACH)` where that is not sure."""
        try:
            meeting = await self._store.load(circle_id)
        except OutOfReach:
            raise Refused(Reason.OUT_OF_REACH) from None
        return is_under_way(meeting)

    async def lost(self, circle_id: CircleId, member_id: MemberId, tab: str | None = None) -> None:
        """Somebody's last connection is gone, or (`tab`) one of several."""
        report = Lost() if tab is None else TabLost(tab)
        with suppress(Refused):
            await self._report(circle_id, member_id, report, self._clock.now())

    async def tick(self, circle_id: CircleId, until: Instant) -> None:
        """Carry out the deadlines up to that instant, and not one that is later."""
        with suppress(Refused):
            await self._report(circle_id, NOBODY, Tick(self._clock.now()), until)

    async def _report(
        self, circle_id: CircleId, member_id: MemberId, report: Report, now: Instant
    ) -> None:
        await self._change(
            circle_id, None, lambda meeting: decide(meeting, member_id, report, now, fresh())
        )

    async def _change(
        self,
        circle_id: CircleId,
        frame: Frame | None,
        decide: Decide,
        before: Callable[[Meeting], Awaitable[None]] | None = None,
    ) -> Meeting:
        """The meeting as it is with it. Raises `Refused`.

        What else comes meanwhile is made with the next swap. `before` is called before its own.
        """
        together = self._together.setdefault(circle_id, Together())
        change = Change(decide, alone=before is not None)
        batch = await together.join(change)
        if batch is not None:
            try:
                batch.made(await self._swapped(circle_id, frame, batch, before))
            except Refused as refusal:
                batch.refuse(refusal)
            except BaseException:
                batch.leave()
                raise
            finally:
                together.over(batch)
                if not together.busy and self._together.get(circle_id) is together:
                    del self._together[circle_id]
        return change.outcome()

    async def _swapped(
        self,
        circle_id: CircleId,
        frame: Frame | None,
        batch: Batch,
        before: Callable[[Meeting], Awaitable[None]] | None,
    ) -> Meeting:
        old = self.known.get(circle_id)
        new = old and batch.on(old)
        for attempt in range(RACES):
            if new is old:
                # Nothing is known, or nothing changed: neither is told before the store was asked.
                old = await self.load(circle_id)
                base = old or await self._opened(circle_id, frame, batch)
                new = batch.on(base)
                if new is base:
                    return new
            assert new is not None
            if before is not None:
                await before(new)
            came = None
            if new.phase is Phase.ENDED and (old is None or old.phase is not Phase.ENDED):
                # In the same step as the end: whoever is killed now leaves nobody's name behind.
                came, new = new, emptied(new)
            try:
                won = await self._store.swap(old, new)
            except Settling:
                won = await self._unsure(circle_id, old)
            except OutOfReach:
                raise Refused(Reason.OUT_OF_REACH) from None
            if won:
                self.note(new)
                if came is not None:
                    await self._count_visits(came)
                return new
            COUNTS.swaps_retried += 1
            # Somebody was faster: let them finish, then decide again on what is now.
            new = old
            await asyncio.sleep(0 if attempt < 5 else 0.002 * attempt)
        raise Refused(Reason.CONFLICT)

    async def _unsure(self, circle_id: CircleId, old: Meeting | None) -> bool:
        """What is there may lack its last changes: put it right, then decide again."""
        if old is None:
            # A store that has just begun: somebody may still bring a meeting back.
            raise Refused(Reason.OUT_OF_REACH)
        try:
            await self._put_forward(circle_id, self.known.get(circle_id) or old, 0.0)
        except OutOfReach:
            raise Refused(Reason.OUT_OF_REACH) from None
        return False

    async def _opened(self, circle_id: CircleId, frame: Frame | None, batch: Batch) -> Meeting:
        # Nobody else can open it with what this one brought.
        batch.leave()
        if frame is None:
            raise Refused(Reason.ENDED)
        try:
            # By the store's time, so that no copy of an older meeting is ever the newer one.
            epoch = await self._store.moment(circle_id)
        except OutOfReach:
            raise Refused(Reason.OUT_OF_REACH) from None
        return replace(open_meeting(circle_id, frame, self._clock.now()), epoch=epoch)

    async def _count_visits(self, meeting: Meeting) -> None:
        came = tuple(s.member_id for s in meeting.seats if s.member_id not in meeting.removed)
        turns = sum(seat.turns for seat in meeting.seats)
        with suppress(OutOfReach):
            await self._admission.visited(meeting.circle_id, came, turns)

    async def _put_forward(
        self, circle_id: CircleId, known: Meeting | None, outage: float
    ) -> Meeting | None:
        """The store may have lost the meeting: the newest that any process saw stands.

        In a new epoch, so that nobody takes it for what they last saw. A client's memory is never
        asked: it could give itself the stick.
        """
        newest = await self._store.offer(circle_id, known, outage)
        if newest is None:
            return await self._store.load(circle_id)
        again = moved_by_outage(newest.copy, newest.outage)
        again = replace(again, epoch=newest.epoch, version=again.version + 1, shown=again.shown + 1)
        if await self._store.settle(newest, again):
            return again
        # Another process was faster.
        return await self._store.load(circle_id)


def is_early(meeting: Meeting, guest: Guest, now: Instant) -> bool:
    """Is it too early for them? Never once a facilitator opened the door, or for one who does."""
    if guest.facilitator or guest.opens is None or now >= guest.opens:
        return False
    if any(w.member_id == guest.member_id for w in meeting.waiting):
        return False
    return meeting.phase is not Phase.ENDED and not any(
        s.role is Role.FACILITATOR for s in meeting.seats
    )


def fresh() -> str:
    return secrets.token_urlsafe(16)


def emptied(meeting: Meeting) -> Meeting:
    """A meeting that ended, without the people: it says 'over' to whoever comes late."""
    return replace(
        Meeting(meeting.circle_id, replace(meeting.frame, prompts=(), agenda=())),
        epoch=meeting.epoch,
        version=meeting.version,
        shown=meeting.shown,
        opened=meeting.opened,
        ends=meeting.ends,
        phase=Phase.ENDED,
        floor=meeting.floor,
        removed=meeting.removed,
    )


def reopened(ended: Meeting, frame: Frame, now: Instant) -> Meeting:
    """A facilitator opens the circle again the same evening; who was removed tonight stays out."""
    anew = open_meeting(ended.circle_id, frame, now)
    return replace(
        anew, epoch=ended.epoch + 1, version=ended.version, shown=ended.shown, removed=ended.removed
    )


def sitting(meeting: Meeting | None, member_id: MemberId) -> Seat | None:
    """The seat of somebody who has not left."""
    seat = meeting.seat(member_id) if meeting else None
    return seat if seat and seat.presence is not Presence.LEFT else None
