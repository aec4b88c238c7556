"""The way into a circle: look first, a name, the promise. Then the door, which is elsewhere."""

from __future__ import annotations

from quart import Blueprint, Response, g, request

from server.accounts.queries import new_person, sign_in
from server.accounts.tables import Person
from server.circles.names import BadName, clean_name
from server.circles.notes import NAME as NOTE
from server.circles.notes import noted
from server.circles.queries import (
    MyCircle,
    NameTaken,
    NotValid,
    facilitator_names,
    holds,
    join,
    times_of,
    use,
)
from server.circles.routes import now, visible
from server.circles.tables import Circle, Invitation
from server.web import (
    Invalid,
    db,
    drop_cookie,
    page,
    remember,
    see_other,
    services,
    who,
)

entry = Blueprint("entry", __name__)


@entry.get("/c/<slug>/masuk")
async def come_in(slug: str) -> Response:
    """The step that this person is at."""
    circle, mine = await visible(slug)
    g.private = True
    if mine and mine.membership.banned:
        return await page("closed_to_you.html", 403)
    if mine and not mine.membership.pledged:
        return await page("pledge.html", circle=circle, mine=mine)
    if mine:
        return see_other(f"/c/{slug}/tunggu")
    await invitation_for(circle)
    if request.args.get("langkah") == "nama":
        return await page("name.html", circle=circle, name=await last_name())
    names = await facilitator_names(db(), circle)
    return await page("look.html", circle=circle, times=times_of(circle), now=now(), names=names)


@entry.post("/c/<slug>/masuk")
async def take_step(slug: str) -> Response:
    """A name, or the promise."""
    circle, mine = await visible(slug)
    g.private = True
    if mine and mine.membership.banned:
        return await page("closed_to_you.html", 403)
    if mine is None:
        return await choose_name(circle)
    return await promise(circle, mine)


async def last_name() -> str:
    """What an organiser is called elsewhere, as a start; members begin anew in each circle."""
    person = await who()
    return (person.name if person else None) or ""


async def invitation_for(circle: Circle) -> Invitation | None:
    """The noted invitation. None where the circle needs none; raises `Invalid` where it does."""
    note = noted()
    if note is not None and note.circle_id == circle.id:
        invitation = await db().get(Invitation, note.invitation_id)
        if holds(invitation):
            return invitation
    if circle.joining == "open":
        return None
    raise Invalid


async def choose_name(circle: Circle) -> Response:
    """Become a member under a name that nobody here has; no account, a cookie alone."""
    invitation = await invitation_for(circle)
    sent = (await request.form).get("name", "")
    try:
        name = clean_name(sent)
    except BadName as bad:
        return await page("name.html", 422, circle=circle, name=sent[:200], wrong=bad.key)
    known = await who()
    person = known or new_person()
    try:
        await enrol(circle, person, name, invitation, is_new=known is None)
    except NameTaken as taken:
        return await page("name.html", 409, circle=circle, name=name, free=taken.suggestion)
    except NotValid:
        raise Invalid from None
    cookie = None if known else await sign_in(db(), services().keys, person.id)
    await db().commit()
    response = see_other(f"/c/{circle.slug}/masuk")
    if cookie:
        remember(response, cookie)
    return response


async def enrol(
    circle: Circle, person: Person, name: str, invitation: Invitation | None, *, is_new: bool
) -> None:
    """Count the invitation and write the membership, as one step."""
    if is_new:
        db().add(person)
        await db().flush()
    if invitation is not None:
        await use(db(), invitation.id)
    await join(
        db(),
        circle,
        person,
        name,
        role=invitation.role if invitation else "member",
        invitation_id=invitation.id if invitation else None,
    )


async def promise(circle: Circle, mine: MyCircle) -> Response:
    """Go on once the box is ticked; a kind word while it is not."""
    if (await request.form).get("promise") != "yes":
        return await page("pledge.html", 422, circle=circle, mine=mine, wrong="pledge.need")
    mine.membership.pledged = True
    await db().commit()
    where = f"/c/{circle.slug}" if mine.facilitates else f"/c/{circle.slug}/tunggu"
    response = see_other(where)
    drop_cookie(response, NOTE)
    return response
