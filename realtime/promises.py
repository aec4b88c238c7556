"""What people were told as done, and what of it a loss of the store undid.

Each process remembers what it said yes to. Declines to do it again: what they saw then is no more,
and what they want now is theirs to say.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from realtime.domain.meeting import CircleId, Instant, Meeting, MemberId, Phase
from realtime.domain.stick import REMEMBERED, done_as

KEPT = 32
"""For each circle: what was changed longer ago than a failover takes is in every copy."""


@dataclass(frozen=True)
class Promise:
    """A change that somebody was told of."""

    actor: MemberId
    done: str
    epoch: int
    version: int
    opened: Instant


class Promises:
    """Of one process."""

    def __init__(self) -> None:
        self._made: defaultdict[CircleId, deque[Promise]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._broken: defaultdict[CircleId, set[MemberId]] = defaultdict(set)

    def make(self, actor: MemberId, command_id: str, meeting: Meeting) -> None:
        """They hear that it is done: so it is in this meeting, unless it changed nothing."""
        done = done_as(actor, command_id)
        if done in meeting.done:
            self._made[meeting.circle_id].append(
                Promise(actor, done, meeting.epoch, meeting.version, meeting.opened)
            )

    def look(self, meeting: Meeting) -> None:
        """At a meeting of a new epoch: what was done in an older one is in it, or was lost."""
        circle_id = meeting.circle_id
        made = self._made.get(circle_id)
        if not made or made[0].epoch == meeting.epoch:
            return
        for promise in made:
            # One that is over or began anew keeps nothing of what was done, by right; so does one
            # in which so much has been done since.
            same = meeting.phase is not Phase.ENDED and meeting.opened == promise.opened
            lately = meeting.version - promise.version < REMEMBERED
            older = promise.epoch < meeting.epoch
            if older and same and lately and promise.done not in meeting.done:
                self._broken[circle_id].add(promise.actor)
        self._made[circle_id] = deque(
            (one for one in made if one.epoch == meeting.epoch), maxlen=KEPT
        )

    def take_broken(self, circle_id: CircleId) -> set[MemberId]:
        """Who has to be told so, once."""
        return self._broken.pop(circle_id, set())

    def forget(self, circle_id: CircleId) -> None:
        self._made.pop(circle_id, None)
        self._broken.pop(circle_id, None)
