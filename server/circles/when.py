"""On which day and at what time circles meet, by the clock of whoever looks; asked of the database.

Takes the visitor's zone by name, and follows its changes for a year. Works out no schedule:
`weekdays` keeps what is asked here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, or_

from server.circles.tables import Circle
from server.circles.weekdays import DAY

TIMES: dict[str, tuple[int, int]] = {
    "morning": (4, 11),
    "noon": (11, 15),
    "afternoon": (15, 18),
    "evening": (18, 28),
}
"""From which hour to which; an evening goes on past midnight."""
AHEAD = dt.timedelta(days=400)
"""How far the visitor's clock is followed; no schedule is looked at further."""


def meets(day: str, time: str, now: dt.datetime, zone: str) -> ColumnElement[bool]:
    """Whether it meets on that day and at that time by the visitor's clock.

    By its rule, on any of its days; or with the next meeting, which may have been moved.
    """
    local = Circle.next_start + offset(now, zone)
    # The first of January 1970 was a Thursday.
    weekday = (local // 86400 + 3) % 7
    wanted = [Circle.next_start.is_not(None), *at_hour((local % 86400) // 3600, time)]
    if not day:
        return and_(*wanted)
    return or_(
        and_(*wanted, weekday == int(day)), by_rule(int(day), time, seconds_ahead_at(now, zone))
    )


def at_hour(hour: Any, time: str) -> list[ColumnElement[bool]]:
    """Whether that hour of the visitor's day is what they look for."""
    if not time:
        return []
    since, until = TIMES[time]
    late = [hour < until - 24] if until > 24 else []
    return [or_(and_(hour >= since, hour < until), *late)]


def by_rule(day: int, time: str, ahead: int) -> ColumnElement[bool]:
    """Whether one of the days of its rule is that day where the clock is so far ahead of UTC."""
    local = Circle.day_minute + ahead // 60
    # A day there may be the one before or after by UTC, whichever the time of day makes it.
    on_day = (
        and_(local >= DAY * shift, local < DAY * (shift + 1), has_day((day - shift) % 7))
        for shift in (-1, 0, 1)
    )
    # The remainder of a negative number is not the same on every database.
    return and_(or_(*on_day), *at_hour((local + DAY) % DAY // 60, time))


def has_day(day: int) -> ColumnElement[bool]:
    return Circle.days.bitwise_and(1 << day) != 0


def seconds_ahead_at(now: dt.datetime, zone: str) -> int:
    return seconds_ahead(ZoneInfo(zone), int(now.timestamp()))


def offset(now: dt.datetime, zone: str) -> Any:
    """Seconds that the visitor's clock is ahead of UTC then, over its changes in a year."""
    here = ZoneInfo(zone)
    since = int(now.timestamp()) - 86400
    at, steps = since, []
    ahead = seconds_ahead(here, since)
    while at < since + AHEAD.total_seconds():
        later = at + 7 * 86400
        if seconds_ahead(here, later) != ahead:
            change = moment_of_change(here, at, later)
            steps.append((change, ahead))
            ahead = seconds_ahead(here, later)
        at = later
    if not steps:
        return ahead
    return case(*((Circle.next_start < change, was) for change, was in steps), else_=ahead)


def moment_of_change(zone: ZoneInfo, low: int, high: int) -> int:
    """The second at which that zone's clock was set, between two that differ."""
    before = seconds_ahead(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if seconds_ahead(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def seconds_ahead(zone: ZoneInfo, moment: int) -> int:
    ahead = dt.datetime.fromtimestamp(moment, zone).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0
