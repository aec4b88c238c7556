"""A VTIMEZONE (RFC 5545, 3.6.5) for a zone of the IANA database, over some years. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

MINUTE = dt.timedelta(minutes=1)


@lru_cache(maxsize=64)
def vtimezone(name: str, first_year: int, last_year: int) -> Timezone:
    """How the clock of `name` goes in these years: as it begins, then each time it is set."""
    zone = ZoneInfo(name)
    begin = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC)
    result = Timezone()
    result.add("TZID", name)
    local = begin.astimezone(zone)
    at_first = (local.utcoffset(), local.utcoffset(), local.tzname(), bool(local.dst()))
    kinds: dict[tuple[object, ...], list[dt.datetime]] = defaultdict(list)
    kinds[at_first].append(dt.datetime(first_year, 1, 1))  # noqa: DTZ001
    for moment in settings(zone, begin, dt.datetime(last_year + 1, 1, 1, tzinfo=dt.UTC)):
        before, after = (moment - MINUTE).astimezone(zone), moment.astimezone(zone)
        was = before.utcoffset() or dt.timedelta()
        # By the clock as it was until then: what DTSTART and RDATE mean here.
        kinds[was, after.utcoffset(), after.tzname(), bool(after.dst())].append(
            (moment + was).replace(tzinfo=None)
        )
    for (offset_from, offset_to, called, summer), starts in kinds.items():
        part = TimezoneDaylight() if summer else TimezoneStandard()
        part.add("DTSTART", starts[0])
        if starts[1:]:
            part.add("RDATE", starts[1:])
        part.add("TZOFFSETFROM", offset_from)
        part.add("TZOFFSETTO", offset_to)
        part.add("TZNAME", called)
        result.add_component(part)
    return result


def settings(zone: ZoneInfo, begin: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """Moments at which the clock is set, to the minute: between two days, then halved."""
    sooner = begin
    while sooner < end:
        later = sooner + dt.timedelta(days=1)
        if sooner.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            low, high = 0, 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                moved = (sooner + middle * MINUTE).astimezone(zone).utcoffset()
                same = moved == sooner.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield sooner + high * MINUTE
        sooner = later
