"""The circle's guide: what may be in one, the standard one, its page, and what the room gets."""

from __future__ import annotations

import copy
import json
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update

from realtime.domain.meeting import Phase, Step, Wording
from server.circles import guide_form
from server.circles.admission import frame_of
from server.circles.guide import Guide, guide_of, standard
from server.circles.guide_form import draft_from, press, read_guide
from server.circles.tables import Circle
from server.database import Database
from tests.server.visiting import Answer, Site

FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>(?:([^<]*)</textarea>)?", re.S)
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
CHOSEN = re.compile(r'<select id="([^"]+)".*?<option value="([^"]+)" selected', re.S)

Form = dict[str, str]


def form_in(answer: Answer) -> Form:
    """What a browser would send of the guide's form, without a button."""
    text = answer.text[
        answer.text.index('id="step"') : answer.text.index(
            "</form>", answer.text.index('id="step"')
        )
    ]
    found: Form = dict(CHOSEN.findall(text))
    for kind, attributes, inside in FIELD.findall(text):
        has = {name: unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
        if kind == "textarea":
            # A browser leaves out the first line break.
            found[has["name"]] = unescape(inside).removeprefix("\n")
        elif kind == "input" and (has.get("type") != "checkbox" or "checked" in has):
            found[has["name"]] = has.get("value", "")
    # Each visitor has a token of their own.
    del found["_token"]
    return found


def path(site: Site) -> str:
    return f"{site.circle}/susunan"


async def circle_of(site: Site) -> Circle:
    database = Database(site.settings.database_url)
    try:
        async with database.session() as db:
            found = await db.scalar(select(Circle).where(Circle.id == site.seeded.circle_id))
            assert found is not None
            return found
    finally:
        await database.close()


async def keep(site: Site, guide: dict[str, Any] | None) -> None:
    database = Database(site.settings.database_url)
    try:
        async with database.session() as db:
            await db.execute(update(Circle).values(guide=guide))
            await db.commit()
    finally:
        await database.close()


def fields(**changes: str) -> Form:
    """A small form that is right, with these fields otherwise; `__` stands for a dot."""
    right = {
        "prompts.0.id": "Apa kabar?",
        "prompts.0.en": "",
        "agenda.0.phase": "opening",
        "agenda.0.minutes": "10",
        "agenda.0.title.id": "Salam",
        "agenda.0.title.en": "",
        "agenda.0.script.id": "",
        "agenda.0.script.en": "Welcome.",
        "soft": "4",
    }
    return right | {name.replace("__", "."): value for name, value in changes.items()}


# --- what may be in one ---


def test_the_standard_guide_fills_a_meeting_of_any_length() -> None:
    phases = ["gathering", "opening", "sharing", "sharing", "closing"]
    for minutes in range(15, 241):
        steps = standard(minutes).agenda
        assert sum(step.minutes for step in steps) == minutes
        assert [step.phase for step in steps] == phases


def test_the_standard_guide_says_everything_in_both_languages_and_agrees_to_nothing() -> None:
    guide = standard(75)
    texts = [
        *guide.prompts,
        *(words for step in guide.agenda for words in (step.title, step.script)),
    ]
    assert all(words.id and words.en for words in texts)
    assert not (guide.bell or guide.hard_limit or guide.facilitators_in_order)


def test_the_standard_guide_speaks_in_short_sentences() -> None:
    guide = standard(75)
    texts = [*guide.prompts, *(step.script for step in guide.agenda)]
    sentences = [one for words in texts for one in re.split(r"[.?!]\s*", f"{words.id} {words.en}")]
    assert [one for one in sentences if len(one.split()) > 12] == []


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"prompts__0__id": ""}, "prompts.0.id", "empty"),
        ({"prompts__0__en": "x" * 281}, "prompts.0.en", "long"),
        ({"prompts__0__id": "a\u202eb"}, "prompts.0.id", "hidden"),
        ({"agenda__0__title__id": " "}, "agenda.0.title.id", "empty"),
        ({"agenda__0__title__en": "x" * 81}, "agenda.0.title.en", "long"),
        ({"agenda__0__script__id": "x" * 601}, "agenda.0.script.id", "long"),
        ({"agenda__0__script__id": "a\n\u200bb"}, "agenda.0.script.id", "hidden"),
        ({"agenda__0__minutes": "0"}, "agenda.0.minutes", "minutes"),
        ({"agenda__0__minutes": "121"}, "agenda.0.minutes", "minutes"),
        ({"agenda__0__minutes": ""}, "agenda.0.minutes", "minutes"),
        ({"agenda__0__phase": "ended"}, "agenda.0.phase", "phase"),
        *(
            ({"soft": soft}, "soft", "soft")
            for soft in ("0", "0.25", "30.5", "-4", "", "x", "nan", "inf", "1e400", "sNaN")
        ),
    ],
)
def test_a_field_that_is_wrong_is_named(change: Form, field: str, why: str) -> None:
    form, wrong = read_guide(draft_from(fields(**change)))
    assert form is None
    assert wrong == {field: why}


@pytest.mark.parametrize(
    "change",
    [
        {"prompts__0__en": "x" * 280},
        {"agenda__0__title__en": "x" * 80},
        {"agenda__0__script__id": "x" * 600},
        {"agenda__0__minutes": "1"},
        {"agenda__0__minutes": "120"},
        {"agenda__0__script__en": ""},
    ],
)
def test_what_just_fits_is_right(change: Form) -> None:
    assert read_guide(draft_from(fields(**change)))[1] == {}


@pytest.mark.parametrize(
    ("typed", "seconds"), [("0.5", 30), ("0,5", 30), ("4", 240), ("1.5", 90), (" 30 ", 1800)]
)
def test_a_turn_is_in_minutes_and_halves(typed: str, seconds: int) -> None:
    form, _ = read_guide(draft_from(fields(soft=typed)))
    assert form is not None
    assert form.soft == seconds
    again, _ = read_guide(draft_from(fields(soft=guide_form.minutes_of(seconds))))
    assert again is not None and again.soft == seconds


def test_lines_stay_lines_in_a_script_and_are_one_in_a_question() -> None:
    sent = fields(
        prompts__0__id=" Apa \r\n kabar? ", agenda__0__script__id="Satu.\r\n\r\n\r\n Dua. \r\n"
    )
    form, _ = read_guide(draft_from(sent))
    assert form is not None
    assert form.prompts[0].id == "Apa kabar?"
    assert form.agenda[0].script.id == "Satu.\n\nDua."


def test_a_guide_holds_no_more_rows_than_it_may() -> None:
    guide = standard(75).model_dump(mode="json")
    many = {**guide, "prompts": guide["prompts"][:1] * 21}
    with pytest.raises(ValueError, match="at most 20"):
        Guide.model_validate(many)
    with pytest.raises(ValueError, match="at most 12"):
        Guide.model_validate({**guide, "agenda": guide["agenda"][:1] * 13})
    draft = draft_from({f"prompts.{n}.id": "x" for n in range(50)})
    assert len(draft["prompts"]) == 20
    assert press(draft, "prompts.add") == (draft, "")


# --- rows ---


def rows(*names: str) -> dict[str, Any]:
    return {"prompts": [{"id": name, "en": ""} for name in names], "agenda": []}


@pytest.mark.parametrize(
    ("button", "after", "focus"),
    [
        ("prompts.add", ["a", "b", "c", ""], "prompts.3"),
        ("prompts.1.up", ["b", "a", "c"], "prompts.0.up"),
        ("prompts.1.down", ["a", "c", "b"], "prompts.2.down"),
        ("prompts.0.up", ["a", "b", "c"], "prompts.0.up"),
        ("prompts.2.down", ["a", "b", "c"], "prompts.2.down"),
        ("prompts.1.remove", ["a", "c"], "prompts.1"),
        ("prompts.2.remove", ["a", "b"], "prompts.1"),
        ("prompts.3.remove", ["a", "b", "c"], ""),
        ("prompts.-1.remove", ["a", "b", "c"], ""),
        ("prompts.٠.remove", ["a", "b", "c"], ""),
        ("nothing.0.remove", ["a", "b", "c"], ""),
        ("", ["a", "b", "c"], ""),
    ],
)
def test_a_button_moves_one_row_and_a_strange_one_none(
    button: str, after: list[str], focus: str
) -> None:
    draft = rows("a", "b", "c")
    untouched = copy.deepcopy(draft)
    changed, where = press(draft, button)
    assert [row["id"] for row in changed["prompts"]] == after
    assert where == focus
    assert draft == untouched


def test_removing_the_last_row_leads_to_the_button_that_adds_one() -> None:
    assert press(rows("a"), "prompts.0.remove") == (rows(), "prompts.add")


# --- the page ---


async def test_the_page_shows_the_standard_guide_and_sending_it_back_keeps_its_words(
    site: Site,
) -> None:
    facilitator = site.facilitator()
    shown = form_in(await facilitator.get(path(site)))
    answer = await facilitator.post(path(site), {**shown, "do": "save"})
    assert answer.status == 303
    circle = await circle_of(site)
    assert circle.guide is not None
    assert guide_of(circle) == standard(75)
    assert form_in(await facilitator.get(answer.to)) | {"seen": ""} == shown | {"seen": ""}


async def test_what_is_saved_is_what_the_room_gets(site: Site) -> None:
    facilitator = site.facilitator()
    seen = form_in(await facilitator.get(path(site)))["seen"]
    sent = fields(soft="1.5", bell="true", hard_limit="true", facilitators_in_order="true")
    answer = await facilitator.post(path(site), {**sent, "seen": seen, "do": "save"})
    assert answer.to == f"{path(site)}?keadaan=tersimpan"
    assert "Tersimpan" in (await facilitator.get(answer.to)).words
    frame = frame_of(await circle_of(site))
    assert frame.prompts == (Wording("Apa kabar?", ""),)
    assert frame.agenda == (Step(Phase.OPENING, 10, Wording("Salam"), Wording("", "Welcome.")),)
    assert frame.soft_seconds == 90
    assert frame.bell and frame.hard_limit and frame.facilitators_in_order


async def test_a_circle_meets_with_sound_where_its_organiser_chose_it(site: Site) -> None:
    circle = await circle_of(site)
    assert frame_of(circle).sound is (circle.medium == "sound") is False
    circle.medium = "sound"
    assert frame_of(circle).sound is True


async def test_a_circle_without_a_guide_of_its_own_brings_the_standard_one(site: Site) -> None:
    frame = frame_of(await circle_of(site))
    assert len(frame.prompts) == len(standard(75).prompts)
    assert sum(step.minutes for step in frame.agenda) == frame.minutes
    assert not (frame.bell or frame.hard_limit or frame.facilitators_in_order)


async def test_a_guide_that_cannot_be_read_closes_no_room_and_is_told_without_content(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    await keep(site, {"prompts": "CANARY"})
    assert frame_of(await circle_of(site)).agenda
    assert "guide.unreadable" in caplog.text
    assert "CANARY" not in caplog.text


async def test_buttons_of_rows_keep_what_was_typed_and_save_nothing(site: Site) -> None:
    facilitator = site.facilitator()
    shown = form_in(await facilitator.get(path(site)))
    typed = {**shown, "prompts.0.id": "Baru <b>diketik</b>", "soft": "7", "bell": "true"}
    added = await facilitator.post(path(site), {**typed, "do": "prompts.add"})
    assert added.status == 200
    after = form_in(added)
    assert {name: after[name] for name in typed} == typed
    assert after["prompts.6.id"] == ""
    assert "Belum disimpan" in added.words
    moved = form_in(await facilitator.post(path(site), {**after, "do": "prompts.0.down"}))
    assert moved["prompts.1.id"] == "Baru <b>diketik</b>"
    fewer = form_in(await facilitator.post(path(site), {**moved, "do": "agenda.0.remove"}))
    assert fewer["agenda.0.title.id"] == shown["agenda.1.title.id"]
    assert "agenda.4.phase" not in fewer
    assert (await circle_of(site)).guide is None


async def test_what_is_wrong_is_named_opened_and_kept_as_it_was_typed(site: Site) -> None:
    facilitator = site.facilitator()
    shown = form_in(await facilitator.get(path(site)))
    typed = {**shown, "agenda.2.minutes": "900", "prompts.1.en": "y" * 300, "do": "save"}
    answer = await facilitator.post(path(site), typed)
    assert answer.status == 422
    assert 'href="#agenda.2.minutes"' in answer.text
    assert re.search(r'id="agenda\.2\.minutes"[^>]*value="900" aria-invalid="true"', answer.text)
    assert "Langkah 3: Antara 1 dan 120 menit." in answer.words
    assert "Pertanyaan 2: Paling banyak 280 huruf." in answer.words
    assert len(re.findall("<details open>", answer.text)) == 2
    del typed["do"]
    assert form_in(answer) == typed
    assert (await circle_of(site)).guide is None


async def test_a_row_that_nobody_filled_in_is_left_out(site: Site) -> None:
    facilitator = site.facilitator()
    seen = form_in(await facilitator.get(path(site)))["seen"]
    sent = fields(prompts__1__id="  ", prompts__1__en="", prompts__2__id="", prompts__2__en="Hi?")
    answer = await facilitator.post(path(site), {**sent, "seen": seen, "do": "save"})
    assert answer.status == 303
    prompts = guide_of(await circle_of(site)).prompts
    assert [(one.id, one.en) for one in prompts] == [("Apa kabar?", ""), ("", "Hi?")]


async def test_a_guide_without_a_question_or_a_step_is_asked_for_one(site: Site) -> None:
    answer = await site.facilitator().post(path(site), {"soft": "4", "do": "save"})
    assert answer.status == 422
    assert 'href="#prompts.0.id"' in answer.text
    assert 'href="#agenda.0.title.id"' in answer.text


async def test_whoever_saves_second_learns_of_it_and_decides(site: Site) -> None:
    first, second = site.facilitator(), site.facilitator()
    early = form_in(await first.get(path(site)))
    late = form_in(await second.get(path(site)))
    await first.post(path(site), {**early, "prompts.0.id": "Yang pertama?", "do": "save"})
    refused = await second.post(path(site), {**late, "prompts.0.id": "Yang kedua?", "do": "save"})
    assert refused.status == 409
    assert guide_of(await circle_of(site)).prompts[0].id == "Yang pertama?"
    again = form_in(refused)
    assert again["prompts.0.id"] == "Yang kedua?"
    assert (await second.post(path(site), {**again, "do": "save"})).status == 303
    assert guide_of(await circle_of(site)).prompts[0].id == "Yang kedua?"


async def test_a_row_added_meanwhile_does_not_hide_that_somebody_else_saved(site: Site) -> None:
    first, second = site.facilitator(), site.facilitator()
    late = form_in(await second.get(path(site)))
    await first.post(path(site), {**late, "soft": "9", "do": "save"})
    grown = form_in(await second.post(path(site), {**late, "do": "prompts.add"}))
    assert (await second.post(path(site), {**grown, "do": "save"})).status == 409


async def test_the_enter_key_saves_and_moves_no_row(site: Site) -> None:
    text = (await site.facilitator().get(path(site))).text
    form = text[text.index('id="step"') :]
    first = re.search(r'<button[^>]*name="do" value="([^"]*)"', form)
    assert first is not None and first[1] == "save"


async def test_a_member_and_a_stranger_get_the_same_as_for_no_circle_at_all(site: Site) -> None:
    for visitor in (site.member(), site.stranger()):
        for answer in (await visitor.get(path(site)), await visitor.post(path(site), fields())):
            assert answer.status == 404
            assert "Orang tua tunggal" not in answer.text
    assert (await circle_of(site)).guide is None


async def test_only_facilitators_are_led_there(site: Site) -> None:
    assert f'href="{path(site)}"' in (await site.facilitator().get(site.circle)).text
    assert path(site) not in (await site.member().get(site.circle)).text


async def test_members_read_on_the_circles_page_what_it_agreed_to(site: Site) -> None:
    before = (await site.member().get(site.circle)).words
    assert "hening" not in before and "batas" not in before
    guide = standard(75).model_dump(mode="json")
    await keep(site, {**guide, "bell": True, "hard_limit": True})
    after = (await site.member().get(site.circle)).words
    assert "Boleh minta hening" in after and "sepakat memberi batas" in after


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(30, "setengah menit"), (60, "satu menit"), (90, "1,5 menit"), (240, "4 menit")],
)
async def test_the_circles_page_says_how_long_a_turn_is(
    site: Site, seconds: int, words: str
) -> None:
    database = Database(site.settings.database_url)
    async with database.session() as db:
        await db.execute(update(Circle).values(soft_seconds=seconds))
        await db.commit()
    await database.close()
    assert f"Kira-kira {words} seorang" in (await site.member().get(site.circle)).words


async def test_a_full_guide_fits_into_one_form(site: Site) -> None:
    full = {f"prompts.{n}.{lang}": "p" * 280 for n in range(20) for lang in ("id", "en")}
    for n in range(12):
        full |= {f"agenda.{n}.phase": "sharing", f"agenda.{n}.minutes": "120"}
        full |= {f"agenda.{n}.title.{lang}": "t" * 80 for lang in ("id", "en")}
        full |= {f"agenda.{n}.script.{lang}": "ya, a\r\n" * 100 for lang in ("id", "en")}
    facilitator = site.facilitator()
    seen = form_in(await facilitator.get(path(site)))["seen"]
    sent = {**full, "soft": "4", "seen": seen, "do": "save"}
    assert (await facilitator.post(path(site), sent)).status == 303
    shown = (await facilitator.get(path(site))).text
    assert 'value="prompts.add"' not in shown and 'value="agenda.add"' not in shown


def test_the_standard_frame_is_small_enough_to_travel_with_each_change() -> None:
    circle = Circle(name="x", seats=12, soft_seconds=240, minutes=75, door="ask", guide=None)
    size = len(json.dumps(standard(75).model_dump(mode="json"), ensure_ascii=False).encode())
    assert size < 6_000
    assert frame_of(circle).agenda
