"""What a process counts of its own work: plain numbers, never whose. Nothing is sent anywhere.

Counting has to cost next to nothing, so whoever wants the figures reads them here. Every label is
a key that is there from the start: what is not listed cannot be counted.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from realtime.domain.refusal import Reason
from realtime.payloads import CLIENT_EVENTS

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of a histogram's buckets, in seconds; above the last is one more."""


class Histogram:
    """How long something took, and how often."""

    __slots__ = ("buckets", "total")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def note(self, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


def each_event() -> dict[str, Histogram]:
    return {event: Histogram() for event in (*CLIENT_EVENTS, "unknown")}


def each_reason() -> dict[Reason, int]:
    return dict.fromkeys(Reason, 0)


@dataclass(slots=True)
class Counts:
    """Since the process started."""

    deliveries: int = 0
    """Frames to one socket each."""
    stalls_cut: int = 0
    """Readers that were too far behind."""
    joins: int = 0
    reconnects: int = 0
    """Joins of somebody whose seat was there already, as far as this process knew."""
    swaps_retried: int = 0
    redis_outages: int = 0
    database_outages: int = 0
    """Questions at the door that the database did not answer."""
    events: dict[str, Histogram] = field(default_factory=each_event)
    """From an event's arrival to its answer."""
    refusals: dict[Reason, int] = field(default_factory=each_reason)
    refused_joins: dict[Reason, int] = field(default_factory=each_reason)


COUNTS = Counts()
"""Of this process."""
