"""Changes of one circle that come at once are made together: one swap for all that wait.

Twenty people whose lines fall in one moment would race each other, and every seat would be shown
each of their steps. For speed alone: what holds is what the store swapped in. Declines to know the
rules and the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from realtime.domain.meeting import Meeting, Phase
from realtime.domain.refusal import Refused

Decide = Callable[[Meeting], Meeting]


@dataclass(eq=False)
class Change:
    """What one caller wants done, and what came of it."""

    decide: Decide
    alone: bool = False
    """Something outside is done between its decision and its swap."""
    called: asyncio.Future[Batch | None] | None = None
    """To lead those that waited with it; None: another has made it."""
    meeting: Meeting | None = None
    failed: Exception | None = None

    def outcome(self) -> Meeting:
        """The meeting as it is with this change. Raises why it was not made."""
        if self.failed is not None:
            raise self.failed
        assert self.meeting is not None
        return self.meeting

    def tell(self, batch: Batch | None) -> None:
        if self.called is not None and not self.called.done():
            self.called.set_result(batch)


@dataclass(eq=False)
class Batch:
    """Changes to be made with one swap, by the caller of the first."""

    changes: list[Change]
    left: list[Change] = field(default_factory=list)
    """Not made with the others: their turn comes next."""

    def on(self, meeting: Meeting) -> Meeting:
        """What becomes of a meeting by all of them; whoever is refused changes nothing."""
        for at, change in enumerate(self.changes):
            if at and meeting.phase is Phase.ENDED:
                # Whatever comes after an end is a matter of its own.
                self.leave(at)
                break
            change.failed = None
            try:
                meeting = change.decide(meeting)
            except Exception as error:
                # A fault of one is no other's.
                change.failed = error
        return meeting

    def leave(self, at: int = 1) -> None:
        """From there on they are not made now."""
        self.changes, self.left = self.changes[:at], self.changes[at:] + self.left

    def made(self, meeting: Meeting) -> None:
        for change in self.changes:
            change.meeting = meeting

    def refuse(self, refusal: Refused) -> None:
        """The store said no, which is everybody's."""
        for change in self.changes:
            change.failed = Refused(refusal.reason, refusal.by)


class Together:
    """Who waits while a change of one circle is under way."""

    def __init__(self) -> None:
        self.busy = False
        self._waiting: list[Change] = []

    async def join(self, change: Change) -> Batch | None:
        """Wait for what is under way. Gives what to make now; `over` has to be told afterwards.

        None where another made it meanwhile.
        """
        if not self.busy:
            self.busy = True
            return Batch([change])
        change.called = asyncio.get_running_loop().create_future()
        self._waiting.append(change)
        try:
            return await change.called
        except asyncio.CancelledError:
            if not change.called.cancelled() and (batch := change.called.result()) is not None:
                # Called in the same moment: another leads those that came with it.
                batch.leave()
                self.over(batch)
            raise

    def over(self, batch: Batch) -> None:
        """Its callers go on, and so do those who waited: all up to one that has to be alone."""
        for change in batch.changes[1:]:
            change.tell(None)
        self._waiting = [one for one in batch.left + self._waiting if not gave_up(one)]
        several = 1
        if self._waiting and not self._waiting[0].alone:
            while several < len(self._waiting) and not self._waiting[several].alone:
                several += 1
        first, self._waiting = self._waiting[:several], self._waiting[several:]
        self.busy = bool(first)
        if first:
            first[0].tell(Batch(first))


def gave_up(change: Change) -> bool:
    """Nobody waits for it any more."""
    return change.called is not None and change.called.cancelled()
