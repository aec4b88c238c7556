"""The page of somebody's ways to come back: keys, a passphrase, an app, codes on paper."""

from __future__ import annotations

from quart import Blueprint, Response, abort, g, request

from server.accounts.forms import OrganiserForm
from server.accounts.passkeys import address_of, keys_of, label_of, let_go
from server.accounts.proving import codes_left, proven
from server.accounts.queries import hash_passphrase, person_named
from server.accounts.step_up import step_up
from server.accounts.tables import Person
from server.circles.forms import read_form
from server.circles.names import name_key
from server.circles.queries import my_circles
from server.web import db, page, see_other, services, who
from server.words import long_date

ways_in = Blueprint("ways_in", __name__)


async def insider() -> tuple[Person, str]:
    """Who is signed in, and what their key is called on their device; 403 for strangers.

    A member's key is named after the house: a list of keys is seen by whoever holds the phone.
    """
    person = await who()
    if person is None:
        abort(403)
    held = [mine.membership.name for mine in await my_circles(db(), person) if mine.facilitates]
    return person, person.name or (held[0] if held else "Lingkar")


@ways_in.get("/kunci")
async def mine() -> Response:
    """A list of ways in, and one more of each kind."""
    person = await who()
    if person is None:
        return see_other("/masuk?ke=/kunci")
    _, called = await insider()
    return await show(person, {"name": "" if called == "Lingkar" else called}, set())


@ways_in.post("/kunci/sandi")
@step_up(back="/kunci")
async def set_passphrase() -> Response:
    """A name and a passphrase to come back with; others never see that name."""
    person, _ = await insider()
    sent = await request.form
    filled = {"name": sent.get("name", "")[:200]}
    form, wrong = read_form(OrganiserForm, sent.to_dict())
    if form is None:
        return await show(person, filled, wrong)
    other = await person_named(db(), name_key(form.name))
    if other is not None and other.id != person.id:
        return await show(person, filled, {"taken"})
    person.name, person.name_key = form.name, name_key(form.name)
    person.passphrase = await hash_passphrase(form.passphrase)
    await db().commit()
    return see_other("/kunci")


@ways_in.post("/kunci/sandi/lepas")
@step_up(back="/kunci")
async def drop_passphrase() -> Response:
    """No passphrase any more, nor its app; a key has to be there to come back with."""
    person, _ = await insider()
    if await keys_of(db(), person):
        person.passphrase = person.totp = None
        if not person.organiser:
            person.name = person.name_key = None
        await db().commit()
    return see_other("/kunci")


@ways_in.post("/kunci/lepas")
@step_up(back="/kunci")
async def forget() -> Response:
    """One key less; the only way in stays."""
    person, _ = await insider()
    await let_go(db(), person, (await request.form).get("key", ""))
    await db().commit()
    return see_other("/kunci")


async def show(person: Person, filled: dict[str, str], wrong: set[str]) -> Response:
    """The page, with what is wrong in its form. Changing anything needs a recent proof."""
    g.private = True
    known = await keys_of(db(), person)
    may_change = await proven()
    return await page(
        "keys.html",
        422 if wrong else 200,
        may_change=may_change,
        passkeys=address_of(services().settings) if may_change else None,
        keys=[(label_of(key), long_date(g.lang, key.since)) for key in known],
        loose=bool(person.passphrase) or len(known) > 1,
        codes=await codes_left(db(), person),
        person=person,
        sent=filled,
        wrong=wrong,
    )
