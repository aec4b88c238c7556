"""Who holds a circle, as the organiser sees it, and the circle's own help lines."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from server.care import LINES
from server.care.tables import HelpLine
from server.circles.tables import Circle, Membership
from tests.server.circling import change, found, membership, new_member, page_of
from tests.server.test_desk import NEW
from tests.server.test_members import Outside
from tests.server.visiting import Answer, Site, Visitor


def desk(site: Site) -> str:
    return f"/kelola/lingkaran/{site.seeded.slug}"


async def second(site: Site) -> Visitor:
    tini = await new_member(site, "Tini")
    raised = update(Membership).where(Membership.name == "Tini").values(role="facilitator")
    await change(site, raised)
    return tini


def key_of(page: Answer, name: str) -> str:
    """The button beside a name."""
    row = page.text.partition(f"<bdi>{name}</bdi>")[2]
    found_ = re.search(r'name="who" value="([^"]+)"', row)
    assert found_
    return found_[1]


async def test_the_organiser_ends_somebodys_role_and_they_stay_a_member(site: Site) -> None:
    tini, sari = await second(site), site.facilitator()
    page = await sari.get(desk(site))
    assert "Tini" in page.words and "Melati" not in page.words
    done = await sari.post(desk(site), {"do": "turun", "who": key_of(page, "Tini")})
    assert "Perannya sudah berakhir." in (await sari.get(done.to)).words
    them = await membership(site, "Tini")
    assert them and (them.role, them.state) == ("member", "member")
    assert (await tini.get(f"{site.circle}/anggota")).status == 404


async def test_they_leave_a_meeting_that_is_on(site: Site) -> None:
    await second(site)
    room = Outside(site)
    sari = site.facilitator()
    page = await sari.get(desk(site))
    await sari.post(desk(site), {"do": "turun", "who": key_of(page, "Tini")})
    assert len(room.people) == 1


async def test_the_last_one_is_not_taken_from_a_circle(site: Site) -> None:
    sari = site.facilitator()
    page = await sari.get(desk(site))
    kept = await sari.post(desk(site), {"do": "turun", "who": key_of(page, "Bu Sari")})
    assert kept.status == 409
    assert "Ini satu-satunya fasilitator." in kept.words
    # Whoever was asked and has not answered holds nothing yet.
    await sari.post(await page_of(site, "Melati"), {"do": "tawar"})
    page = await sari.get(desk(site))
    assert "Melati" in page.words and "belum menjawab" in page.words
    kept = await sari.post(desk(site), {"do": "turun", "who": key_of(page, "Bu Sari")})
    assert kept.status == 409 and "belum menjawab. Tunggu jawabannya" in kept.words
    them = await membership(site, "Bu Sari")
    assert them and them.role == "facilitator"


async def test_an_offer_that_has_no_answer_is_taken_back(site: Site) -> None:
    sari = site.facilitator()
    await sari.post(await page_of(site, "Melati"), {"do": "tawar"})
    page = await sari.get(desk(site))
    await sari.post(desk(site), {"do": "tarik", "who": key_of(page, "Melati")})
    assert (await site.member().post(f"{site.circle}/peran", {"do": "mau"})).status == 409


async def test_a_circle_for_the_young_keeps_two(site: Site) -> None:
    await second(site)
    await change(site, update(Circle).values(ages="minors"))
    sari = site.facilitator()
    page = await sari.get(desk(site))
    kept = await sari.post(desk(site), {"do": "turun", "who": key_of(page, "Tini")})
    assert kept.status == 409 and "perlu dua fasilitator" in kept.words


async def test_an_invitation_of_the_organiser_makes_somebody_hold_it(site: Site) -> None:
    sari = site.facilitator()
    made = await sari.post(desk(site), {"do": "undang"})
    link = re.search(r"http[^<]*/u#([\w-]+)", made.text)
    assert link
    assert link[1] not in (await sari.get(desk(site))).text
    budi = site.stranger()
    await budi.post("/u/tukar", {"secret": link[1]})
    await budi.post(f"{site.circle}/masuk", {"name": "Pak Budi"})
    them = await membership(site, "Pak Budi")
    assert them and them.role == "facilitator"


@pytest.mark.parametrize("what", [{"do": "turun", "who": "x"}, {"do": "tawar"}, {}])
async def test_what_no_button_sends_changes_nothing(site: Site, what: dict[str, str]) -> None:
    assert (await site.facilitator().post(desk(site), what)).status == 404


async def test_whoever_asked_and_waits_is_told_of_once_on_the_way_out(site: Site) -> None:
    sari = site.facilitator()
    await sari.post(await page_of(site, "Melati"), {"do": "tawar"})
    for path in ("peran", "keluar"):
        assert "sampai yang kamu minta menjawab" in (await sari.get(f"{site.circle}/{path}")).words
    # And the one who was asked reads it once, not twice.
    page = await site.member().get(site.circle)
    assert page.text.count(f"{site.circle}/peran") == 1


# --- the circle's own help lines ---


def lines_at(site: Site) -> str:
    return f"{site.circle}/bantuan"


async def lines(site: Site) -> list[HelpLine]:
    return await found(site, select(HelpLine).order_by(HelpLine.position))


async def test_facilitators_keep_their_circles_own_lines(site: Site) -> None:
    sari = site.facilitator()
    await sari.post(lines_at(site), {**NEW, "emergency": "true"})
    (one,) = await lines(site)
    # Only for this circle, and nothing of the first place on everybody's page.
    assert (one.circle_id, one.emergency) == (site.seeded.circle_id, False)
    at = f"{lines_at(site)}/{one.id}"
    assert 'value="0274 555 123"' in (await sari.get(at)).text
    await sari.post(at, {**NEW, "name": "Rumah Singgah", "do": "simpan"})
    shown = f"/bantuan?lingkaran={site.seeded.slug}"
    assert "Rumah Singgah" in (await site.member().get(shown)).words
    assert "Rumah Singgah" not in (await site.stranger().get(shown)).words
    await sari.post(at, {"do": "hapus"})
    assert await lines(site) == []


async def test_the_lines_of_everybody_stay_as_they_are(site: Site) -> None:
    sari = site.facilitator()
    await sari.post(lines_at(site), NEW)
    listed = await sari.get("/kelola/bantuan")
    assert all(one.shown in listed.text for one in LINES)
    assert "Kontak ini datang bersama Lingkar" in listed.words or "bawaan-0" in listed.text
    await sari.post("/kelola/bantuan/bawaan-1", {"do": "cek"})
    kept = await lines(site)
    assert len(kept) == len(LINES) + 1
    assert sum(one.circle_id is not None for one in kept) == 1


async def test_a_line_of_everybody_or_another_circle_is_not_theirs(site: Site) -> None:
    sari = site.facilitator()
    await sari.post("/kelola/bantuan/bawaan-1", {"do": "cek"})
    for one in await lines(site):
        assert (await sari.get(f"{lines_at(site)}/{one.id}")).status == 404
        assert (await sari.post(f"{lines_at(site)}/{one.id}", {"do": "hapus"})).status == 404
    assert len(await lines(site)) == len(LINES)


@pytest.mark.parametrize(("field", "bad"), [("name", ""), ("reach", "javascript:alert(1)")])
async def test_a_line_that_cannot_be_keeps_what_was_typed(site: Site, field: str, bad: str) -> None:
    sent = {**NEW, field: bad}
    answer = await site.facilitator().post(lines_at(site), sent)
    assert answer.status == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert "Tempat berlindung." in answer.text


async def test_a_circle_has_a_dozen_at_most(site: Site) -> None:
    sari = site.facilitator()
    for _ in range(12):
        assert (await sari.post(lines_at(site), NEW)).status == 303
    assert (await sari.post(lines_at(site), NEW)).status == 422
