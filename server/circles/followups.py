"""What facilitators mean to do after a meeting: a kind, a count and a tick. No story fits in."""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response, g, request
from sqlalchemy import select

from server.circles.invitations import held
from server.circles.tables import Circle, FollowUp
from server.web import db, page, see_other

followups = Blueprint("followups", __name__)

KINDS = ("call_somebody", "find_place", "invite_speaker", "check_help_line", "new_companion")
MOST = 30
DONE = "tersimpan"


@followups.get("/c/<slug>/usai-fasilitator")
async def read(slug: str) -> Response:
    """What is open and what is done."""
    _, mine = await held(slug)
    kept = await followups_of(mine.circle)
    values = {f"{kind}.count": str(one.count) for kind, one in kept.items()}
    ticks = {f"{kind}.done": "true" for kind, one in kept.items() if one.done}
    return await show(mine.circle, {**values, **ticks}, set())


@followups.post("/c/<slug>/usai-fasilitator")
async def change(slug: str) -> Response:
    """All of it at once; none of a kind takes it off the list."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    counts = {kind: read_count(sent.get(f"{kind}.count", "")) for kind in KINDS}
    wrong = {kind for kind, count in counts.items() if count is None}
    if wrong:
        return await show(mine.circle, sent, wrong)
    kept = await followups_of(mine.circle)
    for kind, count in counts.items():
        one, done = kept.get(kind), sent.get(f"{kind}.done") == "true"
        if one is not None and not count:
            await db().delete(one)
        elif one is not None:
            one.count, one.done = count or 0, done
        elif count:
            db().add(FollowUp(circle_id=mine.circle.id, kind=kind, count=count, done=done))
    await db().commit()
    return see_other(f"/c/{slug}/usai-fasilitator?keadaan={DONE}")


def read_count(typed: str) -> int | None:
    """A small number, 0 for nothing; None where it is none."""
    typed = typed.strip() or "0"
    small = typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MOST))
    return int(typed) if small and int(typed) <= MOST else None


async def followups_of(circle: Circle) -> dict[str, FollowUp]:
    """By kind; one that is no longer known is not shown."""
    found = await db().scalars(select(FollowUp).where(FollowUp.circle_id == circle.id))
    return {one.kind: one for one in found if one.kind in KINDS}


async def show(circle: Circle, values: Mapping[str, str], wrong: set[str]) -> Response:
    g.private = True
    return await page(
        "followups.html",
        422 if wrong else 200,
        circle=circle,
        kinds=KINDS,
        values=values,
        wrong=wrong,
        most=MOST,
        done=not wrong and request.args.get("keadaan") == DONE,
    )
