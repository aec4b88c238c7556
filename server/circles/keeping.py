"""A circle's agreements in its own words, and its end. For its facilitators.

What else a circle is, is in `editing`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from quart import Blueprint, Response, g, request
from sqlalchemy import delete

from server import live_room
from server.accounts.step_up import step_up
from server.circles.agreements import (
    LONGEST_LINE,
    MOST_LINES,
    agree,
    agreements_of,
    read_agreements,
    versions_of,
)
from server.circles.invitations import held
from server.circles.routes import now
from server.circles.tables import Circle
from server.web import db, page, see_other

keeping = Blueprint("keeping", __name__)

SAVED = "tersimpan"


@keeping.get("/c/<slug>/kesepakatan")
async def agreements(slug: str) -> Response:
    """The circle's own lines, or an empty form where it has those of every circle."""
    _, mine = await held(slug)
    lines = await agreements_of(db(), mine.circle)
    typed = {one: "\n".join(lines.get(one, [])) for one in ("id", "en")}
    saved = request.args.get("keadaan") == SAVED
    return await show_agreements(mine.circle, typed, saved=saved)


@keeping.post("/c/<slug>/kesepakatan")
async def change_agreements(slug: str) -> Response:
    """A new version: whoever belongs to the circle is asked for their promise again."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    lines, wrong = read_agreements(sent)
    if wrong:
        typed = {one: sent.get(f"lines.{one}", "") for one in ("id", "en")}
        return await show_agreements(mine.circle, typed, wrong=wrong)
    await agree(db(), mine, lines, now().date())
    await db().commit()
    return see_other(f"/c/{slug}/kesepakatan?keadaan={SAVED}")


async def show_agreements(
    circle: Circle,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    saved: bool = False,
) -> Response:
    """The form, and below it what was agreed before."""
    g.private = True
    before = [
        one for one in await versions_of(db(), circle) if one.version != circle.agreements_version
    ]
    return await page(
        "agreements.html",
        422 if wrong else 200,
        circle=circle,
        typed=typed,
        wrong=wrong or {},
        saved=saved,
        before=before,
        most=MOST_LINES,
        longest=LONGEST_LINE,
    )


# --- the end of a circle ---


@keeping.get("/c/<slug>/hapus")
async def ending(slug: str) -> Response:
    """What goes with the circle, and a field for its name."""
    _, mine = await held(slug)
    return await show_ending(mine.circle, 200)


@keeping.post("/c/<slug>/hapus")
@step_up()
async def end(slug: str) -> Response:
    """The circle and everything of it goes, unless people meet in it just now."""
    _, mine = await held(slug)
    typed = (await request.form).get("name", "")
    if same(typed) != same(mine.circle.name):
        return await show_ending(mine.circle, 422, typed=typed[:200], wrong="delete.wrong")
    if await live_room.is_under_way(mine.circle.id):
        return await show_ending(mine.circle, 409, typed=typed, wrong="delete.meeting")
    await db().execute(delete(Circle).where(Circle.id == mine.circle.id))
    await db().commit()
    return see_other("/")


async def show_ending(circle: Circle, status: int, *, typed: str = "", wrong: str = "") -> Response:
    g.private = True
    return await page("delete.html", status, circle=circle, typed=typed, wrong=wrong)


def same(name: str) -> str:
    """Typed by hand, a space or a capital letter makes no other name."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
