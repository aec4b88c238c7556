"""The calendar of a member, read by another library than the one that wrote it."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from dataclasses import replace
from io import StringIO
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil import tz
from dateutil.rrule import rruleset, rrulestr
from sqlalchemy import select, update

from server.circles.calendar import Shown, feed, single
from server.circles.schedule import Times
from server.circles.tables import Absence, Change, Circle, Membership
from server.database import Database
from tests.server.visiting import Answer, Site

NOW = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
PLAIN = Shown("x@lingkar", "id")
WEEKLY = "FREQ=WEEKLY;BYDAY=WE"
ADDRESS = re.compile(r"http\S+(/kalender/[\w-]{43}\.ics)")


def read(content: bytes) -> Any:
    return vobject.readOne(content.decode())


def clock_of(content: bytes) -> Any:
    """The zone as the feed itself describes it; no database of ours is asked."""
    text = content.decode().replace("\r\n ", "").replace("\r\n", "\n")
    start, end = text.index("BEGIN:VTIMEZONE"), text.index("END:VTIMEZONE")
    return tz.tzical(StringIO(f"{text[start:end]}END:VTIMEZONE\n")).get()


def instants(content: bytes, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """When meetings take place, from the text of the feed alone."""
    here = clock_of(content)
    events = read(content).vevent_list
    found: list[dt.datetime] = []
    for event in events:
        status = event.contents.get("status")
        start = event.dtstart.value.replace(tzinfo=None)
        if "rrule" in event.contents:
            days = rruleset()
            days.rrule(rrulestr(event.rrule.value, dtstart=start.replace(tzinfo=here)))
            for gone in event.contents.get("exdate", []):
                for one in gone.value:
                    days.exdate(one.replace(tzinfo=here))
            for other in events:
                if "recurrence-id" in other.contents:
                    original = other.contents["recurrence-id"][0].value
                    days.exdate(original.replace(tzinfo=here))
            found += days.between(start.replace(tzinfo=here), until, inc=True)
        elif status is None:
            found.append(start.replace(tzinfo=here))
    moments = sorted(one.astimezone(dt.UTC) for one in found)
    return [one for one in moments if since <= one < until]


def expected(times: Times, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    return [one.start.astimezone(dt.UTC) for one in times.between(since, until)]


# --- the feed by itself ---


@pytest.mark.parametrize(
    "zone",
    [
        "Asia/Jakarta",
        "Asia/Jayapura",
        "Europe/Amsterdam",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Auckland",
    ],
)
@pytest.mark.parametrize(
    ("rule", "time"),
    [
        (WEEKLY, "19:30"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "00:15"),
        ("FREQ=MONTHLY;BYDAY=-1WE", "23:45"),
        ("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260930T235959", "19:30"),
        ("FREQ=DAILY", "04:30"),
    ],
)
def test_another_library_finds_the_same_meetings_all_year(zone: str, rule: str, time: str) -> None:
    times = Times(f"2026-01-07T{time}", zone, rule, 75)
    content = feed(times, PLAIN, NOW)
    until = NOW + dt.timedelta(days=366)
    found = instants(content, NOW, until)
    assert found == expected(times, NOW, until)
    assert len(found) > 10


def test_moved_and_cancelled_meetings_are_where_they_are() -> None:
    changes = (
        ("2026-01-07T19:30", None),
        ("2026-03-25T19:30", "2026-03-30T20:00"),
        ("2026-10-28T19:30", "2026-10-24T20:00"),
        ("2026-11-25T19:30", None),
    )
    times = Times("2026-01-07T19:30", "Europe/Amsterdam", WEEKLY, 75, changes)
    later = NOW + dt.timedelta(days=30)
    content = feed(times, PLAIN, later)
    until = NOW + dt.timedelta(days=366)
    assert instants(content, NOW, until) == expected(times, NOW, until)
    text = content.decode()
    # What is past is left out, what is to come is shown crossed out.
    assert text.count("EXDATE") == 1 and "EXDATE;TZID=Europe/Amsterdam:20260107T193000" in text
    assert text.count("RECURRENCE-ID") == 3
    assert text.count("STATUS:CANCELLED") == 1
    assert "SUMMARY:Batal: Pertemuan" in text


def test_the_clock_is_set_in_the_feed_at_the_very_minute() -> None:
    content = feed(Times("2026-01-07T19:30", "Europe/Amsterdam", WEEKLY, 75), PLAIN, NOW)
    text = content.decode()
    assert "DTSTART:20260329T020000" in text and "DTSTART:20261025T030000" in text
    here = clock_of(content)
    for moment in ("2026-03-29T01:59", "2026-03-29T03:00", "2026-10-25T01:59", "2026-10-25T03:00"):
        local = dt.datetime.fromisoformat(moment)
        real = local.replace(tzinfo=ZoneInfo("Europe/Amsterdam")).utcoffset()
        assert local.replace(tzinfo=here).utcoffset() == real, moment


def test_each_meeting_has_an_alarm_a_quarter_of_an_hour_before_and_a_cancelled_one_none() -> None:
    times = Times("2026-01-07T19:30", "Asia/Jakarta", WEEKLY, 75, (("2026-01-14T19:30", None),))
    main, cancelled = read(feed(times, PLAIN, NOW)).vevent_list
    assert main.valarm.trigger.value == dt.timedelta(minutes=-15)
    assert main.valarm.action.value == "DISPLAY"
    assert main.duration.value == dt.timedelta(minutes=75)
    assert "valarm" not in cancelled.contents


def test_a_later_copy_counts_as_the_newer_one_under_the_same_name() -> None:
    times = Times("2026-01-07T19:30", "Asia/Jakarta", WEEKLY, 75)
    first = read(feed(times, PLAIN, NOW)).vevent
    later = read(feed(times, PLAIN, NOW + dt.timedelta(hours=1))).vevent
    assert first.uid.value == later.uid.value == "x@lingkar"
    assert int(later.sequence.value) > int(first.sequence.value)
    assert later.dtstamp.value > first.dtstamp.value


def test_the_end_of_a_rule_is_in_utc_as_the_standard_asks() -> None:
    rule = f"{WEEKLY};UNTIL=20260930T235959"
    text = feed(Times("2026-01-07T19:30", "Asia/Jakarta", rule, 75), PLAIN, NOW).decode()
    assert "UNTIL=20260930T165959Z" in text


@pytest.mark.parametrize("change", [None, "2026-01-09T18:00"])
def test_a_circle_that_meets_once_moves_or_is_called_off_as_a_whole(change: str | None) -> None:
    times = Times("2026-01-07T19:30", "Asia/Jakarta", "", 75, (("2026-01-07T19:30", change),))
    content = feed(times, PLAIN, NOW)
    assert instants(content, NOW, NOW + dt.timedelta(days=9)) == expected(
        times, NOW, NOW + dt.timedelta(days=9)
    )
    assert ("STATUS:CANCELLED" in content.decode()) == (change is None)
    assert len(read(content).vevent_list) == 1


def test_the_next_meeting_alone_is_the_next_that_takes_place() -> None:
    times = Times("2026-01-07T19:30", "Asia/Jakarta", WEEKLY, 75, (("2026-01-07T19:30", None),))
    content = single(times, PLAIN, NOW)
    assert content is not None
    event = read(content).vevent
    assert event.dtstart.value.replace(tzinfo=None) == dt.datetime.fromisoformat("2026-01-14T19:30")
    assert "rrule" not in event.contents
    over = replace(times, rule="", changes=())
    assert single(over, PLAIN, NOW + dt.timedelta(days=30)) is None


def test_four_hundred_changes_are_served_at_once() -> None:
    days = islice(Times("2026-01-07T19:30", "Asia/Jakarta", "FREQ=DAILY", 75).not_over(NOW), 400)
    changes = tuple((one.original, None) for one in days)
    times = Times("2026-01-07T19:30", "Asia/Jakarta", "FREQ=DAILY", 75, changes)
    assert feed(times, PLAIN, NOW).count(b"STATUS:CANCELLED") == 400


# --- the pages ---


def path(site: Site) -> str:
    return f"{site.circle}/kalender"


def address_in(answer: Answer) -> str:
    found = ADDRESS.search(answer.text)
    assert found is not None
    return found[1]


async def rows(site: Site, kind: type[Any]) -> list[Any]:
    database = Database(site.settings.database_url)
    async with database.session() as db:
        found = list(await db.scalars(select(kind)))
    await database.close()
    return found


async def write(site: Site, *statements: Any) -> None:
    database = Database(site.settings.database_url)
    async with database.session() as db:
        for statement in statements:
            if isinstance(statement, (Change, Absence)):
                db.add(statement)
            else:
                await db.execute(statement)
        await db.commit()
    await database.close()


async def test_a_member_gets_an_address_that_anybody_who_has_it_can_read(site: Site) -> None:
    member = site.member()
    made = await member.post(path(site), {"do": "make"})
    assert made.status == 200 and made.headers["Cache-Control"] == "no-store"
    address = address_in(made)
    assert f"webcal://localhost:8000{address}" in made.text
    feed = await site.stranger().get(address)
    assert feed.status == 200
    assert feed.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert feed.headers["Cache-Control"] == "no-store"
    assert read(feed.text.encode()).vevent.summary.value == "Pertemuan"


async def test_the_feed_names_nobody_and_says_nothing_of_the_circle(site: Site) -> None:
    address = address_in(await site.member().post(path(site), {"do": "make"}))
    text = (await site.stranger().get(address)).text.replace("\r\n ", "")
    for secret in ("Melati", "Bu Sari", "Orang tua", site.seeded.slug, site.secret, "/kalender/"):
        assert secret not in text
    assert site.seeded.circle_id not in text
    assert all(person not in text for person in site.seeded.ids.values())


async def test_who_wants_it_reads_the_circles_name_and_still_nobodys(site: Site) -> None:
    member = site.member()
    address = address_in(await member.post(path(site), {"do": "make", "topic": "true"}))
    text = (await site.stranger().get(address)).text.replace("\r\n ", "")
    assert "SUMMARY:Orang tua tunggal Jakarta" in text
    assert f"URL:http://localhost:8000{site.circle}" in text
    assert "Melati" not in text and "Bu Sari" not in text
    assert (await member.post(path(site), {"do": "titles"})).status == 303
    assert "Orang tua" not in (await site.stranger().get(address)).text


async def test_only_a_hash_of_the_address_is_kept_and_it_is_shown_once(site: Site) -> None:
    member = site.member()
    address = address_in(await member.post(path(site), {"do": "make"}))
    secret = address.removeprefix("/kalender/").removesuffix(".ics")
    assert ADDRESS.search((await member.get(path(site))).text) is None
    kept = [row.calendar_hash for row in await rows(site, Membership)]
    assert hashlib.sha256(secret.encode()).digest() in kept
    assert secret not in "".join(str(vars(row)) for row in await rows(site, Membership))


async def test_a_new_address_ends_the_old_one_and_a_removed_one_is_gone(site: Site) -> None:
    member = site.member()
    first = address_in(await member.post(path(site), {"do": "make"}))
    second = address_in(await member.post(path(site), {"do": "make"}))
    assert first != second
    assert (await site.stranger().get(first)).status == 404
    assert (await site.stranger().get(second)).status == 200
    await member.post(path(site), {"do": "revoke"})
    assert (await site.stranger().get(second)).status == 404


@pytest.mark.parametrize("change", [{"banned": True}, {"state": "asked"}])
async def test_who_does_not_belong_any_more_has_no_calendar(
    site: Site, change: dict[str, Any]
) -> None:
    address = address_in(await site.member().post(path(site), {"do": "make"}))
    await write(site, update(Membership).values(**change))
    assert (await site.stranger().get(address)).status == 404


async def test_guesses_are_slowed_and_whoever_has_the_address_is_not(site: Site) -> None:
    stranger = site.stranger()
    address = address_in(await site.member().post(path(site), {"do": "make"}))
    for _ in range(15):
        assert (await stranger.get(address)).status == 200
    wrong = [(await stranger.get(f"/kalender/{'x' * 42}{n % 10}.ics")) for n in range(12)]
    assert [one.status for one in wrong] == [404] * 10 + [429] * 2
    assert len({re.sub(r'value="[^"]{20,}"|x{42}\d', "", one.text) for one in wrong[:10]}) == 1


async def test_no_log_ever_carries_an_address(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    address = address_in(await site.member().post(path(site), {"do": "make"}))

    async def broken(*_: object) -> None:
        raise RuntimeError(address)

    await site.stranger().get(address)
    monkeypatch.setattr("server.circles.calendar_routes.schedule_of", broken)
    assert (await site.stranger().get(address)).status == 500
    secret = address.removeprefix("/kalender/").removesuffix(".ics")
    ours = [one for one in caplog.records if one.name.startswith(("lingkar", "server", "quart"))]
    assert ours
    assert secret not in "".join(one.getMessage() + (one.exc_text or "") for one in ours)


async def test_the_next_meeting_is_a_file_for_members_alone(site: Site) -> None:
    answer = await site.member().get(f"{site.circle}/pertemuan.ics")
    assert answer.status == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read(answer.text.encode()).vevent.summary.value == "Pertemuan"
    assert (await site.stranger().get(f"{site.circle}/pertemuan.ics")).status == 404


# --- cancelling and moving ---


@pytest.fixture
async def weekly(site: Site) -> Site:
    """The circle meets on Wednesdays from next week on, so that no test depends on the hour."""
    start = dt.datetime.now(ZoneInfo("Asia/Jakarta")) + dt.timedelta(days=7)
    day = f"{start:%Y-%m-%d}T19:30"
    await write(site, update(Circle).values(starts=day, rule="FREQ=WEEKLY"))
    return site


async def names(site: Site, n: int = 3) -> list[str]:
    circle = (await rows(site, Circle))[0]
    times = Times(circle.starts, circle.timezone, circle.rule, circle.minutes)
    return [one.original for one in islice(times.not_over(dt.datetime.now(dt.UTC)), n)]


def next_of(circle: Circle) -> str:
    assert circle.next_start is not None
    start = dt.datetime.fromtimestamp(circle.next_start, ZoneInfo(circle.timezone))
    return f"{start:%Y-%m-%dT%H:%M}"


async def test_a_cancelled_meeting_is_told_to_members_and_can_be_put_back(weekly: Site) -> None:
    first, second, _ = await names(weekly)
    facilitator, page = weekly.facilitator(), f"{weekly.circle}/jadwal"
    done = await facilitator.post(page, {"do": "cancel", "original": first})
    assert done.to == f"{page}?keadaan=tersimpan"
    assert "Dibatalkan" in (await facilitator.get(done.to)).words
    assert next_of((await rows(weekly, Circle))[0]) == second
    await facilitator.post(page, {"do": "restore", "original": first})
    assert await rows(weekly, Change) == []
    assert next_of((await rows(weekly, Circle))[0]) == first


async def test_a_moved_meeting_takes_its_absences_along(weekly: Site) -> None:
    first, _, _ = await names(weekly)
    zone = ZoneInfo("Asia/Jakarta")
    start = int(dt.datetime.fromisoformat(first).replace(tzinfo=zone).timestamp())
    who = weekly.seeded.ids["Melati"]
    await write(weekly, Absence(circle_id=weekly.seeded.circle_id, person_id=who, start=start))
    day = dt.date.fromisoformat(first[:10]) + dt.timedelta(days=1)
    sent = {"do": "move", "original": first, "date": f"{day}", "time": "20:15"}
    assert (await weekly.facilitator().post(f"{weekly.circle}/jadwal", sent)).status == 303
    assert [row.moved_to for row in await rows(weekly, Change)] == [f"{day}T20:15"]
    circle = (await rows(weekly, Circle))[0]
    assert next_of(circle) == f"{day}T20:15"
    assert [row.start for row in await rows(weekly, Absence)] == [circle.next_start]


async def test_a_move_that_cannot_be_keeps_what_was_typed_and_names_the_field(
    weekly: Site,
) -> None:
    first, second, _ = await names(weekly)
    day = second[:10]
    for date, time, field, words in (
        ("x", "20:00", "date", "Tanggal ini tidak bisa kami baca"),
        (day, "25:00", "time", "Jamnya seperti 19:30"),
        (day, "19:30", "date", "Saat itu sudah ada pertemuan"),
        ("2020-01-01", "19:30", "date", "Waktu itu sudah lewat"),
        ("2099-01-01", "19:30", "date", "Paling jauh 180 hari"),
    ):
        sent = {"do": "move", "original": first, "date": date, "time": time}
        answer = await weekly.facilitator().post(f"{weekly.circle}/jadwal", sent)
        assert answer.status == 422
        assert words in answer.words
        value = {"date": date, "time": time}[field]
        assert re.search(rf'name="{field}"[^>]*value="{value}" aria-invalid="true"', answer.text)
    assert await rows(weekly, Change) == []


async def test_a_meeting_that_the_rule_does_not_have_cannot_be_changed(weekly: Site) -> None:
    for original in ("2020-01-01T19:30", "nonsense", "", "2099-01-01T19:30"):
        sent = {"do": "cancel", "original": original}
        answer = await weekly.facilitator().post(f"{weekly.circle}/jadwal", sent)
        assert answer.status == 422
        assert "tidak ada lagi di jadwal" in answer.words


async def test_more_changes_than_a_circle_may_have_are_refused(weekly: Site) -> None:
    first = (await names(weekly))[0]
    circle = weekly.seeded.circle_id
    day = dt.date(2030, 1, 1)
    many = [
        Change(circle_id=circle, original=f"{day + dt.timedelta(days=n)}T19:30", moved_to=None)
        for n in range(400)
    ]
    await write(weekly, *many)
    sent = {"do": "cancel", "original": first}
    answer = await weekly.facilitator().post(f"{weekly.circle}/jadwal", sent)
    assert answer.status == 422
    assert "Paling banyak 400 perubahan" in answer.words
    assert len(await rows(weekly, Change)) == 400


async def test_members_and_strangers_find_no_schedule_to_change(weekly: Site) -> None:
    first = (await names(weekly))[0]
    for visitor in (weekly.member(), weekly.stranger()):
        sent = {"do": "cancel", "original": first}
        assert (await visitor.post(f"{weekly.circle}/jadwal", sent)).status == 404
    assert await rows(weekly, Change) == []


async def test_the_form_keeps_a_schedule_that_cannot_be_and_names_its_field(weekly: Site) -> None:
    sent = {
        "repeat": "other",
        "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "date": "2026-11-25",
        "time": "19:30",
        "zone": "WIB",
    }
    answer = await weekly.facilitator().post(f"{weekly.circle}/ubah", sent)
    assert answer.status == 422
    assert re.search(r'name="rule"[^>]*value="FREQ=YEARLY;[^"]*" aria-invalid="true"', answer.text)
    assert "tidak pernah ada pertemuan" in answer.words
    assert (await rows(weekly, Circle))[0].rule == "FREQ=WEEKLY"


async def test_members_read_on_the_circles_page_what_is_cancelled(weekly: Site) -> None:
    first = (await names(weekly))[0]
    assert "Tidak ada pertemuan" not in (await weekly.member().get(weekly.circle)).words
    await weekly.facilitator().post(f"{weekly.circle}/jadwal", {"do": "cancel", "original": first})
    assert "Tidak ada pertemuan:" in (await weekly.member().get(weekly.circle)).words
