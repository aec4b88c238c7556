"""When a circle meets, by a rule in its own zone. Pure; takes the time as an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from server.words import Lang, clock, day_name, text

EARLY = dt.timedelta(minutes=15)
"""The door opens this long before."""
SHORT = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""Names that people in Indonesia know their zones by."""
LONG = {short: zone for zone, short in SHORT.items()}
LOCAL = "%Y-%m-%dT%H:%M"


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
        return dt.datetime.strptime(self.starts, LOCAL)  # noqa: DTZ007

    @property
    def zone(self) -> str:
        """The zone as people call it."""
        return SHORT.get(self.timezone, self.timezone.replace("_", " "))

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
    def _local(self) -> rruleset:
        """Starts by the clock on the wall, without a zone: that clock is what a circle goes by."""
        times = rruleset(cache=False)
        if self.rule:
            times.rrule(rrulestr(self.rule, dtstart=self.first))
        else:
            times.rdate(self.first)
        for original, moved_to in self.changes:
            times.exdate(dt.datetime.strptime(original, LOCAL))  # noqa: DTZ007
            if moved_to:
                times.rdate(dt.datetime.strptime(moved_to, LOCAL))  # noqa: DTZ007
        return times

    def starts_from(self, now: dt.datetime) -> Iterator[dt.datetime]:
        """Starts of the meeting that is on at that moment, and of those that follow."""
        here = ZoneInfo(self.timezone)
        length = dt.timedelta(minutes=self.minutes)
        # A day more than its length, for a clock that was set in between.
        since = now.astimezone(here).replace(tzinfo=None) - length - dt.timedelta(days=1)
        for local in self._local.xafter(since, inc=True):
            start = local.replace(tzinfo=here)
            if start.astimezone(dt.UTC) + length > now:
                yield start

    def next_start(self, now: dt.datetime) -> dt.datetime | None:
        """The start of the meeting that is on, or of the next one; None after the last."""
        return next(self.starts_from(now), None)

    def is_on(self, now: dt.datetime) -> bool:
        """Whether now is a time to come."""
        start = self.next_start(now)
        return start is not None and start - EARLY <= now

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
        """'malam ini', 'besok' or the day."""
        start = self.next_start(now)
        if start is None:
            return text(lang, "when.over")
        days = (start.date() - now.astimezone(start.tzinfo).date()).days
        if days <= 0:
            return text(lang, "when.tonight" if start.hour >= 18 else "when.today")
        return text(lang, "when.tomorrow") if days == 1 else day_name(lang, start.weekday())
