"""The first page, where anybody looks for a circle, and each circle's own page.

Decides nothing about who may come in: `entry` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from quart import Blueprint, Response, g, request

from server.circles.agreed import agreed
from server.circles.changes import schedule_of, schedules_of
from server.circles.finding import (
    CHOICES,
    NAMES,
    Search,
    find,
    looser,
    read_page,
    read_search,
    taken,
)
from server.circles.people import people_of
from server.circles.queries import MyCircle, my_circles
from server.circles.routes import barred, invited_to, now, visible
from server.circles.schedule import EARLY, Times
from server.circles.tables import Circle
from server.circles.zone_names import zone_name
from server.circles.zones import visitor_zone
from server.web import db, lang, page, who
from server.words import Lang, clock, day_name, text

finding = Blueprint("finding", __name__)

HOME = "Asia/Jakarta"
"""Whose day and hour are meant where a browser does not tell its own."""


@dataclass(frozen=True)
class Row:
    """A circle in the list, by the clock of whoever looks."""

    circle: Circle
    mine: MyCircle | None
    times: Times
    taken: int
    now: dt.datetime
    zone: str | None

    @cached_property
    def start(self) -> dt.datetime | None:
        """When it meets next. Working that out is most of what a row costs."""
        start = self.times.next_start(self.now)
        return start.astimezone(ZoneInfo(self.zone)) if start and self.zone else start

    @property
    def called(self) -> str:
        """The zone that `start` is in."""
        return zone_name(self.zone or self.circle.timezone)

    @property
    def is_on(self) -> bool:
        """Whether now is a time to come."""
        return self.start is not None and self.start - EARLY <= self.now

    @property
    def elsewhere(self) -> bool:
        """Whether the clock of whoever looks differs from the circle's."""
        start = self.start
        return bool(start and start.utcoffset() != start.astimezone(self.times.here).utcoffset())

    def clock(self, lang: Lang) -> str:
        return clock(lang, self.start.hour, self.start.minute) if self.start else "–"

    def soon(self, lang: Lang) -> str:
        """'malam ini', 'besok', the day, or the date of one that is far."""
        start = self.start
        if start is None:
            return text(lang, "when.over")
        days = (start.date() - self.now.astimezone(start.tzinfo).date()).days
        if days <= 0:
            return text(lang, "when.tonight" if start.hour >= 18 else "when.today")
        if days == 1:
            return text(lang, "when.tomorrow")
        name = day_name(lang, start.weekday())
        return name if days < 7 else f"{name} {start.day}/{start.month}"

    @property
    def free(self) -> int:
        return max(0, self.circle.seats - self.taken)

    @property
    def opens(self) -> bool:
        """Whether the way in may be shown here already."""
        return bool(self.mine) or (self.free > 0 and self.circle.joining != "invitation")


@finding.get("/")
async def landing() -> Response:
    """Circles that anybody may find, by what matters to them; first the person's own."""
    person = await who()
    moment, search, number = now(), read_search(request.args), read_page(request.args)
    told = visitor_zone()
    mine = {my.circle.id: my for my in (await my_circles(db(), person) if person else [])}
    # Who looks for something finds their own among it; who does not has them on top.
    apart = () if search.active else tuple(mine)
    results = await find(db(), search, number, moment, told or HOME, apart)
    own = [mine[key].circle for key in apart] if number == 1 else []
    shown = [*own, *results.circles]
    times, seats = await schedules_of(db(), shown), await taken(db(), [one.id for one in shown])
    rows = [
        Row(one, mine.get(one.id), times[one.id], seats.get(one.id, 0), moment, told)
        for one in shown
    ]
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    first = sorted(rows[: len(own)], key=lambda row: row.start or last)
    nothing = not shown and bool(search.active)
    return await page(
        "landing.html",
        rows=[*first, *rows[len(own) :]],
        results=results,
        person=person,
        holds=any(my.facilitates for my in mine.values()),
        looser=await looser(db(), search, moment, told or HOME) if nothing else [],
        **form_values(search, told),
    )


def form_values(search: Search, told: str | None) -> Mapping[str, Any]:
    """What the form shows, and the words of what is looked for."""
    return {
        "search": search,
        "names": NAMES,
        "choices": {name: [(one, said(name, one)) for one in CHOICES[name]] for name in CHOICES},
        "said": [(name, said(name, getattr(search, name))) for name in search.active],
        "called": zone_name(told or HOME),
        "told": told,
    }


def said(name: str, value: str) -> str:
    """A choice in words; what was typed is as it was typed."""
    if name not in CHOICES:
        return value
    if name == "day":
        return day_name(lang(), int(value))
    return text(lang(), f"kind.{value}" if name == "topic" else f"find.{name}.{value}")


@finding.get("/c/<slug>")
async def circle_page(slug: str) -> Response:
    """What it is, when it meets, how it goes, and the way in; more for those who belong to it."""
    circle, mine = await visible(slug)
    if mine:
        g.private = True
    moment = now()
    times = await schedule_of(db(), circle)
    people = await people_of(db(), circle, mine, times.next_start(moment))
    return await page(
        "circle.html",
        circle=circle,
        mine=mine,
        times=times,
        now=moment,
        zone=visitor_zone(),
        names=people.facilitators,
        people=people,
        invited=invited_to(circle),
        barred=mine is None and await barred(circle),
        agreed=await agreed(db(), circle, lang()),
    )
