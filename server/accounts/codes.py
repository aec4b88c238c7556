"""Turning an authenticator app on and off, and new recovery codes. Checks no sign-in."""

from __future__ import annotations

import base64

from quart import Blueprint, Response, abort, g, request

from server.accounts.authenticator import address_for_app, new_shared_secret, take_in
from server.accounts.recovery import renew_codes
from server.accounts.step_up import step_up
from server.accounts.tables import Person
from server.accounts.ways_in import insider
from server.drawing import qr
from server.limits import SIGN_IN
from server.sealing import NotOurs, open_sealed, seal
from server.web import db, page, see_other, services, spend

codes = Blueprint("codes", __name__)

OFFER = "authenticator offer"


@codes.get("/kunci/aplikasi")
@step_up()
async def offer() -> Response:
    """A secret to scan, for who has a passphrase and no app yet."""
    person, _ = await insider()
    if person.totp or not person.passphrase:
        return see_other("/kunci")
    return await offer_page(person, new_shared_secret(), wrong=False)


@codes.post("/kunci/aplikasi")
@step_up(back="/kunci/aplikasi")
async def accept() -> Response:
    """The first code shows that the app has the secret; until then nothing changes."""
    person, _ = await insider()
    if person.totp or not person.passphrase:
        return see_other("/kunci")
    spend(SIGN_IN)
    form = await request.form
    secret = opened(person, form.get("offer", ""))
    if not await take_in(db(), services().keys, person, secret, form.get("code", "")[:60]):
        return await offer_page(person, secret, wrong=True)
    await db().commit()
    return see_other("/kunci")


@codes.post("/kunci/aplikasi/lepas")
@step_up(back="/kunci")
async def drop() -> Response:
    """The passphrase alone from now on."""
    person, _ = await insider()
    person.totp = None
    await db().commit()
    return see_other("/kunci")


@codes.post("/kunci/pemulihan")
@step_up(back="/kunci")
async def renew() -> Response:
    """Ten new codes, shown this once; the older ones open nothing any more."""
    person, _ = await insider()
    made = await renew_codes(db(), person)
    await db().commit()
    g.private = True
    return await page("codes.html", codes=made)


async def offer_page(person: Person, secret: str, *, wrong: bool) -> Response:
    """The code to scan, with the secret for who types it in. It travels sealed until it is used."""
    g.private = True
    sealed = seal(services().keys, f"{OFFER} {person.id}", secret.encode())
    return await page(
        "app.html",
        422 if wrong else 200,
        qr=qr(address_for_app(secret)),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        offer=base64.urlsafe_b64encode(sealed).decode(),
        wrong=wrong,
    )


def opened(person: Person, offered: str) -> str:
    """The secret that we offered to this person; anything else is no form of ours."""
    try:
        sealed = base64.urlsafe_b64decode(offered[:400])
        return open_sealed(services().keys, f"{OFFER} {person.id}", sealed).decode()
    except (NotOurs, ValueError):
        abort(400)
