"""The page of somebody's ways to sign in: keys, a passphrase. For whoever holds circles here."""

from __future__ import annotations

from quart import Blueprint, Response, abort, g, request

from server.accounts.forms import OrganiserForm
from server.accounts.passkeys import address_of, keys_of, label_of, let_go
from server.accounts.queries import hash_passphrase, person_named
from server.accounts.tables import Person
from server.circles.forms import read_form
from server.circles.names import name_key
from server.circles.queries import my_circles
from server.web import db, page, see_other, services, who
from server.words import long_date

ways_in = Blueprint("ways_in", __name__)


async def keeper() -> tuple[Person, str]:
    """Who holds circles here, and what they are called; 403 for members and strangers."""
    person = await who()
    if person is None:
        abort(403)
    held = [mine.membership.name for mine in await my_circles(db(), person) if mine.facilitates]
    if not held and not person.organiser:
        abort(403)
    return person, person.name or held[0]


@ways_in.get("/kunci")
async def mine() -> Response:
    """A list of keys, one more, and a passphrase for who has none."""
    if await who() is None:
        return see_other("/masuk?ke=/kunci")
    person, name = await keeper()
    return await show(person, {"name": name}, set())


@ways_in.post("/kunci/sandi")
async def add_passphrase() -> Response:
    """A name and a passphrase, for who was invited to hold a circle or came by a key."""
    person, _ = await keeper()
    form, wrong = read_form(OrganiserForm, (await request.form).to_dict())
    sent_name = {"name": (await request.form).get("name", "")[:200]}
    if person.passphrase:
        return see_other("/kunci")
    if form is None:
        return await show(person, sent_name, wrong)
    other = await person_named(db(), name_key(form.name))
    if other is not None and other.id != person.id:
        return await show(person, sent_name, {"taken"})
    person.name, person.name_key = form.name, name_key(form.name)
    person.passphrase = await hash_passphrase(form.passphrase)
    await db().commit()
    return see_other("/kunci")


@ways_in.post("/kunci/lepas")
async def forget() -> Response:
    """One key less; the only way in stays."""
    person, _ = await keeper()
    await let_go(db(), person, (await request.form).get("key", ""))
    await db().commit()
    return see_other("/kunci")


async def show(person: Person, filled: dict[str, str], wrong: set[str]) -> Response:
    """The page, with what is wrong in its form."""
    known = await keys_of(db(), person)
    return await page(
        "keys.html",
        422 if wrong else 200,
        passkeys=address_of(services().settings),
        keys=[(label_of(key), long_date(g.lang, key.since)) for key in known],
        loose=bool(person.passphrase) or len(known) > 1,
        person=person,
        sent=filled,
        wrong=wrong,
    )
