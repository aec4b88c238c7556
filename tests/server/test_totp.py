"""A code app beside the passphrase: taken in by its first code, each code good once."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from sqlalchemy import select

from server.accounts.tables import Person
from tests.server.test_me import WORDS, cookie_line, with_passphrase
from tests.server.visiting import Answer, Site, Visitor

SENT = {"name": "rumahku", "passphrase": WORDS}


def secret_in(page: Answer) -> str:
    found = re.search(r'class="url">([A-Z2-7 ]+)<', page.text)
    assert found
    return found[1].replace(" ", "")


def code_at(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


async def with_app(site: Site) -> tuple[Visitor, str]:
    """Melati with a code app; one code of now is used up by setting it up."""
    melati = await with_passphrase(site)
    await melati.post("/aku/bukti", {"passphrase": WORDS})
    page = await melati.get("/kunci/aplikasi")
    secret = secret_in(page)
    offer = re.search(r'name="offer" value="([^"]+)"', page.text)
    assert offer
    wrong = await melati.post("/kunci/aplikasi", {"offer": offer[1], "code": "000000"})
    assert wrong.status == 422
    # The same secret is still there to scan.
    assert secret_in(wrong) == secret
    sent = {"offer": offer[1], "code": code_at(secret, -1)}
    answer = await melati.post("/kunci/aplikasi", sent)
    if answer.status == 422:
        # The half minute ended on the way, and the code of the one before was two behind.
        answer = await melati.post("/kunci/aplikasi", {**sent, "code": code_at(secret, -1)})
    assert answer.to == "/kunci"
    return melati, secret


async def halfway(site: Site, **more: str) -> Visitor:
    visitor = site.stranger()
    answer = await visitor.post("/masuk", {**SENT, **more})
    assert answer.to.startswith("/masuk/kode")
    assert cookie_line(answer) == ""
    return visitor


async def test_a_passphrase_alone_lets_nobody_in_where_an_app_is_set_up(site: Site) -> None:
    _, secret = await with_app(site)
    visitor = await halfway(site, ke="/aku/data")
    assert (await visitor.get("/aku")).status == 303
    assert (await visitor.get("/masuk/kode?ke=/aku/data")).status == 200
    wrong = await visitor.post("/masuk/kode", {"code": "123", "ke": "/aku/data"})
    assert wrong.status == 422
    code = code_at(secret)
    spaced = f"{code[:3]} {code[3:]}"
    assert (
        await visitor.post("/masuk/kode", {"code": spaced, "ke": "/aku/data"})
    ).to == "/aku/data"
    assert (await visitor.get("/aku")).status == 200
    # Somebody who looked over a shoulder is too late.
    thief = await halfway(site)
    assert (await thief.post("/masuk/kode", {"code": code})).status == 422


async def test_an_older_code_is_refused_once_a_newer_one_was_used(site: Site) -> None:
    _, secret = await with_app(site)
    assert (await (await halfway(site)).post("/masuk/kode", {"code": code_at(secret, 1)})).to
    late = await halfway(site)
    assert (await late.post("/masuk/kode", {"code": code_at(secret, 0)})).status == 422


@pytest.mark.parametrize("steps", [-3, 3, 20])
async def test_a_code_of_another_time_is_refused(site: Site, steps: int) -> None:
    _, secret = await with_app(site)
    visitor = await halfway(site)
    assert (await visitor.post("/masuk/kode", {"code": code_at(secret, steps)})).status == 422


async def test_this_evening_is_kept_through_the_second_step(site: Site) -> None:
    _, secret = await with_app(site)
    visitor = await halfway(site, evening="yes")
    line = cookie_line(await visitor.post("/masuk/kode", {"code": code_at(secret)}))
    assert line and "Max-Age" not in line


async def test_the_second_step_ends_after_five_minutes_and_needs_the_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await with_app(site)
    code = {"code": code_at(secret)}
    assert (await site.stranger().post("/masuk/kode", code)).to == "/masuk"
    visitor, later = await halfway(site), time.time() + 301
    monkeypatch.setattr("server.security.time.time", lambda: later)
    assert (await visitor.post("/masuk/kode", code)).to == "/masuk"


async def test_guessing_codes_is_slowed_down(site: Site) -> None:
    await with_app(site)
    visitor = await halfway(site)
    statuses = {(await visitor.post("/masuk/kode", {"code": f"{n:06}"})).status for n in range(9)}
    assert 429 in statuses


async def test_the_secret_is_sealed_and_opens_for_no_other_person(site: Site) -> None:
    melati, secret = await with_app(site)
    async with site.app.extensions["lingkar"].database.session() as db:
        person = await db.scalar(select(Person).where(Person.totp.is_not(None)))
        assert person and person.totp and secret.encode() not in person.totp
        sari = await db.get(Person, site.seeded.ids["Bu Sari"])
        assert sari
        sari.totp, sari.passphrase = person.totp, person.passphrase
        await db.commit()
    assert secret not in (await melati.get("/aku/data.json")).text
    thief = site.stranger()
    assert (await thief.post("/masuk", {"name": "Bu Sari", "passphrase": WORDS})).status == 303
    assert (await thief.post("/masuk/kode", {"code": code_at(secret)})).status == 422


async def test_an_offer_of_somebody_else_is_no_form_of_ours(site: Site) -> None:
    melati = await with_passphrase(site)
    await melati.post("/aku/bukti", {"passphrase": WORDS})
    for offer in ("", "x", "AAAA" * 30):
        answer = await melati.post("/kunci/aplikasi", {"offer": offer, "code": "123456"})
        assert answer.status == 400


async def test_a_proof_asks_for_the_code_too_and_the_app_can_be_let_go(site: Site) -> None:
    _, secret = await with_app(site)
    visitor = site.member()
    assert (await visitor.post("/aku/bukti", {"passphrase": WORDS})).status == 422
    sent = {"passphrase": WORDS, "code": code_at(secret), "ke": "/kunci"}
    assert (await visitor.post("/aku/bukti", sent)).to == "/kunci"
    assert (await visitor.post("/kunci/aplikasi/lepas")).to == "/kunci"
    assert (await site.stranger().post("/masuk", SENT)).to == "/aku"
