"""Passkeys: the right key comes in, every other answer is refused, none counts twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from server.accounts.passkeys import Address, address_of
from server.accounts.tables import Passkey, Person, SetUp, SpentChallenge
from server.settings import Settings
from tests.server.authenticator import Authenticator, content, text
from tests.server.test_setting_up import CIRCLE, ORGANISER, empty_place, secret_of
from tests.server.visiting import Answer, Site, Visitor

Change = Callable[[dict[str, Any]], None]


async def ask(visitor: Visitor, path: str, **body: object) -> Answer:
    """Send JSON with a token that this browser was given."""
    if not visitor.token:
        await visitor.get("/bantuan")
    return await visitor.post_json(path, {"_token": visitor.token, **body})


async def register(visitor: Visitor, key: Authenticator, name: str = "") -> Answer:
    """The whole ceremony of making a key."""
    begun = await ask(visitor, "/kunci/mulai", name=name)
    assert begun.status == 200, begun.text
    return await ask(visitor, "/kunci/simpan", name=name, key=key.make(json.loads(begun.text)))


async def answered(visitor: Visitor, key: Authenticator) -> dict[str, Any]:
    """Ask for a challenge and let the key answer, without sending the answer."""
    asked = await ask(visitor, "/kunci/tantangan")
    assert asked.status == 200
    return key.answer(json.loads(asked.text))


async def enter(visitor: Visitor, key: Authenticator, **more: object) -> Answer:
    """The whole ceremony of coming in."""
    return await ask(visitor, "/kunci/masuk", key=await answered(visitor, key), **more)


async def with_key(site: Site, **kind: Any) -> Authenticator:
    """The organiser's own key."""
    key = Authenticator(**kind)
    assert (await register(site.facilitator(), key)).status == 200
    return key


def assert_refused(answer: Answer) -> None:
    """One short no for every reason, and no sign-in with it."""
    assert (answer.status, json.loads(answer.text)) == (422, {"ok": False, "reason": "key"})
    assert "lingkar=" not in str(answer.headers)


async def count(site: Site, table: type[Passkey] | type[SpentChallenge]) -> int:
    async with site.app.extensions["lingkar"].database.session() as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


# --- at set-up ---


async def test_a_place_is_set_up_with_a_key_and_no_passphrase(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        assert 'data-mode="setup"' in (await visitor.get("/siapkan")).text
        key = Authenticator()
        made = await register(visitor, key, "Bu Sari")
        assert json.loads(made.text) == {"ok": True, "to": "/kelola/baru"}
        assert (await visitor.post("/kelola/baru", CIRCLE)).status == 303
        other = Visitor(visitor.app)
        assert json.loads((await enter(other, key)).text)["to"] == "/kelola"
        assert "Orang tua tunggal" in (await other.get("/kelola")).words
        # The landing page leads back, and signing in again is not asked for.
        assert 'href="/kelola"' in (await other.get("/")).text
        assert (await other.get("/masuk")).to == "/kelola"


async def test_the_link_has_done_its_work_once_a_key_is_kept(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        secret = await secret_of(settings)
        late = Visitor(visitor.app)
        for browser in (visitor, late):
            await browser.post("/siapkan/tukar", {"secret": secret})
        await register(visitor, Authenticator(), "Bu Sari")
        assert (await late.post("/siapkan", ORGANISER)).status == 410
        assert (await ask(late, "/kunci/mulai", name="Maling")).status == 403


async def test_a_key_that_fails_at_set_up_leaves_the_link_as_it_was(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        refused = await register(visitor, Authenticator(origin="https://evil.example"), "Bu Sari")
        assert_refused(refused)
        async with visitor.app.extensions["lingkar"].database.session() as db:
            assert await db.scalar(select(func.count()).select_from(Person)) == 0
            assert await db.scalar(select(func.count()).select_from(SetUp)) == 1
        assert (await register(visitor, Authenticator(), "Bu Sari")).status == 200


@pytest.mark.parametrize("name", ["", "\u202e", "x" * 100])
async def test_set_up_with_a_key_needs_a_name_that_can_be_read(
    new_place: Settings, name: str
) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        answer = await ask(visitor, "/kunci/mulai", name=name)
        assert (answer.status, json.loads(answer.text)["reason"]) == (422, "name")


async def test_a_key_begun_before_the_set_up_ends_with_it(new_place: Settings) -> None:
    async with empty_place(new_place) as (visitor, settings):
        await visitor.post("/siapkan/tukar", {"secret": await secret_of(settings)})
        key = Authenticator()
        options = json.loads((await ask(visitor, "/kunci/mulai", name="Bu Sari")).text)
        await visitor.post("/siapkan", ORGANISER)
        # Signed in by now, but the challenge was for setting up.
        assert_refused(await ask(visitor, "/kunci/simpan", name="x", key=key.make(options)))


# --- what a key has to be ---


async def test_the_browser_is_asked_for_a_key_that_shows_itself_and_knows_its_person(
    site: Site,
) -> None:
    options = json.loads((await ask(site.facilitator(), "/kunci/mulai")).text)
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["rp"]["id"] == "localhost"
    assert options["attestation"] == "none"
    asked = json.loads((await ask(site.stranger(), "/kunci/tantangan")).text)
    assert asked["userVerification"] == "required"
    # Nobody learns which keys there are.
    assert asked["allowCredentials"] == []


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"name": "evil.example"},
        {"verified": False},
    ],
)
async def test_a_new_key_of_another_place_or_without_its_person_is_refused(
    site: Site, lie: dict[str, Any]
) -> None:
    assert_refused(await register(site.facilitator(), Authenticator(**lie)))
    assert await count(site, Passkey) == 0


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"name": "evil.example"},
        {"verified": False},
        {"credential_id": b"somebody else's key"},
        {"owner": text(b"somebody else")},
        {"owner": None},
        {"counter": 0},
        {"key": Authenticator().key},
    ],
)
async def test_an_answer_that_does_not_hold_lets_nobody_in(site: Site, lie: dict[str, Any]) -> None:
    key = await with_key(site)
    right = {name: getattr(key, name) for name in lie}
    for name, value in lie.items():
        setattr(key, name, value)
    assert_refused(await enter(site.stranger(), key))
    for name, value in right.items():
        setattr(key, name, value)
    # The same key without the lie: it was the lie that was refused.
    key.counter += 10
    assert (await enter(site.stranger(), key)).status == 200


def flip(where: str) -> Change:
    """Change one bit in a part of the answer."""

    def change(answer: dict[str, Any]) -> None:
        changed = bytearray(content(answer["response"][where]))
        changed[-1] ^= 1
        answer["response"][where] = text(bytes(changed))

    return change


@pytest.mark.parametrize(
    "change",
    [
        flip("signature"),
        flip("authenticatorData"),
        lambda answer: answer.update(response={}),
        lambda answer: answer.update(response=[1]),
        lambda answer: answer.update(rawId="!"),
        lambda answer: answer.update(rawId="é"),
        lambda answer: answer.update(id="another"),
        lambda answer: answer.update(type="password"),
        lambda answer: answer["response"].update(signature="x" * 20_000),
        lambda answer: answer["response"].update(authenticatorData=""),
        lambda answer: answer["response"].update(clientDataJSON=text(b"[]")),
        lambda answer: answer["response"].update(clientDataJSON=text(b"\xff")),
        lambda answer: answer["response"].update(clientDataJSON=text(b'{"type": 1}')),
        lambda answer: answer["response"].update(userHandle="!!!"),
        lambda answer: answer.clear(),
    ],
)
async def test_junk_is_refused_as_quietly_as_a_wrong_key(
    site: Site, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    key, visitor = await with_key(site), site.stranger()
    answer = await answered(visitor, key)
    change(answer)
    assert_refused(await ask(visitor, "/kunci/masuk", key=answer))
    assert caplog.text == ""


@pytest.mark.parametrize(
    "statement", [b"", b"\xff", b"\x80", b"\xa0", b"\xa1\x61x\x01", b"\xbf", b"\x9f" * 400]
)
async def test_junk_in_place_of_a_new_key_is_refused(site: Site, statement: bytes) -> None:
    visitor, key = site.facilitator(), Authenticator()
    made = key.make(json.loads((await ask(visitor, "/kunci/mulai")).text))
    made["response"]["attestationObject"] = text(statement)
    assert_refused(await ask(visitor, "/kunci/simpan", key=made))


# --- once ---


async def test_an_answer_counts_once_even_with_the_cookie_of_before(site: Site) -> None:
    # A key that does not count: nothing but the challenge stands in the way.
    key, visitor = await with_key(site, counts=False), site.stranger()
    answer = await answered(visitor, key)
    before = sealed(visitor)
    assert (await ask(visitor, "/kunci/masuk", key=answer)).status == 200
    assert sealed(visitor) is None
    assert_refused(await ask(visitor, "/kunci/masuk", key=answer))
    thief = site.stranger()
    thief.client.set_cookie("localhost", "lingkar-kunci", before or "")
    assert_refused(await ask(thief, "/kunci/masuk", key=answer))
    assert (await enter(visitor, key)).status == 200


async def test_a_wrong_answer_uses_the_challenge_up_too(site: Site) -> None:
    key, visitor = await with_key(site), site.stranger()
    answer, before = await answered(visitor, key), sealed(visitor)
    assert_refused(await ask(visitor, "/kunci/masuk", key={**answer, "id": "x"}))
    visitor.client.set_cookie("localhost", "lingkar-kunci", before or "")
    assert_refused(await ask(visitor, "/kunci/masuk", key=answer))


async def test_a_copy_of_a_key_falls_behind_the_one_that_counted_on(site: Site) -> None:
    key = await with_key(site)
    copied_at = key.counter
    for _ in range(2):
        assert (await enter(site.stranger(), key)).status == 200
    key.counter = copied_at
    assert_refused(await enter(site.stranger(), key))


async def test_a_new_key_is_kept_once(site: Site) -> None:
    key, visitor = Authenticator(), site.facilitator()
    options = json.loads((await ask(visitor, "/kunci/mulai")).text)
    made, before = key.make(options), sealed(visitor)
    assert (await ask(visitor, "/kunci/simpan", key=made)).status == 200
    visitor.client.set_cookie("localhost", "lingkar-kunci", before or "")
    assert_refused(await ask(visitor, "/kunci/simpan", key=made))
    again = await register(visitor, key)
    assert (again.status, json.loads(again.text)["reason"]) == (409, "exists")
    assert await count(site, Passkey) == 1


async def test_a_challenge_ends_after_five_minutes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, visitor = await with_key(site), site.stranger()
    answer, later = await answered(visitor, key), time.time() + 301
    monkeypatch.setattr("server.security.time.time", lambda: later)
    assert_refused(await ask(visitor, "/kunci/masuk", key=answer))


async def test_used_challenges_are_erased_once_they_could_not_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await with_key(site)
    await enter(site.stranger(), key)
    assert await count(site, SpentChallenge) == 2
    later = time.time() + 302
    monkeypatch.setattr("server.accounts.challenges.time.time", lambda: later)
    await enter(site.stranger(), key)
    assert await count(site, SpentChallenge) == 1


async def test_a_challenge_for_one_thing_serves_for_no_other(site: Site) -> None:
    key, visitor = await with_key(site), site.facilitator()
    await enter(visitor, key)
    begun = json.loads((await ask(visitor, "/kunci/mulai")).text)
    assert_refused(await ask(visitor, "/kunci/masuk", key=key.answer(begun)))
    asked = json.loads((await ask(visitor, "/kunci/tantangan")).text)
    made = Authenticator().make({**asked, "user": {"id": ""}})
    assert_refused(await ask(visitor, "/kunci/simpan", key=made))


async def test_a_challenge_that_somebody_else_was_given_keeps_no_key_here(site: Site) -> None:
    sari, tini, key = site.facilitator(), await invited(site, "Bu Tini"), Authenticator()
    options = json.loads((await ask(tini, "/kunci/mulai")).text)
    sari.client.set_cookie("localhost", "lingkar-kunci", sealed(tini) or "")
    assert_refused(await ask(sari, "/kunci/simpan", key=key.make(options)))


async def test_an_answer_without_a_challenge_is_refused(site: Site) -> None:
    key, visitor = await with_key(site), site.stranger()
    answer = key.answer({"challenge": text(bytes(32))})
    assert_refused(await ask(visitor, "/kunci/masuk", key=answer))


def sealed(visitor: Visitor) -> str | None:
    """The challenge as this browser holds it."""
    jar = visitor.client.cookie_jar
    assert jar is not None
    return next((cookie.value for cookie in jar if cookie.name == "lingkar-kunci"), None)


# --- who may, and how often ---


@pytest.mark.parametrize("path", ["mulai", "simpan", "tantangan", "masuk"])
@pytest.mark.parametrize("token", [None, "", "x.y", 7])
async def test_json_without_the_token_of_a_form_is_refused(
    site: Site, path: str, token: object
) -> None:
    visitor = site.facilitator()
    await visitor.get("/kunci")
    assert (await visitor.post_json(f"/kunci/{path}", {"_token": token})).status == 403
    refused = await visitor.post_json(
        f"/kunci/{path}", {"_token": visitor.token}, Sec_Fetch_Site="cross-site"
    )
    assert refused.status == 403


@pytest.mark.parametrize("path", ["mulai", "simpan"])
async def test_strangers_make_no_keys(site: Site, path: str) -> None:
    assert (await ask(site.stranger(), f"/kunci/{path}", name="Melati")).status == 403


async def test_a_member_adds_a_key_that_says_nothing_of_any_circle_and_comes_back(
    site: Site,
) -> None:
    melati, key = site.member(), Authenticator()
    options = json.loads((await ask(melati, "/kunci/mulai")).text)
    assert options["user"]["name"] == options["user"]["displayName"] == "Lingkar"
    await ask(melati, "/kunci/simpan", key=key.make(options))
    other = site.stranger()
    assert json.loads((await enter(other, key)).text)["to"] == "/aku"
    assert "Melati" in (await other.get("/aku")).text


@pytest.mark.parametrize("path", ["mulai", "simpan"])
async def test_whoever_finds_the_device_open_makes_no_key_beside_one_that_is_there(
    site: Site, path: str
) -> None:
    key = await with_key(site)
    found = site.facilitator()
    assert (await ask(found, f"/kunci/{path}")).status == 403
    # The owner shows the key that they have, and may.
    assert (await enter(found, key)).status == 200
    assert (await ask(found, f"/kunci/{path}")).status in (200, 422)


async def test_guessing_is_slowed_down(site: Site) -> None:
    visitor, key = site.stranger(), Authenticator()
    for _ in range(8):
        assert_refused(await enter(visitor, key))
    slowed = await enter(visitor, key)
    assert slowed.status == 429
    assert int(slowed.headers["Retry-After"]) > 0


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", 7, None])
async def test_coming_in_never_leads_to_another_site(site: Site, wanted: object) -> None:
    key = await with_key(site)
    assert json.loads((await enter(site.stranger(), key, ke=wanted)).text)["to"] == "/kelola"


async def test_coming_in_leads_on_to_where_somebody_wanted_to_go(site: Site) -> None:
    key = await with_key(site)
    went = await enter(site.stranger(), key, ke="/kelola/baru")
    assert json.loads(went.text)["to"] == "/kelola/baru"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost:8000", Address("localhost", "http://localhost:8000")),
        ("https://lingkar.example", Address("lingkar.example", "https://lingkar.example")),
        ("https://Lingkar.Example:443/", Address("lingkar.example", "https://lingkar.example")),
        (
            "https://lingkar.example:8443",
            Address("lingkar.example", "https://lingkar.example:8443"),
        ),
        (
            "https://bücher.example",
            Address("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ),
        ("http://lingkar.example", None),
        ("https://192.168.1.7:8000", None),
        ("https://[fd00::7]:8000", None),
    ],
)
def test_keys_need_a_name_and_a_connection_that_browsers_trust(
    url: str, address: Address | None
) -> None:
    assert address_of(Settings(public=url)) == address


# --- the page of somebody's ways in ---


async def invited(site: Site, name: str) -> Visitor:
    """Somebody who came by an invitation to hold the circle."""
    visitor = site.stranger()
    await visitor.post("/u/tukar", {"secret": site.seeded.facilitate_link.partition("#")[2]})
    await visitor.post(f"{site.circle}/masuk", {"name": name})
    await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})
    return visitor


async def test_an_invited_facilitator_adds_a_key_and_comes_back_with_it(site: Site) -> None:
    tini, key = await invited(site, "Bu Tini"), Authenticator()
    assert 'href="/kunci"' in (await tini.get("/kelola")).text
    assert "Kalau perangkat ini melupakanmu" in (await tini.get("/kunci")).words
    assert json.loads((await register(tini, key)).text)["to"] == "/kunci"
    assert "Kalau perangkat ini melupakanmu" not in (await tini.get("/kunci")).words
    other = site.stranger()
    assert (await enter(other, key)).status == 200
    assert (await other.get(f"{site.circle}/undang")).status == 200


async def test_an_invited_facilitator_adds_a_passphrase_and_comes_back_with_it(site: Site) -> None:
    tini, filled = await invited(site, "Bu Tini"), {**ORGANISER, "name": "Bu Tini"}
    short = await tini.post("/kunci/sandi", {**filled, "passphrase": "pendek"})
    assert (short.status, "pendek" in short.text) == (422, False)
    # The organiser signs in under that name already.
    taken = await tini.post("/kunci/sandi", {**filled, "name": "bu sari"})
    assert taken.status == 422
    assert "sudah dipakai untuk masuk" in taken.words
    assert (await tini.post("/kunci/sandi", filled)).to == "/kunci"
    assert 'action="/kunci/sandi"' not in (await tini.get("/kunci")).text
    assert (await site.stranger().post("/masuk", filled)).to == "/kelola"
    # What is set is not set over by whoever finds the device open.
    await tini.post("/kunci/sandi", {**filled, "passphrase": "kalimat yang lain"})
    assert (await site.stranger().post("/masuk", filled)).to == "/kelola"


async def test_a_key_is_let_go_but_never_the_only_way_in(site: Site) -> None:
    tini, first, second = await invited(site, "Bu Tini"), Authenticator(), Authenticator()
    await register(tini, first)
    assert "/kunci/lepas" not in (await tini.get("/kunci")).text
    await tini.post("/kunci/lepas", {"key": text(first.credential_id)})
    assert await count(site, Passkey) == 1
    await register(tini, second)
    # Somebody else's key is none of theirs.
    await site.facilitator().post("/kunci/lepas", {"key": text(first.credential_id)})
    assert await count(site, Passkey) == 2
    await tini.post("/kunci/lepas", {"key": text(first.credential_id)})
    assert await count(site, Passkey) == 1
    assert_refused(await enter(site.stranger(), first))
    assert (await enter(site.stranger(), second)).status == 200


async def test_keys_go_with_their_person(site: Site) -> None:
    await with_key(site)
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(delete(Person).where(Person.organiser))
        await db.commit()
    assert await count(site, Passkey) == 0


async def test_without_a_script_a_page_shows_its_passphrase_and_no_button(site: Site) -> None:
    text_of = (await site.stranger().get("/masuk")).text
    assert 'name="passphrase"' in text_of
    opening = text_of.partition('<div class="passkey"')[2].partition(">")[0]
    assert opening.endswith(" hidden")
