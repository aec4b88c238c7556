"""Before dangerous acts: is it really you? On each of them, and with what was typed still there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from server.accounts.queries import hash_passphrase
from server.accounts.tables import Person, RecoveryCode
from server.circles.tables import Circle, Invitation, Membership
from tests.server.visiting import Answer, Site, Visitor

WORDS = "teh jahe hangat"
THERE, HERE = "there", "here"


@dataclass(frozen=True)
class Act:
    """A dangerous act: where it is asked about, and what is sent with it."""

    asked: str
    """`here`: in the answer, with the form inside; `there`: on the page of the question."""
    form: dict[str, str] = field(default_factory=dict)


ACTS: dict[tuple[str, str], Act] = {
    ("POST", "/c/<slug>/hapus"): Act(HERE, {"name": "Orang tua tunggal Jakarta"}),
    ("POST", "/c/<slug>/peran"): Act(HERE, {"do": "mundur"}),
    ("POST", "/kelola/lingkaran/<slug>"): Act(HERE, {"do": "undang"}),
    ("POST", "/aku/tarik"): Act(HERE, {"sure": "yes"}),
    ("GET", "/aku/hapus"): Act(THERE),
    ("POST", "/aku/hapus"): Act(THERE, {"sure": "yes"}),
    ("GET", "/aku/data"): Act(THERE),
    ("GET", "/aku/data.json"): Act(THERE),
    ("POST", "/kunci/sandi"): Act(THERE, {"name": "Sari", "passphrase": "kalimat yang lain"}),
    ("POST", "/kunci/sandi/lepas"): Act(THERE),
    ("POST", "/kunci/lepas"): Act(THERE, {"key": "x"}),
    ("GET", "/kunci/aplikasi"): Act(THERE),
    ("POST", "/kunci/aplikasi"): Act(THERE, {"code": "123456"}),
    ("POST", "/kunci/aplikasi/lepas"): Act(THERE),
    ("POST", "/kunci/pemulihan"): Act(THERE),
}


async def sari_with_a_passphrase(site: Site) -> Visitor:
    """Facilitator and organiser, signed in some time ago."""
    async with site.app.extensions["lingkar"].database.session() as db:
        sari = await db.get_one(Person, site.seeded.ids["Bu Sari"])
        sari.passphrase, sari.organiser = await hash_passphrase(WORDS), True
        melati = await db.get_one(Membership, (site.seeded.circle_id, site.seeded.ids["Melati"]))
        # So that nothing but the question stands in the way.
        melati.role = "facilitator"
        await db.commit()
    return site.facilitator()


async def do(visitor: Visitor, site: Site, method: str, rule: str, **more: str) -> Answer:
    path = rule.replace("<slug>", site.seeded.slug)
    if method == "GET":
        return await visitor.get(path)
    return await visitor.post(path, {**ACTS[method, rule].form, **more})


async def traces(site: Site) -> tuple[int, ...]:
    """What the acts would change."""
    async with site.app.extensions["lingkar"].database.session() as db:
        counted = [
            await db.scalar(select(func.count()).select_from(table)) or 0
            for table in (Circle, Membership, Invitation, Person, RecoveryCode)
        ]
        holding = select(func.count()).where(Membership.role == "facilitator")
        return (*counted, await db.scalar(holding) or 0)


def test_every_route_that_asks_is_in_the_table_and_none_is_made_up(site: Site) -> None:
    asking = {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        if getattr(site.app.view_functions[rule.endpoint], "step_up", False)
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert asking == set(ACTS)


@pytest.mark.parametrize(("method", "rule"), list(ACTS))
async def test_without_a_recent_proof_it_is_asked_about_and_nothing_happens(
    site: Site, method: str, rule: str
) -> None:
    sari = await sari_with_a_passphrase(site)
    before = await traces(site)
    answer = await do(sari, site, method, rule)
    if ACTS[method, rule].asked == THERE:
        assert answer.status == 303 and answer.to.startswith("/aku/bukti?ke=/")
    else:
        assert answer.status == 403 and "Benar ini kamu?" in answer.words
        assert answer.headers["Cache-Control"] == "no-store"
    assert await traces(site) == before


@pytest.mark.parametrize(("method", "rule"), list(ACTS))
async def test_with_a_recent_proof_it_is_not(site: Site, method: str, rule: str) -> None:
    sari = await sari_with_a_passphrase(site)
    await sari.post("/aku/bukti", {"passphrase": WORDS})
    answer = await do(sari, site, method, rule)
    assert "Benar ini kamu?" not in answer.words
    assert "/aku/bukti" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(("method", "rule"), list(ACTS))
async def test_strangers_get_what_they_always_get(site: Site, method: str, rule: str) -> None:
    answer = await do(site.stranger(), site, method, rule)
    assert answer.status in (303, 403, 404) and "Benar ini kamu?" not in answer.words
    assert "/aku/bukti" not in answer.headers.get("Location", "")


CARRIED = [key for key, act in ACTS.items() if act.asked == HERE]


@pytest.mark.parametrize(("method", "rule"), CARRIED)
async def test_what_was_typed_waits_in_the_question_and_goes_on_from_there(
    site: Site, method: str, rule: str
) -> None:
    sari = await sari_with_a_passphrase(site)
    page = await do(sari, site, method, rule)
    form = page.text.partition('id="step"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    hidden.pop("_token")
    assert hidden == ACTS[method, rule].form
    (action,) = re.findall(r'action="([^"]+)" id="step"', page.text)
    before = await traces(site)
    wrong = await sari.post(action, {**hidden, "proof_passphrase": "tebak tebak tebak"})
    assert wrong.status == 422 and "tebak" not in wrong.text
    assert await traces(site) == before
    done = await sari.post(action, {**hidden, "proof_passphrase": WORDS})
    assert done.status in (200, 303) and await traces(site) != before


async def test_the_proof_given_on_the_way_holds_for_what_comes_next(site: Site) -> None:
    sari = await sari_with_a_passphrase(site)
    path = f"/kelola/lingkaran/{site.seeded.slug}"
    await sari.post(path, {"do": "undang", "proof_passphrase": WORDS})
    assert (await sari.get("/aku/data")).status == 200


async def test_what_is_wrong_in_the_form_is_said_after_the_proof_and_leaves_it_filled_in(
    site: Site,
) -> None:
    sari = await sari_with_a_passphrase(site)
    answer = await sari.post(
        f"{site.circle}/hapus", {"name": "nama lain", "proof_passphrase": WORDS}
    )
    assert answer.status == 422 and 'value="nama lain"' in answer.text


async def test_guesses_on_the_way_are_counted_as_those_to_sign_in(site: Site) -> None:
    sari = await sari_with_a_passphrase(site)
    guess = {"name": "x", "proof_passphrase": "tebak tebak tebak"}
    statuses = [(await sari.post(f"{site.circle}/hapus", guess)).status for _ in range(9)]
    assert statuses == [422] * 8 + [429]


async def test_a_harmless_button_of_the_same_form_asks_nothing(site: Site) -> None:
    sari = await sari_with_a_passphrase(site)
    answer = await sari.post(f"{site.circle}/peran", {"do": "mau"})
    assert "Benar ini kamu?" not in answer.words


async def test_who_has_nothing_to_prove_it_with_is_not_shut_out(site: Site) -> None:
    assert (await site.member().get("/aku/data")).status == 200
    assert (await site.member().post("/aku/tarik", {"sure": "yes"})).status == 200


async def test_being_erased_leaves_no_proof_in_the_browser(site: Site) -> None:
    sari = await sari_with_a_passphrase(site)
    await sari.post("/aku/bukti", {"passphrase": WORDS})
    answer = await sari.post("/aku/hapus", {"sure": "yes"})
    left = [one for one in answer.headers.getlist("Set-Cookie") if "lingkar-bukti=" in one]
    assert answer.status == 200 and all("Max-Age=0" in one for one in left)
