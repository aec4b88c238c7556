"""The door and the room's page. They show words; the meeting comes over the socket."""

from __future__ import annotations

from quart import Blueprint, Response

from realtime.views import PROTOCOL
from server.circles.changes import schedule_of
from server.circles.members import lacks_facilitators
from server.circles.queries import MyCircle
from server.circles.routes import now
from server.meetings.belonging import belongs
from server.web import db, page, see_other, services

meetings = Blueprint("meetings", __name__)


async def not_yet(mine: MyCircle) -> Response | None:
    """What comes first: a promise still to be made, a second facilitator for the young."""
    if not mine.pledged:
        return see_other(f"/c/{mine.circle.slug}/masuk")
    if not mine.facilitates and await lacks_facilitators(db(), mine.circle):
        return await page("two_needed.html", circle=mine.circle)
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
        times=await schedule_of(db(), mine.circle),
        now=now(),
        protocol=PROTOCOL,
    )


@meetings.get("/c/<slug>/ruang")
async def room(slug: str) -> Response:
    """One page for every role; the script asks the room what this person may see."""
    mine = await belongs(slug)
    elsewhere = await not_yet(mine)
    release = services().assets.release()
    return elsewhere or await page("room.html", circle=mine.circle, mine=mine, release=release)
