"""Making invitations: links, a printed sheet, a member's friend, taking back, and guessing."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select, update

from realtime.domain.meeting import CircleId
from server.circles.admission import CircleAdmission
from server.circles.seat_ids import seat_id
from server.circles.tables import Circle, Invitation, Membership
from server.guessing import MISSES
from server.limits import EXCHANGE
from server.security import hashed
from tests.server.visiting import Answer, Site, Visitor

WAITS = "Temanmu mengundangmu, dan fasilitator belum sempat melihatnya."


async def change(site: Site, statement: Any) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(statement)
        await db.commit()


async def found(site: Site, statement: Any) -> list[Any]:
    async with site.app.extensions["lingkar"].database.session() as db:
        return list(await db.scalars(statement))


def secret_in(answer: Answer) -> str:
    match = re.search(r'<b class="url">[^<]*/u#([^<]+)</b>', answer.text)
    assert match is not None, answer.words
    return match[1]


async def made(visitor: Visitor, site: Site, **form: str) -> str:
    """The secret of a new invitation."""
    answer = await visitor.post(f"{site.circle}/undang", {"days": "3", "most": "5", **form})
    assert answer.status == 200, answer.words
    return secret_in(answer)


async def row_of(site: Site, secret: str) -> Invitation:
    (row,) = await found(site, select(Invitation).where(Invitation.secret_hash == hashed(secret)))
    assert isinstance(row, Invitation)
    return row


async def opened(site: Site, secret: str) -> Answer:
    """What a stranger gets who opens that link."""
    return await site.stranger().post("/u/tukar", {"secret": secret})


async def joined(site: Site, secret: str, name: str) -> Visitor:
    """Somebody who came by that link and gave the promise."""
    visitor = site.stranger()
    assert (await visitor.post("/u/tukar", {"secret": secret})).to == f"{site.circle}/masuk"
    assert (await visitor.post(f"{site.circle}/masuk", {"name": name})).status == 303
    assert (await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})).status == 303
    return visitor


async def press(visitor: Visitor, site: Site, secret: str, what: str) -> Answer:
    row = await row_of(site, secret)
    return await visitor.post(f"{site.circle}/undang/{row.id}", {"do": what})


# --- links, messages, paper ---


async def test_a_link_holds_256_random_bits_and_is_shown_once(site: Site) -> None:
    facilitator = site.facilitator()
    secret = await made(facilitator, site)
    assert len(secret) == 43
    assert secret not in (await facilitator.get(f"{site.circle}/undang")).text
    assert (await row_of(site, secret)).secret_hash == hashed(secret)


async def test_the_message_names_no_topic_unless_asked(site: Site) -> None:
    facilitator = site.facilitator()
    for form, named in ({}, False), ({"with_topic": "true"}, True):
        answer = await facilitator.post(f"{site.circle}/undang", {"days": "3", "most": "5", **form})
        (address,) = re.findall(r'href="https://wa\.me/\?text=([^"]+)"', answer.text)
        message = unquote(address)
        assert ("Orang tua tunggal" in message) is named
        assert message.endswith(f"/u#{secret_in(answer)}")
        assert "Setiap " in message


async def test_a_link_that_opens_on_this_machine_alone_says_so(site: Site) -> None:
    assert site.settings.near
    answer = await site.facilitator().post(f"{site.circle}/undang", {"days": "3", "most": "5"})
    assert "hanya bisa dibuka di komputer ini" in answer.words


async def test_a_monthly_circle_is_not_said_to_meet_each_week(site: Site) -> None:
    await change(site, update(Circle).values(rule="FREQ=MONTHLY;BYDAY=2WE"))
    answer = await site.facilitator().post(f"{site.circle}/undang", {"days": "3", "most": "5"})
    message = answer.text.split('<textarea id="message"')[1].split("</textarea>")[0]
    assert "Rabu kedua tiap bulan" in message


async def test_the_sheet_is_in_both_languages_with_the_topic_only_where_asked(site: Site) -> None:
    facilitator = site.facilitator()
    secret = await made(facilitator, site)
    for form, named in ({}, False), ({"with_topic": "true"}, True):
        sheet = await facilitator.post(f"{site.circle}/undang/cetak", {"secret": secret, **form})
        paper = sheet.text.split('<article class="sheet">')[1].split("</article>")[0]
        assert sheet.status == 200 and sheet.headers["Cache-Control"] == "no-store"
        assert "Mari, duduk bersama" in paper and "Come, sit with us" in paper
        assert '<section lang="id"' in paper and '<section lang="en"' in paper
        assert ("Orang tua tunggal" in paper) is named
        assert "<svg" in paper and f"/u#{secret}" in paper
        # The content policy allows no style of its own.
        assert "style=" not in sheet.text


async def test_no_sheet_is_made_of_a_link_that_is_not_theirs(site: Site) -> None:
    secret = await made(site.facilitator(), site)
    for visitor, sent in (site.member(), secret), (site.facilitator(), "x" * 43):
        answer = await visitor.post(f"{site.circle}/undang/cetak", {"secret": sent})
        assert answer.status == 404


@pytest.mark.parametrize(("field", "value"), [("days", "0"), ("days", "x"), ("most", "101")])
async def test_what_is_wrong_is_named_and_what_was_typed_stays(
    site: Site, field: str, value: str
) -> None:
    sent = {"days": "9", "most": "4", "role": "facilitator", "with_topic": "true", field: value}
    answer = await site.facilitator().post(f"{site.circle}/undang", sent)
    assert answer.status == 422
    other = {"days": "most", "most": "days"}[field]
    assert re.search(rf'id="{field}"[^>]*value="{value}"[^>]*aria-invalid', answer.text)
    assert re.search(rf'id="{other}"[^>]*value="{sent[other]}" required>', answer.text)
    assert '<option value="facilitator" selected>' in answer.text
    assert re.search(r'name="with_topic" value="true" checked', answer.text)


async def test_the_list_says_who_made_each_and_how_many_places_are_left(site: Site) -> None:
    facilitator = site.facilitator()
    await joined(site, await made(facilitator, site, most="3"), "Awan")
    await made(facilitator, site, most="1")
    words = (await facilitator.get(f"{site.circle}/undang")).words
    assert "Dibuat Bu Sari" in words
    assert "Sisa 2 dari 3 orang." in words
    assert "Sekali pakai." in words


async def test_a_single_invitation_lets_one_person_in(site: Site) -> None:
    secret = await made(site.facilitator(), site, most="1")
    await joined(site, secret, "Awan")
    assert (await opened(site, secret)).status == 410


async def test_a_lost_link_is_replaced_and_opens_nothing_any_more(site: Site) -> None:
    facilitator = site.facilitator()
    lost = await made(facilitator, site)
    fresh = secret_in(await press(facilitator, site, lost, "ganti"))
    assert fresh != lost
    assert (await opened(site, lost)).status == 410
    assert (await opened(site, fresh)).to == f"{site.circle}/masuk"


async def test_another_circles_invitation_cannot_be_touched(site: Site) -> None:
    secret = await made(site.facilitator(), site)
    row = await row_of(site, secret)
    other = await found(site, select(Circle))
    assert len(other) == 1
    for visitor in (site.member(), site.stranger()):
        for what in ("tarik", "ganti", "cabang", "setuju", "tolak"):
            answer = await visitor.post(f"{site.circle}/undang/{row.id}", {"do": what})
            assert answer.status == 404
    assert (await opened(site, secret)).status == 303


# --- a branch ---


async def test_taking_back_a_branch_takes_back_what_lies_below_it_and_nothing_else(
    site: Site,
) -> None:
    await change(site, update(Circle).values(friends="yes"))
    facilitator, melati = site.facilitator(), site.member()
    first = await made(melati, site)
    awan = await joined(site, first, "Awan")
    second = await made(awan, site)
    bima = await joined(site, second, "Bima")
    third, open_of_melati = await made(bima, site), await made(melati, site)
    untouched = await made(facilitator, site)
    await press(facilitator, site, open_of_melati, "cabang")
    for secret in (third, open_of_melati):
        assert (await opened(site, secret)).status == 410
    assert (await opened(site, untouched)).status == 303
    # Whoever is inside stays.
    assert (await bima.get(f"{site.circle}/tunggu")).status == 200


async def named(site: Site, name: str) -> str:
    """Their id, by the name they have in the circle."""
    async with site.app.extensions["lingkar"].database.session() as db:
        found = await db.scalars(select(Membership.person_id).filter_by(name=name))
        person_id: str = found.one()
        return person_id


@pytest.mark.parametrize("branch", [False, True])
async def test_whoever_is_put_out_of_the_room_takes_their_invitation_or_its_branch_along(
    site: Site, branch: bool
) -> None:
    await change(site, update(Circle).values(friends="yes"))
    facilitator = site.facilitator()
    way_in, untouched = await made(facilitator, site), await made(facilitator, site)
    awan = await joined(site, way_in, "Awan")
    of_awan, of_others = await made(awan, site), await made(awan, site)
    bima = await joined(site, of_others, "Bima")
    of_bima = await made(bima, site)
    keys, circle = site.app.extensions["lingkar"].keys, site.seeded.circle_id
    database = site.app.extensions["lingkar"].database
    seat = seat_id(keys, circle, await named(site, "Awan"))
    admission = CircleAdmission(database, keys, site.settings)
    came = await admission.revoke(CircleId(circle), seat, branch=branch)
    below = seat_id(keys, circle, await named(site, "Bima"))
    assert came == ((below,) if branch else ())
    assert (await opened(site, way_in)).status == 410
    for secret in (of_awan, of_bima):
        assert (await opened(site, secret)).status == (410 if branch else 303)
    assert (await opened(site, untouched)).status == 303


async def test_a_branch_stops_at_whoever_holds_the_circle_by_now(site: Site) -> None:
    await change(site, update(Circle).values(friends="yes"))
    awan = await joined(site, await made(site.member(), site), "Awan")
    await change(site, update(Membership).filter_by(name="Awan").values(role="facilitator"))
    of_awan = await made(awan, site)
    keys, circle = site.app.extensions["lingkar"].keys, site.seeded.circle_id
    admission = CircleAdmission(site.app.extensions["lingkar"].database, keys, site.settings)
    melati = seat_id(keys, circle, site.seeded.ids["Melati"])
    assert await admission.revoke(CircleId(circle), melati, branch=True) == ()
    assert (await opened(site, of_awan)).status == 303


@pytest.mark.parametrize("ticked", [True, False])
async def test_on_the_members_page_the_invitation_they_came_by_goes_where_it_is_ticked(
    site: Site, ticked: bool
) -> None:
    way_in = await made(site.facilitator(), site)
    await joined(site, way_in, "Awan")
    people = await site.facilitator().get(f"{site.circle}/anggota")
    (page,) = re.findall(r'href="([^"]+)"><bdi>Awan', people.text)
    form = {"do": "keluar", **({"invitation": "yes"} if ticked else {})}
    await site.facilitator().post(page, form)
    assert (await opened(site, way_in)).status == (410 if ticked else 303)


# --- a friend ---


async def test_a_friend_waits_for_a_facilitators_yes(site: Site) -> None:
    await change(site, update(Circle).values(friends="ask"))
    member, facilitator = site.member(), site.facilitator()
    secret = await made(member, site)
    early = await opened(site, secret)
    assert early.status == 202 and WAITS in early.words
    assert "lingkar-undangan" not in str(early.headers)
    assert "Orang tua tunggal" not in early.text
    assert "Teman dari Melati" in " ".join(
        (await facilitator.get(f"{site.circle}/undang")).words.split()
    )
    assert "Menunggu fasilitator" in (await member.get(f"{site.circle}/undang")).words
    await press(facilitator, site, secret, "setuju")
    await joined(site, secret, "Awan")
    assert (await opened(site, secret)).status == 410


async def test_a_script_reads_that_it_waits_too(site: Site) -> None:
    secret = await made(site.member(), site)
    answer = await site.stranger().post_json("/u/tukar", {"secret": secret})
    assert answer.status == 202 and '"waits"' in answer.text


async def test_a_no_is_told_to_the_member_alone(site: Site) -> None:
    member = site.member()
    secret = await made(member, site)
    await press(site.facilitator(), site, secret, "tolak")
    assert "Belum bisa kali ini" in (await member.get(f"{site.circle}/undang")).words
    assert (await opened(site, secret)).status == 410


async def test_an_invitation_is_not_approved_by_the_member_who_made_it(site: Site) -> None:
    member = site.member()
    secret = await made(member, site)
    for what in ("setuju", "tolak", "cabang"):
        assert (await press(member, site, secret, what)).status == 404
    assert (await opened(site, secret)).status == 202


async def test_a_members_invitation_is_for_one_member_whatever_they_send(site: Site) -> None:
    secret = await made(site.member(), site, role="facilitator", most="50", days="60")
    row = await row_of(site, secret)
    assert (row.role, row.most, row.friend, row.approved) == ("member", 1, True, False)
    assert row.expires <= time.time() + 14 * 86400


async def test_where_friends_come_freely_the_link_works_at_once(site: Site) -> None:
    await change(site, update(Circle).values(friends="yes"))
    await joined(site, await made(site.member(), site), "Awan")


async def test_where_no_friends_come_there_is_no_such_page(site: Site) -> None:
    await change(site, update(Circle).values(friends="no"))
    member = site.member()
    assert (await member.get(f"{site.circle}/undang")).status == 404
    assert (await member.post(f"{site.circle}/undang")).status == 404


async def test_a_member_has_three_open_at_most_and_one_taken_back_leaves_no_trace(
    site: Site,
) -> None:
    member = site.member()
    secrets = [await made(member, site) for _ in range(3)]
    answer = await member.post(f"{site.circle}/undang", {"with_topic": "true"})
    assert answer.status == 422 and "tiga undangan terbuka" in answer.words
    await press(member, site, secrets[0], "tarik")
    assert (
        await found(site, select(Invitation).where(Invitation.secret_hash == hashed(secrets[0])))
        == []
    )
    await made(member, site)


async def test_somebody_banned_or_without_the_promise_invites_nobody(site: Site) -> None:
    for values in ({"banned": True}, {"banned": False, "pledged": False}):
        await change(site, update(Membership).where(Membership.name == "Melati").values(**values))
        assert (await site.member().get(f"{site.circle}/undang")).status == 404


# --- guessing ---


async def test_whoever_guesses_links_is_slowed_and_not_told_of_a_right_one(site: Site) -> None:
    guesser = site.stranger()
    for _ in range(EXCHANGE.tries):
        assert (await guesser.post("/u/tukar", {"secret": "x" * 43})).status == 410
    for secret in ("x" * 43, site.secret):
        answer = await guesser.post("/u/tukar", {"secret": secret})
        assert answer.status == 429
        assert "lingkar-undangan" not in str(answer.headers)


async def test_whoever_guesses_circles_is_slowed_and_members_beside_them_are_not(
    site: Site,
) -> None:
    await change(site, update(Circle).values(visibility="unlisted"))
    guesser = site.stranger()
    for n in range(MISSES.tries):
        assert (await guesser.get(f"/c/guess-{n}")).status == 404
    assert (await guesser.get("/c/guess")).status == 429
    assert (await guesser.get(site.circle)).status == 429
    forged = Visitor(site.app).signed_in(site.seeded, "made.up")
    assert (await forged.get(site.circle)).status == 429
    assert (await site.member().get(site.circle)).status == 200
    # The rest of the place goes on.
    assert (await guesser.get("/bantuan")).status == 200


async def test_invitations_count_nobody_twice(site: Site) -> None:
    secret = await made(site.facilitator(), site, most="2")
    await joined(site, secret, "Awan")
    await joined(site, secret, "Bima")
    assert (await row_of(site, secret)).uses == 2
    assert await found(site, select(func.count()).where(Membership.invitation_id.is_not(None))) == [
        2
    ]
