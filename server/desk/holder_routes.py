"""Who holds a circle, for the organiser: ending that, and inviting somebody else to it.

Shows facilitators alone: who else belongs to a circle is its own. The last one is never taken
from it before another holds it.
"""

from __future__ import annotations

from quart import Blueprint, Response, abort, request
from sqlalchemy import select

from server import live_room
from server.accounts.step_up import step_up
from server.circles import members
from server.circles.queries import find_circle, invite
from server.circles.seats import hold
from server.circles.tables import Circle, Membership
from server.desk.routes import organiser
from server.security import same
from server.web import db, page, see_other, services

holders = Blueprint("holders", __name__)

DAYS = 7
DONE = {"turun": "holders.done.down", "tarik": "members.done.withdrawn", "belum": "holders.unsure"}


async def circle_named(slug: str) -> Circle:
    """An organiser may know of every circle."""
    return await find_circle(db(), slug) or abort(404)


async def concerned(circle: Circle) -> list[Membership]:
    """Who hold it, and who were asked to and have not answered."""
    found = await db().scalars(
        select(Membership)
        .where(
            Membership.circle_id == circle.id,
            (Membership.role == members.FACILITATOR) | Membership.offered_role.is_not(None),
            Membership.banned.is_(False),
        )
        .order_by(Membership.role, Membership.name_key)
    )
    return list(found)


def handle(one: Membership) -> str:
    """Names one of them on this page, and nowhere else."""
    return services().keys.mac("holder", f"{one.circle_id}/{one.person_id}")


@holders.get("/kelola/lingkaran/<slug>")
async def holding(slug: str) -> Response:
    """Its facilitators, each with a button."""
    await organiser()
    return await show(await circle_named(slug))


@holders.post("/kelola/lingkaran/<slug>")
@step_up(acts=frozenset({"turun", "undang"}))
async def change(slug: str) -> Response:
    """One button of that page."""
    person = await organiser()
    circle = await circle_named(slug)
    sent = (await request.form).to_dict()
    what = sent.get("do", "")
    if what == "undang":
        _, secret = await invite(db(), circle, person, days=DAYS, most=1, role=members.FACILITATOR)
        await db().commit()
        return await show(circle, link=f"{services().settings.public_url}/u#{secret}")
    wanted = sent.get("who", "")
    one = next((one for one in await concerned(circle) if same(handle(one), wanted)), None)
    if one is None:
        abort(404)
    if what == "tarik":
        one.offered_role = None
    elif what == "turun" and one.role == members.FACILITATOR:
        # Two who go at once do not each count on the other.
        await hold(db(), circle)
        try:
            await members.step_down(db(), circle, one)
        except members.Kept as kept:
            return await show(circle, wrong=FOR_ORGANISERS.get(kept.key, kept.key))
    else:
        abort(404)
    await db().commit()
    if what == "turun" and not await live_room.put_out(circle.id, one.person_id):
        what = "belum"
    return see_other(f"/kelola/lingkaran/{slug}?keadaan={what}")


FOR_ORGANISERS = {
    "members.last": "holders.last",
    "members.last.asked": "holders.last.asked",
    "members.two": "holders.two",
}
"""The same reasons, said to somebody who is not the one that goes."""


async def show(circle: Circle, *, wrong: str = "", link: str = "") -> Response:
    everybody = await concerned(circle)
    return await page(
        "desk_holders.html",
        409 if wrong else 200,
        circle=circle,
        holding=[(handle(one), one) for one in everybody if one.role == members.FACILITATOR],
        asked=[(handle(one), one) for one in everybody if one.role != members.FACILITATOR],
        wrong=wrong,
        link=link,
        days=DAYS,
        said=DONE.get(request.args.get("keadaan", ""), ""),
    )
