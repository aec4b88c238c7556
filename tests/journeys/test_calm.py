"""A room that does not fidget: what moves moves cheaply, nothing jumps, and hidden it rests.

Under reduced motion nothing moves at all. Declines to measure how long anything takes.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, expect

from realtime.domain.commands import (
    Leave,
    Pause,
    Resume,
    RingBell,
    SetFloor,
    SetPhase,
    SetPrompt,
    StartRound,
)
from realtime.domain.meeting import Floor, Order, Phase, Wording
from server.circles.guide import standard
from tests.bench.phones import HEARTBEAT_MS, HIDE, WATCH, turn_of
from tests.journeys.browsing import Person, stillness
from tests.journeys.seated import Evening, House, evening, seated

# Every animation that ever began, by what it moves; shorthands come as what they set.
MOVED = """
window.moved = [];
const none = new Set(['offset', 'computedOffset', 'easing', 'composite']);
document.addEventListener('transitionrun', event => moved.push(event.propertyName));
document.addEventListener('animationstart', event => {
  for (const one of event.target.getAnimations()) {
    for (const frame of one.effect.getKeyframes()) {
      moved.push(...Object.keys(frame).filter(name => !none.has(name)));
    }
  }
});
"""
WITH_BELL = standard(90).model_copy(update={"bell": True})
PLACES = {"stage", "mid", "ring", "core", "seat", "petal", "feed", "log", "acts", "four"}
PLACES |= {"main-action"}
"""What a person looks at or has the thumb on: none of it moves because of somebody else."""
RUNNING = "() => document.getAnimations().length"
INTERVALS = "() => [...timers.values()].filter(one => one[0] === 'setInterval').map(one => one[1])"


async def come(night: Evening, name: str | None, *, still: bool = False) -> Person:
    """Somebody who is watched from the first moment."""
    person = await (night.known(name) if name else night.facilitator())
    if still:
        await person.page.emulate_media(reduced_motion="reduce")
    await person.page.add_init_script(WATCH + MOVED)
    await person.page.goto(night.room)
    await seated(person)
    return person


async def a_round_in_short(night: Evening, *people: Person) -> None:
    """Words, nods and the stick's journey, before people who only look on."""
    awan, tini = await night.speaker("Awan"), await night.speaker("Tini")
    await night.sari.send(SetPhase(Phase.SHARING))
    await night.sari.send(SetFloor(Floor.OPEN))
    await awan.say("Selamat malam.")
    for person in people:
        await person.sees("Selamat malam.")
        await person.page.locator(".petal").nth(len(people) + 2).wait_for()
        await stillness(person.page)
        # Whoever came and sat down has made room for themselves.
        await person.page.evaluate("() => { seen.shifts = []; }")
    # More lines than the feed shows at once, and not more than one may say in a breath.
    for one in (awan, tini, awan, tini):
        await one.say("Malam ini ada satu hal lagi.")
    await tini.nod()
    order = tuple(night.id(name) for name in ("Awan", "Tini"))
    await night.sari.send(StartRound(Wording("Apa kabar?"), Order.BY_HAND, order))
    for one, other in ((awan, tini), (tini, awan)):
        async with turn_of(one):
            for person in people:
                await person.page.locator(f".is-hold [data-seat='{one.me}']").wait_for()
            await other.nod()
    await night.sari.send(SetFloor(Floor.OPEN))
    await awan.say("Sampai di sini.")
    for person in people:
        await person.sees("Sampai di sini.")
        await stillness(person.page)


async def a_pause_and_a_longer_question(night: Evening, *people: Person) -> None:
    """What takes more room above the circle than it had, and somebody who comes and goes."""
    for question in ("Apa yang menolongmu minggu ini? " * 4, "Apa kabar?"):
        await night.sari.send(SetPrompt(Wording(question)))
        for person in people:
            await person.sees(question.strip())
            await stillness(person.page)
        await night.sari.send(Pause())
        for person in people:
            await person.page.locator(".prompt .banner").wait_for()
            await stillness(person.page)
            # Whoever thinks about an answer loses nothing.
            await expect(person.page.locator(".prompt .q")).to_have_text(question.strip())
            await expect(person.page.locator(".prompt .q")).to_be_visible()
        await night.sari.send(Resume())
    await (await night.speaker("Budi")).send(Leave())
    for person in people:
        await person.page.locator(f"[data-seat='{night.id('Budi')}']").wait_for(state="detached")
        await stillness(person.page)


async def nothing_jumped(*people: Person) -> None:
    for person in people:
        jumped = {what for _, what in await person.page.evaluate("() => seen.shifts")}
        assert not [what for what in jumped if PLACES & set(what.split())], "the circle jumped"


async def a_bell_and_a_break(night: Evening, *people: Person) -> None:
    """Silence, a sheet, and a break, which begins with breathing."""
    await night.sari.send(RingBell())
    for person in people:
        await person.page.locator(".core--hush").wait_for()
        await person.page.locator(".menu-button").click()
        await person.page.locator("dialog[open]").wait_for()
        await person.page.keyboard.press("Escape")
        await person.press("room.out")
        await person.page.locator(".breath").wait_for()


async def test_transform_and_opacity_alone_move_and_nothing_for_who_wants_stillness(
    house: House, browser: Browser
) -> None:
    names = ("Melati", "Siti", "Awan", "Tini", "Budi")
    async with evening(house, browser, *names, guide=WITH_BELL) as night:
        melati = await come(night, "Melati")
        siti = await come(night, "Siti", still=True)
        await a_round_in_short(night, melati, siti)
        sari = await come(night, None)
        await stillness(sari.page)
        await sari.page.evaluate("() => { seen.shifts = []; }")
        await a_pause_and_a_longer_question(night, melati, siti, sari)
        await nothing_jumped(melati, siti, sari)
        await a_bell_and_a_break(night, melati, siti)
        assert set(await melati.page.evaluate("() => moved")) == {"transform", "opacity"}
        # The flower breathes for one of them.
        assert await melati.page.evaluate(RUNNING) > 0
        assert await siti.page.evaluate("() => moved") == []
        assert await siti.page.evaluate(RUNNING) == 0


async def test_a_hidden_room_is_woken_by_its_line_alone(house: House, browser: Browser) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, sari = await come(night, "Melati"), await come(night, None)
        awan = await night.speaker("Awan")
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(StartRound(Wording(""), Order.BY_HAND, (night.id("Awan"),)))
        async with turn_of(awan):
            for person in (melati, sari):
                await person.page.locator(".is-hold .petal").wait_for()
                # While it is seen, the arc goes on.
                assert any(ms < HEARTBEAT_MS for ms in await person.page.evaluate(INTERVALS))
                await person.page.evaluate(HIDE)
            await awan.say("Kata di dalam saku.")
            await melati.sees("Kata di dalam saku.")
            for person in (melati, sari):
                assert all(ms >= HEARTBEAT_MS for ms in await person.page.evaluate(INTERVALS))


@pytest.mark.long
async def test_soft_tones_are_made_by_the_browser_and_go_off_with_one_tap(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati") as night:
        melati = await night.known("Melati")
        await melati.page.add_init_script(
            "window.struck = 0;"
            "const start = OscillatorNode.prototype.start;"
            "OscillatorNode.prototype.start = function (...at) {"
            " window.struck++; return start.apply(this, at); };"
        )
        await melati.page.goto(night.room)
        await seated(melati)
        await night.sari.send(SetPhase(Phase.SHARING))
        tones = melati.page.get_by_role("switch", name=melati.words("set.tones"))
        # Off until asked for, since a tone gives away whoever hides the screen.
        struck = [await tap_and_be_offered(night, melati, tones, on=on) for on in (True, False)]
        assert struck[0] > 0
        assert struck[1] == struck[0]


async def tap_and_be_offered(night: Evening, melati: Person, tones: Locator, *, on: bool) -> int:
    """One tap in the menu, then the stick is hers to take or leave; how many tones there were."""
    await melati.page.locator(".menu-button").click()
    await tones.click()
    await expect(tones).to_be_checked(checked=on)
    await melati.page.keyboard.press("Escape")
    await night.sari.send(StartRound(Wording(""), Order.BY_HAND, (night.id("Melati"),)))
    await melati.press("room.offer.yes")
    await melati.press("room.pass")
    await melati.page.get_by_role("button", name=melati.words("room.ask")).wait_for()
    struck: int = await melati.page.evaluate("() => struck")
    return struck
