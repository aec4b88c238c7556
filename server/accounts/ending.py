"""Taking consent back and being erased: two steps each, the first says what will go."""

from __future__ import annotations

from quart import Blueprint, Response, request
from sqlalchemy import func, select

from server import live_room
from server.accounts.belongings import counts, erase, held_alone, leave_everything
from server.accounts.me import myself
from server.accounts.proving import forget_proof
from server.accounts.step_up import step_up
from server.accounts.tables import Person
from server.circles.bans import bars_of
from server.circles.tables import Membership
from server.web import SIGN_IN as COOKIE
from server.web import db, drop_cookie, page, see_other, services, who

ending = Blueprint("ending", __name__)


@ending.get("/aku/tarik")
async def consent() -> Response:
    """What ends when somebody takes their consent back."""
    if await who() is None:
        return see_other("/masuk?ke=/aku/tarik")
    return await ending_page("withdraw.html", unsure=False)


@ending.post("/aku/tarik")
@step_up()
async def withdraw() -> Response:
    """Every membership ends and all that hangs on it; the answer says what was erased."""
    person = await myself()
    if await held_alone(db(), person):
        return await ending_page("withdraw.html", unsure=False, status=409)
    if (await request.form).get("sure") != "yes":
        return await ending_page("withdraw.html", unsure=True, status=422)
    circles = await circles_of(person)
    gone = await leave_everything(db(), services().keys, person)
    bars = len(await bars_of(db(), services().keys, person.id))
    await db().commit()
    await leave_meetings(circles, person)
    return await page("withdrawn.html", gone=gone, bars=bars)


@ending.get("/aku/hapus")
@step_up()
async def leaving() -> Response:
    """What is erased, and what stays for others."""
    if await who() is None:
        return see_other("/masuk?ke=/aku/hapus")
    await myself()
    return await ending_page("erase.html", unsure=False)


@ending.post("/aku/hapus")
@step_up(back="/aku/hapus")
async def erased() -> Response:
    """Nothing of theirs is left, here or in this browser."""
    person = await myself()
    if await held_alone(db(), person):
        return await ending_page("erase.html", unsure=False, status=409)
    if (await request.form).get("sure") != "yes":
        return await ending_page("erase.html", unsure=True, status=422)
    circles = await circles_of(person)
    await erase(db(), services().keys, person)
    bars = len(await bars_of(db(), services().keys, person.id))
    await db().commit()
    await leave_meetings(circles, person)
    response = await page("erased.html", bars=bars)
    drop_cookie(response, COOKIE)
    forget_proof(response)
    return response


async def circles_of(person: Person) -> list[str]:
    """Also those of which they are no member yet, or no more."""
    found = await db().scalars(
        select(Membership.circle_id).where(Membership.person_id == person.id)
    )
    return list(found)


async def bans_of(person: Person) -> int:
    """In how many circles they may not return; that stays."""
    banned = select(func.count()).select_from(Membership)
    mine = banned.where(Membership.person_id == person.id, Membership.banned.is_(True))
    return (await db().scalar(mine) or 0) + len(await bars_of(db(), services().keys, person.id))


async def leave_meetings(circles: list[str], person: Person) -> None:
    """Out of every room, also of another process; who is out of reach cannot connect again."""
    for circle_id in circles:
        await live_room.put_out(circle_id, person.id)


async def ending_page(template: str, *, unsure: bool, status: int = 200) -> Response:
    """The first step; whoever holds a circle alone is asked to hand it over before."""
    person = await myself()
    return await page(
        template,
        status,
        person=person,
        alone=await held_alone(db(), person),
        kept=await counts(db(), person),
        bars=await bans_of(person),
        unsure=unsure,
    )
