"""A member's own calendar: its secret address, the next meeting as a file, and reminders."""

from __future__ import annotations

import re

from quart import Blueprint, Response, abort, g, request
from sqlalchemy import select

from server.accounts.tables import Person
from server.circles.calendar import Shown, feed, single
from server.circles.changes import schedule_of
from server.circles.queries import MyCircle, find_my_circle
from server.circles.routes import now, speak
from server.circles.tables import Circle, Membership
from server.limits import Budget
from server.reminders.queries import endpoints_of, stop
from server.reminders.vapid import Vapid
from server.security import hashed, new_secret
from server.web import db, page, see_other, services, spend, who
from server.words import as_lang

calendars = Blueprint("calendars", __name__)

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
CALENDAR = "text/calendar; charset=utf-8"
# Wrong addresses alone count: a household's calendars ask as often as they like.
GUESS = Budget(10, 600)


async def belonging(slug: str) -> tuple[Person, MyCircle]:
    """The person and the circle that they belong to; for everybody else it does not exist."""
    person = await who()
    mine = await find_my_circle(db(), person, slug)
    if person is None or mine is None or not belongs(mine.membership):
        abort(404)
    g.private = True
    speak(mine.circle)
    return person, mine


def belongs(membership: Membership) -> bool:
    """Whether meetings are theirs to know of."""
    return membership.state == "member" and not membership.banned


def shown(circle: Circle, membership: Membership) -> Shown:
    """As this person wants to read it."""
    mac = services().keys.mac("calendar", f"{circle.id} {membership.person_id}")
    topic = membership.calendar_topic
    return Shown(
        uid=f"{mac}@lingkar",
        lang=as_lang(circle.language) or "id",
        name=circle.name if topic else None,
        url=f"{services().settings.public_url}/c/{circle.slug}" if topic else None,
    )


@calendars.get("/kalender/<secret>.ics")
async def subscribed(secret: str) -> Response:
    """The feed behind a secret address. Wrong ones all look the same, and cost the guesser time."""
    g.private = True
    spend(GUESS, cost=0)
    found = None
    if SECRET.fullmatch(secret):
        rows = await db().execute(
            select(Circle, Membership)
            .join(Membership, Membership.circle_id == Circle.id)
            .where(Membership.calendar_hash == hashed(secret))
        )
        found = rows.first()
    if found is None or not belongs(found[1]):
        spend(GUESS)
        abort(404)
    circle, membership = found
    times = await schedule_of(db(), circle)
    return Response(feed(times, shown(circle, membership), now()), content_type=CALENDAR)


@calendars.get("/c/<slug>/pertemuan.ics")
async def next_meeting(slug: str) -> Response:
    """The next meeting, to add to any calendar."""
    _, mine = await belonging(slug)
    times = await schedule_of(db(), mine.circle)
    content = single(times, shown(mine.circle, mine.membership), now())
    if content is None:
        abort(404)
    headers = {"Content-Disposition": 'attachment; filename="lingkar.ics"'}
    return Response(content, headers=headers, content_type=CALENDAR)


@calendars.get("/c/<slug>/kalender")
async def calendar(slug: str) -> Response:
    """What this person has."""
    person, mine = await belonging(slug)
    return await show(person, mine, done=request.args.get("keadaan") == "tersimpan")


@calendars.post("/c/<slug>/kalender")
async def change(slug: str) -> Response:
    """A new address (the old one ends), none, its titles, or no reminders."""
    person, mine = await belonging(slug)
    form = await request.form
    membership, secret = mine.membership, None
    match form.get("do"):
        case "make":
            secret = new_secret()
            membership.calendar_hash = hashed(secret)
            membership.calendar_topic = form.get("topic") == "true"
        case "titles":
            membership.calendar_topic = form.get("topic") == "true"
        case "revoke":
            membership.calendar_hash = None
        case "quiet":
            await stop(db(), person.id, membership)
        case _:
            abort(400)
    await db().commit()
    if secret:
        # Shown this once: only its hash is kept.
        return await show(person, mine, secret=secret)
    return see_other(f"/c/{slug}/kalender?keadaan=tersimpan")


async def show(
    person: Person, mine: MyCircle, *, secret: str | None = None, done: bool = False
) -> Response:
    """The page."""
    public = services().settings.public_url
    address = f"{public}/kalender/{secret}.ics" if secret else ""
    return await page(
        "calendar.html",
        circle=mine.circle,
        membership=mine.membership,
        times=await schedule_of(db(), mine.circle),
        now=now(),
        address=address,
        webcal=re.sub(r"^https?:", "webcal:", address),
        push_key=Vapid.kept_in(services().settings.data_dir).public,
        devices=len(await endpoints_of(db(), person.id)),
        done=done,
    )
