"""The help lines on the organiser's desk: list, form, checks, order.

The emergency number is never removed. Showing them to people is the help page's.
"""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response, abort, g, request

from server.accounts.queries import new_id
from server.care.tables import HelpLine
from server.circles.forms import read_form
from server.circles.queries import find_circle
from server.circles.tables import Circle
from server.desk import lines as helping
from server.desk.routes import DONE, organiser, today
from server.web import db, page, see_other
from server.words import long_date

help_desk = Blueprint("help_desk", __name__)


@help_desk.get("/kelola/bantuan")
async def all_lines() -> Response:
    """Every line with when it was checked, and a form for another."""
    await organiser()
    return await show_lines({})


@help_desk.post("/kelola/bantuan")
async def add_line() -> Response:
    """One more help line."""
    await organiser()
    sent = (await request.form).to_dict()
    form, circle_id, wrong = await read_line(sent)
    if form is None or wrong:
        return await show_lines(sent, wrong)
    lines = await helping.take_over(db())
    db().add(
        HelpLine(
            id=new_id(),
            circle_id=circle_id,
            checked=today(),
            position=len(lines),
            **form.columns(),
        )
    )
    await db().commit()
    return see_other(f"/kelola/bantuan?keadaan={DONE}")


@help_desk.get("/kelola/bantuan/<line_id>")
async def one_line(line_id: str) -> Response:
    """A line to change."""
    await organiser()
    one = await db().get(HelpLine, line_id)
    if one is None:
        abort(404)
    circle = await db().get(Circle, one.circle_id) if one.circle_id else None
    return await show_line(one, {**helping.values_of(one), "circle": circle.slug if circle else ""})


@help_desk.post("/kelola/bantuan/<line_id>")
async def change_line(line_id: str) -> Response:
    """Save it, or one button of the list."""
    await organiser()
    sent = (await request.form).to_dict()
    lines = (
        await helping.take_over(db())
        if line_id.startswith("bawaan-")
        else await helping.kept_lines(db())
    )
    one = found_in(lines, line_id)
    match sent.get("do"):
        case "simpan":
            form, circle_id, wrong = await read_line(sent)
            if form is None or wrong:
                return await show_line(one, sent, wrong)
            for name, value in form.columns().items():
                setattr(one, name, value)
            one.circle_id, one.checked = circle_id, today()
        case "cek":
            one.checked = today()
        case "naik":
            helping.move(lines, one, -1)
        case "turun":
            helping.move(lines, one, 1)
        case "hapus" if not one.emergency:
            await db().delete(one)
        case _:
            abort(404)
    await db().commit()
    return see_other(f"/kelola/bantuan?keadaan={DONE}")


def found_in(lines: list[HelpLine], line_id: str) -> HelpLine:
    """By its id, or a built-in one by its place; 404 otherwise."""
    number = line_id.removeprefix("bawaan-")
    if number != line_id and number.isdecimal() and int(number) < len(lines):
        return lines[int(number)]
    return next((one for one in lines if one.id == line_id), None) or abort(404)


async def read_line(
    sent: Mapping[str, str],
) -> tuple[helping.LineForm | None, str | None, set[str]]:
    """The form, the circle that it is for, and the fields that are wrong."""
    form, wrong = read_form(helping.LineForm, sent)
    slug = sent.get("circle", "").strip()
    circle = await find_circle(db(), slug[:60]) if slug else None
    if slug and circle is None:
        wrong = wrong | {"circle"}
    return form, circle.id if circle else None, wrong


async def show_lines(sent: Mapping[str, str], wrong: set[str] | None = None) -> Response:
    own = await helping.kept_lines(db())
    kept = helping.for_everybody(own)
    built_in = [] if kept else helping.built_in()
    return await page(
        "desk_lines.html",
        422 if wrong else 200,
        lines=[
            *(
                (f"bawaan-{number}", one, helping.is_stale(one, today()))
                for number, one in enumerate(built_in)
            ),
            *((one.id, one, helping.is_stale(one, today())) for one in own),
        ],
        kept=kept,
        sent=sent,
        wrong=wrong or set(),
        day=lambda date: long_date(g.lang, date),
        done=not wrong and request.args.get("keadaan") == DONE,
    )


async def show_line(
    one: HelpLine, values: Mapping[str, str], wrong: set[str] | None = None
) -> Response:
    return await page(
        "desk_line.html", 422 if wrong else 200, one=one, sent=values, wrong=wrong or set()
    )
