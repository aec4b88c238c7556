"""Help lines, the page about what is kept, and the guide. Need no sign-in and no script."""

from __future__ import annotations

import datetime as dt

from quart import Blueprint, Response

from server.care import CHECKED, LINES, is_old
from server.web import lang, page
from server.words import long_date

care = Blueprint("care", __name__)


@care.get("/bantuan")
async def help_lines() -> Response:
    """Numbers, and when they were last checked."""
    return await page(
        "help.html",
        lines=LINES,
        checked=long_date(lang(), CHECKED),
        old=is_old(dt.datetime.now(dt.UTC).date()),
    )


@care.get("/privasi")
async def privacy() -> Response:
    """What exists, where, and what does not."""
    return await page("privacy.html")


@care.get("/panduan")
async def guide() -> Response:
    """How an evening goes, for somebody who has never been."""
    return await page("guide.html")
