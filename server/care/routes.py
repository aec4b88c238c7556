"""Help lines, the page about what is kept, and the guide. Need no sign-in and no script."""

from __future__ import annotations

from quart import Blueprint, Response, g, request

from server import kept
from server.care.showing import everybodys
from server.circles.queries import find_my_circle
from server.web import db, lang, page, who

care = Blueprint("care", __name__)


@care.get("/bantuan")
async def help_lines() -> Response:
    """Numbers, and when each was last checked; for a member those of their circle too."""
    slug = request.args.get("lingkaran", "")
    # Whoever does not belong there sees what everybody sees, and learns nothing.
    mine = await find_my_circle(db(), await who(), slug) if slug else None
    help_ = await everybodys(
        db(), lang(), request.args.get("negara"), mine.circle.id if mine else None
    )
    return await page("help.html", help=help_, slug=slug if mine else None, offline=False)


@care.get("/catatan")
async def notebook() -> Response:
    """An empty page: the notebook itself is on the device alone, and nobody is asked who it is."""
    g.private = True
    return await page("notebook.html")


@care.get("/privasi")
async def privacy() -> Response:
    """What exists, where, and what does not."""
    return await page("privacy.html", kept=kept.everything(), cookies=kept.COOKIES)


@care.get("/panduan")
async def guide() -> Response:
    """How an evening goes, for somebody who has never been."""
    return await page("guide.html")
