"""The first page, a circle's own page, and making circles. Entering one is in `entry`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from quart import Blueprint, Response, abort, g, request

from server.accounts.tables import Person
from server.circles.forms import CircleForm, read_form
from server.circles.notes import noted
from server.circles.queries import (
    MyCircle,
    facilitator_names,
    find_circle,
    find_my_circle,
    listed_circles,
    make_circle,
    my_circles,
    times_of,
)
from server.circles.schedule import Times
from server.circles.tables import Circle
from server.web import db, lang, page, see_other, who
from server.words import as_lang, day_name

circles = Blueprint("circles", __name__)


def now() -> dt.datetime:
    """The present."""
    return dt.datetime.now(dt.UTC)


@circles.get("/")
async def landing() -> Response:
    """Circles that anybody may find, and the person's own."""
    person = await who()
    moment = now()
    mine = [] if person is None else list(await my_circles(db(), person))
    known = {my.circle.id for my in mine}
    found = [circle for circle in await listed_circles(db(), moment) if circle.id not in known]
    rows: list[tuple[Circle, MyCircle | None, Times]]
    rows = [(my.circle, my, times_of(my.circle)) for my in mine]
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    rows.sort(key=lambda row: row[2].next_start(moment) or last)
    rows += [(circle, None, times_of(circle)) for circle in found]
    return await page("landing.html", rows=rows, now=moment, person=person)


async def visible(slug: str) -> tuple[Circle, MyCircle | None]:
    """The circle, if this browser may know that it exists; else the page that says it does not."""
    mine = await find_my_circle(db(), await who(), slug)
    circle = mine.circle if mine else await find_circle(db(), slug)
    if circle is None or not (mine or circle.visibility != "private" or invited_to(circle)):
        abort(404)
    speak(circle)
    return circle, mine


def invited_to(circle: Circle) -> bool:
    """Whether this browser exchanged an invitation to this circle."""
    note = noted()
    return note is not None and note.circle_id == circle.id


def speak(circle: Circle) -> None:
    """The circle's own language, for whoever chose none."""
    own = as_lang(circle.language)
    if not g.chosen and own:
        g.lang = own


@circles.get("/c/<slug>")
async def circle_page(slug: str) -> Response:
    """When it meets, how it goes, and the way in."""
    circle, mine = await visible(slug)
    names = await facilitator_names(db(), circle)
    return await page(
        "circle.html", circle=circle, mine=mine, times=times_of(circle), now=now(), names=names
    )


@circles.get("/kelola")
async def manage() -> Response:
    """The circles that somebody holds."""
    person = await who()
    if person is None:
        return see_other("/masuk?ke=/kelola")
    mine = [my for my in await my_circles(db(), person) if my.facilitates]
    if not mine and not person.organiser:
        abort(403)
    rows = [(my.circle, times_of(my.circle)) for my in mine]
    return await page("manage.html", rows=rows, person=person, now=now())


async def organiser() -> Person:
    """The organiser who asks, or 403."""
    person = await who()
    if person is None or not person.organiser:
        abort(403)
    return person


@circles.get("/kelola/baru")
async def new_circle() -> Response:
    """A form with what suits most circles already in it."""
    person = await organiser()
    return await circle_form(person, {}, set())


@circles.post("/kelola/baru")
async def create_circle() -> Response:
    """Make it, then show its page."""
    person = await organiser()
    sent = (await request.form).to_dict()
    form, wrong = read_form(CircleForm, sent)
    if form is None:
        return await circle_form(person, sent, wrong)
    circle = await make_circle(db(), form, person, person.name or "")
    await db().commit()
    return see_other(f"/c/{circle.slug}")


async def circle_form(person: Person, sent: Mapping[str, str], wrong: set[str]) -> Response:
    """The form as it was sent, with what is wrong in it."""
    first = not await my_circles(db(), person)
    days = [(number, day_name(lang(), number)) for number in range(7)]
    return await page(
        "circle_form.html",
        422 if wrong else 200,
        sent=sent,
        wrong=wrong,
        first=first,
        days=days,
        standard={"language": lang(), "weekday": "2", "time": "19:30", "zone": "WIB"},
    )
