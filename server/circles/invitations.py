"""Invitations: making them, taking them back, and exchanging a link for a note in a cookie.

The secret lives in the link alone. It is never in a path, a query or a log.
"""

from __future__ import annotations

import datetime as dt
import io
from urllib.parse import quote
from zoneinfo import ZoneInfo

import segno
from markupsafe import Markup
from quart import Blueprint, Response, abort, g, jsonify, request
from sqlalchemy import update

from server.accounts.tables import Person
from server.circles.forms import InvitationForm, read_form
from server.circles.notes import note_down
from server.circles.queries import (
    MyCircle,
    find_my_circle,
    invitation_of,
    invite,
    open_invitations,
    times_of,
    use,
)
from server.circles.routes import now, speak
from server.circles.tables import Circle, Invitation
from server.limits import EXCHANGE
from server.web import (
    Invalid,
    db,
    page,
    see_other,
    services,
    spend,
    who,
)
from server.words import as_lang, long_date, text

invitations = Blueprint("invitations", __name__)

LONGEST_SECRET = 200


@invitations.get("/u")
async def arrive() -> Response:
    """The same for every invitation: the secret stays in the browser until it is sent."""
    return await page("arrive.html", action="/u/tukar", setup=False)


@invitations.post("/u/tukar")
async def exchange() -> Response:
    """The secret of a link for a note in a cookie. JSON or a form."""
    secret = await sent_secret()
    found = await invitation_of(db(), secret)
    if found is None:
        spend(EXCHANGE)
        if request.is_json:
            answer = jsonify(ok=False, reason="invitation")
            answer.status_code = 410
            return answer
        raise Invalid
    invitation, circle = found
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
    return person, mine


@invitations.get("/c/<slug>/undang")
async def inviting(slug: str) -> Response:
    """The open invitations and a form for another."""
    _, mine = await held(slug)
    return await show(mine.circle)


@invitations.post("/c/<slug>/undang")
async def make(slug: str) -> Response:
    """A new invitation, shown once: its secret is kept nowhere."""
    person, mine = await held(slug)
    form, wrong = read_form(InvitationForm, (await request.form).to_dict())
    if form is None:
        return await show(mine.circle, wrong=wrong)
    invitation, secret = await invite(db(), mine.circle, person, **form.model_dump())
    await db().commit()
    return await show(mine.circle, made=invitation, url=link(secret))


@invitations.post("/c/<slug>/undang/<invitation_id>/cabut")
async def revoke(slug: str, invitation_id: str) -> Response:
    """It lets nobody in from now on; who came by it stays."""
    _, mine = await held(slug)
    await db().execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.circle_id == mine.circle.id)
        .values(revoked=True)
    )
    await db().commit()
    return see_other(f"/c/{slug}/undang")


def link(secret: str) -> str:
    """The whole link."""
    return f"{services().settings.public_url}/u#{secret}"


async def show(
    circle: Circle,
    *,
    made: Invitation | None = None,
    url: str = "",
    wrong: set[str] | None = None,
) -> Response:
    """The page of invitations, with the one just made on top."""
    g.private = True
    message = words_to_send(circle, made, url) if made else ""
    return await page(
        "inviting.html",
        422 if wrong else 200,
        circle=circle,
        times=times_of(circle),
        made=made,
        url=url,
        qr=qr(url) if made else "",
        message=message,
        whatsapp=f"https://wa.me/?text={quote(message)}",
        wrong=wrong or set(),
        open=[
            (invitation, long_date(g.lang, day_of(invitation.expires)))
            for invitation in await open_invitations(db(), circle)
        ],
        now=now(),
    )


def words_to_send(circle: Circle, made: Invitation, url: str) -> str:
    """A message in the circle's language. Without the topic unless asked: a preview can expose."""
    own = as_lang(circle.language) or "id"
    times = times_of(circle)
    key = "invite.message.topic" if made.with_topic else "invite.message"
    return text(
        own, key, circle=circle.name, day=times.day(own), time=times.clock(own), zone=times.zone,
        url=url,
    )  # fmt: skip


def day_of(instant: int) -> dt.date:
    """The day of an instant, in Indonesia's western zone."""
    return dt.datetime.fromtimestamp(instant, ZoneInfo("Asia/Jakarta")).date()


def qr(url: str) -> Markup:
    """A code that a camera reads, drawn as one path."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", border=2, dark="#2a1730", light="#ffffff", xmldecl=False, svgns=False,
        omitsize=True, nl=False,
    )  # fmt: skip
    return Markup(out.getvalue().decode())  # noqa: S704 -- segno's own drawing
