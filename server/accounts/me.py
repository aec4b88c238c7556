"""Somebody's own page: circles and names, sign-ins, this device. The end of it is in `ending`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quart import Blueprint, Response, abort, g, jsonify, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.accounts.arriving import this_device
from server.accounts.belongings import ANOTHER, SEALED, YOU, Row, Value, everything
from server.accounts.proving import can_come_back
from server.accounts.sign_ins import end, end_others, last, sign_ins_of
from server.accounts.step_up import step_up
from server.accounts.tables import Person, SignIn
from server.circles.names import BadName, clean_name, name_key, suggestion
from server.circles.queries import MyCircle, find_my_circle, my_circles
from server.circles.tables import Membership
from server.web import (
    SIGN_IN,
    db,
    page,
    read_cookie,
    remember,
    see_other,
    services,
    this_sign_in,
    who,
)
from server.words import long_date, text

me = Blueprint("me", __name__)

# Columns that hold seconds since 1970.
MOMENTS = {"expires", "start"}


@dataclass(frozen=True)
class Renaming:
    """A name as it was sent, and what is the matter with it."""

    slug: str
    name: str
    wrong: str = ""
    free: str = ""


async def myself() -> Person:
    """Who is signed in; 403 for strangers. What is for them alone is kept by no browser."""
    g.private = True
    person = await who()
    if person is None:
        abort(403)
    return person


@me.get("/aku")
async def my_page() -> Response:
    """All in one place; strangers are asked to sign in."""
    if await who() is None:
        return see_other("/masuk?ke=/aku")
    return await show(await myself())


async def show(person: Person, renaming: Renaming | None = None, status: int = 200) -> Response:
    """The page, with what is wrong with a name where one was sent."""
    here = await this_sign_in()
    if here is not None and not here.device and (device := this_device()):
        # Sign-ins of before had no device; its owner alone is looking.
        here.device = device
        await db().commit()
    return await page(
        "me.html",
        status,
        person=person,
        mine=await my_circles(db(), person),
        renaming=renaming,
        here=here,
        sign_ins=[listed(one, here) for one in await sign_ins_of(db(), person)],
        comes_back=await can_come_back(db(), person),
    )


def listed(one: SignIn, here: SignIn | None) -> tuple[SignIn, str, bool]:
    """A sign-in, its day in words, and whether it is this browser's."""
    day = long_date(g.lang, one.since) if one.since else ""
    return one, day, here is not None and one.token_hash == here.token_hash


# --- names ---


@me.post("/aku/nama")
async def rename() -> Response:
    """Another name for one circle; no other circle learns of it."""
    person = await myself()
    form = await request.form
    slug, sent = form.get("circle", "")[:60], form.get("name", "")
    mine = await find_my_circle(db(), person, slug)
    if mine is None or mine.membership.banned:
        abort(404)
    try:
        name = clean_name(sent)
    except BadName as bad:
        return await show(person, Renaming(slug, sent[:200], wrong=bad.key), 422)
    if free := await take_name(mine, name):
        return await show(person, Renaming(slug, name, free=free), 409)
    return see_other("/aku")


async def take_name(mine: MyCircle, name: str) -> str:
    """Be called that from now on; a free name where somebody else has it."""
    key, membership = name_key(name), mine.membership
    others = await db().scalars(
        select(Membership.name_key).where(
            Membership.circle_id == mine.circle.id, Membership.person_id != membership.person_id
        )
    )
    taken = set(others)
    if key in taken:
        return suggestion(name, taken)
    try:
        async with db().begin_nested():
            membership.name, membership.name_key = name, key
    except IntegrityError:
        # Somebody was faster.
        return suggestion(name, taken | {key})
    await db().commit()
    return ""


# --- sign-ins ---


@me.post("/aku/perangkat/akhiri")
async def end_one() -> Response:
    """A browser somewhere is nobody any more."""
    person = await myself()
    await end(db(), person, (await request.form).get("id", ""))
    await db().commit()
    return see_other("/aku")


@me.post("/aku/perangkat/lain")
async def end_all_others() -> Response:
    """All but this browser."""
    person, here = await myself(), await this_sign_in()
    if here is not None:
        await end_others(db(), person, here)
        await db().commit()
    return see_other("/aku")


@me.post("/aku/perangkat")
async def how_long() -> Response:
    """This evening only, for a phone that others use; or for as long as they come back."""
    await myself()
    here, signed = await this_sign_in(), read_cookie(SIGN_IN)
    lasting = (await request.form).get("lasting") == "yes"
    response = see_other("/aku")
    if here is not None and signed:
        await last(db(), here, lasting=lasting)
        await db().commit()
        remember(response, signed, lasting=lasting)
    return response


# --- what exists about them ---


@me.get("/aku/data")
@step_up()
async def data_page() -> Response:
    """Everything that exists about them, to read."""
    if await who() is None:
        return see_other("/masuk?ke=/aku/data")
    person = await myself()
    kept = await everything(db(), services().keys, person)
    return await page("export.html", kept=[(table, in_words(rows)) for table, rows in kept.items()])


def in_words(rows: list[Row]) -> list[list[tuple[str, str]]]:
    """Rows as names of columns and what is in them, as people write it."""
    return [[(name, word(name, value)) for name, value in row.items()] for row in rows]


def word(column: str, value: Value) -> str:
    """One value. Moments are days here: a page is for reading."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return text(g.lang, "data.yes" if value else "data.no")
    if column in MOMENTS:
        return long_date(g.lang, dt.datetime.fromtimestamp(int(value), dt.UTC).date())
    if column == "since":
        return long_date(g.lang, dt.date.fromisoformat(str(value)))
    said = {SEALED: "data.sealed", YOU: "data.you", ANOTHER: "data.another"}.get(str(value))
    return text(g.lang, said) if said else str(value)


@me.get("/aku/data.json")
@step_up(back="/aku/data")
async def data_file() -> Response:
    """The same for a machine, as a file with a name that says nothing."""
    person = await myself()
    answer = jsonify(await everything(db(), services().keys, person))
    answer.headers["Content-Disposition"] = 'attachment; filename="data.json"'
    return answer
