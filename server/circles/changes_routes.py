"""The page of the next meetings, for facilitators: cancel one, move it, or take that back."""

from __future__ import annotations

import datetime as dt

from quart import Blueprint, Response, g, request

from server.circles.changes import BadChange, cancel, move, restore, schedule_of
from server.circles.invitations import held
from server.circles.routes import now
from server.circles.schedule import LOCAL, upcoming
from server.web import db, page, see_other

changes = Blueprint("changes", __name__)

SHOWN = 8


@changes.get("/c/<slug>/jadwal")
async def schedule(slug: str) -> Response:
    """The next meetings."""
    return await show(slug, done=request.args.get("keadaan") == "tersimpan")


@changes.post("/c/<slug>/jadwal")
async def change(slug: str) -> Response:
    """One change, or what is wrong with it beside what was typed."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    original, moment = sent.get("original", "")[:16], now()
    try:
        match sent.get("do"):
            case "cancel":
                await cancel(db(), mine.circle, original, moment)
            case "restore":
                await restore(db(), mine.circle, original, moment)
            case _:
                to = read_moment(sent.get("date", ""), sent.get("time", ""))
                await move(db(), mine.circle, original, to, moment)
    except BadChange as bad:
        return await show(slug, sent=sent, wrong=bad)
    await db().commit()
    return see_other(f"/c/{slug}/jadwal?keadaan=tersimpan")


def read_moment(date: str, time: str) -> dt.datetime:
    """Where a meeting moves to. Raises `BadChange`."""
    for field, raw, form in (("date", date, "%Y-%m-%d"), ("time", time, "%H:%M")):
        try:
            dt.datetime.strptime(raw.strip(), form)  # noqa: DTZ007
        except ValueError:
            raise BadChange(field, field) from None
    return dt.datetime.strptime(f"{date.strip()}T{time.strip()}", LOCAL)  # noqa: DTZ007


async def show(
    slug: str,
    *,
    sent: dict[str, str] | None = None,
    wrong: BadChange | None = None,
    done: bool = False,
) -> Response:
    """The page, opened where something is wrong."""
    _, mine = await held(slug)
    g.private = True
    times = await schedule_of(db(), mine.circle)
    return await page(
        "changes.html",
        422 if wrong else 200,
        circle=mine.circle,
        times=times,
        coming=upcoming(times, now(), SHOWN),
        sent=sent or {},
        wrong=wrong,
        done=done,
    )
