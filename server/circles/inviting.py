"""Making invitations, for facilitators and for a member's friend: links, a printed page, a message.

A secret is shown in one answer and kept nowhere; a link that got lost is replaced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote
from zoneinfo import ZoneInfo

from quart import Blueprint, Response, abort, g, request

from server.accounts.tables import Person
from server.circles import invite_queries as handing
from server.circles.changes import schedule_of
from server.circles.forms import InvitationForm, read_form
from server.circles.members import revoke_branch
from server.circles.queries import MyCircle, find_my_circle, holds, invite
from server.circles.routes import now, speak
from server.circles.schedule import Times
from server.circles.tables import Circle, Invitation
from server.drawing import qr
from server.limits import Budget
from server.web import db, page, see_other, services, spend, who
from server.words import WRITTEN, Lang, as_lang, long_date, text

inviting = Blueprint("inviting", __name__)

MAKE = Budget(40, 3600)
"""New links, from one address."""


async def may_invite(slug: str) -> tuple[Person, MyCircle]:
    """Facilitators, and members whom the circle lets bring a friend; else there is no such page."""
    person = await who()
    mine = await find_my_circle(db(), person, slug)
    if person is None or mine is None or mine.membership.banned:
        abort(404)
    if not mine.facilitates and (mine.circle.friends == "no" or not mine.pledged):
        abort(404)
    speak(mine.circle)
    g.private = True
    return person, mine


@inviting.get("/c/<slug>/undang")
async def show_all(slug: str) -> Response:
    """What is open and a form for another."""
    _, mine = await may_invite(slug)
    return await show(mine)


@inviting.post("/c/<slug>/undang")
async def make(slug: str) -> Response:
    """A new invitation, whose link is shown this once."""
    person, mine = await may_invite(slug)
    sent = (await request.form).to_dict()
    form, wrong = read_form(InvitationForm, sent)
    if form is None:
        return await show(mine, sent=sent, wrong=wrong)
    spend(MAKE)
    if mine.facilitates:
        invitation, secret = await invite(db(), mine.circle, person, **form.model_dump())
    else:
        try:
            invitation, secret = await handing.invite_friend(
                db(), mine, person, with_topic=form.with_topic
            )
        except handing.Enough:
            return await show(mine, sent=sent, wrong={"many"})
    await db().commit()
    return await show(mine, made=invitation, url=link(secret))


@inviting.post("/c/<slug>/undang/<invitation_id>")
async def change(slug: str, invitation_id: str) -> Response:
    """One button of the list."""
    _, mine = await may_invite(slug)
    invitation = await handing.find_handed(db(), mine, invitation_id)
    what = (await request.form).get("do")
    if invitation is None:
        abort(404)
    if what == "ganti":
        return await replaced(mine, invitation)
    if what == "tarik":
        await handing.take_back(db(), mine, invitation)
    elif mine.facilitates and what == "cabang":
        await revoke_branch(db(), mine.circle.id, invitation.made_by)
    elif mine.facilitates and what == "setuju":
        invitation.approved = True
    elif mine.facilitates and what == "tolak" and not invitation.approved:
        # The member who made it reads that it did not work out; nobody else does.
        invitation.revoked = True
    else:
        abort(404)
    await db().commit()
    return see_other(f"/c/{slug}/undang")


async def replaced(mine: MyCircle, invitation: Invitation) -> Response:
    """Another link for the same invitation; the old one opens nothing."""
    if not (holds(invitation) or handing.waits(invitation)):
        return see_other(f"/c/{mine.circle.slug}/undang")
    spend(MAKE)
    secret = handing.replace_secret(invitation)
    await db().commit()
    return await show(mine, made=invitation, url=link(secret))


@inviting.post("/c/<slug>/undang/cetak")
async def poster(slug: str) -> Response:
    """A sheet to print, in both languages. The link comes with the request: we do not have it."""
    _, mine = await may_invite(slug)
    sent = await request.form
    secret = sent.get("secret", "")[:200]
    found = await handing.behind(db(), secret)
    if found is None or await handing.find_handed(db(), mine, found[0].id) is None:
        abort(404)
    own = as_lang(mine.circle.language) or "id"
    return await page(
        "poster.html",
        circle=mine.circle,
        times=await schedule_of(db(), mine.circle),
        languages=[own, *(other for other in WRITTEN if other != own)],
        topic=sent.get("with_topic") == "true",
        url=link(secret),
        qr=qr(link(secret)),
        until={lang: long_date(lang, day_of(found[0].expires)) for lang in WRITTEN},
    )


def link(secret: str) -> str:
    """The whole link."""
    return f"{services().settings.public_url}/u#{secret}"


async def show(
    mine: MyCircle,
    *,
    made: Invitation | None = None,
    url: str = "",
    sent: Mapping[str, str] | None = None,
    wrong: set[str] | None = None,
) -> Response:
    """The page of invitations, with the one just made on top."""
    circle = mine.circle
    times = await schedule_of(db(), circle)
    message = words_to_send(circle, times, made, url) if made else ""
    return await page(
        "inviting.html" if mine.facilitates else "friend.html",
        422 if wrong else 200,
        circle=circle,
        times=times,
        made=made,
        url=url,
        near=services().settings.near,
        secret=url.rpartition("#")[2],
        qr=qr(url) if made else "",
        message=message,
        whatsapp=f"https://wa.me/?text={quote(message)}",
        sent=sent or {},
        wrong=wrong or set(),
        open=await listed(mine),
        day=lambda instant: long_date(g.lang, day_of(instant)),
        now=now(),
    )


async def listed(mine: MyCircle) -> list[handing.Handed]:
    """All that are open, for facilitators; their own, for members."""
    if mine.facilitates:
        return list(await handing.handed_out(db(), mine.circle))
    own = await handing.for_friends(db(), mine)
    return [handing.Handed(one, mine.membership.name) for one in own]


def words_to_send(circle: Circle, times: Times, made: Invitation, url: str) -> str:
    """A message in the circle's language. Without the topic unless asked: a preview can expose."""
    own: Lang = as_lang(circle.language) or "id"
    key = "invite.message.topic" if made.with_topic else "invite.message"
    when = times.pattern(own)
    return text(
        own, key, circle=circle.name, when=when, time=times.clock(own), zone=times.zone, url=url
    )


def day_of(instant: int) -> dt.date:
    """The day of an instant, in Indonesia's western zone."""
    return dt.datetime.fromtimestamp(instant, ZoneInfo("Asia/Jakarta")).date()
