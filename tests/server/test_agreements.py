"""A circle's agreements in its own words: a change asks for the promise again, the past is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from server.circles.tables import Agreement, Circle
from tests.server.circling import circle_of, found
from tests.server.visiting import Site

OWN = {"lines.id": "Ponsel di saku\n\n  Tidak   memberi nasihat ", "lines.en": ""}


async def agree(site: Site, **lines: str) -> None:
    form = {"lines.id": lines.get("id", ""), "lines.en": lines.get("en", "")}
    answer = await site.facilitator().post(f"{site.circle}/kesepakatan", form)
    assert answer.status == 303


async def test_a_change_asks_every_member_to_promise_again(site: Site) -> None:
    member, facilitator = site.member(), site.facilitator()
    assert (await member.get(f"{site.circle}/tunggu")).status == 200
    await facilitator.post(f"{site.circle}/kesepakatan", OWN)
    assert (await member.get(f"{site.circle}/tunggu")).to == f"{site.circle}/masuk"
    pledge = await member.get(f"{site.circle}/masuk")
    assert "Kesepakatan lingkaran ini berubah." in pledge.words
    assert "Tidak memberi nasihat" in pledge.words
    assert "Cerita tetap di sini" not in pledge.words
    answer = await member.post(f"{site.circle}/masuk", {"promise": "yes", "version": "1"})
    assert answer.to == f"{site.circle}/tunggu"
    assert (await member.get(f"{site.circle}/tunggu")).status == 200
    # Whoever wrote them needs not promise what they wrote.
    assert (await facilitator.get(f"{site.circle}/ruang")).status == 200


async def test_the_room_is_closed_to_an_older_promise(site: Site) -> None:
    from realtime.domain.refusal import Reason, Refused
    from server.circles.admission import CircleAdmission

    inside = site.app.extensions["lingkar"]
    admission = CircleAdmission(inside.database, inside.keys, inside.settings)
    await agree(site, id="Ponsel di saku")
    cookies = {site.seeded.cookie_name: site.seeded.members["Melati"]}
    with pytest.raises(Refused) as refused:
        await admission.admit(cookies, site.seeded.slug)
    assert refused.value.reason is Reason.NOT_PLEDGED


async def test_nobody_promises_what_they_have_not_read(site: Site) -> None:
    await agree(site, id="Ponsel di saku")
    member = site.member()
    await member.get(f"{site.circle}/masuk")
    await agree(site, id="Ponsel dimatikan")
    answer = await member.post(f"{site.circle}/masuk", {"promise": "yes", "version": "1"})
    assert answer.status == 409
    assert "Ponsel dimatikan" in answer.words
    assert (await member.get(f"{site.circle}/tunggu")).status == 303


async def test_the_same_lines_again_ask_nothing_of_anybody(site: Site) -> None:
    await agree(site, id="Ponsel di saku")
    await agree(site, id=" Ponsel  di saku \n")
    assert (await circle_of(site)).agreements_version == 1
    await agree(site)
    await agree(site)
    assert (await circle_of(site)).agreements_version == 2


async def test_lines_in_another_language_than_the_page_say_so_to_whoever_reads_aloud(
    site: Site,
) -> None:
    await agree(site, id="Ponsel di saku")
    english, indonesian = site.member(), site.member()
    english.client.set_cookie("localhost", "lang", "en")
    for path in ("", "/masuk"):
        assert ' lang="id"><li>' in (await english.get(f"{site.circle}{path}")).text
        assert ' lang="id"><li>' not in (await indonesian.get(f"{site.circle}{path}")).text


async def test_older_versions_are_kept_and_shown_to_facilitators(site: Site) -> None:
    await agree(site, id="Ponsel di saku")
    await agree(site, id="Ponsel dimatikan", en="Phones off")
    kept = await found(site, select(Agreement).order_by(Agreement.version))
    assert [one.lines["id"] for one in kept] == [["Ponsel di saku"], ["Ponsel dimatikan"]]
    page = await site.facilitator().get(f"{site.circle}/kesepakatan")
    assert "Yang dulu disepakati" in page.words
    assert "Ponsel di saku" in page.words


async def test_an_empty_form_is_the_promise_of_every_circle(site: Site) -> None:
    await agree(site, id="Ponsel di saku")
    await agree(site)
    pledge = await site.member().get(f"{site.circle}/masuk")
    assert "Cerita tetap di sini" in pledge.words


async def test_lines_in_one_language_are_read_in_the_other(site: Site) -> None:
    await agree(site, id="Ponsel di saku")
    member = site.member()
    await member.post("/bahasa", {"lang": "en"})
    assert "Ponsel di saku" in (await member.get(f"{site.circle}/masuk")).words


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("x" * 201, "paling banyak 200 huruf"),
        ("a\n" * 11, "Paling banyak 10 baris."),
        ("a\u202eb", "tidak terlihat"),
    ],
)
async def test_lines_that_cannot_be_are_kept_in_the_form_with_the_reason(
    site: Site, typed: str, why: str
) -> None:
    form = {"lines.id": typed, "lines.en": "Phones off"}
    answer = await site.facilitator().post(f"{site.circle}/kesepakatan", form)
    assert answer.status == 422
    assert why in answer.words
    assert 'href="#lines.id"' in answer.text
    assert "Phones off" in answer.text
    assert typed.strip() in answer.text.replace("\r", "")
    assert (await circle_of(site)).agreements_version == 0


async def test_markup_in_an_agreement_is_only_text(site: Site) -> None:
    await agree(site, id="<b>Pelan</b>")
    assert "&lt;b&gt;Pelan" in (await site.member().get(f"{site.circle}/masuk")).text


async def test_a_circle_of_an_older_time_without_its_words_falls_back(site: Site) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(update(Circle).values(agreements_version=3))
        await db.commit()
    assert "Cerita tetap di sini" in (await site.member().get(f"{site.circle}/masuk")).words
