"""The way in: an invitation, a name, the promise; and every bad input on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from server.circles.tables import Circle, Invitation, Membership
from tests.server.visiting import Answer, Site, Visitor


async def change(site: Site, statement: Any) -> None:
    async with site.app.extensions["lingkar"].database.session() as db:
        await db.execute(statement)
        await db.commit()


async def found(site: Site, statement: Any) -> list[Any]:
    async with site.app.extensions["lingkar"].database.session() as db:
        return list(await db.scalars(statement))


async def invited(site: Site) -> Visitor:
    """Somebody who opened the invitation."""
    visitor = site.stranger()
    answer = await visitor.post("/u/tukar", {"secret": site.secret})
    assert answer.to == f"{site.circle}/masuk"
    return visitor


async def named(site: Site, name: str) -> tuple[Visitor, Answer]:
    visitor = await invited(site)
    return visitor, await visitor.post(f"{site.circle}/masuk", {"name": name})


async def test_from_an_invitation_to_the_door_in_four_taps_and_a_name(site: Site) -> None:
    visitor = await invited(site)
    look = await visitor.get(f"{site.circle}/masuk")
    assert "Lihat dulu, putuskan nanti." in look.words
    assert "Orang tua tunggal Jakarta" in look.words
    assert "langkah=nama" in look.text
    name = await visitor.get(f"{site.circle}/masuk?langkah=nama")
    assert "Nama apa yang kamu suka?" in name.words
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303
    pledge = await visitor.get(f"{site.circle}/masuk")
    assert "Janji kita bersama" in pledge.words
    assert "checked" not in pledge.text
    done = await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})
    assert done.to == f"{site.circle}/tunggu"
    lobby = await visitor.get(f"{site.circle}/tunggu")
    assert "Selamat datang, Awan" in " ".join(lobby.words.split())
    assert "Hari ini saya pengamat" in lobby.words
    assert (await visitor.get(f"{site.circle}/ruang")).status == 200
    assert (await visitor.get(f"{site.circle}/usai")).status == 200


async def test_who_is_asked_to_facilitate_reads_it_before_they_say_yes(site: Site) -> None:
    for link, asked in (site.seeded.join_link, False), (site.seeded.facilitate_link, True):
        visitor = site.stranger()
        await visitor.post("/u/tukar", {"secret": link.partition("#")[2]})
        look = await visitor.get(f"{site.circle}/masuk")
        assert ("Kamu diajak menjadi fasilitator" in look.words) is asked


async def test_going_on_without_the_promise_brings_a_kind_word(site: Site) -> None:
    visitor, _ = await named(site, "Awan")
    answer = await visitor.post(f"{site.circle}/masuk", {})
    assert answer.status == 422
    assert "Centang janji dulu" in answer.words
    for page in ("tunggu", "ruang"):
        assert (await visitor.get(f"{site.circle}/{page}")).to == f"{site.circle}/masuk"


async def test_an_invitation_can_be_exchanged_by_a_script_too(site: Site) -> None:
    answer = await site.stranger().post_json("/u/tukar", {"secret": site.secret})
    assert answer.status == 200
    assert f'"to":"{site.circle}/masuk"' in answer.text.replace(" ", "")


async def test_the_whole_link_may_be_pasted(site: Site) -> None:
    answer = await site.stranger().post("/u/tukar", {"secret": f" {site.seeded.join_link} "})
    assert answer.to == f"{site.circle}/masuk"


OVER = {
    "expired": update(Invitation).values(expires=1),
    "used up": update(Invitation).values(uses=Invitation.most),
    "taken back": update(Invitation).values(revoked=True),
}


@pytest.mark.parametrize("why", [*OVER, "made up", "empty", "huge", "of another kind"])
async def test_a_bad_invitation_gives_one_kind_page(site: Site, why: str) -> None:
    secret = {"made up": "x" * 43, "empty": "", "huge": "y" * 5000}.get(why, site.secret)
    if why in OVER:
        await change(site, OVER[why])
    body: dict[str, Any] = {"secret": ["list"]} if why == "of another kind" else {"secret": secret}
    for answer in (
        await site.stranger().post_json("/u/tukar", body),
        await site.stranger().post("/u/tukar", {"secret": "" if why[0] == "o" else secret}),
    ):
        assert answer.status == 410
        assert "lingkar-undangan" not in str(answer.headers)
    assert "Tautan ini sudah tidak berlaku." in answer.words


@pytest.mark.parametrize("why", list(OVER))
async def test_an_invitation_that_ends_while_somebody_thinks_lets_nobody_in(
    site: Site, why: str
) -> None:
    visitor = await invited(site)
    await change(site, OVER[why])
    assert (await visitor.get(f"{site.circle}/masuk")).status == 410
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 410
    assert await found(site, select(Membership).where(Membership.name == "Awan")) == []


async def test_each_person_counts_once_and_the_last_place_is_given_once(site: Site) -> None:
    await change(site, update(Invitation).values(most=1))
    first, second = await invited(site), await invited(site)
    assert (await first.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303
    assert (await first.post(f"{site.circle}/masuk", {"promise": "yes"})).status == 303
    assert (await second.post(f"{site.circle}/masuk", {"name": "Bima"})).status == 410
    assert (await first.get(f"{site.circle}/tunggu")).status == 200


BAD_NAMES = {
    "empty": "",
    "only spaces": " \u00a0 \t ",
    "200 characters": "a" * 200,
    "41 characters": "a" * 41,
    "only emoji": "🌸🌸",
    "zero width alone": "\u200b\u200b",
    "joiners alone": "\u200d\u200d",
    "a control character": "Me\x07lati",
    "a direction override": "Melati\u202egpj",
    "an isolate": "\u2066Melati",
    "a letter that nobody sees": "\u3164",
    "blank dots": "\u2800a",
    "a joiner of marks": "Me\u034flati",
    "a selector of a variant": "Melati\U000e0101",
    "a tag": "Melati\U000e0041",
    "characters that read as a dozen": "\ufdfa" * 40,
    "marks piled up": "a" + "\u0301" * 12,
    "punctuation": "...",
}


@pytest.mark.parametrize("kind", list(BAD_NAMES))
async def test_a_name_that_cannot_be_shown_is_asked_for_again(site: Site, kind: str) -> None:
    visitor, answer = await named(site, BAD_NAMES[kind])
    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'role="alert"' in answer.text
    assert (await visitor.get("/")).status == 200
    assert len(await found(site, select(Membership))) == 2


GOOD_NAMES = [
    ("  Bu   Tini ", "Bu Tini"),
    ("مريم", "مريم"),
    ("שרה", "שרה"),
    ("Awan 🌸", "Awan 🌸"),
    ("a" * 40, "a" * 40),
    ("Cafe\u0301", "Café"),
    ("නිමල්", "නිමල්"),
    ("7", "7"),
]


@pytest.mark.parametrize(("typed", "kept"), GOOD_NAMES)
async def test_a_name_of_any_script_is_fine_and_stays_in_its_direction(
    site: Site, typed: str, kept: str
) -> None:
    visitor, answer = await named(site, typed)
    assert answer.status == 303
    assert await found(site, select(Membership.name).where(Membership.name == kept)) == [kept]
    await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})
    assert f"<bdi>{kept}</bdi>" in (await visitor.get(f"{site.circle}/tunggu")).text


@pytest.mark.parametrize(
    "same",
    ["Melati", "melati", "MELATI", " Me lati ", "Ｍelati", "Mеlаti", "Μelati", "Mel\u200dati"],
)
async def test_a_name_that_reads_the_same_is_taken_and_another_is_offered(
    site: Site, same: str
) -> None:
    _, answer = await named(site, same)
    assert answer.status == 409
    assert "Nama itu sudah dipakai" in answer.words
    assert " 2" in answer.words


async def test_markup_in_a_name_is_only_text(site: Site) -> None:
    visitor, _ = await named(site, "<b>Awan</b>&")
    await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})
    text = (await visitor.get(f"{site.circle}/tunggu")).text
    assert "&lt;b&gt;Awan&lt;/b&gt;&amp;" in text
    assert "<b>Awan" not in text


async def test_a_member_who_opens_an_invitation_again_uses_no_place(site: Site) -> None:
    member = site.member()
    answer = await member.post("/u/tukar", {"secret": site.secret})
    assert answer.to == site.circle
    assert set(await found(site, select(Invitation.uses))) == {0}


async def test_somebody_banned_is_told_so_at_every_door(site: Site) -> None:
    await change(site, update(Membership).where(Membership.name == "Melati").values(banned=True))
    member = site.member()
    for page in ("masuk", "tunggu", "ruang", "usai"):
        answer = await member.get(f"{site.circle}/{page}")
        assert answer.status == 403
        assert "Kamu tidak bisa masuk ke lingkaran ini lagi." in answer.words
    assert (await member.post(f"{site.circle}/masuk", {"promise": "yes"})).status == 403


async def test_a_circle_on_the_first_page_needs_no_invitation(site: Site) -> None:
    assert "Orang tua tunggal Jakarta" not in (await site.stranger().get("/")).text
    await change(site, update(Circle).values(visibility="public", joining="open"))
    visitor = site.stranger()
    assert "Orang tua tunggal" in (await visitor.get("/")).text
    assert (await visitor.get(f"{site.circle}/masuk")).status == 200
    assert (await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})).status == 303


async def test_an_invitation_may_make_a_co_facilitator(site: Site) -> None:
    secret = site.seeded.facilitate_link.partition("#")[2]
    visitor = site.stranger()
    await visitor.post("/u/tukar", {"secret": secret})
    await visitor.post(f"{site.circle}/masuk", {"name": "Mas Adi"})
    done = await visitor.post(f"{site.circle}/masuk", {"promise": "yes"})
    assert done.to == site.circle
    assert (await visitor.get(f"{site.circle}/undang")).status == 200
    assert (await visitor.get(f"{site.circle}/tunggu")).to == f"{site.circle}/ruang"


async def test_a_member_who_is_asked_to_facilitate_keeps_name_and_seat(site: Site) -> None:
    member = site.member()
    secret = site.seeded.facilitate_link.partition("#")[2]
    assert (await member.post("/u/tukar", {"secret": secret})).to == site.circle
    assert (await member.get(f"{site.circle}/undang")).status == 200


async def test_an_invitation_is_shown_once_and_its_secret_is_kept_nowhere(site: Site) -> None:
    facilitator = site.facilitator()
    made = await facilitator.post(f"{site.circle}/undang", {"days": "3", "most": "5"})
    assert made.status == 200
    secret = made.words.split("/u#")[1].split()[0]
    assert len(secret) >= 22
    assert "<svg" in made.text
    assert "Orang tua tunggal" not in made.text.split('<textarea id="message"')[1].split("</t")[0]
    assert secret not in (await facilitator.get(f"{site.circle}/undang")).text
    stored = b"".join(path.read_bytes() for path in site.settings.data_dir.iterdir())
    assert secret.encode() not in stored
    answer = await site.stranger().post("/u/tukar", {"secret": secret})
    assert answer.status == 303


async def test_an_invitation_names_the_circle_only_where_asked(site: Site) -> None:
    form = {"days": "3", "most": "5", "with_topic": "true"}
    made = await site.facilitator().post(f"{site.circle}/undang", form)
    assert "Orang tua tunggal" in made.text.split('<textarea id="message"')[1]


async def test_an_invitation_taken_back_lets_nobody_in(site: Site) -> None:
    (invitation, *_) = await found(site, select(Invitation).where(Invitation.role == "member"))
    answer = await site.facilitator().post(f"{site.circle}/undang/{invitation.id}", {"do": "tarik"})
    assert answer.to == f"{site.circle}/undang"
    assert (await site.stranger().post("/u/tukar", {"secret": site.secret})).status == 410


@pytest.mark.parametrize("form", [{"days": "0"}, {"days": "x"}, {"most": "101"}, {"role": "king"}])
async def test_an_invitation_without_bounds_is_not_made(site: Site, form: dict[str, str]) -> None:
    answer = await site.facilitator().post(f"{site.circle}/undang", form)
    assert answer.status == 422
    assert len(await found(site, select(Invitation))) == 2


async def test_a_device_can_forget_who_used_it(site: Site) -> None:
    member = site.member()
    assert (await member.get(f"{site.circle}/tunggu")).status == 200
    await member.post("/keluar")
    assert (await member.get(f"{site.circle}/tunggu")).status == 404
    # The old cookie is worth nothing, even kept by hand.
    assert (await site.member().get(f"{site.circle}/tunggu")).status == 404


Tampering = Callable[[str], str]


@pytest.mark.parametrize(
    "tamper",
    [lambda c: c[:-1], lambda c: c + "x", lambda c: "." + c, lambda _: "", lambda c: "é" + c[1:]],
)
async def test_a_cookie_that_is_not_ours_is_nobody(site: Site, tamper: Tampering) -> None:
    forged = Visitor(site.app).signed_in(site.seeded, tamper(site.seeded.members["Melati"]))
    assert (await forged.get(f"{site.circle}/tunggu")).status == 404
