"""The form part for when a circle meets: read, checked, and written back. Knows no request.

What a rule may be is in `recurring`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.circles.patterns import DAYS
from server.circles.recurring import BadRule, check, hand_written
from server.circles.schedule import LOCAL, read_local
from server.circles.tables import Circle
from server.circles.zone_names import LONG, SHORT
from server.circles.zones import zones

REPEATS = ("weekly", "biweekly", "monthly", "last", "once", "other")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Rule:
    """When a circle meets, as its table keeps it."""

    starts: str
    timezone: str
    rule: str


def read_rule(sent: Mapping[str, str], now: dt.datetime) -> tuple[Rule | None, dict[str, str]]:
    """The schedule that was sent, or which fields are wrong and why (`rule.wrong.…`)."""
    wrong: dict[str, str] = {}
    day = read_day(sent.get("date", ""), now)
    time, zone = sent.get("time", "").strip(), read_zone(sent.get("zone", ""))
    repeat = sent.get("repeat", "")
    for field, bad in (
        ("date", day is None),
        ("time", not TIME.fullmatch(time)),
        ("zone", zone is None),
        ("repeat", repeat not in REPEATS),
    ):
        if bad:
            wrong[field] = field
    if wrong or day is None or zone is None:
        return None, wrong
    start = dt.datetime.combine(day, dt.time.fromisoformat(time))
    try:
        first, rule = settle(repeat, start, zone, sent)
    except BadRule as bad:
        return None, {bad.field: bad.why}
    return Rule(first.strftime(LOCAL), zone, rule), {}


def settle(
    repeat: str, start: dt.datetime, zone: str, sent: Mapping[str, str]
) -> tuple[dt.datetime, str]:
    """The first meeting and the rule. Raises `BadRule`."""
    if repeat == "once":
        return start, ""
    if repeat == "other":
        rule, field = hand_written(sent.get("rule", ""), zone), "rule"
    else:
        rule, field = written(repeat, start.date()), "until"
        if repeat == "last" and (start + dt.timedelta(days=7)).month == start.month:
            raise BadRule("date", "last")
        until = sent.get("until", "").strip()
        if until:
            rule += f";UNTIL={until_of(until)}"
    return check(rule, start, field), rule


def written(repeat: str, day: dt.date) -> str:
    """The rule of a choice that people understand, from its first day."""
    name = DAYS[day.weekday()]
    nth = (day.day - 1) // 7 + 1
    return {
        "weekly": f"FREQ=WEEKLY;BYDAY={name}",
        "biweekly": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={name}",
        # Not every month has a fifth one; every month has a last one.
        "monthly": f"FREQ=MONTHLY;BYDAY={nth if nth < 5 else -1}{name}",
        "last": f"FREQ=MONTHLY;BYDAY=-1{name}",
    }[repeat]


def read_day(raw: str, now: dt.datetime) -> dt.date | None:
    """A day that a circle can have begun or will begin on."""
    try:
        day = dt.date.fromisoformat(raw.strip())
    except ValueError:
        return None
    return day if -20 <= day.year - now.year <= 3 else None


def until_of(raw: str) -> str:
    """The last moment of a day, as rules write it."""
    try:
        day = dt.date.fromisoformat(raw)
    except ValueError:
        raise BadRule("until", "until") from None
    return f"{day:%Y%m%d}T235959"


def read_zone(raw: str) -> str | None:
    """A zone by its name or by what Indonesia calls it, in any case."""
    plain = raw.strip()
    return LONG.get(plain.upper()) or zones().get(plain.replace(" ", "_").casefold())


def standard_values(now: dt.datetime) -> dict[str, str]:
    """What suits most circles: Wednesday evenings."""
    today = now.astimezone(ZoneInfo(LONG["WIB"])).date()
    day = today + dt.timedelta(days=(2 - today.weekday()) % 7)
    return {
        "repeat": "weekly",
        "date": f"{day}",
        "time": "19:30",
        "zone": "WIB",
        "until": "",
        "rule": "",
    }


def rule_values(circle: Circle | Rule) -> dict[str, str]:
    """The fields that would give the schedule which a circle has."""
    start = read_local(circle.starts)
    base, _, until = circle.rule.partition(";UNTIL=")
    if base in ("FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2"):
        base += f";BYDAY={DAYS[start.weekday()]}"
    choices = [repeat for repeat in REPEATS[:4] if written(repeat, start.date()) == base]
    simple = choices and (not until or re.fullmatch(r"\d{8}T235959", until))
    repeat = "once" if not circle.rule else choices[0] if simple else "other"
    ends = f"{until[:4]}-{until[4:6]}-{until[6:8]}" if simple and until else ""
    return {
        "repeat": repeat,
        "date": circle.starts[:10],
        "time": circle.starts[11:],
        "zone": SHORT.get(circle.timezone, circle.timezone),
        "until": ends,
        "rule": circle.rule if repeat == "other" else "",
    }
