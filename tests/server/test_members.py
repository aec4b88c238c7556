"""A circle's people: who asks, who holds it too, who accompanies whom, who goes and may return."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from server import live_room
from server.circles.seat_ids import seat_id
from server.circles.tables import Circle, Invitation, Membership, Pairing
from tests.server.circling import change, circle_of, found, membership, new_member, page_of
from tests.server.visiting import Site, Visitor

BY_APPROVAL = update(Circle).values(visibility="unlisted", joining="approval")


async def asking(site: Site, name: str = "Awan") -> Visitor:
    """Somebody who asked to join."""
    await change(site, BY_APPROVAL)
    visitor = site.stranger()
    await visitor.post(f"{site.circle}/masuk", {"name": name})
    return visitor


async def test_whoever_asks_waits_and_is_told_that_somebody_will_look(site: Site) -> None:
    await change(site, BY_APPROVAL)
    visitor = site.stranger()
    assert (
        "Seorang fasilitator membaca permintaanmu"
        in (await visitor.get(f"{site.circle}/masuk")).words
    )
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303
    waiting = await visitor.get(f"{site.circle}/masuk")
    assert "Permintaanmu sudah sampai" in waiting.words
    for beyond in ("tunggu", "ruang", "usai", "peran", "anggota"):
        assert (await visitor.get(f"{site.circle}/{beyond}")).status == 404
    # A promise changes nothing for whoever waits.
    assert (await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})).status == 422
    assert (await visitor.get(site.circle)).status == 200


async def test_a_yes_leads_to_the_promise(site: Site) -> None:
    visitor = await asking(site)
    facilitator = site.facilitator()
    assert "Ingin bergabung" in (await facilitator.get(f"{site.circle}/anggota")).words
    answer = await facilitator.post(await page_of(site, "Awan"), {"do": "terima"})
    assert "Sekarang ia anggota" in (await facilitator.get(answer.to)).words
    assert "Janji kita bersama" in (await visitor.get(f"{site.circle}/masuk")).words
    assert (await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})).status == 303
    assert (await visitor.get(f"{site.circle}/tunggu")).status == 200


async def test_a_no_is_kind_and_cannot_be_pressed_away(site: Site) -> None:
    visitor = await asking(site)
    await site.facilitator().post(await page_of(site, "Awan"), {"do": "tolak"})
    answer = await visitor.get(f"{site.circle}/masuk")
    assert "Itu bukan penilaian tentang dirimu." in answer.words
    assert (await visitor.post(f"{site.circle}/masuk", {"do": "batal"})).status == 422
    assert (await visitor.get(f"{site.circle}/tunggu")).status == 404


async def test_a_request_can_be_taken_back_and_leaves_nothing(site: Site) -> None:
    visitor = await asking(site)
    assert (await visitor.post(f"{site.circle}/masuk", {"do": "batal"})).to == "/"
    assert await membership(site, "Awan") is None


async def test_a_request_stays_known_to_whoever_asked_once_the_circle_is_private(
    site: Site,
) -> None:
    visitor = await asking(site)
    await change(site, update(Circle).values(visibility="private", joining="invitation"))
    assert (await visitor.get(f"{site.circle}/masuk")).status == 200
    assert (await site.stranger().get(f"{site.circle}/masuk")).status == 404


@pytest.mark.parametrize("answered", [False, True])
async def test_an_invitation_is_a_yes_even_after_a_no(site: Site, answered: bool) -> None:
    visitor = await asking(site)
    if answered:
        await site.facilitator().post(await page_of(site, "Awan"), {"do": "tolak"})
    await visitor.post("/u/tukar", {"secret": site.secret})
    assert "Kamu tidak perlu menunggu." in (await visitor.get(f"{site.circle}/masuk")).words
    assert (await visitor.post(f"{site.circle}/masuk", {"do": "undangan"})).status == 303
    them = await membership(site, "Awan")
    assert them is not None and them.state == "member"
    assert await found(
        site, select(Invitation.uses).where(Invitation.id == them.invitation_id)
    ) == [1]


async def test_whoever_was_invited_to_a_circle_by_approval_does_not_wait(site: Site) -> None:
    await change(site, BY_APPROVAL)
    visitor = site.stranger()
    await visitor.post("/u/tukar", {"secret": site.secret})
    await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})
    assert "Janji kita bersama" in (await visitor.get(f"{site.circle}/masuk")).words


async def test_requests_from_one_place_are_slowed(site: Site) -> None:
    await change(site, BY_APPROVAL)
    answers = [
        await site.stranger().post(f"{site.circle}/masuk", {"name": f"Awan {n}"}) for n in range(11)
    ]
    assert [answer.status for answer in answers] == [303] * 10 + [429]


async def test_a_request_is_answered_once(site: Site) -> None:
    await asking(site)
    facilitator, page = site.facilitator(), await page_of(site, "Awan")
    await facilitator.post(page, {"do": "terima"})
    assert (await facilitator.post(page, {"do": "tolak"})).status == 409
    them = await membership(site, "Awan")
    assert them is not None and them.state == "member"


async def test_a_co_facilitator_counts_once_they_accept(site: Site) -> None:
    facilitator, melati = site.facilitator(), site.member()
    await facilitator.post(await page_of(site, "Melati"), {"do": "tawar"})
    assert (await melati.get(f"{site.circle}/anggota")).status == 404
    assert "Kamu diajak menjadi fasilitator" in (await melati.get(site.circle)).words
    assert "Bu Sari" in (await melati.get(site.circle)).words
    assert (await melati.post(f"{site.circle}/peran", {"do": "mau"})).to == site.circle
    assert (await melati.get(f"{site.circle}/anggota")).status == 200


@pytest.mark.parametrize("how", ["they say no", "it is withdrawn", "nobody asked"])
async def test_without_an_offer_that_stands_nobody_becomes_a_facilitator(
    site: Site, how: str
) -> None:
    facilitator, melati = site.facilitator(), site.member()
    page = await page_of(site, "Melati")
    if how != "nobody asked":
        await facilitator.post(page, {"do": "tawar"})
    if how == "they say no":
        await melati.post(f"{site.circle}/peran", {"do": "tidak"})
    if how == "it is withdrawn":
        await facilitator.post(page, {"do": "tarik"})
    answer = await melati.post(f"{site.circle}/peran", {"do": "mau"})
    assert answer.status == 409
    assert "sudah tidak berlaku" in answer.words
    assert (await melati.get(f"{site.circle}/anggota")).status == 404


async def test_the_last_facilitator_is_asked_to_hand_over_first(site: Site) -> None:
    facilitator = site.facilitator()
    shown = await facilitator.get(f"{site.circle}/peran")
    assert "Kamu satu-satunya fasilitator." in shown.words
    assert (await facilitator.post(f"{site.circle}/peran", {"do": "mundur"})).status == 409
    # An offer that nobody has accepted is no facilitator.
    await facilitator.post(await page_of(site, "Melati"), {"do": "tawar"})
    assert (await facilitator.post(f"{site.circle}/peran", {"do": "mundur"})).status == 409
    await site.member().post(f"{site.circle}/peran", {"do": "mau"})
    assert (await facilitator.post(f"{site.circle}/peran", {"do": "mundur"})).status == 303
    assert (await facilitator.get(f"{site.circle}/anggota")).status == 404


async def test_a_circle_for_the_young_keeps_two_facilitators(site: Site) -> None:
    await change(
        site,
        update(Circle).values(ages="minors"),
        update(Membership).where(Membership.name == "Melati").values(role="facilitator"),
    )
    answer = await site.member().post(f"{site.circle}/peran", {"do": "mundur"})
    assert answer.status == 409
    assert "perlu dua fasilitator" in answer.words


async def test_without_a_second_facilitator_the_young_do_not_meet(site: Site) -> None:
    from realtime.domain.refusal import Reason, Refused
    from server.circles.admission import CircleAdmission

    inside = site.app.extensions["lingkar"]
    admission = CircleAdmission(inside.database, inside.keys, inside.settings)
    cookies = {site.seeded.cookie_name: site.seeded.members["Melati"]}
    await change(site, update(Circle).values(ages="minors"))
    with pytest.raises(Refused) as refused:
        await admission.admit(cookies, site.seeded.slug)
    assert refused.value.reason is Reason.NO_FACILITATOR
    assert "Menunggu fasilitator kedua" in (await site.member().get(f"{site.circle}/tunggu")).words
    assert "Menunggu fasilitator kedua" in (await site.member().get(f"{site.circle}/ruang")).words
    assert "Sampai ada yang kedua" in (await site.facilitator().get(f"{site.circle}/anggota")).words
    await new_member(site, "Mas Adi")
    await change(
        site, update(Membership).where(Membership.name == "Mas Adi").values(role="facilitator")
    )
    assert (await admission.admit(cookies, site.seeded.slug)).name == "Melati"
    assert "Menunggu fasilitator" not in (await site.member().get(f"{site.circle}/tunggu")).words


async def test_a_newcomer_and_their_companion_know_of_each_other_and_others_do_not(
    site: Site,
) -> None:
    rina, dewi = await new_member(site, "Rina"), await new_member(site, "Dewi")
    facilitator = site.facilitator()
    page = await page_of(site, "Rina")
    companion = (await page_of(site, "Melati")).rpartition("/")[2]
    await facilitator.post(page, {"do": "pasang", "companion": companion})
    assert "Melati mendampingimu" in " ".join((await rina.get(site.circle)).words.split())
    assert "Kamu mendampingi Rina" in " ".join((await site.member().get(site.circle)).words.split())
    assert "Rina" not in (await dewi.get(site.circle)).words
    assert "Didampingi Melati" in " ".join(
        (await facilitator.get(f"{site.circle}/anggota")).words.split()
    )
    await facilitator.post(page, {"do": "lepas"})
    assert "Melati" not in (await rina.get(site.circle)).words


async def test_the_room_hears_of_the_companion_and_of_a_first_visit_of_listening(
    site: Site,
) -> None:
    from server.circles.admission import CircleAdmission

    inside = site.app.extensions["lingkar"]
    admission = CircleAdmission(inside.database, inside.keys, inside.settings)
    cookies = {site.seeded.cookie_name: site.seeded.members["Melati"]}
    guest = await admission.admit(cookies, site.seeded.slug)
    assert (guest.companion, guest.observes) == (None, False)
    await new_member(site, "Rina")
    rina = await membership(site, "Rina")
    assert rina is not None
    companion = (await page_of(site, "Rina")).rpartition("/")[2]
    await site.facilitator().post(
        await page_of(site, "Melati"), {"do": "pasang", "companion": companion}
    )
    await change(site, update(Circle).values(observers_first=True))
    guest = await admission.admit(cookies, site.seeded.slug)
    seat = seat_id(inside.keys, guest.circle_id, rina.person_id)
    assert (guest.companion, guest.observes) == (seat, True)
    lead = {site.seeded.cookie_name: site.seeded.facilitator}
    assert not (await admission.admit(lead, site.seeded.slug)).observes
    await change(site, update(Membership).values(visits=1))
    assert not (await admission.admit(cookies, site.seeded.slug)).observes
    await admission.ban(guest.circle_id, seat)
    assert (await admission.admit(cookies, site.seeded.slug)).companion is None


async def test_nobody_accompanies_themselves_or_a_facilitator(site: Site) -> None:
    facilitator, melati = site.facilitator(), await page_of(site, "Melati")
    own = melati.rpartition("/")[2]
    assert (await facilitator.post(melati, {"do": "pasang", "companion": own})).status == 409
    assert (await facilitator.post(melati, {"do": "pasang", "companion": ""})).status == 404
    assert await found(site, select(Pairing)) == []


async def test_whoever_is_removed_may_be_invited_again(site: Site) -> None:
    put_out = Outside(site)
    inside, me = site.app.extensions["lingkar"], site.seeded.ids["Melati"]
    seat = seat_id(inside.keys, site.seeded.circle_id, me)
    await site.facilitator().post(await page_of(site, "Melati"), {"do": "keluar"})
    assert await membership(site, "Melati") is None
    assert put_out.people == [seat]
    member = site.member()
    assert (await member.get(site.circle)).status == 404
    await member.post("/u/tukar", {"secret": site.secret})
    assert (await member.post(f"{site.circle}/masuk", {"name": "Melati"})).status == 303


async def test_a_ban_holds_until_it_is_lifted(site: Site) -> None:
    put_out = Outside(site)
    facilitator, page = site.facilitator(), await page_of(site, "Melati")
    await facilitator.post(page, {"do": "larang"})
    assert len(put_out.people) == 1
    assert (await site.member().get(f"{site.circle}/tunggu")).status == 403
    assert "Tidak boleh kembali" in (await facilitator.get(f"{site.circle}/anggota")).words
    await facilitator.post(page, {"do": "boleh"})
    assert (await site.member().get(f"{site.circle}/tunggu")).status == 200


async def test_a_room_out_of_reach_is_told_and_the_ban_holds_all_the_same(site: Site) -> None:
    Outside(site, reachable=False)
    facilitator = site.facilitator()
    answer = await facilitator.post(await page_of(site, "Melati"), {"do": "larang"})
    assert "ruang sedang tidak terjangkau" in (await facilitator.get(answer.to)).words
    assert (await site.member().get(f"{site.circle}/tunggu")).status == 403


@pytest.mark.parametrize("branch", [True, False])
async def test_a_removal_can_take_back_what_they_handed_out(site: Site, branch: bool) -> None:
    melati = await membership(site, "Melati")
    assert melati is not None
    await change(
        site,
        update(Invitation).where(Invitation.role == "member").values(made_by=melati.person_id),
    )
    form = {"do": "larang", **({"branch": "yes"} if branch else {})}
    await site.facilitator().post(await page_of(site, "Melati"), form)
    assert (await site.stranger().post("/u/tukar", {"secret": site.secret})).status == (
        410 if branch else 303
    )


@pytest.mark.parametrize("what", ["keluar", "larang"])
async def test_a_facilitator_is_not_removed_by_another(site: Site, what: str) -> None:
    await change(site, update(Membership).values(role="facilitator"))
    answer = await site.facilitator().post(await page_of(site, "Melati"), {"do": what})
    assert answer.status == 409
    assert (await site.member().get(f"{site.circle}/anggota")).status == 200


async def test_nobody_changes_somebody_of_another_circle_or_themselves(site: Site) -> None:
    facilitator = site.facilitator()
    own = await page_of(site, "Bu Sari")
    assert (await facilitator.post(own, {"do": "larang"})).status == 404
    assert (await facilitator.get(own)).to == f"{site.circle}/peran"
    assert (await facilitator.post(f"{site.circle}/anggota/x", {"do": "larang"})).status == 404
    melati = await page_of(site, "Melati")
    assert (await facilitator.post(melati, {"do": "rename"})).status == 404


async def test_no_page_names_anybody_by_what_ties_circles_together(site: Site) -> None:
    melati = await membership(site, "Melati")
    assert melati is not None
    facilitator = site.facilitator()
    for page in (f"{site.circle}/anggota", await page_of(site, "Melati")):
        answer = await facilitator.get(page)
        assert answer.status == 200
        assert melati.person_id not in answer.text


async def test_two_circles_name_one_person_by_two_handles(site: Site) -> None:
    from server.circles.members_routes import handle

    melati = await membership(site, "Melati")
    assert melati is not None
    here, there = await circle_of(site), Circle(id="another")
    async with site.app.test_request_context("/"):
        assert handle(here, melati.person_id) != handle(there, melati.person_id)


class Outside:
    """Stands in for the room: who was put out of it."""

    def __init__(self, site: Site, *, reachable: bool = True, under_way: bool = False) -> None:
        self.people: list[str] = []
        self.reachable, self.under_way = reachable, under_way
        live_room.hand_over(site.app, self)

    async def remove_from_outside(self, _circle_id: str, member_id: str) -> None:
        from realtime.domain.refusal import Reason, Refused

        if not self.reachable:
            raise Refused(Reason.OUT_OF_REACH)
        self.people.append(member_id)

    async def is_under_way(self, _circle_id: str) -> bool:
        return self.under_way


async def test_before_they_come_people_read_that_only_the_first_visit_is_one_of_listening(
    site: Site,
) -> None:
    await change(
        site,
        update(Circle).values(observers_first=True, visibility="public", joining="open"),
    )
    for path in (site.circle, f"{site.circle}/masuk"):
        shown = (await site.stranger().get(path)).words
        assert "Sesudah itu kamu memilih sendiri setiap kali." in shown
