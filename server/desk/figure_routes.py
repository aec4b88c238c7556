"""The page of figures on the organiser's desk. Declines to show who, and a week not yet over."""

from __future__ import annotations

import time

from babel.dates import format_date
from babel.numbers import format_decimal
from quart import Blueprint, Response, g

from server.accounts.passkeys import address_of
from server.circles.bans import all_bars
from server.desk import lines, overview, queries, weeks
from server.desk.routes import organiser, today
from server.web import db, page, services
from server.words import decimal, locale

figures = Blueprint("desk_figures", __name__)

STEPS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


@figures.get("/kelola/angka")
async def show() -> Response:
    """What this place came to, and what needs somebody's look."""
    await organiser()
    past = await weeks.past(db(), today())
    return await page(
        "desk_figures.html",
        charts=overview.charts(past),
        weeks=past,
        circles=await queries.count_circles(db()),
        unheld=await overview.unheld(db()),
        bans=len(await queries.banned(db())) + len(await all_bars(db())),
        stale=await lines.stale_lines(db(), today()),
        health=await overview.health(db(), int(time.time())),
        keys_work=address_of(services().settings) is not None,
        storage=await overview.storage(db(), services().settings.data_dir),
        size=size,
        number=lambda figure: format_decimal(figure, locale=locale(g.lang)),
        day=lambda starts: format_date(starts, "d MMM y", locale=locale(g.lang)),
    )


def size(count: float) -> str:
    """Bytes as people say them: 1,2 GB in Indonesian, 1.2 GB in English."""
    for step, unit in STEPS:
        if count >= step:
            return f"{decimal(g.lang, count / step)} {unit}"
    return f"{count:.0f} B"
