"""Setting up, signing in with a passphrase, letting a device forget. Members need none of it.

The same with a passkey is in `passkey_routes`.
"""

from __future__ import annotations

from quart import Blueprint, Response, g, jsonify, request

from server import setup
from server.accounts.arriving import came_in, let_in, onward, spend_on
from server.accounts.forms import LONGEST, OrganiserForm
from server.accounts.passkeys import address_of
from server.accounts.proving import can_come_back, forget_proof
from server.accounts.queries import (
    has_organiser,
    hash_passphrase,
    new_person,
    passphrase_fits,
    person_named,
    sign_out,
)
from server.accounts.second_step import halfway
from server.circles.forms import read_form
from server.circles.invitations import sent_secret
from server.circles.names import name_key
from server.limits import EXCHANGE, SIGN_IN
from server.web import (
    SIGN_IN as COOKIE,
)
from server.web import (
    Invalid,
    db,
    drop_cookie,
    local_path,
    page,
    read_cookie,
    see_other,
    services,
    spend,
    takes_json,
    who,
    write_cookie,
)

accounts = Blueprint("accounts", __name__)

SETTING_UP = "lingkar-siapkan"
SETTING_UP_LIVES = 3600


async def may_set_up() -> bool:
    """Whether this browser exchanged the set-up link that still holds."""
    secret = services().keys.unsign_in_time(SETTING_UP, read_cookie(SETTING_UP))
    return secret is not None and await setup.secret_holds(db(), secret)


@accounts.get("/siapkan")
async def set_up() -> Response:
    """The exchange of the link, then the form; once done, the way to sign in."""
    if await may_set_up():
        g.private = True
        return await set_up_page(200, {}, set())
    if await has_organiser(db()):
        return see_other("/masuk")
    return await page("arrive.html", action="/siapkan/tukar", setup=True)


async def set_up_page(status: int, sent: dict[str, str], wrong: set[str]) -> Response:
    """The form; a passkey instead of a passphrase where browsers allow one."""
    passkeys = address_of(services().settings)
    return await page("set_up.html", status, sent=sent, wrong=wrong, passkeys=passkeys)


@accounts.post("/siapkan/tukar")
@takes_json
async def exchange() -> Response:
    """The link's secret for an hour to fill in the form. The link holds until the form is sent."""
    secret = await sent_secret()
    if not await setup.secret_holds(db(), secret):
        spend(EXCHANGE)
        if request.is_json:
            answer = jsonify(ok=False, reason="invitation")
            answer.status_code = 410
            return answer
        raise Invalid
    answer = jsonify(ok=True, to="/siapkan") if request.is_json else see_other("/siapkan")
    signed = services().keys.sign_for(SETTING_UP, secret, SETTING_UP_LIVES)
    write_cookie(answer, SETTING_UP, signed, SETTING_UP_LIVES)
    return answer


@accounts.post("/siapkan")
async def become_organiser() -> Response:
    """The first organiser; the link has then done its work."""
    if not await may_set_up():
        raise Invalid
    sent = (await request.form).to_dict()
    form, wrong = read_form(OrganiserForm, sent)
    if form is None:
        return await set_up_page(422, sent, wrong)
    person = new_person(form.name, name_key(form.name))
    person.organiser = True
    person.passphrase = await hash_passphrase(form.passphrase)
    db().add(person)
    await db().flush()
    await setup.used(db())
    response = see_other("/kelola/baru")
    drop_cookie(response, SETTING_UP)
    await let_in(response, person.id)
    return response


@accounts.get("/masuk")
async def sign_in_page() -> Response:
    """Name and passphrase, for whoever has a way to come back."""
    person = await who()
    where = local_path(request.args.get("ke"))
    if person is not None and await can_come_back(db(), person):
        return see_other(await onward(person, where))
    return await sign_in_form(where)


async def sign_in_form(where: str, status: int = 200, **values: str) -> Response:
    """Name and passphrase, or a passkey where browsers allow one."""
    passkeys = address_of(services().settings)
    filled = {"name": "", **values}
    return await page("sign_in.html", status, where=where, passkeys=passkeys, **filled)


@accounts.post("/masuk")
async def enter() -> Response:
    """Sign in, slowly on purpose and slower after some tries."""
    form = await request.form
    name, passphrase = form.get("name", "")[:200], form.get("passphrase", "")[:LONGEST]
    spend(SIGN_IN)
    known_as = name_key(" ".join(name.split()))
    spend_on(known_as)
    person = await person_named(db(), known_as)
    fits = await passphrase_fits(person.passphrase if person else None, passphrase)
    where = local_path(form.get("ke"))
    if person is None or not fits:
        # One sentence for both: a name that exists is nobody's business.
        return await sign_in_form(where, 422, name=name, wrong="signin.wrong")
    came_in(known_as)
    lasting = form.get("evening") != "yes"
    if person.totp:
        return halfway(person, where, lasting=lasting)
    response = see_other(await onward(person, where))
    await let_in(response, person.id, lasting=lasting)
    return response


@accounts.post("/keluar")
async def leave() -> Response:
    """This device forgets who used it."""
    await sign_out(db(), services().keys, read_cookie(COOKIE))
    await db().commit()
    response = see_other("/")
    drop_cookie(response, COOKIE)
    forget_proof(response)
    return response
