"""Leaving a circle, missing a meeting, and what is asked at the second or third visit."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from server.care.tables import SealedNote
from server.circles.tables import Absence, Circle, Feeling, Invitation, Membership, Pairing
from tests.server.circling import change, found
from tests.server.visiting import Answer, Site, Visitor

FELT = "Apakah kamu merasa didengar, dan tidak dihakimi?"


def of_melati(**values: Any) -> Any:
    return update(Membership).where(Membership.name == "Melati").values(**values)


# --- leaving ---


async def test_somebody_leaves_in_two_taps(site: Site) -> None:
    member = site.member()
    circle = await member.get(site.circle)
    assert f'href="{site.circle}/keluar"' in circle.text
    await member.get(f"{site.circle}/keluar")
    left = await member.get((await member.post(f"{site.circle}/keluar")).to)
    assert left.status == 200 and "Kamu sudah keluar" in left.words
    assert (await member.get(site.circle)).status == 404
    assert await found(site, select(Membership.name)) == ["Bu Sari"]
    assert await found(site, select(SealedNote)) == []


async def test_nothing_is_held_against_a_return(site: Site) -> None:
    await change(site, of_melati(visits=7, felt_asked=True))
    member = site.member()
    await member.post(f"{site.circle}/keluar")
    answer = await member.post("/u/tukar", {"secret": site.secret})
    assert answer.to == f"{site.circle}/masuk"
    assert (await member.post(f"{site.circle}/masuk", {"name": "Melati"})).status == 303
    (again,) = await found(site, select(Membership).where(Membership.name == "Melati"))
    assert (again.visits, again.felt_asked, again.role) == (0, False, "member")


async def test_what_hangs_on_a_membership_goes_with_it(site: Site) -> None:
    member, ids = site.member(), site.seeded.ids
    await member.post(f"{site.circle}/undang", {})
    page = await member.get(f"{site.circle}/absen")
    await member.post(f"{site.circle}/absen", {"start": start_on(page)})
    async with site.app.extensions["lingkar"].database.session() as db:
        db.add(
            Pairing(
                circle_id=site.seeded.circle_id,
                newcomer_id=ids["Melati"],
                companion_id=ids["Bu Sari"],
            )
        )
        await db.commit()
    assert await found(site, select(Absence)) != []
    await member.post(f"{site.circle}/keluar")
    assert await found(site, select(Absence)) == await found(site, select(Pairing)) == []
    assert await found(site, select(Invitation).where(Invitation.friend.is_(True))) == []


async def test_the_last_facilitator_hands_over_first(site: Site) -> None:
    facilitator = site.facilitator()
    page = await facilitator.get(f"{site.circle}/keluar")
    assert f'href="{site.circle}/anggota"' in page.text
    assert "Serahkan dulu" in page.words
    assert (await facilitator.post(f"{site.circle}/keluar")).status == 409
    await change(site, of_melati(role="facilitator"))
    assert (await facilitator.post(f"{site.circle}/keluar")).status == 303
    assert await found(site, select(Membership.name)) == ["Melati"]


async def test_a_minors_circle_keeps_two_facilitators(site: Site) -> None:
    await change(site, update(Circle).values(ages="minors"), of_melati(role="facilitator"))
    assert (await site.facilitator().post(f"{site.circle}/keluar")).status == 409


async def test_a_ban_is_not_shed_by_leaving(site: Site) -> None:
    await change(site, of_melati(banned=True))
    member = site.member()
    assert (await member.get(f"{site.circle}/keluar")).status == 403
    assert (await member.post(f"{site.circle}/keluar")).status == 403
    assert await found(site, select(Membership.banned).where(Membership.name == "Melati")) == [True]


async def test_a_note_that_is_too_long_keeps_them_and_what_they_typed(site: Site) -> None:
    typed = "Terima kasih. " * 200
    answer = await site.member().post(f"{site.circle}/keluar", {"note": typed, "named": "yes"})
    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text
    assert typed[:500] in answer.text
    assert re.search(r'name="named" value="yes" checked', answer.text)
    assert len(await found(site, select(Membership))) == 2


# --- missing a meeting ---


def start_on(page: Answer) -> str:
    match = re.search(r'name="start" value="(\d+)"', page.text)
    assert match is not None, page.words
    return match[1]


async def test_missing_a_meeting_is_one_tap_and_seen_by_facilitators_alone(site: Site) -> None:
    member = site.member()
    page = await member.get(f"{site.circle}/absen")
    done = await member.post(f"{site.circle}/absen", {"start": start_on(page)})
    assert done.to == f"{site.circle}/absen"
    assert "Fasilitator tahu" in (await member.get(f"{site.circle}/absen")).words
    told = "Berhalangan pertemuan berikutnya: Melati"
    assert told in " ".join((await site.facilitator().get(site.circle)).words.split())
    assert "Berhalangan pertemuan berikutnya" not in (await member.get(site.circle)).words


async def test_it_can_be_undone_and_pressed_twice(site: Site) -> None:
    member = site.member()
    start = start_on(await member.get(f"{site.circle}/absen"))
    for _ in range(2):
        assert (await member.post(f"{site.circle}/absen", {"start": start})).status == 303
    assert [row.start for row in await found(site, select(Absence))] == [int(start)]
    for _ in range(2):
        await member.post(f"{site.circle}/absen", {"start": start, "do": "datang"})
    assert await found(site, select(Absence)) == []


@pytest.mark.parametrize("start", ["", "x", "1", "99999999999999999999"])
async def test_a_meeting_that_is_not_the_next_is_not_told_of(site: Site, start: str) -> None:
    answer = await site.member().post(f"{site.circle}/absen", {"start": start})
    assert answer.status == 409 and "Jadwalnya baru saja berubah" in answer.words
    assert await found(site, select(Absence)) == []


async def test_without_a_next_meeting_there_is_nothing_to_miss(site: Site) -> None:
    await change(site, update(Circle).values(rule="", starts="2020-01-01T19:00"))
    answer = await site.member().get(f"{site.circle}/absen")
    assert answer.status == 200 and "Belum ada pertemuan berikutnya" in answer.words


async def test_it_is_gone_once_the_meeting_is_over(site: Site) -> None:
    from server.upkeep import Moment, forget_absences

    member = site.member()
    start = start_on(await member.get(f"{site.circle}/absen"))
    await member.post(f"{site.circle}/absen", {"start": start})
    services = site.app.extensions["lingkar"]
    over = dt.datetime.fromtimestamp(int(start), dt.UTC) + dt.timedelta(hours=5)
    async with services.database.session() as db:
        await forget_absences(Moment(db, over, site.settings, services.keys))
        await db.commit()
    assert await found(site, select(Absence)) == []


# --- did you feel heard? ---


@pytest.mark.parametrize(("visits", "asked"), [(1, False), (2, True), (3, True), (4, False)])
async def test_whether_they_felt_heard_is_asked_at_the_second_or_third_visit(
    site: Site, visits: int, asked: bool
) -> None:
    await change(site, of_melati(visits=visits))
    assert (FELT in (await site.member().get(f"{site.circle}/usai")).words) is asked


async def test_an_answer_counts_once_and_is_not_kept_with_the_person(site: Site) -> None:
    await change(site, of_melati(visits=2))
    member = site.member()
    for felt in ("not_heard", "heard", "heard"):
        assert (await member.post(f"{site.circle}/usai/rasa", {"felt": felt})).status == 303
    (feeling,) = await found(site, select(Feeling))
    assert (feeling.heard, feeling.partly, feeling.not_heard) == (0, 0, 1)
    page = await member.get(f"{site.circle}/usai?rasa=1")
    assert "Jawabanmu ikut terhitung." in page.words and FELT not in page.words


@pytest.mark.parametrize(("visits", "felt"), [(1, "heard"), (4, "heard"), (2, "angry"), (2, "")])
async def test_an_answer_that_nobody_asked_for_counts_nothing(
    site: Site, visits: int, felt: str
) -> None:
    await change(site, of_melati(visits=visits))
    answer = await site.member().post(f"{site.circle}/usai/rasa", {"felt": felt})
    assert answer.to == f"{site.circle}/usai"
    assert await found(site, select(Feeling)) == []


@pytest.mark.parametrize(
    ("sums", "shown"), [((5, 0, 0), False), ((2, 2, 1), False), ((3, 2, 1), True)]
)
async def test_facilitators_see_sums_above_five_answers_only(
    site: Site, sums: tuple[int, int, int], shown: bool
) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        heard, partly, not_heard = sums
        db.add(
            Feeling(
                circle_id=site.seeded.circle_id, heard=heard, partly=partly, not_heard=not_heard
            )
        )
        await db.commit()
    for path in (f"{site.circle}/catatan-usai", site.circle):
        page = await site.facilitator().get(path)
        assert ("Merasa didengar: 3 ya, 2 sebagian, 1 belum." in page.words) is shown
        assert ("Merasa didengar" in page.words) is shown
        assert "Merasa didengar" not in (await site.member().get(path)).words


async def test_after_a_meeting_facilitators_find_their_follow_ups_and_all_find_help(
    site: Site,
) -> None:
    held = (await site.facilitator().get(f"{site.circle}/usai")).text
    assert f'href="{site.circle}/usai-fasilitator"' in held
    assert "usai-fasilitator" not in (await site.member().get(f"{site.circle}/usai")).text
    # With the circle in the address, so that its own lines are there as well.
    help_ = f'href="/bantuan?lingkaran={site.seeded.slug}"'
    for path in (f"{site.circle}/usai", site.circle):
        assert help_ in (await site.member().get(path)).text


async def test_other_circles_in_reach_are_public_ones_that_they_may_join(site: Site) -> None:
    await change(site, of_melati(visits=2))
    for name, values in {
        "Terbuka": {"visibility": "public", "joining": "open"},
        "Undangan": {"visibility": "public", "joining": "invitation"},
        "Tersembunyi": {"visibility": "private", "joining": "invitation"},
    }.items():
        await another_circle(site, name, **values)
    words = (await site.member().get(f"{site.circle}/usai")).words
    assert "Terbuka" in words
    assert "Undangan" not in words and "Tersembunyi" not in words
    await change(site, of_melati(visits=1), delete(Feeling))
    assert "Terbuka" not in (await site.member().get(f"{site.circle}/usai")).words


async def another_circle(site: Site, name: str, **values: str) -> None:
    from server.accounts.queries import new_person
    from server.circles.forms import CircleForm
    from server.circles.founding import make_circle

    async with site.app.extensions["lingkar"].database.session() as db:
        person = new_person()
        db.add(person)
        await db.flush()
        circle = await make_circle(db, CircleForm(name=name, weekday=2, time="19:30"), person, "A")
        for column, value in values.items():
            setattr(circle, column, value)
        await db.commit()


async def test_a_stranger_and_a_member_of_another_circle_learn_nothing(site: Site) -> None:
    visitor: Visitor = site.stranger()
    for path in ("keluar", "absen", "catatan-usai", "usai"):
        hidden = await visitor.get(f"{site.circle}/{path}")
        missing = await visitor.get(f"/c/nothing/{path}")
        assert hidden.status == missing.status == 404
        assert re.sub(r'value="[^"]*"', "", hidden.text) == re.sub(
            r'value="[^"]*"', "", missing.text
        )
