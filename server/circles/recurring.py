"""Which rules of recurrence a circle may have: a small part of RFC 5545, checked day by day.

Looks a few years ahead by itself, so that a rule which never comes again costs neither whoever
typed it nor the pages. Knows no form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from itertools import groupby, islice, pairwise
from zoneinfo import ZoneInfo

from server.circles.patterns import DAYS, parts_of

LONGEST_RULE = 200
MOST_TIMES = 1000
MOST_APART = dt.timedelta(days=732)
YEARS_LOOKED_AT = 6
A_DAY = r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)"
UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
ALLOWED = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d?"),
    "COUNT": re.compile(r"[1-9]\d{0,4}"),
    "UNTIL": UNTIL,
    "BYDAY": re.compile(rf"{A_DAY}(?:,{A_DAY})*"),
    "BYMONTHDAY": re.compile(r"-?(?:[1-9]|[12]\d|3[01])(?:,-?(?:[1-9]|[12]\d|3[01]))*"),
    "BYMONTH": re.compile(r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2]))*"),
    "BYSETPOS": re.compile(r"-?[1-9]\d?(?:,-?[1-9]\d?)*"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}


class BadRule(Exception):
    """`why` names the words for it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field
        self.why = why


def hand_written(raw: str, zone: str) -> str:
    """A rule as somebody typed it, brought into the form that we keep. Raises `BadRule`."""
    plain = re.sub(r"\s+", "", raw).upper().removeprefix("RRULE:").strip(";")
    if not plain or len(plain) > LONGEST_RULE:
        raise BadRule("rule", "rule")
    pairs = [part.partition("=")[::2] for part in plain.split(";")]
    parts = dict(pairs)
    known = all(name in ALLOWED and ALLOWED[name].fullmatch(value) for name, value in pairs)
    if not known or len(parts) < len(pairs) or "FREQ" not in parts or clash(parts):
        raise BadRule("rule", "rule")
    if int(parts.get("COUNT", "1")) > MOST_TIMES:
        raise BadRule("rule", "many")
    if "UNTIL" in parts:
        parts["UNTIL"] = local_until(parts["UNTIL"], zone)
    order = [name for name in parts if name != "UNTIL"] + ["UNTIL"] * ("UNTIL" in parts)
    return ";".join(f"{name}={parts[name]}" for name in order)


def clash(parts: Mapping[str, str]) -> bool:
    """What RFC 5545 (3.3.10) forbids together, and what no circle needs."""
    monthly = parts["FREQ"] == "MONTHLY"
    nth = any(char.isdigit() for char in parts.get("BYDAY", ""))
    return (
        ("COUNT" in parts and "UNTIL" in parts)
        or (parts["FREQ"] == "WEEKLY" and "BYMONTHDAY" in parts)
        or (nth and not monthly and not (parts["FREQ"] == "YEARLY" and "BYMONTH" in parts))
        or ("BYSETPOS" in parts and not (monthly and {"BYDAY", "BYMONTHDAY"} & parts.keys()))
    )


def local_until(raw: str, zone: str) -> str:
    """The end by the clock on the wall, which is how rules are kept here."""
    day, time, utc = UNTIL.fullmatch(raw).groups()  # type: ignore[union-attr]
    try:
        end = dt.datetime.strptime(day + (time or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007
        if utc:
            end = end.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise BadRule("rule", "rule") from None
    return f"{end:%Y%m%dT%H%M%S}"


def check(rule: str, start: dt.datetime, field: str) -> dt.datetime:
    """The first meeting by the rule. Raises `BadRule` for one that has none or hardly any."""
    parts = parts_of(rule)
    until = dt.datetime(dt.MAXYEAR, 1, 1)  # noqa: DTZ001 -- by the clock on the wall
    if "UNTIL" in parts:
        until = dt.datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S")  # noqa: DTZ007
    if until < start:
        raise BadRule(field, "ends")
    horizon = start.date() + dt.timedelta(days=366 * YEARS_LOOKED_AT)
    found = (
        dt.datetime.combine(day, start.time()) for day in days_of(parts, start.date(), horizon)
    )
    times = [one for one in found if one <= until]
    times = list(islice(times, int(parts.get("COUNT", len(times) or 1))))
    if not times:
        raise BadRule(field, "never")
    ends = "COUNT" in parts and len(times) == int(parts["COUNT"])
    last = min(until, dt.datetime.combine(horizon, start.time()))
    marks = times if ends else [*times, last]
    if any(later - sooner > MOST_APART for sooner, later in pairwise(marks)):
        raise BadRule(field, "rare")
    return times[0]


def days_of(parts: Mapping[str, str], first: dt.date, horizon: dt.date) -> Iterator[dt.date]:
    """Days that a rule names from `first` up to `horizon`, by looking at each one."""
    begin = first.replace(day=1) if parts["FREQ"] == "MONTHLY" else first
    days = (begin + dt.timedelta(days=n) for n in range((horizon - begin).days))
    fitting = (day for day in days if fits(parts, first, day))
    chosen = [int(n) for n in parts["BYSETPOS"].split(",")] if "BYSETPOS" in parts else []
    for _, group in groupby(fitting, key=lambda day: (day.year, day.month)):
        month = list(group)
        size = len(month)
        at = {n - 1 if n > 0 else size + n for n in chosen}
        for n, day in enumerate(month):
            if day >= first and (not chosen or n in at):
                yield day


def fits(parts: Mapping[str, str], first: dt.date, day: dt.date) -> bool:
    """Whether a rule that began on `first` names this day, positions in a set aside."""
    frequency, by_day = parts["FREQ"], parts.get("BYDAY")
    by_month, by_month_day = parts.get("BYMONTH"), parts.get("BYMONTHDAY")
    if not by_day and not by_month_day:
        if frequency == "WEEKLY":
            by_day = DAYS[first.weekday()]
        elif frequency in ("MONTHLY", "YEARLY"):
            by_month_day = str(first.day)
            by_month = by_month or (str(first.month) if frequency == "YEARLY" else None)
    if apart(parts, first, day) % int(parts.get("INTERVAL", "1")):
        return False
    if by_month and str(day.month) not in by_month.split(","):
        return False
    length = (
        (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    ).day
    if by_month_day and not {str(day.day), str(day.day - length - 1)} & set(
        by_month_day.split(",")
    ):
        return False
    name = DAYS[day.weekday()]
    names = {name, f"{(day.day - 1) // 7 + 1}{name}", f"-{(length - day.day) // 7 + 1}{name}"}
    return not by_day or bool(names & {one.lstrip("+") for one in by_day.split(",")})


def apart(parts: Mapping[str, str], first: dt.date, day: dt.date) -> int:
    """How many periods of the rule lie between two days."""
    match parts["FREQ"]:
        case "DAILY":
            return (day - first).days
        case "WEEKLY":
            begins = DAYS.index(parts.get("WKST", "MO"))
            back = (first.weekday() - begins) % 7
            return ((day - first).days + back) // 7
        case "MONTHLY":
            return (day.year - first.year) * 12 + day.month - first.month
        case _:
            return day.year - first.year
