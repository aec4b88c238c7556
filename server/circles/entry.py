"""The way into a circle: look first, then a name. The promise and the door are elsewhere.

Where a facilitator says yes to each, whoever asked waits between the name and the promise.
"""

from __future__ import annotations

from quart import Blueprint, Response, g, request

from server.accounts.arriving import this_device
from server.accounts.queries import new_person, sign_in
from server.accounts.tables import Person
from server.circles.bans import is_called_so
from server.circles.changes import schedule_of
from server.circles.full import has_seat, seat_for, show_full
from server.circles.names import BadName, clean_name, name_key, suggestion
from server.circles.notes import noted
from server.circles.pledge import promise, show_pledge
from server.circles.queries import (
    MyCircle,
    NameTaken,
    NotValid,
    facilitator_names,
    holds,
    join,
    use,
)
from server.circles.routes import barred, now, visible
from server.circles.seats import Full
from server.circles.tables import Circle, Invitation
from server.limits import Budget
from server.web import (
    Invalid,
    db,
    page,
    remember,
    see_other,
    services,
    spend,
    who,
)

entry = Blueprint("entry", __name__)

ASK = Budget(10, 3600)
"""Requests to join, from one address. Households and phone networks share one."""


@entry.get("/c/<slug>/masuk")
async def come_in(slug: str) -> Response:
    """The step that this person is at."""
    circle, mine = await visible(slug)
    g.private = True
    if mine:
        return await go_on(mine)
    if await barred(circle):
        return await page("closed_to_you.html", 403)
    invitation = await invitation_for(circle)
    asks = await asks_for_a_yes(circle)
    full = not await has_seat(circle, invitation)
    if full and not asks:
        return await show_full(circle)
    if request.args.get("langkah") == "nama":
        return await page("name.html", circle=circle, name=await last_name(), asks=asks)
    names = await facilitator_names(db(), circle)
    return await page(
        "look.html",
        circle=circle,
        times=await schedule_of(db(), circle),
        now=now(),
        names=names,
        asks=asks,
        full=full,
        as_facilitator=invitation is not None and invitation.role == "facilitator",
    )


async def go_on(mine: MyCircle) -> Response:
    """Where somebody with a name here is: waiting, before the promise, or at the door."""
    if mine.membership.banned:
        return await page("closed_to_you.html", 403)
    if mine.membership.state != "member":
        return await show_waiting(mine)
    if not mine.pledged:
        return await show_pledge(mine)
    return see_other(f"/c/{mine.circle.slug}/tunggu")


@entry.post("/c/<slug>/masuk")
async def take_step(slug: str) -> Response:
    """A name, or the promise; for whoever waits, an invitation or that they wait no longer."""
    circle, mine = await visible(slug)
    g.private = True
    if mine is None and await barred(circle):
        return await page("closed_to_you.html", 403)
    if mine is None:
        return await choose_name(circle)
    if mine.membership.banned:
        return await page("closed_to_you.html", 403)
    if mine.membership.state != "member":
        return await stop_waiting(mine)
    return await promise(circle, mine)


async def show_waiting(mine: MyCircle, status: int = 200) -> Response:
    """Somebody will look; or the kind words of a no. An invitation goes before either."""
    invited = await noted_invitation(mine.circle) is not None
    return await page("waiting.html", status, circle=mine.circle, mine=mine, invited=invited)


async def stop_waiting(mine: MyCircle) -> Response:
    """By an invitation, which is a yes; or by taking the request back, which leaves nothing."""
    what = (await request.form).get("do")
    if what == "undangan":
        invitation = await noted_invitation(mine.circle)
        if invitation is None:
            raise Invalid
        try:
            await seat_for(mine.circle, invitation)
        except Full:
            return await show_full(mine.circle)
        await use_up(invitation)
        mine.membership.state = "member"
        mine.membership.role = invitation.role
        mine.membership.invitation_id = invitation.id
        await db().commit()
        return see_other(f"/c/{mine.circle.slug}/masuk")
    if what == "batal" and mine.membership.state == "asked":
        await db().delete(mine.membership)
        await db().commit()
        return see_other("/")
    return await show_waiting(mine, 422)


async def last_name() -> str:
    """What an organiser is called elsewhere, as a start; members begin anew in each circle."""
    person = await who()
    # Others sign in under a name that is theirs alone.
    return (person.name if person and person.organiser else None) or ""


async def noted_invitation(circle: Circle) -> Invitation | None:
    """The invitation to this circle that this browser exchanged, while it lets people in."""
    note = noted()
    if note is None or note.circle_id != circle.id:
        return None
    invitation = await db().get(Invitation, note.invitation_id)
    return invitation if holds(invitation) else None


async def invitation_for(circle: Circle) -> Invitation | None:
    """The same. None where the circle needs none; raises `Invalid` where it does."""
    invitation = await noted_invitation(circle)
    if invitation is None and circle.joining == "invitation":
        raise Invalid
    return invitation


async def asks_for_a_yes(circle: Circle) -> bool:
    """Whether a facilitator decides. Who was invited had their yes."""
    return circle.joining == "approval" and await noted_invitation(circle) is None


async def use_up(invitation: Invitation) -> None:
    """Count one person. Raises `Invalid`."""
    try:
        await use(db(), invitation.id)
    except NotValid:
        raise Invalid from None


async def choose_name(circle: Circle) -> Response:
    """Become a member under a name that nobody here has; no account, a cookie alone."""
    invitation = await invitation_for(circle)
    asks = await asks_for_a_yes(circle)
    sent = (await request.form).get("name", "")
    try:
        name = clean_name(sent)
    except BadName as bad:
        return await page(
            "name.html", 422, circle=circle, name=sent[:200], wrong=bad.key, asks=asks
        )
    if asks:
        # Every request is work for a facilitator.
        spend(ASK)
    known = await who()
    person = known or new_person()
    try:
        await enrol(circle, person, name, invitation, is_new=known is None)
    except NameTaken as taken:
        return await page(
            "name.html", 409, circle=circle, name=name, free=taken.suggestion, asks=asks
        )
    except Full:
        return await show_full(circle)
    cookie = None if known else await sign_in(db(), services().keys, person.id, this_device())
    await db().commit()
    response = see_other(f"/c/{circle.slug}/masuk")
    if cookie:
        remember(response, cookie)
    return response


async def enrol(
    circle: Circle, person: Person, name: str, invitation: Invitation | None, *, is_new: bool
) -> None:
    """Count the invitation and write the membership, as one step. Raises `NameTaken`, `Full`."""
    if await is_called_so(db(), services().keys, circle.id, name_key(name)):
        raise NameTaken(suggestion(name, {name_key(name)}))
    asks = circle.joining == "approval" and invitation is None
    if not asks:
        # Whoever waits for a yes takes a seat with it.
        await seat_for(circle, invitation)
    if is_new:
        db().add(person)
        await db().flush()
    if invitation is not None:
        await use_up(invitation)
    await join(
        db(),
        circle,
        person,
        name,
        role=invitation.role if invitation else "member",
        state="asked" if asks else "member",
        invitation_id=invitation.id if invitation else None,
    )
