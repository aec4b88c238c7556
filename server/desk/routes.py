"""The organiser's desk: circles, this place, open invitations, bans. Help lines: `line_routes`.

Facilitators see their own circles here. Shows nothing that was said, since nothing is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from quart import Blueprint, Response, abort, g, request

from server.accounts.tables import Person
from server.care.reports import count_for
from server.circles.bans import all_bars, lift_bar
from server.circles.forms import read_form
from server.circles.members import lift
from server.circles.members_routes import bar_handle
from server.circles.queries import my_circles
from server.circles.routes import now
from server.circles.tables import Invitation, Membership
from server.desk import lines as helping
from server.desk import queries
from server.desk.place import LONGEST_DONATIONS, PlaceForm, keep_place, place
from server.security import same
from server.web import db, page, see_other, services, who
from server.words import long_date

desk = Blueprint("desk", __name__)

DONE = "tersimpan"


async def organiser() -> Person:
    """The organiser who asks; whoever is not signed in is sent to do so, others get 403."""
    g.private = True
    person = await who()
    if person is None or not person.organiser:
        abort(403)
    return person


def today() -> dt.date:
    return now().date()


@desk.get("/kelola")
async def manage() -> Response:
    """All circles for an organiser, their own for a facilitator."""
    person = await who()
    if person is None:
        return see_other("/masuk?ke=/kelola")
    g.private = True
    mine = [my for my in await my_circles(db(), person) if my.facilitates]
    if not mine and not person.organiser:
        abort(403)
    at = min(int(asked), 10_000) if (asked := request.args.get("hal", "0")).isdecimal() else 0
    if person.organiser:
        rows, more = await queries.all_circles(db(), person.id, at)
    else:
        rows, more = await queries.rows_of(db(), [my.circle for my in mine], person.id), False
    return await page(
        "desk.html",
        rows=rows,
        person=person,
        now=now(),
        at=at,
        more=more,
        total=await queries.count_circles(db()) if person.organiser else len(mine),
        reported=await count_for(db(), "organiser") if person.organiser else 0,
        stale=await helping.stale_lines(db(), today()) if person.organiser else 0,
    )


# --- this place ---


@desk.get("/kelola/tempat")
async def this_place() -> Response:
    """Its name, first language and word on costs."""
    await organiser()
    known = await place()
    values = {"name": known.name, "language": known.language, "donations": known.donations}
    return await show_place(values)


@desk.post("/kelola/tempat")
async def change_place() -> Response:
    """What this place is called, and the like."""
    await organiser()
    sent = (await request.form).to_dict()
    form, wrong = read_form(PlaceForm, sent)
    if form is None:
        return await show_place(sent, wrong)
    await keep_place(db(), form)
    return see_other(f"/kelola/tempat?keadaan={DONE}")


async def show_place(values: Mapping[str, str], wrong: set[str] | None = None) -> Response:
    return await page(
        "desk_place.html",
        422 if wrong else 200,
        values=values,
        wrong=wrong or set(),
        longest=LONGEST_DONATIONS,
        done=not wrong and request.args.get("keadaan") == DONE,
    )


# --- invitations and bans ---


@desk.get("/kelola/undangan")
async def invitations() -> Response:
    """Everything that still lets somebody in."""
    await organiser()
    return await page(
        "desk_invitations.html",
        rows=await queries.open_invitations(db()),
        day=lambda instant: long_date(
            g.lang, dt.datetime.fromtimestamp(instant, ZoneInfo("Asia/Jakarta")).date()
        ),
    )


@desk.post("/kelola/undangan")
async def revoke() -> Response:
    """One of them opens nothing any more."""
    await organiser()
    found = await db().get(Invitation, (await request.form).get("invitation", "")[:24])
    if found is None:
        abort(404)
    found.revoked = True
    await db().commit()
    return see_other("/kelola/undangan")


def handle(membership: Membership) -> str:
    """Names one ban and nobody anywhere else."""
    return services().keys.mac("ban", f"{membership.circle_id}/{membership.person_id}")


@desk.get("/kelola/larangan")
async def bans() -> Response:
    """Who may not return, and where."""
    await organiser()
    rows = [(circle, one.name, handle(one)) for circle, one in await queries.banned(db())]
    rows += [(circle, "", bar_handle(one)) for circle, one in await all_bars(db())]
    return await page("desk_bans.html", rows=rows)


@desk.post("/kelola/larangan")
async def lift_ban() -> Response:
    """They may come again, as before."""
    await organiser()
    wanted = (await request.form).get("ban", "")
    found = next((one for _, one in await queries.banned(db()) if same(handle(one), wanted)), None)
    bar = next((one for _, one in await all_bars(db()) if same(bar_handle(one), wanted)), None)
    if found is not None:
        lift(found)
    elif bar is not None:
        await lift_bar(db(), bar.circle_id, bar.mark)
    else:
        abort(404)
    await db().commit()
    return see_other("/kelola/larangan")
