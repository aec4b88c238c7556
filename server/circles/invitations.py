"""Opening an invitation: exchanging a link for a note in a cookie. Making them is in `inviting`.

The secret lives in the link alone. It is never in a path, a query or a log.
"""

from __future__ import annotations

from quart import Blueprint, Response, abort, g, jsonify, request

from server.accounts.tables import Person
from server.care.showing import without_database
from server.circles.invite_queries import behind, waits
from server.circles.notes import note_down
from server.circles.queries import MyCircle, find_my_circle, holds, use
from server.circles.routes import speak
from server.circles.tables import Circle, Invitation
from server.limits import EXCHANGE
from server.web import Invalid, db, lang, page, see_other, spend, takes_json, who

invitations = Blueprint("invitations", __name__)

LONGEST_SECRET = 200


@invitations.get("/u")
async def arrive() -> Response:
    """The same for every invitation: the secret stays in the browser until it is sent."""
    return await page("arrive.html", action="/u/tukar", setup=False)


@invitations.post("/u/tukar")
@takes_json
async def exchange() -> Response:
    """The secret of a link for a note in a cookie. JSON or a form."""
    # Whoever guessed too often is not told of a right guess either.
    spend(EXCHANGE, cost=0)
    found = await behind(db(), await sent_secret())
    if found and waits(found[0]):
        return await not_yet()
    if found is None or not holds(found[0]):
        spend(EXCHANGE)
        return refused()
    return await let_in(*found)


def refused() -> Response:
    """Made up, expired, used up and taken back: one answer."""
    if not request.is_json:
        raise Invalid
    answer = jsonify(ok=False, reason="invitation")
    answer.status_code = 410
    return answer


async def not_yet() -> Response:
    """A friend is early: somebody said 'come', and a facilitator has not said yes so far."""
    if not request.is_json:
        return await page(
            "invitation_bad.html", 202, waits=True, lines=without_database(lang()).lines
        )
    answer = jsonify(ok=False, reason="waits")
    answer.status_code = 202
    return answer


async def let_in(invitation: Invitation, circle: Circle) -> Response:
    """On to the circle, with a note of the invitation."""
    mine = await find_my_circle(db(), await who(), circle.slug)
    if mine and invitation.role == "facilitator" and not mine.facilitates:
        await raise_to_facilitator(mine, invitation)
    to = f"/c/{circle.slug}/masuk" if mine is None else f"/c/{circle.slug}"
    answer = jsonify(ok=True, to=to) if request.is_json else see_other(to)
    note_down(answer, invitation)
    return answer


async def raise_to_facilitator(mine: MyCircle, invitation: Invitation) -> None:
    """A member who is asked to hold the circle too. A ban is stronger than an invitation."""
    if mine.membership.banned:
        raise Invalid
    await use(db(), invitation.id)
    mine.membership.role = "facilitator"
    await db().commit()


async def sent_secret() -> str:
    """The secret of this request: alone, or the whole link that somebody pasted."""
    if request.is_json:
        body = await request.get_json(silent=True)
        raw = body.get("secret") if isinstance(body, dict) else None
    else:
        raw = (await request.form).get("secret")
    secret = raw.strip().rpartition("#")[2] if isinstance(raw, str) else ""
    return secret if len(secret) <= LONGEST_SECRET else ""


async def held(slug: str) -> tuple[Person, MyCircle]:
    """The person and the circle that they hold; for everybody else it does not exist."""
    person = await who()
    mine = await find_my_circle(db(), person, slug)
    if person is None or mine is None or not mine.facilitates or mine.membership.banned:
        abort(404)
    speak(mine.circle)
    g.private = True
    return person, mine
