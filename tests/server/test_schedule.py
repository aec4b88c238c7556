"""When a circle meets: in many zones, by many rules, and not as the rule says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from server.circles.patterns import parts_of
from server.circles.recurring import days_of
from server.circles.rules import Rule, read_rule, rule_values, standard_values
from server.circles.schedule import Times, upcoming
from server.words import catalogue

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
    assert WEDNESDAY.is_today(at(now)) == (soon == "malam ini")


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


# --- rules of RFC 5545, over clocks that are set ---

AMSTERDAM = Times("2026-01-07T19:30", "Europe/Amsterdam", "FREQ=WEEKLY;BYDAY=WE", 75)


@pytest.mark.parametrize(
    ("zone", "now", "before", "after"),
    [
        # The clock is set on 29 March in Europe, on 8 March in America.
        ("Europe/Amsterdam", "2026-03-25T00:00+00:00", 18, 17),
        ("America/New_York", "2026-03-04T00:00+00:00", 24, 23),
    ],
)
def test_the_clock_on_the_wall_stays_when_it_is_set(
    zone: str, now: str, before: int, after: int
) -> None:
    starts = replace(AMSTERDAM, timezone=zone).starts_from(at(now))
    two = [next(starts), next(starts)]
    assert [(start.hour, start.minute) for start in two] == [(19, 30), (19, 30)]
    assert (two[1] - two[0]).days == 7
    elapsed = two[1].astimezone(dt.UTC) - two[0].astimezone(dt.UTC)
    assert elapsed == dt.timedelta(days=7, hours=after - before)


def test_a_time_that_the_clock_skips_counts_by_the_offset_before_it() -> None:
    night = Times("2026-03-28T02:30", "Europe/Amsterdam", "FREQ=DAILY", 30)
    starts = list(islice(night.starts_from(at("2026-03-28T00:00+00:00")), 3))
    assert [f"{start:%d %H:%M %z}" for start in starts] == [
        "28 02:30 +0100",
        "29 03:30 +0200",
        "30 02:30 +0200",
    ]


def test_a_time_that_the_clock_shows_twice_is_the_first_of_them() -> None:
    night = Times("2026-10-25T02:30", "Europe/Amsterdam", "", 30)
    start = night.next_start(at("2026-10-24T00:00+00:00"))
    # Python calls such a time unequal to every time in another zone.
    assert start and start.astimezone(dt.UTC) == at("2026-10-25T00:30+00:00")


def test_a_meeting_that_is_long_over_has_no_next_one() -> None:
    once = Times("2026-10-07T19:30", "Asia/Jakarta", "", 75)
    assert once.next_start(at("2026-10-07T20:44+07:00")) == at("2026-10-07T19:30+07:00")
    assert once.next_start(at("2026-10-07T20:45+07:00")) is None
    assert once.soon("id", at("2026-10-08T00:00+07:00")) == "tidak ada lagi"
    assert (
        not once.is_on(at("2026-10-08T00:00+07:00")) and once.opens(at("2027-01-01T00:00Z")) is None
    )


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", ["01-07", "01-21", "02-04"]),
        ("FREQ=MONTHLY;BYDAY=2WE", ["01-14", "02-11", "03-11"]),
        ("FREQ=MONTHLY;BYDAY=-1WE", ["01-28", "02-25", "03-25"]),
        ("FREQ=WEEKLY;BYDAY=WE;COUNT=2", ["01-07", "01-14"]),
        ("FREQ=WEEKLY;BYDAY=WE;UNTIL=20260114T235959", ["01-07", "01-14"]),
    ],
)
def test_circles_recur_as_their_rule_says(rule: str, dates: list[str]) -> None:
    starts = replace(AMSTERDAM, rule=rule).starts_from(at("2026-01-01T00:00Z"))
    assert [f"{start:%m-%d}" for start in islice(starts, 3)] == dates


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SA",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=5",
        "FREQ=MONTHLY;BYDAY=-1WE",
        "FREQ=DAILY;COUNT=900",
    ],
)
def test_years_later_the_same_meetings_come_without_counting_from_the_first(rule: str) -> None:
    times = replace(AMSTERDAM, rule=rule)
    now = at("2028-06-03T12:00Z")
    every = (day.replace(tzinfo=times.here) for day in rrulestr(rule, dtstart=times.first))
    expected = list(islice((day for day in every if day + times.length > now), 12))
    assert list(islice(times.starts_from(now), 12)) == expected


def test_a_daily_circle_of_ten_years_costs_no_more_than_a_new_one() -> None:
    old = Times("2016-01-01T19:30", "Asia/Jakarta", "FREQ=DAILY", 60)
    near = old._rule_near(at("2026-11-25"))
    assert next(iter(near)) >= at("2026-11-20")


# --- cancelled and moved ---

CHANGED = replace(
    WEDNESDAY,
    changes=(("2026-11-25T19:30", None), ("2026-12-02T19:30", "2026-12-03T20:00")),
)
BEFORE = at("2026-11-24T10:00+07:00")


def test_a_cancelled_meeting_is_passed_over_and_a_moved_one_is_where_it_moved() -> None:
    assert CHANGED.next_start(BEFORE) == at("2026-12-03T20:00+07:00")
    assert not CHANGED.is_on(at("2026-11-25T19:30+07:00"))
    assert not CHANGED.is_on(at("2026-12-02T19:30+07:00"))
    assert CHANGED.is_on(at("2026-12-03T19:45+07:00"))


def test_members_see_what_is_not_as_usual() -> None:
    coming = [(one.original, one.state) for one in upcoming(CHANGED, BEFORE, 3)]
    assert coming == [
        ("2026-11-25T19:30", "cancelled"),
        ("2026-12-02T19:30", "moved"),
        ("2026-12-09T19:30", "on"),
    ]
    assert [one.state for one in CHANGED.soon_changed(BEFORE)] == ["cancelled", "moved"]


def test_meetings_in_a_span_are_those_that_take_place_in_it() -> None:
    found = CHANGED.between(BEFORE, at("2026-12-09T19:30+07:00"))
    assert [one.local for one in found] == [at("2026-12-03T20:00")]


# --- in words ---


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=WE", "Setiap Rabu"),
        ("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20271231T235959", "Setiap Senin, Kamis"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "Rabu, dua minggu sekali"),
        ("FREQ=MONTHLY;BYDAY=1WE", "Rabu pertama tiap bulan"),
        ("FREQ=MONTHLY;BYDAY=-1WE", "Rabu terakhir tiap bulan"),
        ("", "Sekali, Rabu 7 Oktober 2026"),
        ("FREQ=MONTHLY;BYMONTHDAY=7", "Menurut jadwalnya sendiri"),
    ],
)
def test_a_rule_is_told_in_words(rule: str, words: str) -> None:
    assert replace(WEDNESDAY, rule=rule).pattern("id") == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Makassar", "20.30 WITA di tempatmu"),
        ("Europe/Amsterdam", "13.30 di tempatmu"),
        ("Pacific/Auckland", "Kamis 01.30 di tempatmu"),
        ("Asia/Bangkok", ""),
        (None, ""),
    ],
)
def test_who_is_elsewhere_reads_their_own_clock_too(zone: str | None, words: str) -> None:
    assert WEDNESDAY.also("id", BEFORE, zone) == words


# --- the form ---

FORM = {"repeat": "weekly", "date": "2026-11-25", "time": "19:30", "zone": "WIB"}


def on(day: str, rule: str, zone: str = "Asia/Jakarta") -> Rule:
    return Rule(f"2026-11-{day}T19:30", zone, rule)


def by_hand(rule: str) -> dict[str, str]:
    return {"repeat": "other", "rule": rule}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, on("25", "FREQ=WEEKLY;BYDAY=WE")),
        ({"zone": "wit"}, on("25", "FREQ=WEEKLY;BYDAY=WE", "Asia/Jayapura")),
        ({"repeat": "biweekly"}, on("25", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE")),
        ({"repeat": "monthly"}, on("25", "FREQ=MONTHLY;BYDAY=4WE")),
        ({"repeat": "last"}, on("25", "FREQ=MONTHLY;BYDAY=-1WE")),
        # Not every month has a fifth Monday.
        ({"repeat": "monthly", "date": "2026-11-30"}, on("30", "FREQ=MONTHLY;BYDAY=-1MO")),
        ({"repeat": "once", "zone": "europe/amsterdam"}, on("25", "", "Europe/Amsterdam")),
        ({"until": "2026-12-31"}, on("25", "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261231T235959")),
        # The first meeting is the first that the rule has.
        (by_hand("rrule:freq=weekly;byday=mo,th"), on("26", "FREQ=WEEKLY;BYDAY=MO,TH")),
        # Its end is kept by the clock on the wall.
        (
            by_hand("FREQ=DAILY;UNTIL=20261201T000000Z"),
            on("25", "FREQ=DAILY;UNTIL=20261201T070000"),
        ),
        (by_hand("UNTIL=20261201;FREQ=DAILY"), on("25", "FREQ=DAILY;UNTIL=20261201T235959")),
    ],
)
def test_a_schedule_is_read_from_its_form_and_shown_in_it_again(
    change: dict[str, str], rule: Rule
) -> None:
    read, wrong = read_rule(FORM | change, BEFORE)
    assert wrong == {}
    assert read == rule
    assert read_rule(rule_values(rule), BEFORE) == (rule, {})


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"repeat": "sometimes"}, {"repeat": "repeat"}),
        ({"date": "25-11-2026"}, {"date": "date"}),
        ({"date": "9999-12-31"}, {"date": "date"}),
        ({"time": "25:00", "zone": "Mars/Olympus"}, {"time": "time", "zone": "zone"}),
        ({"zone": "../../etc/passwd"}, {"zone": "zone"}),
        ({"zone": "x" * 5000}, {"zone": "zone"}),
        ({"repeat": "last", "date": "2026-11-18"}, {"date": "last"}),
        ({"until": "2026-11-24"}, {"until": "ends"}),
        ({"until": "soon"}, {"until": "until"}),
        *(
            (by_hand(rule), {"rule": why})
            for rule, why in (
                ("", "rule"),
                ("every week", "rule"),
                ("FREQ=SECONDLY", "rule"),
                ("FREQ=HOURLY;COUNT=2", "rule"),
                ("FREQ=DAILY;BYHOUR=1,2,3", "rule"),
                ("FREQ=DAILY;FREQ=DAILY", "rule"),
                ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "rule"),
                ("FREQ=WEEKLY;BYDAY=2MO", "rule"),
                ("FREQ=DAILY;INTERVAL=100000", "rule"),
                ("FREQ=DAILY;UNTIL=20269999", "rule"),
                ("FREQ=DAILY;" + "BYMONTH=1;" * 100, "rule"),
                ("FREQ=DAILY;COUNT=10000", "many"),
                ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never"),
                ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never"),
                ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "never"),
                ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "never"),
                ("FREQ=WEEKLY;UNTIL=20201231T000000", "ends"),
                ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "rare"),
                ("FREQ=YEARLY;INTERVAL=9", "rare"),
            )
        ),
    ],
)
def test_what_is_wrong_in_a_schedule_is_named(
    change: dict[str, str], wrong: dict[str, str]
) -> None:
    assert read_rule(FORM | change, BEFORE) == (None, wrong)
    catalogue("id")[f"rule.wrong.{next(iter(wrong.values()))}"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=9",
        "FREQ=DAILY;BYMONTH=2,7;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=3",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=31,-2",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=+1MO,-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=1,6;BYDAY=2SA",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    ],
)
def test_what_the_form_checks_is_what_the_schedule_then_does(rule: str) -> None:
    first = dt.date(2026, 11, 25)
    horizon = first + dt.timedelta(days=1500)
    start, end = at("2026-11-25"), at("2030-01-01")
    days = [day for day in days_of(parts_of(rule), first, horizon) if day < end.date()]
    expected = rrulestr(rule, dtstart=start).between(start, end - dt.timedelta(days=1), inc=True)
    assert days == [one.date() for one in expected]


def test_a_new_circle_meets_on_wednesday_evenings_unless_said_otherwise() -> None:
    rule, wrong = read_rule(standard_values(BEFORE), BEFORE)
    assert wrong == {}
    assert rule == Rule("2026-11-25T19:30", "Asia/Jakarta", "FREQ=WEEKLY;BYDAY=WE")


def test_a_rule_without_its_day_is_shown_as_what_it_is() -> None:
    values = rule_values(on("25", "FREQ=WEEKLY"))
    assert (values["repeat"], values["rule"]) == ("weekly", "")
    values = rule_values(on("25", "FREQ=WEEKLY;BYDAY=WE;COUNT=4"))
    assert (values["repeat"], values["rule"]) == ("other", "FREQ=WEEKLY;BYDAY=WE;COUNT=4")
