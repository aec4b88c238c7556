"""A circle's own help lines, kept by its facilitators. Those for everybody are the organiser's.

Declines to touch a line of another circle, and to remove an emergency number.
"""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response, abort, g, request
from sqlalchemy import select

from server.accounts.queries import new_id
from server.care.tables import HelpLine
from server.circles.forms import read_form
from server.circles.invitations import held
from server.circles.routes import now
from server.circles.tables import Circle
from server.desk import lines as helping
from server.web import db, page, see_other
from server.words import long_date

own_lines = Blueprint("own_lines", __name__)

MOST = 12
"""Lines of one circle: more are not found by somebody who needs one now."""
DONE = "tersimpan"


async def lines_of(circle: Circle) -> list[HelpLine]:
    """In their order."""
    found = await db().scalars(
        select(HelpLine)
        .where(HelpLine.circle_id == circle.id)
        .order_by(HelpLine.position, HelpLine.id)
    )
    return list(found)


async def one_of(circle: Circle, line_id: str) -> HelpLine:
    """A line of this very circle, or 404."""
    return next((one for one in await lines_of(circle) if one.id == line_id), None) or abort(404)


@own_lines.get("/c/<slug>/bantuan")
async def all_lines(slug: str) -> Response:
    """Each with when it was checked, and a form for another."""
    _, mine = await held(slug)
    return await show(mine.circle, {})


@own_lines.post("/c/<slug>/bantuan")
async def add(slug: str) -> Response:
    """A help line of this circle's own."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    form, wrong = read_form(helping.LineForm, sent)
    lines = await lines_of(mine.circle)
    if form is None:
        return await show(mine.circle, sent, wrong)
    if len(lines) >= MOST:
        return await show(mine.circle, sent, {"many"})
    db().add(
        HelpLine(
            id=new_id(),
            circle_id=mine.circle.id,
            checked=now().date(),
            position=len(lines),
            # What is shown before all else to everybody is not a circle's to decide.
            **{**form.columns(), "emergency": False},
        )
    )
    await db().commit()
    return see_other(f"/c/{slug}/bantuan?keadaan={DONE}")


@own_lines.get("/c/<slug>/bantuan/<line_id>")
async def one_line(slug: str, line_id: str) -> Response:
    """A line to change."""
    _, mine = await held(slug)
    one = await one_of(mine.circle, line_id)
    return await show_one(mine.circle, one, {**helping.values_of(one), "emergency": ""})


@own_lines.post("/c/<slug>/bantuan/<line_id>")
async def change(slug: str, line_id: str) -> Response:
    """Save it, or one button of the list."""
    _, mine = await held(slug)
    one = await one_of(mine.circle, line_id)
    sent = (await request.form).to_dict()
    match sent.get("do"):
        case "simpan":
            form, wrong = read_form(helping.LineForm, sent)
            if form is None:
                return await show_one(mine.circle, one, sent, wrong)
            for name, value in {**form.columns(), "emergency": one.emergency}.items():
                setattr(one, name, value)
            one.checked = now().date()
        case "cek":
            one.checked = now().date()
        case "hapus" if not one.emergency:
            await db().delete(one)
        case _:
            abort(404)
    await db().commit()
    return see_other(f"/c/{slug}/bantuan?keadaan={DONE}")


async def show(circle: Circle, sent: Mapping[str, str], wrong: set[str] | None = None) -> Response:
    g.private = True
    return await page(
        "own_lines.html",
        422 if wrong else 200,
        circle=circle,
        lines=[(one, helping.is_stale(one, now().date())) for one in await lines_of(circle)],
        sent=sent,
        wrong=wrong or set(),
        most=MOST,
        day=lambda date: long_date(g.lang, date),
        done=not wrong and request.args.get("keadaan") == DONE,
    )


async def show_one(
    circle: Circle, one: HelpLine, values: Mapping[str, str], wrong: set[str] | None = None
) -> Response:
    g.private = True
    status = 422 if wrong else 200
    return await page(
        "own_line.html", status, circle=circle, one=one, sent=values, wrong=wrong or set()
    )
