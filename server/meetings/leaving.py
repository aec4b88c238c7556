"""Leaving a circle for good, in two taps. Nothing is kept that would be held against a return."""

from __future__ import annotations

from urllib.parse import urlencode

from quart import Blueprint, Response, request
from sqlalchemy import delete, select

from server import live_room
from server.care import notes
from server.circles.companions import unpair_all
from server.circles.invite_queries import forget_friends_of
from server.circles.members import Kept, may_step_down
from server.circles.queries import MyCircle, facilitator_names
from server.circles.tables import Absence, Circle
from server.meetings.aftercare import seal_for
from server.meetings.belonging import belongs
from server.web import db, page, see_other

leaving = Blueprint("leaving", __name__)
LEFT = "/sudah-keluar"


@leaving.get("/c/<slug>/keluar")
async def ask(slug: str) -> Response:
    """What goes, and a note if they like; the last to hold a circle hands it over first."""
    mine = await belongs(slug)
    return await show(mine, first=await to_do_first(mine))


@leaving.post("/c/<slug>/keluar")
async def leave(slug: str) -> Response:
    """They belong no longer. A ban is not shed by leaving."""
    mine = await belongs(slug)
    first = await to_do_first(mine)
    if first:
        return await show(mine, first=first)
    sent = await request.form
    typed, named = sent.get("note", ""), sent.get("named") == "yes"
    noted = bool(typed.strip()) and not mine.facilitates
    try:
        if noted:
            await seal_for(mine, "leaving", notes.clean_note(typed), named=named)
    except notes.BadNote as bad:
        return await show(mine, typed, named=named, wrong=bad.key)
    await end(mine)
    await db().commit()
    sure = await live_room.put_out(mine.circle.id, mine.membership.person_id)
    # On to a GET: a browser keeps what was posted for the page that it shows, on its disk too.
    return see_other(f"{LEFT}?{urlencode({'pesan': int(noted), 'pasti': int(sure)})}")


@leaving.get(LEFT)
async def left() -> Response:
    """It is done. Says nothing of which circle, to whoever asks."""
    noted, sure = (request.args.get(name) == "1" for name in ("pesan", "pasti"))
    return await page("left.html", noted=noted, sure=sure)


async def to_do_first(mine: MyCircle) -> str:
    """The key of why a facilitator cannot go yet; empty where nothing is in the way."""
    if not mine.facilitates:
        return ""
    # Two who leave at once do not each count on the other.
    await db().execute(select(Circle.id).where(Circle.id == mine.circle.id).with_for_update())
    try:
        await may_step_down(db(), mine.circle)
    except Kept as kept:
        return kept.key
    return ""


async def end(mine: MyCircle) -> None:
    """The membership and what hangs on it; an invitation or an open door leads back in."""
    circle, person_id = mine.circle, mine.membership.person_id
    await unpair_all(db(), circle.id, person_id)
    await forget_friends_of(db(), circle, person_id)
    await db().execute(
        delete(Absence).where(Absence.circle_id == circle.id, Absence.person_id == person_id)
    )
    await db().delete(mine.membership)
    await db().flush()


async def show(
    mine: MyCircle, typed: str = "", *, named: bool = False, wrong: str = "", first: str = ""
) -> Response:
    """The page before the second tap."""
    status = 409 if first and request.method == "POST" else 422 if wrong else 200
    return await page(
        "leaving.html",
        status,
        circle=mine.circle,
        mine=mine,
        names=await facilitator_names(db(), mine.circle),
        typed=typed[: 2 * notes.LONGEST],
        named=named,
        wrong=wrong,
        first=first,
        longest=notes.LONGEST,
    )
