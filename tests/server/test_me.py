"""Somebody's own page: names, sign-ins, this device, and proof before what cannot be undone."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import select, update

from server.accounts.devices import device_of
from server.accounts.queries import hash_passphrase
from server.accounts.sign_ins import clear_ended
from server.accounts.tables import Person, SignIn
from server.circles.seed import seed_circle
from server.circles.tables import Membership
from server.limits import PER_PERSON
from server.security import hashed
from tests.server.visiting import Answer, Site, Visitor

WORDS = "teh jahe hangat"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/131.0.6778.39 Mobile"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1"


async def with_passphrase(site: Site, name: str = "rumahku") -> Visitor:
    """Melati, who can come back from another device."""
    melati = site.member()
    kept = await melati.post("/kunci/sandi", {"name": name, "passphrase": WORDS})
    assert kept.to == "/kunci"
    return melati


async def come_back(site: Site, agent: str = ANDROID, **more: str) -> Visitor:
    other = site.stranger()
    other.headers["User-Agent"] = agent
    sent = await other.post("/masuk", {"name": "Rumahku", "passphrase": WORDS, **more})
    assert sent.status == 303
    return other


def cookie_line(answer: Answer, name: str = "lingkar") -> str:
    lines = answer.headers.getlist("Set-Cookie")
    return next((line for line in lines if line.startswith(f"{name}=")), "")


# --- names ---


async def test_a_name_is_changed_for_one_circle_and_no_other(site: Site) -> None:
    other = await seed_circle(site.settings, title="Duka", facilitator="Pak Budi")
    melati = site.member()
    await melati.post("/u/tukar", {"secret": other.join_link.partition("#")[2]})
    await melati.post(f"/c/{other.slug}/masuk", {"name": "Awan"})
    assert (await melati.post("/aku/nama", {"circle": other.slug, "name": "Embun"})).to == "/aku"
    page = (await melati.get("/aku")).text
    assert 'value="Melati"' in page
    assert 'value="Embun"' in page
    # Nobody who is in the first circle alone learns of the second.
    assert "Embun" not in (await site.facilitator().get("/aku")).text


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("", 422, "Tulis satu nama dulu"),
        ("\u202exyz", 422, "tanda tersembunyi"),
        ("bu  sari", 409, "bu sari 2"),
        ("x" * 60, 422, "terlalu panjang"),
    ],
)
async def test_a_name_that_cannot_be_is_kept_in_the_form_and_told_why(
    site: Site, name: str, status: int, says: str
) -> None:
    melati = site.member()
    answer = await melati.post("/aku/nama", {"circle": site.seeded.slug, "name": name})
    assert answer.status == status
    assert says in answer.words
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Melati"' in (await melati.get("/aku")).text


async def test_a_name_is_changed_in_ones_own_circles_alone(site: Site) -> None:
    hidden = await seed_circle(site.settings, title="Duka", facilitator="Pak Budi")
    for slug in (hidden.slug, "nowhere", ""):
        answer = await site.member().post("/aku/nama", {"circle": slug, "name": "Embun"})
        assert answer.status == 404
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(update(Membership).values(banned=True))
        await db.commit()
    sent = {"circle": site.seeded.slug, "name": "Embun"}
    assert (await site.member().post("/aku/nama", sent)).status == 404


# --- coming back ---


async def test_a_member_comes_back_on_another_device_by_a_name_that_no_circle_shows(
    site: Site,
) -> None:
    await with_passphrase(site)
    other = await come_back(site)
    assert "Melati" in (await other.get("/aku")).text
    # The name to sign in with is offered to no circle.
    hidden = await seed_circle(site.settings, title="Duka", facilitator="Pak Budi")
    await other.post("/u/tukar", {"secret": hidden.join_link.partition("#")[2]})
    asked = await other.get(f"/c/{hidden.slug}/masuk?langkah=nama")
    assert "rumahku" not in asked.text.lower()
    assert "rumahku" not in (await site.facilitator().get(site.circle)).text.lower()


async def test_guesses_at_one_name_are_slowed_down_wherever_they_come_from(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        return False

    monkeypatch.setattr("server.accounts.routes.passphrase_fits", never)
    sent = {"name": "Rumahku", "passphrase": "guess"}
    statuses = []
    for number in range(21):
        guesser = site.stranger()
        await guesser.get("/bantuan")
        form = {"_token": guesser.token, **sent}
        response = await guesser.client.post(
            "/masuk", form=form, scope_base={"client": (f"198.51.100.{number}", 1)}
        )
        statuses.append(response.status_code)
    assert statuses == [422] * 20 + [429]


async def test_guesses_from_elsewhere_shut_nobody_out_where_they_come_in_from(
    site: Site,
) -> None:
    await with_passphrase(site)
    await come_back(site)
    limits = site.app.extensions["lingkar"].limits
    while not limits.wait_for(PER_PERSON, f"person {hashed('rumahku').hex()[:16]}"):
        pass
    owner = site.stranger()
    assert (await owner.post("/masuk", {"name": "Rumahku", "passphrase": WORDS})).status == 303
    # From a network that they never came in from it is as for anybody.
    elsewhere = site.stranger()
    await elsewhere.get("/bantuan")
    form = {"_token": elsewhere.token, "name": "Rumahku", "passphrase": WORDS}
    answer = await elsewhere.client.post(
        "/masuk", form=form, scope_base={"client": ("198.51.100.7", 1)}
    )
    assert answer.status_code == 429


# --- sign-ins ---


async def test_sign_ins_are_listed_coarsely_and_ended_one_by_one_or_all(site: Site) -> None:
    melati = await with_passphrase(site)
    phone, tablet = await come_back(site), await come_back(site, IPHONE)
    page = await tablet.get("/aku")
    assert "Chrome, Android" in page.words
    assert "Safari, iPhone yang ini" in page.words
    assert "131" not in page.words and "SM-A155F" not in page.text
    here = re.search(r'name="id" value="([^"]+)">[^<]*<span class="vh">: Chrome', page.text)
    assert here
    await tablet.post("/aku/perangkat/akhiri", {"id": here[1]})
    assert (await phone.get("/aku")).to == "/masuk?ke=/aku"
    assert (await melati.get("/aku")).status == 200
    await tablet.post("/aku/perangkat/lain")
    assert (await melati.get("/aku")).status == 303
    assert (await tablet.get("/aku")).status == 200


async def test_nobody_ends_a_sign_in_of_somebody_else(site: Site) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        ids = await db.scalars(
            select(SignIn.id).where(SignIn.person_id == site.seeded.ids["Bu Sari"])
        )
        theirs = list(ids)
    assert theirs
    for one in theirs:
        await site.member().post("/aku/perangkat/akhiri", {"id": str(one)})
    assert (await site.facilitator().get("/aku")).status == 200


async def test_for_this_evening_the_cookie_ends_with_the_browser_and_the_sign_in_after_hours(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_passphrase(site)
    other = site.stranger()
    sent = {"name": "rumahku", "passphrase": WORDS, "evening": "yes"}
    line = cookie_line(await other.post("/masuk", sent))
    assert line and "Max-Age" not in line and "Expires" not in line
    assert "Hanya untuk malam ini." in (await other.get("/aku")).words
    # Kept on after all, then not again.
    assert "Max-Age=34560000" in cookie_line(await other.post("/aku/perangkat", {"lasting": "yes"}))
    assert "Max-Age" not in cookie_line(await other.post("/aku/perangkat", {"lasting": "no"}))
    later = time.time() + 12 * 3600 + 1
    monkeypatch.setattr("server.accounts.queries.time.time", lambda: later)
    assert (await other.get("/aku")).status == 303


async def test_a_browser_that_comes_back_is_remembered_for_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    melati, day = site.member(), 86400
    start = time.time()
    assert cookie_line(await melati.get("/aku")) == ""
    for days in (250, 500, 750, 1000):
        monkeypatch.setattr(
            "server.accounts.queries.time.time", lambda days=days: start + days * day
        )
        answer = await melati.get("/aku")
        assert answer.status == 200
        assert "Max-Age=34560000" in cookie_line(answer)
    monkeypatch.setattr("server.accounts.queries.time.time", lambda: start + 1401 * day)
    assert (await melati.get("/aku")).status == 303
    # And what has ended is erased.
    async with site.app.extensions["lingkar"].database.session() as db:
        await clear_ended(db)
        left = await db.scalars(select(SignIn))
        assert list(left) == []


async def test_signing_out_is_not_undone_by_being_remembered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    melati, later = site.member(), time.time() + 250 * 86400
    monkeypatch.setattr("server.accounts.queries.time.time", lambda: later)
    await melati.get("/bantuan")
    assert "Max-Age=0" in cookie_line(await melati.post("/keluar"))
    assert (await melati.get("/aku")).status == 303


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (ANDROID, "Chrome, Android"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            "Firefox, Linux",
        ),
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Firefox/133.0", "Firefox, Android"),
        ("curl/8", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_device_is_a_browser_and_a_system(agent: str | None, device: str) -> None:
    assert device_of(agent) == device


# --- a recent proof ---


async def test_ways_in_are_changed_only_after_a_recent_proof(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    melati = await with_passphrase(site)
    changed = {"name": "rumahku", "passphrase": "kalimat yang lain"}
    # The one who finds the device open has no passphrase.
    for path in ("/kunci/sandi", "/kunci/lepas", "/kunci/pemulihan", "/kunci/sandi/lepas"):
        assert (await melati.post(path, changed)).to == "/aku/bukti?ke=/kunci"
    assert (await melati.get("/aku/hapus")).to == "/aku/bukti?ke=/aku/hapus"
    assert (await melati.post("/aku/hapus", {"sure": "yes"})).to == "/aku/bukti?ke=/aku/hapus"
    assert 'action="/kunci/sandi"' not in (await melati.get("/kunci")).text
    wrong = await melati.post("/aku/bukti", {"ke": "/kunci", "passphrase": "guess guess guess"})
    assert wrong.status == 422
    assert "guess" not in wrong.text
    assert (await melati.post("/aku/bukti", {"ke": "/kunci", "passphrase": WORDS})).to == "/kunci"
    assert 'action="/kunci/sandi"' in (await melati.get("/kunci")).text
    # It ends after ten minutes.
    later = time.time() + 601
    with monkeypatch.context() as clock:
        clock.setattr("server.security.time.time", lambda: later)
        assert (await melati.post("/kunci/sandi", changed)).to.startswith("/aku/bukti")
    assert (await melati.post("/kunci/sandi", changed)).to == "/kunci"
    assert (await site.stranger().post("/masuk", {**changed})).status == 303


async def test_a_proof_is_good_for_one_person_and_one_sign_in(site: Site) -> None:
    melati = await with_passphrase(site)
    await melati.post("/aku/bukti", {"passphrase": WORDS})
    jar = melati.client.cookie_jar
    assert jar is not None
    proof = next(cookie.value for cookie in jar if cookie.name == "lingkar-bukti")
    another = site.member()
    async with site.app.extensions["lingkar"].database.session() as db:
        sari = await db.get(Person, site.seeded.ids["Bu Sari"])
        assert sari
        sari.passphrase = await hash_passphrase(WORDS)
        await db.commit()
    sari_here = site.facilitator()
    for visitor, proven in ((another, True), (sari_here, False)):
        visitor.client.set_cookie("localhost", "lingkar-bukti", proof or "")
        asked = await visitor.get("/aku/hapus")
        assert (asked.status == 200) is proven
    elsewhere = await come_back(site)
    elsewhere.client.set_cookie("localhost", "lingkar-bukti", proof or "")
    assert (await elsewhere.get("/aku/hapus")).status == 303


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", ""])
async def test_a_proof_never_leads_to_another_site(site: Site, wanted: str) -> None:
    melati = await with_passphrase(site)
    answer = await melati.post("/aku/bukti", {"ke": wanted, "passphrase": WORDS})
    assert answer.to == "/"


async def test_a_passphrase_goes_only_where_a_key_is_left(site: Site) -> None:
    melati = await with_passphrase(site)
    await melati.post("/aku/bukti", {"passphrase": WORDS})
    await melati.post("/kunci/sandi/lepas")
    assert (await come_back(site)) is not None


async def test_a_lost_passphrase_has_its_way_on_ones_own_page(site: Site) -> None:
    visitor = await with_passphrase(site)
    assert 'href="/masuk/pemulihan' in (await visitor.get("/aku")).text
