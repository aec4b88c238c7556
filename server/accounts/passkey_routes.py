"""Making a passkey and coming in with one, as JSON. Renders no page.

Answers with a status and one short reason: the words are in the page that asked.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from quart import Blueprint, Response, abort, jsonify, request

from server import setup
from server.accounts.arriving import let_in, onward
from server.accounts.challenges import (
    CHALLENGE_LIVES,
    BadKey,
    Challenge,
    new_challenge,
    spend_challenge,
    unsealed,
)
from server.accounts.forms import KeyAnswer, NameForm, NewKey
from server.accounts.passkeys import (
    MOST_KEYS,
    Address,
    KeyExists,
    address_of,
    ask_for_known,
    ask_for_new,
    keep,
    keys_of,
    recognise,
)
from server.accounts.proving import proven
from server.accounts.queries import new_id, new_person
from server.accounts.routes import SETTING_UP, may_set_up
from server.accounts.tables import Person
from server.accounts.ways_in import insider
from server.circles.forms import read_form
from server.circles.names import name_key
from server.limits import EXCHANGE, SIGN_IN
from server.web import (
    FORM,
    db,
    drop_cookie,
    local_path,
    read_cookie,
    services,
    spend,
    takes_json,
    write_cookie,
)

passkeys = Blueprint("passkeys", __name__)

COOKIE = "lingkar-kunci"
# What a challenge is for is part of its signature, so none serves for anything else.
FOR_SET_UP, FOR_MORE, FOR_SIGN_IN = "passkey set-up", "passkey more", "passkey sign-in"
Body = TypeVar("Body", bound=BaseModel)


# --- what comes in, what goes out ---


async def sent() -> dict[str, Any]:
    """The JSON of our own page, with the token of one of its forms. Anything else is 403."""
    body = await request.get_json(silent=True) if request.is_json else None
    token = body.get("_token") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(token, str):
        abort(403)
    if not services().keys.form_token_holds(read_cookie(FORM), token):
        abort(403)
    return body


def here() -> Address:
    """This place's name, or 404 where there can be no passkeys."""
    address = address_of(services().settings)
    if address is None:
        abort(404)
    return address


def shaped(kind: type[Body], body: dict[str, Any]) -> Body:
    """What the key said, or `BadKey`."""
    try:
        return kind.model_validate(body.get("key"))
    except ValidationError:
        raise BadKey from None


def challenged(options: str, challenge: Challenge, purpose: str) -> Response:
    """Options for the browser, and the challenge in a cookie that comes back with the answer."""
    answer = Response(options, content_type="application/json")
    sealed = challenge.sealed(services().keys, purpose)
    write_cookie(answer, COOKIE, sealed, CHALLENGE_LIVES)
    return answer


def said(status: int = 200, **values: object) -> Response:
    """A short answer. The challenge has done its work, well or not."""
    answer = jsonify(ok=status == 200, **values)
    answer.status_code = status
    drop_cookie(answer, COOKIE)
    return answer


@passkeys.errorhandler(BadKey)
async def bad_key(_error: BadKey) -> Response:
    """Unknown, forged, late and answered before all look the same."""
    return said(422, reason="key")


@passkeys.errorhandler(KeyExists)
async def key_exists(_error: KeyExists) -> Response:
    return said(409, reason="exists")


# --- making a key ---


@passkeys.post("/kunci/mulai")
@takes_json
async def begin() -> Response:
    """Start making a key: for the first organiser, or one more for who is signed in."""
    setting_up = await may_set_up()
    person_id, name, known = new_id(), "", list[bytes]()
    if not setting_up:
        person, name = await insider()
        if not await proven():
            abort(403)
        person_id, known = person.id, [key.credential_id for key in await keys_of(db(), person)]
    body, address = await sent(), here()
    spend(EXCHANGE)
    if setting_up:
        form, _ = read_form(NameForm, {"name": str(body.get("name", ""))})
        if form is None:
            return said(422, reason="name")
        name = form.name
    if len(known) >= MOST_KEYS:
        raise KeyExists
    challenge = new_challenge(person_id)
    options = ask_for_new(address, challenge, name, known)
    return challenged(options, challenge, FOR_SET_UP if setting_up else FOR_MORE)


@passkeys.post("/kunci/simpan")
@takes_json
async def store() -> Response:
    """Keep the key that was made; at set-up, its owner is the first organiser from now on."""
    setting_up = await may_set_up()
    owner = None if setting_up else (await insider())[0]
    if owner is not None and not await proven():
        abort(403)
    body, address = await sent(), here()
    spend(EXCHANGE)
    purpose = FOR_SET_UP if setting_up else FOR_MORE
    challenge = unsealed(services().keys, purpose, read_cookie(COOKIE))
    if challenge is None or (owner is not None and challenge.person_id != owner.id):
        raise BadKey
    await spend_challenge(db(), challenge)
    made = shaped(NewKey, body)
    if owner is None:
        return await organiser_with_key(address, challenge, made, str(body.get("name", "")))
    await keep(db(), address, challenge, owner, made)
    answer = said(to="/kunci")
    # Their device has just checked who they are.
    await let_in(answer, owner.id)
    return answer


async def organiser_with_key(
    address: Address, challenge: Challenge, made: NewKey, name: str
) -> Response:
    """The same as the form with a passphrase does: the link has then done its work."""
    form, _ = read_form(NameForm, {"name": name})
    if form is None:
        return said(422, reason="name")
    person = new_person(form.name, name_key(form.name))
    person.id, person.organiser = challenge.person_id, True
    db().add(person)
    await db().flush()
    await keep(db(), address, challenge, person, made)
    await setup.used(db())
    answer = said(to="/kelola/baru")
    drop_cookie(answer, SETTING_UP)
    await let_in(answer, person.id)
    return answer


# --- coming in ---


@passkeys.post("/kunci/tantangan")
@takes_json
async def ask() -> Response:
    """A challenge for whichever key this device has. Nobody says a name."""
    await sent()
    address, challenge = here(), new_challenge()
    return challenged(ask_for_known(address, challenge), challenge, FOR_SIGN_IN)


@passkeys.post("/kunci/masuk")
@takes_json
async def enter() -> Response:
    """Sign in with what the key answered."""
    body, address = await sent(), here()
    spend(SIGN_IN)
    challenge = unsealed(services().keys, FOR_SIGN_IN, read_cookie(COOKIE))
    if challenge is None:
        raise BadKey
    await spend_challenge(db(), challenge)
    person_id = await recognise(db(), address, challenge, shaped(KeyAnswer, body))
    wanted = body.get("ke")
    where = local_path(wanted if isinstance(wanted, str) else None)
    person = await db().get_one(Person, person_id)
    answer = said(to=await onward(person, where))
    await let_in(answer, person_id, lasting=body.get("evening") is not True)
    return answer
