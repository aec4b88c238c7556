"""After a passphrase: a code of the app. Instead of one: a recovery code. Anew: a recent proof."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response, g, request

from server.accounts.arriving import let_in, onward, spend_on
from server.accounts.authenticator import code_fits
from server.accounts.forms import LONGEST
from server.accounts.passkeys import address_of, keys_of
from server.accounts.proving import codes_left, proven
from server.accounts.queries import passphrase_fits
from server.accounts.recovery import use_code
from server.accounts.tables import Person
from server.limits import SIGN_IN
from server.web import (
    db,
    drop_cookie,
    local_path,
    page,
    read_cookie,
    see_other,
    services,
    spend,
    who,
    write_cookie,
)

steps = Blueprint("steps", __name__)

COOKIE = "lingkar-langkah"
STEP_LIVES = 300


def halfway(person: Person, where: str, *, lasting: bool) -> Response:
    """Their passphrase was right; a code is still to come."""
    response = see_other(f"/masuk/kode?ke={where}")
    value = f"{person.id}/{int(lasting)}"
    write_cookie(response, COOKIE, services().keys.sign_for(COOKIE, value, STEP_LIVES), None)
    return response


async def at_the_step() -> tuple[Person, bool] | None:
    """Whose code is awaited in this browser, and whether the sign-in is to last."""
    value = services().keys.unsign_in_time(COOKIE, read_cookie(COOKIE))
    person_id, _, lasting = (value or "").partition("/")
    person = await db().get(Person, person_id) if person_id else None
    return (person, lasting == "1") if person is not None and person.totp else None


@steps.get("/masuk/kode")
async def code_page() -> Response:
    """The code of the app, for who has just given their passphrase."""
    g.private = True
    if await at_the_step() is None:
        return see_other("/masuk")
    return await page("code.html", where=local_path(request.args.get("ke")), wrong=False)


@steps.post("/masuk/kode")
async def enter_code() -> Response:
    """A code of the app; a recovery code serves in its place."""
    g.private = True
    form = await request.form
    where = local_path(form.get("ke"))
    step = await at_the_step()
    if step is None:
        return see_other("/masuk")
    spend(SIGN_IN)
    person, lasting = step
    spend_on(person.id)
    if not await second_fits(person, form.get("code", "")):
        return await page("code.html", 422, where=where, wrong=True)
    response = see_other(await onward(person, where))
    drop_cookie(response, COOKIE)
    await let_in(response, person.id, lasting=lasting)
    return response


async def second_fits(person: Person, code: str) -> bool:
    """A code of the app, or one of the paper. What is used up is used up, so this commits."""
    fits = await code_fits(db(), services().keys, person, code[:60])
    fits = fits or await use_code(db(), code, person.id) is not None
    await db().commit()
    return fits


@steps.get("/masuk/pemulihan")
async def recovery_page() -> Response:
    """For when every key is lost."""
    return await page("recovery.html", where=local_path(request.args.get("ke")), wrong=False)


@steps.post("/masuk/pemulihan")
async def recover() -> Response:
    """A code of the paper says by itself whose it is, and is used up."""
    form = await request.form
    where = local_path(form.get("ke"))
    spend(SIGN_IN)
    person = await use_code(db(), form.get("code", ""))
    if person is None:
        return await page("recovery.html", 422, where=where, wrong=True)
    # Whoever comes by a code has lost something: the next page is where to mend it.
    response = see_other(where if where != "/" else "/kunci")
    await let_in(response, person.id)
    return response


# --- a recent proof ---


@steps.get("/aku/bukti")
async def proof_page() -> Response:
    """Asked before what cannot be undone."""
    g.private = True
    where = local_path(request.args.get("ke"))
    person = await who()
    if person is None:
        return see_other("/masuk")
    if await proven():
        return see_other(where)
    return await proof_form(person, where, wrong=False)


@steps.post("/aku/bukti")
async def give_proof() -> Response:
    """The passphrase again, with a code where they use an app."""
    g.private = True
    person = await who()
    if person is None:
        return see_other("/masuk")
    form = await request.form
    where = local_path(form.get("ke"))
    if not await shown_to_be(person, form.get("passphrase", ""), form.get("code", "")):
        return await proof_form(person, where, wrong=True)
    response = see_other(where)
    await let_in(response, person.id)
    return response


async def shown_to_be(person: Person, passphrase: str, code: str) -> bool:
    """Their passphrase, and their code where they use an app; tries count as those to sign in."""
    spend(SIGN_IN)
    spend_on(person.id)
    if not await passphrase_fits(person.passphrase, passphrase[:LONGEST]):
        return False
    return not person.totp or await second_fits(person, code)


async def proof_form(
    person: Person,
    where: str,
    *,
    wrong: bool,
    status: int = 200,
    again: Sequence[tuple[str, str]] | None = None,
) -> Response:
    """Whatever they can prove it with. `again`: the fields of the form that goes on to `where`."""
    keys = await keys_of(db(), person)
    return await page(
        "proof.html",
        422 if wrong else status,
        where=where,
        again=again,
        person=person,
        passkeys=address_of(services().settings) if keys else None,
        codes=await codes_left(db(), person),
        wrong=wrong,
    )
