"""Telling ahead that one misses the next meeting. Facilitators see it; it is gone afterwards."""

from __future__ import annotations

from quart import Blueprint, Response, request
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from server.circles.changes import schedule_of, seconds
from server.circles.queries import MyCircle
from server.circles.routes import now
from server.circles.tables import Absence
from server.meetings.belonging import belongs
from server.web import db, page, see_other

absences = Blueprint("absences", __name__)


@absences.get("/c/<slug>/absen")
async def absence(slug: str) -> Response:
    """One button for the next meeting, or the way back."""
    mine = await belongs(slug)
    return await show(mine)


@absences.post("/c/<slug>/absen")
async def tell(slug: str) -> Response:
    """Say so, or take it back. `start` names the meeting that they read about."""
    mine = await belongs(slug)
    sent = await request.form
    times = await schedule_of(db(), mine.circle)
    start = seconds(times.next_start(now()))
    if start is None or sent.get("start") != str(start):
        return await show(mine, moved=True)
    if sent.get("do") == "datang":
        await forget(mine, start)
    else:
        await keep(mine, start)
    return see_other(f"/c/{slug}/absen")


async def keep(mine: MyCircle, start: int) -> None:
    """Once, however often it is pressed."""
    key = (mine.circle.id, mine.membership.person_id, start)
    if await db().get(Absence, key) is not None:
        return
    db().add(Absence(circle_id=key[0], person_id=key[1], start=start))
    try:
        await db().commit()
    except IntegrityError:
        # The same press came twice.
        await db().rollback()


async def forget(mine: MyCircle, start: int) -> None:
    """They come after all."""
    await db().execute(
        delete(Absence).where(
            Absence.circle_id == mine.circle.id,
            Absence.person_id == mine.membership.person_id,
            Absence.start == start,
        )
    )
    await db().commit()


async def show(mine: MyCircle, *, moved: bool = False) -> Response:
    """The next meeting, and whether they come. `moved`: it is another than they thought."""
    times = await schedule_of(db(), mine.circle)
    coming = next((one for one in times.not_over(now()) if one.state != "cancelled"), None)
    start = seconds(coming.start) if coming else None
    key = (mine.circle.id, mine.membership.person_id, start)
    told = start is not None and await db().get(Absence, key) is not None
    return await page(
        "absence.html",
        409 if moved else 200,
        circle=mine.circle,
        times=times,
        coming=coming,
        start=start,
        told=told,
        moved=moved,
    )
