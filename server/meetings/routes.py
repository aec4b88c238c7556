"""The door, the room's page and going home. They show words; the meeting comes over the socket."""

from __future__ import annotations

from quart import Blueprint, Response, abort, g

from realtime.views import PROTOCOL
from server.circles.queries import MyCircle, find_my_circle, times_of
from server.circles.routes import now, speak
from server.web import db, page, see_other, who

meetings = Blueprint("meetings", __name__)


async def belongs(slug: str) -> MyCircle:
    """The circle of somebody who is a member of it; for everybody else it does not exist."""
    g.private = True
    mine = await find_my_circle(db(), await who(), slug)
    if mine is None:
        abort(404)
    speak(mine.circle)
    return mine


async def not_yet(mine: MyCircle) -> Response | None:
    """Where somebody has to go instead: a ban, or a promise still to be made."""
    if mine.membership.banned:
        return await page("closed_to_you.html", 403)
    if not mine.membership.pledged:
        return see_other(f"/c/{mine.circle.slug}/masuk")
    return None


@meetings.get("/c/<slug>/tunggu")
async def lobby(slug: str) -> Response:
    """Waiting at the door. Who holds the circle has the key."""
    mine = await belongs(slug)
    elsewhere = await not_yet(mine)
    if elsewhere:
        return elsewhere
    if mine.facilitates:
        return see_other(f"/c/{slug}/ruang")
    return await page(
        "lobby.html",
        circle=mine.circle,
        mine=mine,
        times=times_of(mine.circle),
        now=now(),
        protocol=PROTOCOL,
    )


@meetings.get("/c/<slug>/ruang")
async def room(slug: str) -> Response:
    """One page for every role; the script asks the room what this person may see."""
    mine = await belongs(slug)
    elsewhere = await not_yet(mine)
    return elsewhere or await page("room.html", circle=mine.circle, mine=mine)


@meetings.get("/c/<slug>/usai")
async def aftercare(slug: str) -> Response:
    """Going home. How somebody feels is shown in the page and sent nowhere."""
    mine = await belongs(slug)
    if mine.membership.banned:
        return await page("closed_to_you.html", 403)
    return await page("aftercare.html", circle=mine.circle, times=times_of(mine.circle), now=now())
