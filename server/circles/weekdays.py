"""On which days of the week a circle meets by its rule, as searching wants them. Pure.

A rule that falls on any day of the week, such as the 15th of each month, has none: such a circle
is found by its next meeting alone.
"""

from __future__ import annotations

import datetime as dt

from server.circles.patterns import DAYS, parts_of
from server.circles.schedule import Times
from server.circles.tables import Circle

DAY = 1440


def weekdays(times: Times, now: dt.datetime) -> set[int]:
    """Days by the clock of the circle; 0 is Monday. None for a rule that has ended."""
    parts = parts_of(times.rule)
    every = parts.get("FREQ")
    if times.next_start(now) is None or "BYMONTHDAY" in parts:
        return set()
    if "BYDAY" in parts:
        return {DAYS.index(one[-2:]) for one in parts["BYDAY"].split(",")}
    if every == "WEEKLY":
        return {times.first.weekday()}
    if every == "DAILY" and parts.get("INTERVAL", "1") != "7":
        return set(range(7))
    return {times.first.weekday()} if every == "DAILY" else set()


def plan(circle: Circle, times: Times, now: dt.datetime) -> None:
    """Keep what searching and reminding look at: the next start, the days, the time of day."""
    start = times.next_start(now)
    circle.next_start = int(start.timestamp()) if start else None
    # The clock as it is set when they meet next.
    ahead = (start or now).astimezone(times.here).utcoffset() or dt.timedelta()
    minute = times.hour * 60 + times.minute - int(ahead.total_seconds()) // 60
    later, circle.day_minute = divmod(minute, DAY)
    circle.days = sum(1 << (day + later) % 7 for day in weekdays(times, now))
