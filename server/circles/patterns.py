"""Rules of recurrence as people say them. Pure; what they mean is in `schedule`."""

from __future__ import annotations

import datetime as dt
import re

from server.words import Lang, day_name, long_date, text

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NTH = re.compile(r"([1-4]|-1)([A-Z]{2})")


def parts_of(rule: str) -> dict[str, str]:
    """An RRULE by its parts."""
    return dict(part.split("=", 1) for part in rule.split(";") if "=" in part)


def pattern(rule: str, first: dt.datetime, lang: Lang) -> str:
    """How a circle that began on `first` recurs, in words."""
    if not rule:
        return text(
            lang, "when.once", day=day_name(lang, first.weekday()), date=long_date(lang, first)
        )
    parts = parts_of(rule)
    frequency, every = parts.get("FREQ"), parts.get("INTERVAL", "1")
    days = parts.get("BYDAY", DAYS[first.weekday()])
    plain = not parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"}
    nth = NTH.fullmatch(days)
    if plain and frequency == "WEEKLY" and every in ("1", "2"):
        names = [day_name(lang, DAYS.index(one)) for one in days.split(",")]
        key = "when.weekly" if every == "1" else "when.biweekly"
        return text(lang, key, day=", ".join(names))
    if plain and frequency == "MONTHLY" and every == "1" and nth:
        day = day_name(lang, DAYS.index(nth[2]))
        return text(lang, "when.monthly", day=day, nth=text(lang, f"when.nth.{nth[1]}"))
    return text(lang, "when.custom")


def dated(lang: Lang, moment: dt.datetime) -> str:
    """For example Rabu, 25 November 2026."""
    return f"{day_name(lang, moment.weekday())}, {long_date(lang, moment)}"
