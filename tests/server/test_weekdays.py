"""The days of a circle's rule: worked out once, and found by the visitor's own clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from server.circles.finding import Search, find
from server.circles.schedule import Times
from server.circles.tables import Circle
from server.circles.weekdays import plan, weekdays
from server.database import Database
from tests.server.test_finding import NOW, circle
from tests.server.visiting import Site

MONDAY, WEDNESDAY, THURSDAY, FRIDAY = 0, 2, 3, 4


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=WE,FR", {WEDNESDAY, FRIDAY}),
        ("FREQ=WEEKLY", {WEDNESDAY}),
        ("FREQ=MONTHLY;BYDAY=-1FR", {FRIDAY}),
        ("FREQ=DAILY", set(range(7))),
        ("FREQ=DAILY;INTERVAL=7", {WEDNESDAY}),
        ("FREQ=MONTHLY;BYMONTHDAY=15", set()),
        ("FREQ=YEARLY", set()),
        ("FREQ=WEEKLY;BYDAY=WE;UNTIL=20260201T000000", set()),
        ("", set()),
    ],
)
def test_a_rule_has_the_days_that_it_names(rule: str, days: set[int]) -> None:
    assert weekdays(Times("2026-01-07T19:30", "Asia/Jakarta", rule, 75), NOW) == days


async def found(site: Site, day: int, zone: str, time: str = "", **row: str) -> bool:
    """Whether a visitor there finds a circle by that day, as its facilitators planned it."""
    one = Circle(**circle(1, **row))
    plan(one, Times(one.starts, one.timezone, one.rule, 75), NOW)
    database = Database(site.settings.database_url)
    async with database.session() as db:
        db.add(one)
        await db.flush()
        # Read as a search does, and thrown away.
        rows = await find(db, Search(day=str(day), time=time), 1, NOW, zone)
    await database.close()
    return bool(rows.circles)


@pytest.mark.parametrize(
    ("starts", "zone", "visitor", "day"),
    [
        # Next is Wednesday; Friday is one of its days as well.
        ("2026-01-07T19:30", "Asia/Jakarta", "Asia/Jakarta", FRIDAY),
        # Still the evening before in New York, and the next morning in Auckland.
        ("2026-01-07T08:00", "Asia/Jakarta", "America/New_York", THURSDAY),
        ("2026-01-07T22:00", "Asia/Jakarta", "Pacific/Auckland", 5),
        # The day by UTC is another than the circle's.
        ("2026-01-07T01:00", "Asia/Jakarta", "Asia/Jakarta", FRIDAY),
        ("2026-01-07T22:00", "America/New_York", "America/New_York", FRIDAY),
        ("2026-01-07T19:30", "Asia/Jakarta", "Asia/Kathmandu", FRIDAY),
    ],
)
async def test_a_circle_is_found_by_each_of_its_days(
    site: Site, starts: str, zone: str, visitor: str, day: int
) -> None:
    row = {"starts": starts, "timezone": zone, "rule": "FREQ=WEEKLY;BYDAY=WE,FR"}
    assert await found(site, day, visitor, **row)
    assert not await found(site, MONDAY, visitor, **row)


async def test_day_and_time_are_of_the_same_meeting(site: Site) -> None:
    row = {"rule": "FREQ=WEEKLY;BYDAY=WE,FR"}
    assert await found(site, FRIDAY, "Asia/Jakarta", "evening", **row)
    assert not await found(site, FRIDAY, "Asia/Jakarta", "morning", **row)


def test_a_schedule_that_was_changed_is_found_by_its_new_days() -> None:
    one = Circle(**circle(1))
    now = dt.datetime(2026, 11, 25, 3, tzinfo=ZoneInfo("UTC"))
    plan(one, Times("2026-11-27T06:00", "Asia/Jakarta", "FREQ=WEEKLY;BYDAY=FR", 75), now)
    # Thursday, 23:00 by UTC.
    assert (one.days, one.day_minute) == (1 << THURSDAY, 23 * 60)
