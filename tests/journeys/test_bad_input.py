"""Bad input as people meet it: each is answered by a clear sentence, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect
from sqlalchemy import update

from realtime.domain.commands import Leave, Remove, SetFloor
from realtime.domain.meeting import Floor
from server.circles.seed import Seeded
from server.circles.tables import Invitation
from tests.journeys.browsing import Person, arrive, violations
from tests.journeys.seated import Evening, House, evening, seated, seats_of
from tests.journeys.way_in import promise


@pytest.fixture
async def guest(browser: Browser) -> AsyncIterator[Person]:
    """Somebody who was never here."""
    person = await arrive(browser, "id", "phone")
    yield person
    await person.context.close()


async def to_the_name(person: Person, house: House, circle: Seeded) -> Locator:
    """Through an invitation up to the field for a name."""
    await person.page.goto(circle.join_link)
    await person.press("look.go")
    field = person.page.locator("#name")
    await field.wait_for()
    return field


async def test_an_invitation_that_does_not_work_gives_one_kind_page_whatever_the_reason(
    house: House, guest: Person
) -> None:
    said = set()
    over: dict[str, dict[str, Any]] = {
        "expired": {"expires": 1},
        "used up": {"uses": Invitation.most},
        "taken back": {"revoked": True},
        "made up": {},
    }
    for why, values in over.items():
        circle = await house.circle()
        link = f"{house.base}/u#{'x' * 43}" if why == "made up" else circle.join_link
        if values:
            mine = Invitation.circle_id == circle.circle_id
            await house.change(update(Invitation).where(mine).values(**values))
        # A page of the same address is not loaded again for another mark.
        await guest.page.goto("about:blank")
        await guest.page.goto(link)
        await guest.sees(guest.words("invite.bad"))
        assert "#" not in guest.page.url, why
        said.add(await guest.page.locator("body").inner_text())
        # It opens nothing: the circle stays unknown to this browser.
        answer = await guest.page.goto(f"{house.base}/c/{circle.slug}")
        assert answer and answer.status == 404, why
    assert len(said) == 1, said


REFUSED = {
    "200 characters": ("n" * 200, "name.long"),
    "only emoji": ("🌸🌸", "name.letters"),
    "a control character": ("Me\x07lati", "name.hidden"),
    "turned round": ("Melati\u202egpj", "name.hidden"),
    "only spaces": ("   ", "name.empty"),
}


async def test_a_name_that_cannot_be_shown_is_asked_for_again_and_stays_in_the_field(
    house: House, guest: Person
) -> None:
    circle = await house.circle("Awan")
    field = await to_the_name(guest, house, circle)
    await guest.press("name.next")
    assert await field.evaluate("field => field.validity.valueMissing")
    for kind, (typed, why) in REFUSED.items():
        await field.fill(typed)
        await guest.press("name.next")
        await guest.sees(guest.words(why))
        await expect(field).to_have_attribute("aria-invalid", "true")
        assert await field.input_value() == typed, kind
    assert await violations(guest.page) == []
    await field.fill("awan")
    await guest.press("name.next")
    await expect(field).to_have_value("awan 2")
    await expect(guest.page.locator("#name-wrong")).to_contain_text("awan 2")
    await guest.press("name.next")
    await guest.page.locator("input[name=promise]").wait_for(state="attached")


@pytest.mark.parametrize("name", ["مريم", "שרה", "Melati 🌸"])
async def test_a_name_in_any_script_is_fine(house: House, guest: Person, name: str) -> None:
    circle = await house.circle()
    field = await to_the_name(guest, house, circle)
    await field.fill(name)
    await guest.press("name.next")
    await promise(guest)
    await expect(guest.page.locator("h1 bdi")).to_have_text(name)


async def test_going_on_without_the_promise_brings_a_kind_word_each_time(
    house: House, guest: Person
) -> None:
    circle = await house.circle()
    field = await to_the_name(guest, house, circle)
    await field.fill("Melati")
    await guest.press("name.next")
    for _ in range(2):
        await guest.press("pledge.go")
        await guest.sees(guest.words("pledge.need"))
    # Neither the door nor the room opens by their address.
    for place in ("tunggu", "ruang"):
        await guest.page.goto(f"{house.base}/c/{circle.slug}/{place}")
        await guest.sees(guest.words("pledge.h1"))
    await promise(guest)
    await guest.page.locator("#lobby").wait_for()


@pytest.mark.long
async def test_a_full_circle_says_so_at_the_door_and_opens_when_somebody_leaves(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Awan", "Melati", seats=2) as night:
        awan = await night.speaker("Awan")
        melati = await night.known("Melati")
        await melati.page.goto(night.room)
        await melati.page.wait_for_url("**/tunggu")
        await melati.sees(melati.words("lobby.full"))
        await awan.send(Leave())
        await seated(melati)
        assert melati.page.url == night.room
        assert set(await seats_of(melati)) == {night.sari.me, night.id("Melati")}


async def test_a_message_that_is_too_long_cannot_be_sent_and_nothing_of_it_is_lost(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.sitter("Melati")
        await melati.press("room.write")
        box, longest = melati.page.locator("#say-text"), "🌸" * 2000
        await box.fill(longest + "a")
        await melati.sees(melati.words("say.toolong", n=1))
        await expect(box).to_have_attribute("aria-invalid", "true")
        await melati.press("say.send")
        await box.press("Enter")
        await expect(box).to_have_value(longest + "a")
        await box.press("Backspace")
        await box.press("Enter")
        await night.sari.until(lambda room: room.said)
        assert [one.text for one in night.sari.said] == [longest]
        await expect(box).to_have_value("")


async def test_words_that_lose_the_floor_while_typed_wait_until_it_is_free(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.sitter("Melati")
        await melati.press("room.write")
        box = melati.page.locator("#say-text")
        await box.fill("Baru separuh kutulis")
        await night.sari.send(SetFloor(Floor.QUIET))
        await melati.sees(melati.words("say.kept"))
        await expect(box).to_have_count(0)
        await night.sari.send(SetFloor(Floor.OPEN))
        await expect(box).to_have_value("Baru separuh kutulis")


async def sees_the_way_closed(person: Person, night: Evening, *, ban: bool) -> None:
    """What somebody reads who has to go, here and at every door tonight."""
    why = "banned" if ban else "removed"
    await person.sees(person.words(f"gate.{why}.h"))
    await person.sees(person.words(f"st.{why}"))
    await expect(person.page.locator("a[href^='tel:112']")).to_be_visible()
    await expect(person.page.get_by_text("Sebelum itu")).to_have_count(0)
    await person.page.goto(night.room)
    await person.sees(person.words("closed.h1" if ban else "gate.removed.h"))
    await person.page.goto(f"{night.house.base}/c/{night.circle.slug}/tunggu")
    await person.sees(person.words(f"st.{why}"))


@pytest.mark.parametrize("ban", [False, True])
async def test_somebody_removed_is_told_so_and_cannot_come_back(
    house: House, browser: Browser, ban: bool
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, awan = await night.sitter("Melati"), await night.speaker("Awan")
        await awan.say("Sebelum itu semua baik.")
        await melati.sees("Sebelum itu semua baik.")
        await night.sari.send(Remove(night.id("Melati"), ban=ban))
        await sees_the_way_closed(melati, night, ban=ban)
        # The others see an empty place and that a facilitator acted: not for how long, nor why.
        await awan.until(lambda room: room.seat(night.id("Melati")) is None)
        own = [frame for frame in awan.frames if not frame.startswith('42["said"')]
        assert any('"kind":"removed"' in frame for frame in own)
        assert not any('"ban' in frame for frame in own)
        seats = night.sari.meeting.seats if night.sari.meeting else ()
        assert [seat.name for seat in seats][1:] == ["Awan"]


@pytest.mark.long
async def test_a_fourth_tab_is_told_which_one_to_close(house: House, browser: Browser) -> None:
    async with evening(house, browser, "Melati") as night:
        for _ in range(3):
            await night.speaker("Melati")
        melati = await night.known("Melati")
        await melati.page.goto(night.room)
        await melati.sees(melati.words("gate.too_many_tabs.h"))
        await melati.sees(melati.words("gate.too_many_tabs.b"))
