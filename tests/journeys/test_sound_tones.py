"""Who hears whom: three browsers, each with a tone of its own, while the stick goes its ways.

What is heard is what was decoded, not what a page shows. Declines to look at the pages: that is
in `test_sound`.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import AsyncIterator, Sequence

import pytest
from playwright.async_api import Browser, async_playwright

from realtime.domain.commands import SetFloor, SetPhase, StartRound, TakeBack
from realtime.domain.meeting import Floor, Order, Phase, Presence, Wording
from tests.bench.table import Table
from tests.journeys.seated import Evening, House, evening
from tests.journeys.sounding import Singer, a_singer_and_a_listener, come, singers
from tests.journeys.test_coming_back import Wire, is_present

pytestmark = pytest.mark.long

MANY = 8
MOUTH = """() => {
  window.mouth = [];
  const one = connections.findLast(c => c.connectionState !== 'closed');
  void window.note(one.getTransceivers()[0].sender.track, window.mouth);
}"""
# When the mark began, each time.
MARKS = """(window.mouth ?? noted[0]).filter((e, i, all) =>
  e[7] > 0.05 && i > 0 && all[i - 1][7] <= 0.05).map(e => e[1])"""
PLACE = """async () => {
  const one = connections.findLast(c => c.connectionState !== 'closed');
  const stats = await one.getStats();
  const pair = [...stats.values()].find(s => s.type === 'candidate-pair' && s.nominated);
  const [near, far] = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)];
  return {port: near.port, relay: far.address, relay_port: far.port};
}"""


@pytest.fixture(scope="module")
async def choir(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Browser]]:
    async with (
        async_playwright() as playwright,
        singers(playwright, tmp_path_factory.mktemp("tones"), 3) as browsers,
    ):
        yield browsers


async def heard_by(all_: Sequence[Singer], *singing: Singer) -> None:
    """Everybody hears exactly these, but never themselves."""
    for listener in all_:
        await listener.hears(*(one for one in singing if one is not listener))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("order", [("Melati", "Siti"), ("Siti", "Melati")])
async def test_the_tone_of_whoever_may_be_heard_is_heard_and_no_other(
    house: House, choir: list[Browser], order: tuple[str, str]
) -> None:
    async with evening(house, choir[2], "Melati", "Siti", medium="sound") as night:
        wire = Wire()
        first = await come(night, choir[0], 0, order[0], wire=wire)
        second = await come(night, choir[1], 1, order[1])
        sari = await come(night, choir[2], 2, None)
        circle = (first, second, sari)
        await heard_by(circle)
        await night.sari.send(SetPhase(Phase.SHARING))
        named = tuple(night.id(name) for name in order)
        assert (await night.sari.send(StartRound(Wording("?"), Order.BY_HAND, named))).ok
        await first.person.press("room.offer.yes")
        await heard_by(circle)
        await first.open()
        await heard_by(circle, first)
        await a_facilitator_steps_in_and_out_again(circle, first, sari)
        await the_line_is_lost_and_comes_back(night, wire, circle, first)
        await first.person.press("room.pass")
        await heard_by(circle)
        await second.person.press("room.offer.yes")
        await second.open()
        await heard_by(circle, second)
        await the_stick_is_taken_back(night, circle, second)
        await somebody_steps_out(night, circle, second)


async def a_facilitator_steps_in_and_out_again(
    circle: Sequence[Singer], holder: Singer, sari: Singer
) -> None:
    await sari.person.press("fac.interject")
    await sari.page.locator(".is-sounding").wait_for()
    await heard_by(circle, holder, sari)
    await sari.person.press("sound.mic.close")
    await heard_by(circle, holder)


async def the_line_is_lost_and_comes_back(
    night: Evening, wire: Wire, circle: Sequence[Singer], holder: Singer
) -> None:
    """Their place is held, and held silent; nothing opens by itself when they are back."""
    await wire.cut()
    me = night.id(holder.name)
    await night.sari.until(lambda room: is_present(room, me, Presence.AWAY))
    for other in circle:
        if other is not holder:
            await other.hears()
    wire.mend()
    await night.sari.until(lambda room: room.holder == me)
    await holder.page.locator(".sound--up").wait_for()
    await heard_by(circle)
    await holder.open()
    await heard_by(circle, holder)


async def the_stick_is_taken_back(night: Evening, circle: Sequence[Singer], holder: Singer) -> None:
    assert night.sari.facilitating and night.sari.facilitating.turn_id
    assert (await night.sari.send(TakeBack(night.sari.facilitating.turn_id))).ok
    await heard_by(circle)


async def somebody_steps_out(night: Evening, circle: Sequence[Singer], holder: Singer) -> None:
    """They are heard no more, and hear nobody."""
    await night.sari.send(SetFloor(Floor.OPEN))
    first, _, sari = circle
    await first.open()
    await holder.open()
    await heard_by(circle, first, holder)
    await holder.person.press("room.out")
    await heard_by((first, sari), first)
    await holder.hears()


@pytest.mark.timeout(120)
async def test_listening_asks_for_no_microphone_and_tells_nobody_where_anybody_is(
    house: House, choir: list[Browser]
) -> None:
    async with evening(house, choir[2], "Melati", "Siti", medium="sound") as night:
        melati, siti = await a_singer_and_a_listener(night, choir)
        assert await siti.page.evaluate("window.asked") == 0
        for one, other in ((melati, siti), (siti, melati)):
            place = await own_place(one)
            # On one machine everybody has one address; the port tells people apart.
            assert place["port"] and place["port"] != (await own_place(other))["port"]
            for frame in (*one.sent, *other.sent, *other.person.frames):
                assert not re.search(rf"\b{place['port']}\b", frame), frame
                assert "typ srflx" not in frame and ".local" not in frame, frame
            answers = [frame for frame in one.sent if "sound_answer" in frame]
            assert answers and not any("a=candidate" in frame for frame in answers)
            assert all("IN IP4 0.0.0.0" in frame for frame in answers)
            # And the offer names the relay alone.
            offers = [frame for frame in one.person.frames if "a=candidate" in frame]
            said = set(re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", str(offers)))
            assert said == {(place["relay"], str(place["relay_port"]))}


async def own_place(singer: Singer) -> dict[str, object]:
    """Where this browser is reached, and where it reaches the relay."""
    found: dict[str, object] = await singer.page.evaluate(PLACE)
    return found


@pytest.mark.timeout(120)
async def test_the_time_from_mouth_to_ear_is_measured_and_printed(
    house: House, choir: list[Browser]
) -> None:
    async with evening(house, choir[2], "Melati", "Siti", medium="sound") as night:
        melati, siti = await a_singer_and_a_listener(night, choir)
        await melati.page.evaluate(MOUTH)
        for one in (melati, siti):
            await one.page.wait_for_function(
                f"many => ({MARKS}).length >= many", arg=MANY, timeout=30_000
            )
        mouth: list[float] = await melati.page.evaluate(f"() => {MARKS}")
        ear: list[float] = await siti.page.evaluate(f"() => {MARKS}")
    took = [at - max(m for m in mouth if m <= at) for at in ear if at > mouth[0]]
    table = Table("From the microphone's samples to the listener's, one machine")
    table.row("", "median", "least", "most")
    row = (statistics.median(took), min(took), max(took))
    table.row("mouth to ear, ms", *(f"{value:.0f}" for value in row))
    table.print()
    # How long it is on a machine that does much else beside says nothing.
    assert len(took) >= MANY // 2
