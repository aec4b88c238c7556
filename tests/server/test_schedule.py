"""When a circle meets next, in the three zones of Indonesia."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from server.circles.schedule import Times

WEDNESDAY = Times("2026-10-07T19:30", "Asia/Jakarta", "FREQ=WEEKLY;BYDAY=WE", 75)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "start", "soon"),
    [
        ("2026-11-24T10:00+07:00", "2026-11-25T19:30+07:00", "besok"),
        ("2026-11-25T08:00+07:00", "2026-11-25T19:30+07:00", "malam ini"),
        ("2026-11-25T20:44+07:00", "2026-11-25T19:30+07:00", "malam ini"),
        ("2026-11-25T20:46+07:00", "2026-12-02T19:30+07:00", "Rabu"),
        ("2026-11-26T00:10+07:00", "2026-12-02T19:30+07:00", "Rabu"),
        # Already Thursday in London, still Wednesday evening there.
        ("2026-11-25T13:00+00:00", "2026-11-25T19:30+07:00", "malam ini"),
    ],
)
def test_the_next_meeting(now: str, start: str, soon: str) -> None:
    assert WEDNESDAY.next_start(at(now)) == at(start)
    assert WEDNESDAY.soon("id", at(now)) == soon


def test_one_that_goes_past_midnight_is_still_on() -> None:
    late = Times("2026-10-07T23:30", "Asia/Jayapura", "FREQ=WEEKLY;BYDAY=WE", 90)
    assert late.next_start(at("2026-11-26T00:30+09:00")) == at("2026-11-25T23:30+09:00")
    assert late.is_on(at("2026-11-26T00:59+09:00"))
    assert not late.is_on(at("2026-11-26T01:01+09:00"))
    assert late.ends("id") == "01.00"


def test_people_may_come_a_quarter_of_an_hour_before() -> None:
    assert not WEDNESDAY.is_on(at("2026-11-25T19:14+07:00"))
    assert WEDNESDAY.is_on(at("2026-11-25T19:15+07:00"))


def test_the_same_clock_in_three_zones_is_three_moments() -> None:
    now = at("2026-11-24T10:00+07:00")
    starts = [
        replace(WEDNESDAY, timezone=zone).next_start(now)
        for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
    ]
    assert [start.astimezone(dt.UTC).hour for start in starts if start] == [12, 11, 10]
