"""The time that meetings go by: it never jumps. Declines to carry anything out."""

from __future__ import annotations

import time
from collections.abc import Callable

from realtime.domain.meeting import CircleId, Instant

SLEW = 0.02
"""How much faster or slower than real this clock may run to meet the wall clock again."""
STEP_SECONDS = 600.0
"""A wall clock that is off by more was set: followed for minutes, it would shorten deadlines that
others count, and it is a matter of days until it is met."""
UNSEEN_SECONDS = 10.0
"""A deadline that was past when this process first saw it waits so long: it did not see it pass."""


class Clock:
    """The wall clock at the start, carried on by the monotonic one: an hour's step changes nothing.

    A small difference to it is made up slowly, so that processes agree in the long run.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._at, self._now = monotonic(), wall()

    def now(self) -> Instant:
        at = self._monotonic()
        passed = max(0.0, at - self._at)
        error = self._wall() - (self._now + passed)
        most = SLEW * passed if abs(error) < STEP_SECONDS else 0.0
        self._at, self._now = at, self._now + passed + max(-most, min(most, error))
        return self._now


class Watch:
    """Tells when a deadline is due: only once this process' own clock saw the time pass too."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._due: dict[CircleId, tuple[Instant, float]] = {}

    def is_due(self, circle_id: CircleId, deadline: Instant | None, now: Instant) -> bool:
        """Look at a circle's next deadline; call again every second or so."""
        if deadline is None:
            self._due.pop(circle_id, None)
            return False
        seen = self._due.get(circle_id)
        if seen is None or seen[0] != deadline:
            left = deadline - now
            wait = left if left > 0 else UNSEEN_SECONDS
            seen = self._due[circle_id] = (deadline, self._monotonic() + wait)
        return now >= deadline and self._monotonic() >= seen[1]

    def extend(self, circle_id: CircleId, seconds: float) -> None:
        """An outage lasted so long: nothing that it covered is due earlier for it."""
        if (seen := self._due.get(circle_id)) is not None:
            self._due[circle_id] = seen[0], seen[1] + seconds

    def forget(self, circle_id: CircleId) -> None:
        self._due.pop(circle_id, None)
