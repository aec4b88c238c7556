"""A circle's meetings as an iCalendar (RFC 5545). Pure; takes the time as an argument.

Names nobody, and carries no link that lets anybody in. Without the topic its titles say nothing
of the circle: a calendar is read over shoulders and synchronised through others' machines.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import takewhile
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vRecur

from server.circles.patterns import parts_of
from server.circles.schedule import EARLY, Occurrence, Times, read_local
from server.circles.vtimezone import vtimezone
from server.words import Lang, text

PRODUCT = "-//Lingkar//Lingkar//ID"
REFRESHED = dt.timedelta(hours=6)
YEARS_AHEAD = 6
EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Shown:
    """How a calendar presents a circle to one person."""

    uid: str
    """Stays the same for this person and circle; says nothing of either."""
    lang: Lang
    name: str | None = None
    """The circle's name, where the person wants it there."""
    url: str | None = None
    """The circle's page, which asks who is there; only together with its name."""

    @property
    def title(self) -> str:
        return self.name or text(self.lang, "calendar.neutral")


def feed(times: Times, shown: Shown, now: dt.datetime) -> bytes:
    """All meetings, as a calendar to subscribe to."""
    calendar = begun(times, now)
    calendar.add("X-WR-CALNAME", shown.name or "Lingkar")
    calendar.add("REFRESH-INTERVAL", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", REFRESHED)
    for event in events(times, shown, now):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def single(times: Times, shown: Shown, now: dt.datetime) -> bytes | None:
    """The next meeting alone, as a file to add to any calendar; None after the last."""
    one = next((one for one in times.not_over(now) if one.state != "cancelled"), None)
    if one is None:
        return None
    calendar = begun(times, now)
    calendar.add("METHOD", "PUBLISH")
    own = Shown(f"{one.original.replace(':', '')}-{shown.uid}", shown.lang, shown.name, shown.url)
    calendar.add_component(meeting(times, own, now, one.local))
    return bytes(calendar.to_ical())


def begun(times: Times, now: dt.datetime) -> Calendar:
    """An empty calendar that knows how the clock goes."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    years = (times.first.year, max(now.year, times.first.year) + YEARS_AHEAD)
    calendar.add_component(vtimezone(times.timezone, *years))
    return calendar


def events(times: Times, shown: Shown, now: dt.datetime) -> list[Event]:
    """The recurring meeting, and one event for each that is not as the rule has it."""
    if not times.rule:
        return [alone(times, shown, now)]
    main = meeting(times, shown, now, times.first)
    main.add("RRULE", recurrence(times))
    others: list[Event] = []
    for one in changed(times):
        if one.state == "cancelled" and one.start <= now:
            # Nobody has to see a meeting crossed out that is past anyway.
            main.add("EXDATE", zoned(times, one.local))
        else:
            others.append(exception(times, shown, now, one))
    return [main, *others]


def alone(times: Times, shown: Shown, now: dt.datetime) -> Event:
    """A circle that meets once: there is nothing to except it from."""
    change = dict(times.changes).get(times.starts, times.starts)
    event = meeting(times, shown, now, read_local(change or times.starts), calls=bool(change))
    if change is None:
        call_off(event, shown)
    return event


def exception(times: Times, shown: Shown, now: dt.datetime, one: Occurrence) -> Event:
    """One meeting that is moved or cancelled."""
    event = meeting(times, shown, now, one.local, calls=one.state != "cancelled")
    event.add("RECURRENCE-ID", zoned(times, read_local(one.original)))
    if one.state == "cancelled":
        call_off(event, shown)
    return event


def call_off(event: Event, shown: Shown) -> None:
    """It does not take place; calendars that do not know the status read it in the title."""
    event.add("STATUS", "CANCELLED")
    del event["SUMMARY"]
    event.add("SUMMARY", text(shown.lang, "calendar.cancelled", title=shown.title))


def meeting(
    times: Times, shown: Shown, now: dt.datetime, local: dt.datetime, *, calls: bool = True
) -> Event:
    """A meeting at this time of the wall's clock, with the calendar's own alarm before it."""
    event = Event()
    event.add("UID", shown.uid)
    event.add("DTSTAMP", now.astimezone(dt.UTC).replace(microsecond=0))
    # Grows by itself: a later copy always counts as the newer one, and nothing has to be kept.
    event.add("SEQUENCE", int((now - EPOCH).total_seconds()) // 60)
    event.add("SUMMARY", shown.title)
    event.add("DTSTART", zoned(times, local))
    event.add("DURATION", times.length)
    event.add("CLASS", "PRIVATE")
    if shown.name and shown.url:
        event.add("URL", shown.url)
    if calls:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", shown.title)
        alarm.add("TRIGGER", -EARLY)
        event.add_component(alarm)
    return event


def changed(times: Times) -> list[Occurrence]:
    """Every meeting that is not as the rule has it, the past ones too."""
    if not times.changes:
        return []
    names = [original for original, _ in times.changes]
    ends = [read_local(max(original, to or "")) for original, to in times.changes]
    since = min(read_local(min(original, to or original)) for original, to in times.changes)
    last = max(ends)
    found = takewhile(lambda one: one.local <= last, times.occurrences(since))
    return [one for one in found if one.original in names]


def zoned(times: Times, local: dt.datetime) -> dt.datetime:
    return local.replace(tzinfo=ZoneInfo(times.timezone))


def recurrence(times: Times) -> vRecur:
    """The rule; its end in UTC, as RFC 5545 asks for where the start names a zone."""
    parts = parts_of(times.rule)
    end = parts.pop("UNTIL", None)
    rule: vRecur = vRecur.from_ical(";".join(f"{name}={value}" for name, value in parts.items()))
    if end:
        local = dt.datetime.strptime(end, "%Y%m%dT%H%M%S")  # noqa: DTZ007
        rule["UNTIL"] = [zoned(times, local).astimezone(dt.UTC)]
    return rule
