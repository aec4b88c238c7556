"""A full circle: a kind no, others in reach, and never one person too many."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select, update

from server.circles.tables import Circle, Invitation, Membership
from tests.server.circling import change, found, membership, page_of
from tests.server.test_editing import fields
from tests.server.test_entry import invited
from tests.server.test_leaving import another_circle
from tests.server.visiting import Site

# Bu Sari and Melati.
BELONG = 2


async def seats(site: Site, free: int, joining: str = "open") -> None:
    values = {"visibility": "public", "joining": joining, "seats": BELONG + free}
    await change(site, update(Circle).where(Circle.slug == site.seeded.slug).values(**values))


async def members(site: Site) -> int:
    counted = select(func.count()).select_from(Membership).where(Membership.state == "member")
    (count,) = await found(site, counted)
    return int(count)


async def test_where_all_seats_are_taken_nobody_joins_and_others_are_in_reach(site: Site) -> None:
    await another_circle(site, "Duka", visibility="public", joining="open")
    await seats(site, 0)
    visitor = site.stranger()
    for answer in (
        await visitor.get(f"{site.circle}/masuk"),
        await visitor.get(f"{site.circle}/masuk?langkah=nama"),
        await visitor.post(f"{site.circle}/masuk", {"name": "Awan"}),
    ):
        assert answer.status == 409
        assert "Semua kursi sudah terisi." in answer.words
        assert "Duka" in answer.words and "Undanganmu" not in answer.words
    assert await membership(site, "Awan") is None
    # Nobody was made for it either.
    assert (await visitor.get("/aku")).status == 303


async def test_a_member_comes_in_however_full_it_is(site: Site) -> None:
    await seats(site, -1)
    assert (await site.member().get(f"{site.circle}/masuk")).status == 303


async def test_an_invitation_makes_no_seat_and_is_not_used_up(site: Site) -> None:
    visitor = await invited(site)
    await seats(site, 0, "invitation")
    answer = await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})
    assert answer.status == 409 and "tetap berlaku sampai waktunya habis" in answer.words
    assert all(one.uses == 0 for one in await found(site, select(Invitation)))
    await seats(site, 1, "invitation")
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303


async def test_whoever_is_asked_to_hold_it_needs_no_free_seat(site: Site) -> None:
    visitor = site.stranger()
    secret = site.seeded.facilitate_link.partition("#")[2]
    await visitor.post("/u/tukar", {"secret": secret})
    await seats(site, 0)
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Pak Budi"})).status == 303


async def test_by_approval_one_may_ask_and_wait_until_there_is_a_seat(site: Site) -> None:
    await seats(site, 0, "approval")
    visitor, facilitator = site.stranger(), site.facilitator()
    assert "Kamu boleh bertanya dan menunggu" in (await visitor.get(site.circle)).words
    assert "Kamu boleh bertanya dan menunggu" in (await visitor.get(f"{site.circle}/masuk")).words
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303
    path = await page_of(site, "Awan")
    full = await facilitator.post(path, {"do": "terima"})
    assert full.status == 409 and "Semua kursi terisi." in full.words
    await seats(site, 1, "approval")
    assert (await facilitator.post(path, {"do": "terima"})).status == 303
    assert await members(site) == BELONG + 1


async def test_a_no_is_given_however_full_it_is(site: Site) -> None:
    await seats(site, 0, "approval")
    await site.stranger().post(f"{site.circle}/masuk", {"name": "Awan"})
    path = await page_of(site, "Awan")
    assert (await site.facilitator().post(path, {"do": "tolak"})).status == 303


async def test_two_at_once_never_share_the_last_seat(site: Site) -> None:
    await seats(site, 1)
    visitors = [site.stranger() for _ in range(4)]
    for visitor in visitors:
        await visitor.get("/bantuan")
    answers = await asyncio.gather(
        *(
            visitor.post(f"{site.circle}/masuk", {"name": f"Awan {n}"})
            for n, visitor in enumerate(visitors)
        )
    )
    assert sorted(answer.status for answer in answers) == [303, 409, 409, 409]
    assert await members(site) == BELONG + 1


@pytest.mark.parametrize(("free", "inside"), [(1, 1), (3, 2)])
async def test_once_anybody_may_come_as_many_as_there_are_seats_wait_no_longer(
    site: Site, free: int, inside: int
) -> None:
    await seats(site, free, "approval")
    for name in ("Awan", "Bintang"):
        await site.stranger().post(f"{site.circle}/masuk", {"name": name})
    facilitator = site.facilitator()
    form = fields(await facilitator.get(f"{site.circle}/ubah"))
    await facilitator.post(f"{site.circle}/ubah", {**form, "joining": "open"})
    assert await members(site) == BELONG + inside
