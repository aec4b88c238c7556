"""Where reports are read and seen to: by a circle's facilitators, and by the organiser.

Shows what the writer chose and nothing beside it. Whom it is about is told nothing.
"""

from __future__ import annotations

import datetime as dt

from quart import Blueprint, Response, g, request

from server.care import reports
from server.circles.invitations import held
from server.circles.tables import Circle
from server.desk.routes import organiser
from server.web import db, page, see_other, services
from server.words import long_date

told = Blueprint("told", __name__)

DONE = "selesai"


@told.get("/c/<slug>/laporan")
async def of_circle(slug: str) -> Response:
    """What was reported to those who hold this circle."""
    _, mine = await held(slug)
    return await show("facilitators", mine.circle)


@told.post("/c/<slug>/laporan")
async def handled_in_circle(slug: str) -> Response:
    """'I have seen to it': now it is erased. Pressed twice, nothing else goes."""
    _, mine = await held(slug)
    return await seen_to("facilitators", mine.circle)


@told.get("/kelola/laporan")
async def for_organiser() -> Response:
    """Those of every circle in which a facilitator is meant."""
    await organiser()
    return await show("organiser")


@told.post("/kelola/laporan")
async def handled_by_organiser() -> Response:
    """A report that came to the organiser is dealt with, and erased."""
    await organiser()
    return await seen_to("organiser")


async def seen_to(reader: reports.Reader, circle: Circle | None = None) -> Response:
    report_id = (await request.form).get("report", "")[:24]
    await reports.handled(db(), report_id, reader, circle)
    await db().commit()
    return see_other(f"{request.path}?keadaan={DONE}")


async def show(reader: reports.Reader, circle: Circle | None = None) -> Response:
    return await page(
        "reports.html",
        circle=circle,
        waiting=await reports.waiting_for(db(), services().keys, reader, circle),
        day=lambda instant: long_date(g.lang, dt.datetime.fromtimestamp(instant, dt.UTC).date()),
        done=request.args.get("keadaan") == DONE,
    )
