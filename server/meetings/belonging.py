"""Who may see the pages round a meeting: members whom no ban keeps away."""

from __future__ import annotations

from quart import abort, g

from server.circles.queries import MyCircle, find_my_circle
from server.circles.routes import speak
from server.web import db, page, who


async def belongs(slug: str) -> MyCircle:
    """The circle of somebody who is a member of it; for everybody else it does not exist.

    Who may not return reads that, and nothing else of it.
    """
    g.private = True
    mine = await find_my_circle(db(), await who(), slug)
    if mine is None:
        abort(404)
    speak(mine.circle)
    if mine.membership.banned:
        abort(await page("closed_to_you.html", 403, circle=mine.circle))
    return mine
