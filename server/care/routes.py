"""Help lines, the page about what is kept, and the guides. Need no sign-in and no script."""

from __future__ import annotations

from quart import Blueprint, Response, g, request

from server import kept
from server.care import still
from server.care.showing import everybodys
from server.circles.queries import find_my_circle
from server.web import db, lang, page, who

care = Blueprint("care", __name__)

GIVES = {
    "alone": "people",
    "heard": "ear",
    "words": "chat",
    "tips": "book",
    "hope": "leaf",
    "help": "care",
    "rhythm": "clock",
}
"""What a circle gives, and the icon of each."""
ASKED = ("speak", "secret", "cost", "suit", "therapy", "leave", "friend", "out", "miss")
HOLDING = {
    "before": 4,
    "door": 3,
    "open": 2,
    "round": 4,
    "hard": 5,
    "tired": 1,
    "close": 3,
    "after": 2,
}
"""The parts of an evening for facilitators, and how many pieces of advice each has."""


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
    """What a circle is and gives, how one comes to it, and what everybody asks."""
    return await page("guide.html", picture=still.HELD, gives=GIVES, asked=ASKED)


@care.get("/panduan/fasilitator")
async def guide_for_facilitators() -> Response:
    """How to hold an evening, for anybody to read: there is nothing secret in it."""
    parts = {"picture": still.OFFERED, "legend": still.LEGEND, "holding": HOLDING}
    return await page("guide_holding.html", **parts)
