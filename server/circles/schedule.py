"""When a circle meets next, in its own zone. Pure; takes the time as an argument."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.words import Lang, clock, day_name, text

# Indonesia's three zones have no summer time, so an offset says all; no time zone database needed.
ZONES = {
    "WIB": dt.timezone(dt.timedelta(hours=7), "WIB"),
    "WITA": dt.timezone(dt.timedelta(hours=8), "WITA"),
    "WIT": dt.timezone(dt.timedelta(hours=9), "WIT"),
}
# People may come this long before; so long a meeting counts as the present one.
EARLY = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Times:
    """Every week on this day."""

    weekday: int
    time: str
    zone: str
    minutes: int

    @property
    def hour(self) -> int:
        return int(self.time[:2])

    @property
    def minute(self) -> int:
        return int(self.time[3:])

    def next_start(self, now: dt.datetime) -> dt.datetime:
        """The start of the meeting that is on, or of the next one."""
        here = now.astimezone(ZONES[self.zone])
        day = here.date() + dt.timedelta(days=(self.weekday - here.weekday()) % 7)
        start = dt.datetime.combine(day, dt.time(self.hour, self.minute), ZONES[self.zone])
        week = dt.timedelta(days=7)
        # One that began late yesterday evening may still be on.
        for candidate in (start - week, start):
            if candidate + dt.timedelta(minutes=self.minutes) > here:
                return candidate
        return start + week

    def is_on(self, now: dt.datetime) -> bool:
        """Whether now is a time to come."""
        return self.next_start(now) - EARLY <= now

    def clock(self, lang: Lang) -> str:
        """For example 19.30."""
        return clock(lang, self.hour, self.minute)

    def ends(self, lang: Lang) -> str:
        """When it ends, by the clock."""
        total = self.hour * 60 + self.minute + self.minutes
        return clock(lang, total // 60 % 24, total % 60)

    def day(self, lang: Lang) -> str:
        return day_name(lang, self.weekday)

    def soon(self, lang: Lang, now: dt.datetime) -> str:
        """'malam ini', 'besok' or the day."""
        start = self.next_start(now)
        days = (start.date() - now.astimezone(start.tzinfo).date()).days
        if days <= 0:
            return text(lang, "when.tonight" if self.hour >= 18 else "when.today")
        return text(lang, "when.tomorrow") if days == 1 else self.day(lang)
