"""`lingkar circle`, `lingkar member`, `lingkar invite`: the essentials, without a browser.

`lingkar keys` is in `keys`.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Awaitable, Callable

from sqlalchemy import delete, func, select, update

from realtime.domain.meeting import CircleId
from realtime.outside import meets_now
from realtime.ports import OutOfReach
from server.circles.forms import CircleForm, InvitationForm, read_form
from server.circles.founding import make_circle
from server.circles.queries import invite, open_invitations, times_of
from server.circles.tables import Circle, Invitation, Membership
from server.commands import keys
from server.commands.desk import CannotDo, Desk
from server.embedded import running
from server.settings import Settings
from server.words import long_date

Command = Callable[[Desk, argparse.Namespace], Awaitable[None]]


# --- circles ---


async def list_circles(desk: Desk, _arguments: argparse.Namespace) -> None:
    rows = await desk.db.execute(
        select(Circle, func.count(Membership.person_id))
        .outerjoin(Membership, Membership.circle_id == Circle.id)
        .group_by(Circle.id)
        .order_by(Circle.name)
    )
    found = rows.all()
    for circle, members in found:
        start = times_of(circle).next_start(dt.datetime.now(dt.UTC))
        when = long_date(desk.lang, start.date()) if start else desk.word("never")
        desk.say("circle.row", slug=circle.slug, name=circle.name, n=members, when=when)
    if not found:
        desk.say("circle.none")


async def make(desk: Desk, arguments: argparse.Namespace) -> None:
    sent = {
        "name": arguments.name,
        "topic": arguments.topic,
        "language": arguments.language or desk.lang,
        "weekday": str(arguments.weekday - 1),
        "time": arguments.time,
        "zone": arguments.zone,
        "listed": "true" if arguments.public else "",
    }
    form, wrong = read_form(CircleForm, sent)
    if form is None:
        raise CannotDo("wrong", fields=", ".join(sorted(wrong)))
    person = await desk.organiser()
    circle = await make_circle(desk.db, form, person, person.name or desk.word("organiser"))
    await desk.db.commit()
    desk.say("circle.made", name=circle.name, slug=circle.slug)
    desk.say("circle.see", url=f"{desk.settings.public_url}/c/{circle.slug}")


async def delete_circle(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    if arguments.name != circle.name:
        raise CannotDo("circle.sure", slug=circle.slug, name=circle.name)
    meets = await is_under_way(desk.settings, circle)
    if meets is not False and not arguments.force:
        why = "circle.meeting" if meets else "circle.unknown"
        raise CannotDo(why, slug=circle.slug, name=circle.name)
    await desk.db.execute(delete(Circle).where(Circle.id == circle.id))
    await desk.db.commit()
    desk.say("circle.gone", name=circle.name)
    if meets is not False:
        desk.say("circle.left")


async def is_under_way(settings: Settings, circle: Circle) -> bool | None:
    """Do people meet there now? None where nobody can tell: unknown is not empty."""
    own = settings.redis_url
    for url in [own] if own else running():
        try:
            if await meets_now(url, CircleId(circle.id)):
                return True
        except OutOfReach:
            # One of our own that does not answer has just ended, and its meetings with it.
            if own:
                return None
    return False


# --- members ---


async def list_members(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    found = await desk.db.scalars(
        select(Membership).where(Membership.circle_id == circle.id).order_by(Membership.name_key)
    )
    for one in found:
        standing = "banned" if one.banned else one.role if one.state == "member" else one.state
        desk.say("member.row", name=one.name, standing=desk.word(f"is.{standing}"), n=one.visits)


async def not_the_last(desk: Desk, circle: Circle, leaving: Membership) -> None:
    """A circle keeps somebody who holds it."""
    if leaving.role != "facilitator":
        return
    others = await desk.db.scalar(
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.circle_id == circle.id,
            Membership.person_id != leaving.person_id,
            Membership.role == "facilitator",
            Membership.banned.is_(False),
        )
    )
    if not others:
        raise CannotDo("member.last", name=leaving.name, circle=circle.name)


async def remove(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    membership = await desk.member(circle, arguments.name)
    await not_the_last(desk, circle, membership)
    await desk.db.delete(membership)
    await desk.db.commit()
    desk.say("member.removed", name=arguments.name, circle=circle.name)


async def ban(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    membership = await desk.member(circle, arguments.name)
    if not arguments.lift:
        await not_the_last(desk, circle, membership)
    membership.banned = not arguments.lift
    await desk.db.commit()
    key = "member.lifted" if arguments.lift else "member.banned"
    desk.say(key, name=membership.name, circle=circle.name)


async def facilitate(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    membership = await desk.member(circle, arguments.name)
    if membership.banned or membership.state != "member":
        raise CannotDo("member.not_yet", name=membership.name)
    # They are asked, and hold the circle once they say yes on its page.
    membership.offered_role = "facilitator"
    await desk.db.commit()
    desk.say("member.asked", name=membership.name, circle=circle.name)


# --- invitations ---


async def invite_somebody(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    sent = {
        "days": str(arguments.days),
        "most": str(arguments.most),
        "role": "facilitator" if arguments.facilitator else "member",
    }
    form, wrong = read_form(InvitationForm, sent)
    if form is None:
        raise CannotDo("wrong", fields=", ".join(sorted(wrong)))
    person = await desk.organiser()
    _, secret = await invite(desk.db, circle, person, **form.model_dump())
    await desk.db.commit()
    desk.say("invite.made", circle=circle.name)
    print(f"{desk.settings.public_url}/u#{secret}", flush=True)


async def list_invitations(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    found = await open_invitations(desk.db, circle)
    for one in found:
        until = long_date(desk.lang, dt.datetime.fromtimestamp(one.expires, dt.UTC).date())
        desk.say(
            "invite.row", id=one.id, role=desk.word(f"is.{one.role}"), n=one.most - one.uses,
            until=until,
        )  # fmt: skip
    if not found:
        desk.say("invite.none")


async def revoke(desk: Desk, arguments: argparse.Namespace) -> None:
    circle = await desk.circle(arguments.slug)
    done = await desk.db.execute(
        update(Invitation)
        .where(Invitation.id == arguments.id, Invitation.circle_id == circle.id)
        .values(revoked=True)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise CannotDo("invite.unknown", id=arguments.id)
    await desk.db.commit()
    desk.say("invite.revoked")


COMMANDS: dict[tuple[str, str], Command] = {
    ("circle", "list"): list_circles,
    ("circle", "make"): make,
    ("circle", "delete"): delete_circle,
    ("member", "list"): list_members,
    ("member", "remove"): remove,
    ("member", "ban"): ban,
    ("member", "facilitate"): facilitate,
    ("keys", "list"): keys.tell,
    ("keys", "rotate"): keys.rotate,
    ("invite", "make"): invite_somebody,
    ("invite", "list"): list_invitations,
    ("invite", "revoke"): revoke,
}
