"""Who may see the pages round a meeting: members, and of them whom no ban keeps away."""

from __future__ import annotations

from quart import Response, abort, g

from server.circles.queries import MyCircle, find_my_circle
from server.circles.routes import speak
from server.web import db, page, who


async def belongs(slug: str) -> MyCircle:
    """The circle of somebody who is a member of it; for everybody else it does not exist."""
    g.private = True
    mine = await find_my_circle(db(), await who(), slug)
    if mine is None:
        abort(404)
    speak(mine.circle)
    return mine


async def kept_away(mine: MyCircle) -> Response | None:
    """What somebody reads who may not return."""
    return await page("closed_to_you.html", 403) if mine.membership.banned else None
