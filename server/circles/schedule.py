"""When a circle meets, by a rule in its own zone. Pure; takes the time as an argument.

Reads no form and no table: `rules` and `changes` do. The clock on the wall is what stays.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from server.circles.patterns import DAYS as DAYS
from server.circles.patterns import dated, parts_of, pattern
from server.circles.zone_names import zone_name
from server.words import Lang, clock, day_name, text

EARLY = dt.timedelta(minutes=15)
"""The door opens this long before."""
LOCAL = "%Y-%m-%dT%H:%M"
STEP = {"DAILY": 1, "WEEKLY": 7}


def read_local(written: str) -> dt.datetime:
    """A time of the clock on the wall, as schedules write it."""
    return dt.datetime.strptime(written, LOCAL)  # noqa: DTZ007


@dataclass(frozen=True, order=True)
class Occurrence:
    """One meeting."""

    local: dt.datetime
    """When it is (or was to be, if cancelled), by the clock on the wall."""
    start: dt.datetime
    """The same, as a moment in the circle's zone."""
    original: str
    """When the rule has it: its name in the table of changes."""
    state: Literal["on", "moved", "cancelled"]

    def date(self, lang: Lang) -> str:
        """For example Rabu, 25 November 2026."""
        return dated(lang, self.start)

    def clock(self, lang: Lang) -> str:
        """For example 19.30."""
        return clock(lang, self.start.hour, self.start.minute)

    def planned(self, lang: Lang) -> str:
        """The day and time by the rule, which it moved away from."""
        was = read_local(self.original)
        return f"{dated(lang, was)}, {clock(lang, was.hour, was.minute)}"


@dataclass(frozen=True)
class Times:
    """A schedule: the first start by the clock of its zone, an RRULE, and what differs from it."""

    starts: str
    timezone: str
    rule: str
    minutes: int
    changes: tuple[tuple[str, str | None], ...] = ()
    """Start by the rule -> where it moved to; None: cancelled."""

    @property
    def first(self) -> dt.datetime:
        return read_local(self.starts)

    @property
    def length(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.minutes)

    @property
    def zone(self) -> str:
        """The zone as people call it."""
        return zone_name(self.timezone)

    @property
    def time(self) -> str:
        """For example 19:30."""
        return self.starts[11:]

    @property
    def hour(self) -> int:
        return int(self.starts[11:13])

    @property
    def minute(self) -> int:
        return int(self.starts[14:16])

    @cached_property
    def here(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _changed(self) -> dict[str, str | None]:
        return dict(self.changes)

    def _rule_near(self, since: dt.datetime) -> rrule:
        """The rule, begun close to `since`: years of meetings in the past cost nothing."""
        parts, first = parts_of(self.rule), self.first
        step = STEP.get(parts.get("FREQ", ""))
        if step and "COUNT" not in parts:
            period = step * int(parts.get("INTERVAL", "1"))
            # One period earlier, since the first may be cut short by where it begins.
            periods = (since - first).days // period - 1
            first += dt.timedelta(days=max(0, periods) * period)
        return rrulestr(self.rule, dtstart=first)

    def _by_rule(self, since: dt.datetime) -> Iterator[dt.datetime]:
        """Starts by the clock on the wall, without a zone: that clock is what a circle goes by."""
        if self.rule:
            yield from self._rule_near(since).xafter(since, inc=True)
        elif self.first >= since:
            yield self.first

    def _at(
        self, local: dt.datetime, original: str, state: Literal["on", "moved", "cancelled"]
    ) -> Occurrence:
        """As a moment. A time that the clock skips counts by the offset before the jump, one that
        it shows twice is the first of the two (RFC 5545, 3.3.5): what fold 0 means."""
        start = local.replace(tzinfo=self.here).astimezone(dt.UTC).astimezone(self.here)
        return Occurrence(local, start, original, state)

    def occurrences(self, since: dt.datetime) -> Iterator[Occurrence]:
        """All meetings from the local time `since` on, those that are cancelled too, in order."""
        moved = [self._at(read_local(to), original, "moved") for original, to in self.changes if to]
        coming = sorted(one for one in moved if one.local >= since)
        return heapq.merge(self._as_planned(since), coming)

    def _as_planned(self, since: dt.datetime) -> Iterator[Occurrence]:
        """Those which stay where the rule has them."""
        for local in self._by_rule(since):
            original = local.strftime(LOCAL)
            if original not in self._changed:
                yield self._at(local, original, "on")
            elif self._changed[original] is None:
                yield self._at(local, original, "cancelled")

    def not_over(self, now: dt.datetime) -> Iterator[Occurrence]:
        """The meeting that is on at that moment and those that follow, cancelled ones too."""
        # A day more than its length, for a clock that was set in between.
        since = now.astimezone(self.here).replace(tzinfo=None) - self.length - dt.timedelta(days=1)
        for one in self.occurrences(since):
            if one.start.astimezone(dt.UTC) + self.length > now:
                yield one

    def starts_from(self, now: dt.datetime) -> Iterator[dt.datetime]:
        """Starts of the meeting that is on at that moment, and of those that follow."""
        return (one.start for one in self.not_over(now) if one.state != "cancelled")

    def between(self, since: dt.datetime, until: dt.datetime) -> Iterator[Occurrence]:
        """Meetings that take place and start in [since, until)."""
        begin = since.astimezone(self.here).replace(tzinfo=None) - dt.timedelta(days=1)
        end = until.astimezone(self.here).replace(tzinfo=None) + dt.timedelta(days=1)
        for one in self.occurrences(begin):
            if one.local > end:
                return
            if one.state != "cancelled" and since <= one.start.astimezone(dt.UTC) < until:
                yield one

    def has(self, original: str) -> bool:
        """Whether the rule has a meeting then."""
        try:
            local = read_local(original)
        except ValueError:
            return False
        return next(self._by_rule(local), None) == local

    def next_start(self, now: dt.datetime) -> dt.datetime | None:
        """The start of the meeting that is on, or of the next one; None after the last."""
        return next(self.starts_from(now), None)

    def opens(self, now: dt.datetime) -> dt.datetime | None:
        """When the door to that meeting opens, or opened."""
        start = self.next_start(now)
        return (start.astimezone(dt.UTC) - EARLY).astimezone(self.here) if start else None

    def is_on(self, now: dt.datetime) -> bool:
        """Whether now is a time to come."""
        opens = self.opens(now)
        return opens is not None and opens.astimezone(dt.UTC) <= now

    def is_today(self, now: dt.datetime) -> bool:
        """Whether the next meeting begins today, or has begun."""
        start = self.next_start(now)
        return start is not None and start.date() <= now.astimezone(start.tzinfo).date()

    def soon_changed(self, now: dt.datetime) -> list[Occurrence]:
        """Those of the next eight that are not as the rule has them."""
        return [one for one in islice(self.not_over(now), 8) if one.state != "on"]

    # --- as people read it ---

    def clock(self, lang: Lang) -> str:
        """For example 19.30."""
        return clock(lang, self.hour, self.minute)

    def ends(self, lang: Lang) -> str:
        """When it ends, by the clock."""
        total = self.hour * 60 + self.minute + self.minutes
        return clock(lang, total // 60 % 24, total % 60)

    def day(self, lang: Lang) -> str:
        return day_name(lang, self.first.weekday())

    def soon(self, lang: Lang, now: dt.datetime) -> str:
        """'malam ini', 'besok', the day, or the date of one that is far."""
        start = self.next_start(now)
        if start is None:
            return text(lang, "when.over")
        days = (start.date() - now.astimezone(start.tzinfo).date()).days
        if days <= 0:
            return text(lang, "when.tonight" if start.hour >= 18 else "when.today")
        if days > 7:
            return dated(lang, start)
        return text(lang, "when.tomorrow") if days == 1 else day_name(lang, start.weekday())

    def also(self, lang: Lang, now: dt.datetime, zone: str | None) -> str:
        """The next meeting by the visitor's own clock; empty where that is the same, or unknown."""
        start = self.next_start(now)
        if start is None or zone is None:
            return ""
        there = start.astimezone(ZoneInfo(zone))
        if there.utcoffset() == start.utcoffset():
            return ""
        called = zone_name(zone)
        time = clock(lang, there.hour, there.minute)
        if there.date() != start.date():
            time = f"{day_name(lang, there.weekday())} {time}"
        return text(lang, "when.also", time=time if "/" in called else f"{time} {called}")

    def pattern(self, lang: Lang) -> str:
        """How it recurs, in words."""
        return pattern(self.rule, self.first, lang)


def upcoming(times: Times, now: dt.datetime, n: int) -> list[Occurrence]:
    """The next `n` meetings, the one that is on first; those that are cancelled too."""
    return list(islice(times.not_over(now), n))
