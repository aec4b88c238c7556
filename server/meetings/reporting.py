"""Telling what happened: a page before, after and outside the room, and what the room sends.

Says who will read it and how long it lives before anything is typed. Tells nobody else of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response, abort, g, jsonify, request

from server.care import reports
from server.care.notes import BadNote
from server.circles.queries import MyCircle, facilitator_names, find_my_circle
from server.circles.routes import speak
from server.limits import Budget
from server.web import db, page, see_other, services, takes_json, who

reporting = Blueprint("reporting", __name__)

SENT, BACK = "terkirim", "ditarik"
PER_MEMBER = Budget(5, 86400)
"""Reports of one person in one circle."""


async def may_report(slug: str) -> MyCircle:
    """Whoever belongs there, and whoever may not return: a ban silences nobody."""
    g.private = True
    mine = await find_my_circle(db(), await who(), slug)
    if mine is None:
        abort(404)
    speak(mine.circle)
    return mine


def reader_of(mine: MyCircle, wanted: reports.Reader) -> reports.Reader:
    """Those who put somebody out are not the ones to read what they tell."""
    return "organiser" if mine.membership.banned else wanted


@reporting.get("/c/<slug>/lapor")
async def report_page(slug: str) -> Response:
    """A report, outside of a meeting."""
    return await show(await may_report(slug), {})


@reporting.post("/c/<slug>/lapor")
@takes_json
async def send_report(slug: str) -> Response:
    """Seal it. A form is answered with a page, the room with what became of it."""
    mine = await may_report(slug)
    if request.is_json:
        return await from_the_room(mine)
    sent = (await request.form).to_dict()
    try:
        await take_in(mine, {**sent, "named": sent.get("named") == "yes", "quotes": ()})
    except BadNote as bad:
        return await show(mine, sent, wrong=bad.key)
    return see_other(f"/c/{slug}/lapor?keadaan={SENT}")


async def from_the_room(mine: MyCircle) -> Response:
    """The same for a person who goes on sitting in the circle."""
    try:
        await take_in(mine, await request.get_json(silent=True))
    except BadNote as bad:
        answer = jsonify(ok=False, reason=bad.key)
        answer.status_code = status_of(bad.key)
        return answer
    return jsonify(ok=True)


async def take_in(mine: MyCircle, sent: object) -> None:
    """Read it, seal it, let it wait. Raises `BadNote`."""
    form = reports.read_report(sent)
    whom = f"{mine.circle.id}/{mine.membership.person_id}"
    if services().limits.wait_for(PER_MEMBER, whom):
        raise BadNote("report.many")
    told = reports.told_by(form, mine.membership.name)
    reader = reader_of(mine, form.reader)
    await reports.leave_report(db(), services().keys, mine.membership, reader, told)
    await db().commit()


@reporting.post("/c/<slug>/lapor/tarik")
async def take_back(slug: str) -> Response:
    """They thought better of it; it is erased unread or read."""
    mine = await may_report(slug)
    await reports.take_back(db(), mine.membership, (await request.form).get("report", "")[:24])
    await db().commit()
    return see_other(f"/c/{slug}/lapor?keadaan={BACK}")


def status_of(wrong: str) -> int:
    return 429 if wrong == "report.many" else 422


async def show(mine: MyCircle, sent: Mapping[str, str], wrong: str = "") -> Response:
    """The form, with what was typed still in it, and what waits of theirs."""
    return await page(
        "report.html",
        status_of(wrong) if wrong else 200,
        circle=mine.circle,
        mine=mine,
        names=await facilitator_names(db(), mine.circle),
        organiser_holds=await reports.organiser_holds(db(), mine.circle),
        waiting=await reports.sent_by(db(), mine.membership),
        typed=sent.get("report", "")[: 2 * reports.LONGEST],
        reader=reader_of(
            mine, "organiser" if sent.get("reader") == "organiser" else "facilitators"
        ),
        named=sent.get("named") == "yes",
        wrong=wrong,
        longest=reports.LONGEST,
        done=request.args.get("keadaan", ""),
    )
