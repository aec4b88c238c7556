"""Making a circle, changing it and ending it, with everything that can be wrong on the way."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import func, select, update

from server import live_room
from server.circles import founding
from server.circles.tables import Circle, Invitation, Membership
from server.words import text
from tests.server.circling import change, circle_of, found
from tests.server.test_members import Outside
from tests.server.test_setting_up import CIRCLE
from tests.server.visiting import Answer, Site

FULL = {
    **CIRCLE,
    "name": "Perawat keluarga Tebet",
    "topic": "Merawat orang tua di rumah.",
    "kind": "carers",
    "place": "RW 05 Tebet",
    "both": "true",
    "medium": "text",
    "newcomers": "true",
    "ages": "all",
    "visibility": "public",
    "joining": "approval",
    "friends": "yes",
    "observers_first": "true",
}


async def test_a_new_circle_is_as_its_organiser_said(site: Site) -> None:
    made = await site.facilitator().post("/kelola/baru", FULL)
    assert made.to == "/c/perawat-keluarga-tebet"
    (circle,) = await found(site, select(Circle).where(Circle.kind == "carers"))
    assert (circle.place, circle.languages, circle.ages) == ("RW 05 Tebet", "id,en", "all")
    assert (circle.visibility, circle.joining, circle.friends) == ("public", "approval", "yes")
    assert (circle.newcomers, circle.observers_first) == (True, True)
    assert (circle.starts, circle.timezone) == ("2026-11-25T19:30", "Asia/Jakarta")
    assert circle.search == "perawat keluarga tebet merawat orang tua di rumah. rw 05 tebet"
    assert circle.next_start is not None


async def test_the_form_of_a_circle_shows_it_as_it_is_and_saving_it_changes_nothing(
    site: Site,
) -> None:
    facilitator = site.facilitator()
    before = {k: v for k, v in vars(await circle_of(site)).items() if k[0] != "_"}
    form = fields(await facilitator.get(f"{site.circle}/ubah"))
    assert form["name"] == "Orang tua tunggal Jakarta"
    answer = await facilitator.post(f"{site.circle}/ubah", form)
    assert answer.status == 303
    assert "Tersimpan." in (await facilitator.get(answer.to)).words
    after = {k: v for k, v in vars(await circle_of(site)).items() if k[0] != "_"}
    assert {k for k in before if before[k] != after[k]} <= {"next_start"}


async def test_a_change_keeps_the_address_and_what_others_search_by(site: Site) -> None:
    facilitator = site.facilitator()
    form = fields(await facilitator.get(f"{site.circle}/ubah"))
    changed = {**form, "name": "Ayah dan Ibu", "place": "Menteng", "time": "20:15", "seats": "8"}
    await facilitator.post(f"{site.circle}/ubah", changed)
    circle = await circle_of(site)
    assert (circle.name, circle.seats, circle.starts[11:]) == ("Ayah dan Ibu", 8, "20:15")
    assert "menteng" in circle.search


async def test_an_old_schedule_that_nobody_touched_is_right(site: Site) -> None:
    old = {"starts": "1999-01-06T19:30", "rule": "FREQ=WEEKLY;BYDAY=WE;COUNT=10"}
    await change(site, update(Circle).values(**old))
    facilitator = site.facilitator()
    form = fields(await facilitator.get(f"{site.circle}/ubah"))
    assert (await facilitator.post(f"{site.circle}/ubah", {**form, "seats": "9"})).status == 303
    circle = await circle_of(site)
    assert (circle.seats, circle.starts, circle.rule) == (9, *old.values())


WRONG = [
    ("name", ""),
    ("seats", "31"),
    ("minutes", "5"),
    ("kind", "cooking"),
    ("place", "x" * 81),
    ("joining", "open"),
    ("ages", "babies"),
    ("zone", "Mars/Olympus"),
    ("date", "soon"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
async def test_a_wrong_field_is_named_and_everything_typed_stays(
    site: Site, field: str, value: str
) -> None:
    facilitator = site.facilitator()
    form = fields(await facilitator.get(f"{site.circle}/ubah"))
    sent = {**form, "topic": "Ketikan panjang yang tidak boleh hilang", field: value}
    answer = await facilitator.post(f"{site.circle}/ubah", sent)
    assert answer.status == 422
    assert f'href="#{field}"' in answer.text or f'href="#rule-{field}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Ketikan panjang yang tidak boleh hilang" in answer.text
    assert (await circle_of(site)).topic == "Mengasuh anak seorang diri."


async def test_whoever_waits_is_let_in_once_anybody_may_come(site: Site) -> None:
    await change(site, update(Circle).values(visibility="unlisted", joining="approval"))
    visitor = site.stranger()
    await visitor.post(f"{site.circle}/masuk", {"name": "Awan"})
    facilitator = site.facilitator()
    form = fields(await facilitator.get(f"{site.circle}/ubah"))
    await facilitator.post(f"{site.circle}/ubah", {**form, "joining": "open"})
    assert "Janji kita bersama" in (await visitor.get(f"{site.circle}/masuk")).words


async def test_two_who_make_the_same_name_at_once_get_two_addresses(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken(*_: object) -> str:
        return site.seeded.slug

    monkeypatch.setattr(founding, "free_slug", taken)
    made = await site.facilitator().post("/kelola/baru", CIRCLE)
    assert made.status == 303
    assert made.to.startswith(f"{site.circle}-")
    assert (await site.facilitator().get(made.to)).status == 200
    assert await found(site, select(func.count()).select_from(Circle)) == [2]


@pytest.mark.parametrize("name", ["!!", "日本の輪", "a" * 60, "ubah", "../kelola"])
async def test_any_name_gives_an_address_that_can_be_opened(site: Site, name: str) -> None:
    made = await site.facilitator().post("/kelola/baru", {**CIRCLE, "name": name})
    if name == "!!":
        assert made.status == 422
        return
    assert (await site.facilitator().get(made.to)).status == 200
    assert made.to.removeprefix("/c/").replace("-", "").isalnum()


async def test_a_circle_is_not_ended_without_its_name(site: Site) -> None:
    facilitator = site.facilitator()
    answer = await facilitator.post(f"{site.circle}/hapus", {"name": "Orang tua"})
    assert answer.status == 422
    assert 'value="Orang tua"' in answer.text
    assert (await facilitator.get(site.circle)).status == 200


async def test_a_circle_is_not_ended_while_people_meet(site: Site) -> None:
    Outside(site, under_way=True)
    facilitator = site.facilitator()
    form = {"name": "orang tua  TUNGGAL jakarta"}
    answer = await facilitator.post(f"{site.circle}/hapus", form)
    assert answer.status == 409
    assert "Masih ada pertemuan" in answer.words
    Outside(site)
    assert (await facilitator.post(f"{site.circle}/hapus", form)).status == 303


async def test_a_room_that_cannot_be_asked_counts_as_full_of_people(site: Site) -> None:
    from realtime.domain.refusal import Reason, Refused

    class Gone(Outside):
        async def is_under_way(self, _circle_id: str) -> bool:
            raise Refused(Reason.OUT_OF_REACH)

    live_room.hand_over(site.app, Gone(site))
    form = {"name": "Orang tua tunggal Jakarta"}
    assert (await site.facilitator().post(f"{site.circle}/hapus", form)).status == 409


async def test_everything_of_a_circle_goes_with_it_and_its_people_stay(site: Site) -> None:
    facilitator = site.facilitator()
    await facilitator.post(f"{site.circle}/kesepakatan", {"lines.id": "Pelan", "lines.en": ""})
    await facilitator.post(f"{site.circle}/hapus", {"name": "Orang tua tunggal Jakarta"})
    for table in (Circle, Membership, Invitation):
        assert await found(site, select(table)) == []
    assert (await facilitator.get(site.circle)).status == 404
    assert (await facilitator.get("/kelola")).status == 200


def fields(page: Answer) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    import re

    form = page.text.split('id="step"')[1].split("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        kind = re.search(r' type="([^"]+)"', tag)
        ticked = " checked" in tag or (kind and kind[1] not in ("radio", "checkbox"))
        if name and ticked and name[1] != "_token":
            sent[name[1]] = unescape(value[1] if value else "")
    for name_, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        sent[name_] = unescape(chosen[1]) if chosen else ""
    return sent


# --- somebody else was faster ---


async def test_whoever_saves_later_is_told_what_changed_and_keeps_what_they_typed(
    site: Site,
) -> None:
    one, two = site.facilitator(), site.facilitator()
    mine = fields(await one.get(f"{site.circle}/ubah"))
    theirs = fields(await two.get(f"{site.circle}/ubah"))
    changed = {**theirs, "topic": "Topik baru", "time": "20:15", "ages": "all", "both": "true"}
    assert (await two.post(f"{site.circle}/ubah", changed)).status == 303
    told = await one.post(f"{site.circle}/ubah", {**mine, "topic": "Topikku", "seats": "9"})
    assert told.status == 409
    note = told.text.partition('role="alert"')[2].partition("</div>")[0]
    for words in ("Topik baru", "20.15", text("id", "org.ages.all"), "ya"):
        assert words in note, words
    assert "Kursi" not in note and "Tempat" not in note
    form = fields(told)
    # Typed here: kept. Untouched here: as the other made it.
    assert (form["topic"], form["seats"]) == ("Topikku", "9")
    assert (form["time"], form["ages"], form["both"]) == ("20:15", "all", "true")
    assert (await circle_of(site)).topic == "Topik baru"
    # Saving again is a decision.
    assert (await one.post(f"{site.circle}/ubah", form)).status == 303
    circle = await circle_of(site)
    assert (circle.topic, circle.seats, circle.starts[11:]) == ("Topikku", 9, "20:15")


async def test_two_who_change_the_same_thing_alike_are_not_disturbed(site: Site) -> None:
    one, two = site.facilitator(), site.facilitator()
    form = fields(await one.get(f"{site.circle}/ubah"))
    for visitor in (two, one):
        answer = await visitor.post(f"{site.circle}/ubah", {**form, "topic": "Sama"})
        assert answer.status == 303


async def test_a_wrong_field_does_not_make_the_form_forget_what_it_began_with(site: Site) -> None:
    one, two = site.facilitator(), site.facilitator()
    form = fields(await one.get(f"{site.circle}/ubah"))
    wrong = await one.post(f"{site.circle}/ubah", {**form, "seats": "31"})
    await two.post(f"{site.circle}/ubah", {**form, "topic": "Topik baru"})
    again = {**fields(wrong), "seats": "9"}
    assert (await one.post(f"{site.circle}/ubah", again)).status == 409
