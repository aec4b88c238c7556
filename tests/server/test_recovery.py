"""Ten codes on paper: shown once, kept as hashes, each good once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from server.accounts.recovery import plain
from server.accounts.tables import RecoveryCode
from server.security import hashed
from tests.server.test_me import WORDS, with_passphrase
from tests.server.test_totp import halfway, with_app
from tests.server.visiting import Site, Visitor

CODE = re.compile(r'class="l">([a-z2-7]{4}(?:-[a-z2-7]{4}){3})<')


async def codes_of(visitor: Visitor) -> list[str]:
    page = await visitor.post("/kunci/pemulihan")
    assert page.headers["Cache-Control"] == "no-store"
    found = CODE.findall(page.text)
    assert len(set(found)) == 10
    return found


async def enter(site: Site, code: str) -> tuple[int, Visitor]:
    visitor = site.stranger()
    return (await visitor.post("/masuk/pemulihan", {"code": code})).status, visitor


async def test_a_code_brings_a_member_back_once_and_leads_to_the_ways_in(site: Site) -> None:
    codes = await codes_of(site.member())
    other = site.stranger()
    assert (await other.post("/masuk/pemulihan", {"code": codes[0]})).to == "/kunci"
    assert "Melati" in (await other.get("/aku")).text
    # Whoever came by a code may mend what was lost.
    assert 'action="/kunci/sandi"' in (await other.get("/kunci")).text
    assert "Tersisa 9" in (await other.get("/kunci")).words
    assert (await enter(site, codes[0]))[0] == 422
    # As people write it down.
    assert (await enter(site, f" {codes[1].upper().replace('-', ' ')} "))[0] == 303


async def test_new_codes_end_the_old_ones(site: Site) -> None:
    melati = site.member()
    old = await codes_of(melati)
    # With codes there is something to prove it with, and the same browser has not.
    assert (await melati.post("/kunci/pemulihan")).to.startswith("/aku/bukti")
    await melati.post("/masuk/pemulihan", {"code": old[0], "ke": "/kunci"})
    new = await codes_of(melati)
    assert (await enter(site, old[1]))[0] == 422
    assert (await enter(site, new[1]))[0] == 303


async def test_only_hashes_are_kept_and_no_page_shows_them_again(site: Site) -> None:
    melati = site.member()
    codes = await codes_of(melati)
    async with site.app.extensions["lingkar"].database.session() as db:
        kept = set(await db.scalars(select(RecoveryCode.code_hash)))
    assert kept == {hashed(plain(code)) for code in codes}
    for path in ("/kunci", "/aku", "/aku/data", "/aku/data.json"):
        text = (await melati.get(path)).text
        assert not any(code in text for code in codes)


async def test_a_code_stands_in_for_a_lost_app(site: Site) -> None:
    melati, _ = await with_app(site)
    codes = await codes_of(melati)
    visitor = await halfway(site)
    assert (await visitor.post("/masuk/kode", {"code": codes[0]})).status == 303
    assert (await visitor.get("/aku")).status == 200
    # Somebody else's code does not, and is not used up by it.
    sari = await codes_of(site.facilitator())
    thief = await halfway(site)
    assert (await thief.post("/masuk/kode", {"code": sari[0]})).status == 422
    assert (await enter(site, sari[0]))[0] == 303


@pytest.mark.parametrize("code", ["", "aaaa-aaaa-aaaa-aaaa", "x" * 5000, "\x00", "é"])
async def test_a_made_up_code_opens_nothing(site: Site, code: str) -> None:
    await codes_of(site.member())
    assert (await enter(site, code))[0] == 422


async def test_guessing_is_slowed_down(site: Site) -> None:
    statuses = [(await enter(site, f"aaaa-{n}"))[0] for n in range(9)]
    assert statuses == [422] * 8 + [429]


async def test_codes_need_a_proof_from_whoever_has_a_passphrase(site: Site) -> None:
    melati = await with_passphrase(site)
    assert (await melati.post("/kunci/pemulihan")).to == "/aku/bukti?ke=/kunci"
    async with site.app.extensions["lingkar"].database.session() as db:
        assert await db.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    await melati.post("/aku/bukti", {"passphrase": WORDS})
    await codes_of(melati)
