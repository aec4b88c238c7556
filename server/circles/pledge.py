"""The promise before the door: the lines that a circle agreed to, read and then ticked.

Declines to let anybody in, and to count whoever has not ticked.
"""

from __future__ import annotations

from quart import Response, request

from server.circles.agreed import agreed
from server.circles.notes import NAME as NOTE
from server.circles.queries import MyCircle
from server.circles.tables import Circle
from server.web import db, drop_cookie, lang, page, see_other


async def show_pledge(mine: MyCircle, status: int = 200, wrong: str = "") -> Response:
    """The lines that this circle agreed to, in a language that the reader knows."""
    own = await agreed(db(), mine.circle, lang())
    return await page(
        "pledge.html",
        status,
        circle=mine.circle,
        mine=mine,
        agreed=own,
        again=mine.membership.pledged,
        wrong=wrong,
    )


async def promise(circle: Circle, mine: MyCircle) -> Response:
    """Go on once the box is ticked; a kind word while it is not."""
    sent = await request.form
    if sent.get("version", "0") != str(circle.agreements_version):
        # Nobody promises what they have not read.
        return await show_pledge(mine, 409, "pledge.newer")
    if sent.get("promise") != "yes":
        return await show_pledge(mine, 422, "pledge.need")
    mine.membership.pledged = True
    mine.membership.pledged_version = circle.agreements_version
    await db().commit()
    where = f"/c/{circle.slug}" if mine.facilitates else f"/c/{circle.slug}/tunggu"
    response = see_other(where)
    drop_cookie(response, NOTE)
    return response
