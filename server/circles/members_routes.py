"""The pages of a circle's people: for facilitators all of them, for each person their own role.

People are named by a handle that is of this circle alone, so that no page ties two circles.
"""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response, abort, g, request

from server import live_room
from server.accounts.step_up import step_up
from server.circles import companions, members
from server.circles.bans import bars_in, lift_bar
from server.circles.invitations import held
from server.circles.queries import MyCircle, find_my_circle
from server.circles.routes import speak
from server.circles.seats import hold
from server.circles.tables import Ban, Circle, Membership
from server.security import same
from server.web import db, page, see_other, services, who

people = Blueprint("people", __name__)

DONE = {
    "terima": "members.done.welcomed",
    "tolak": "members.done.declined",
    "tawar": "members.done.offered",
    "tarik": "members.done.withdrawn",
    "pasang": "members.done.paired",
    "lepas": "members.done.unpaired",
    "keluar": "members.done.removed",
    "larang": "members.done.banned",
    "boleh": "members.done.lifted",
    "belum": "members.done.unsure",
}
"""What is said after each, by what stands in the address."""


def handle(circle: Circle, person_id: str) -> str:
    """Names somebody within one circle, and nowhere else."""
    return services().keys.mac("member", f"{circle.id}/{person_id}")


def named(circle: Circle, everybody: Sequence[Membership], wanted: str) -> Membership:
    """Whom a handle names, or 404."""
    found = next((one for one in everybody if same(handle(circle, one.person_id), wanted)), None)
    if found is None:
        abort(404)
    return found


@people.get("/c/<slug>/anggota")
async def everyone(slug: str) -> Response:
    """Who asked, who belongs, who may not return."""
    _, mine = await held(slug)
    g.private = True
    circle = mine.circle
    everybody = await members.people_of(db(), circle)
    pairs = await companions.pairs_in(db(), circle.id)
    names = {one.person_id: one.name for one in everybody}
    belong = [one for one in everybody if one.state == "member" and not one.banned]
    return await page(
        "members.html",
        circle=circle,
        me=mine.membership,
        asked=[one for one in everybody if one.state == "asked" and not one.banned],
        belong=belong,
        banned=[one for one in everybody if one.banned],
        bars=[bar_handle(one) for one in await bars_in(db(), circle.id)],
        handles={one.person_id: handle(circle, one.person_id) for one in everybody},
        companion={new: names.get(by) for new, by in pairs.items()},
        lacking=await members.lacks_facilitators(db(), circle),
        said=DONE.get(request.args.get("keadaan", ""), ""),
    )


def bar_handle(one: Ban) -> str:
    """Names a ban of which nobody can say whose it is."""
    return services().keys.mac("bar", f"{one.circle_id}/{one.mark.hex()}")


@people.post("/c/<slug>/larangan")
async def lift_nameless(slug: str) -> Response:
    """Somebody who erased their data may come again."""
    _, mine = await held(slug)
    wanted = (await request.form).get("ban", "")
    bars = await bars_in(db(), mine.circle.id)
    found = next((one for one in bars if same(bar_handle(one), wanted)), None)
    if found is None:
        abort(404)
    await lift_bar(db(), found.circle_id, found.mark)
    await db().commit()
    return see_other(f"/c/{slug}/anggota?keadaan=boleh")


@people.get("/c/<slug>/anggota/<wanted>")
async def one_member(slug: str, wanted: str) -> Response:
    """What a facilitator may change about one person."""
    _, mine = await held(slug)
    everybody = await members.people_of(db(), mine.circle)
    return await show_one(mine, everybody, named(mine.circle, everybody, wanted))


async def show_one(
    mine: MyCircle, everybody: Sequence[Membership], them: Membership, wrong: str = ""
) -> Response:
    """One person's page; `wrong`: why something stays as it is."""
    g.private = True
    circle = mine.circle
    if them.person_id == mine.membership.person_id:
        return see_other(f"/c/{circle.slug}/peran")
    pairs = await companions.pairs_in(db(), circle.id)
    return await page(
        "member.html",
        409 if wrong else 200,
        circle=circle,
        them=them,
        handle=handle(circle, them.person_id),
        companion=pairs.get(them.person_id),
        others=[
            (handle(circle, one.person_id), one)
            for one in everybody
            if one.person_id != them.person_id and one.state == "member" and not one.banned
        ],
        wrong=wrong,
    )


@people.post("/c/<slug>/anggota/<wanted>")
async def change_member(slug: str, wanted: str) -> Response:
    """Carry out one button of that page, or of the list."""
    _, mine = await held(slug)
    sent = (await request.form).to_dict()
    everybody = await members.people_of(db(), mine.circle)
    them = named(mine.circle, everybody, wanted)
    what = sent.get("do", "")
    if them.person_id == mine.membership.person_id:
        # Their own role is theirs to change on a page of its own.
        abort(404)
    if sent.get("invitation") == "yes" and what in ("keluar", "larang"):
        await members.revoke_way_in(db(), mine.circle.id, them.person_id)
    try:
        if what == "pasang":
            chosen = named(mine.circle, everybody, sent.get("companion", ""))
            await accompany(them, chosen)
        else:
            await carry_out(mine.circle, them, what)
    except members.Kept as kept:
        return await show_one(mine, everybody, them, kept.key)
    if sent.get("branch") == "yes" and what in ("keluar", "larang"):
        await members.revoke_branch(db(), mine.circle.id, them.person_id)
    await db().commit()
    if what in ("keluar", "larang") and not await live_room.put_out(mine.circle.id, them.person_id):
        what = "belum"
    return see_other(f"/c/{slug}/anggota?keadaan={what}")


async def carry_out(circle: Circle, them: Membership, what: str) -> None:
    """One button, by what it is called. Raises `Kept`; 404 for a button that there is none of."""
    match what:
        case "terima" | "tolak":
            await members.settle_request(db(), circle, them, yes=what == "terima")
        case "tawar":
            members.offer(them)
        case "tarik":
            them.offered_role = None
        case "lepas":
            await companions.unpair(db(), circle.id, them.person_id)
        case "keluar":
            await members.remove(db(), them)
        case "larang":
            await members.ban(db(), them)
        case "boleh":
            members.lift(them)
        case _:
            abort(404)


async def accompany(newcomer: Membership, companion: Membership) -> None:
    """These two from now on. Raises `Kept` where one of them is not there to be asked."""
    members.of_member(newcomer)
    here = all(one.state == "member" and not one.banned for one in (newcomer, companion))
    if not here or newcomer.person_id == companion.person_id:
        raise members.Kept("members.cannot")
    await companions.pair(db(), newcomer.circle_id, newcomer.person_id, companion.person_id)


# --- one's own role ---


async def belonging(slug: str) -> MyCircle:
    """The circle of somebody who belongs to it; for everybody else it does not exist."""
    g.private = True
    mine = await find_my_circle(db(), await who(), slug)
    if mine is None or mine.membership.banned:
        abort(404)
    speak(mine.circle)
    return mine


@people.get("/c/<slug>/peran")
async def role(slug: str) -> Response:
    """An offer to hold the circle, or what it takes to stop."""
    return await show_role(await belonging(slug))


@people.post("/c/<slug>/peran")
@step_up(acts=frozenset({"mundur"}))
async def change_role(slug: str) -> Response:
    """Their yes, their no, or that they stop."""
    mine = await belonging(slug)
    what = (await request.form).get("do", "")
    try:
        if what == "mundur" and mine.facilitates:
            # Two who stop at once do not each count on the other.
            await hold(db(), mine.circle)
            await members.step_down(db(), mine.circle, mine.membership)
        elif what in ("mau", "tidak"):
            members.answer_offer(mine.membership, yes=what == "mau")
        else:
            abort(404)
    except members.Kept as kept:
        return await show_role(mine, kept.key)
    await db().commit()
    return see_other(f"/c/{slug}")


async def show_role(mine: MyCircle, wrong: str = "") -> Response:
    if mine.facilitates and not wrong:
        try:
            await members.may_step_down(db(), mine.circle)
        except members.Kept as kept:
            # Told before they press, with the way to go first.
            return await page("role.html", circle=mine.circle, mine=mine, first=kept.key)
    return await page(
        "role.html", 409 if wrong else 200, circle=mine.circle, mine=mine, first=wrong
    )
