"""What each person's screen reader says in a round on the real server: what is listed, no more."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from realtime.domain.commands import (
    Accept,
    ComeBack,
    NeedHand,
    PassStick,
    Prolong,
    Remind,
    Resume,
    RingBell,
    SetFloor,
    SetPhase,
    StartRound,
    StepOut,
)
from realtime.domain.meeting import Floor, Order, Phase, Wording
from server.circles.guide import standard
from tests.journeys.browsing import Person
from tests.journeys.hearing import heard, hears, listen
from tests.journeys.seated import Evening, House, evening, seated

pytestmark = pytest.mark.long

WORDS = "Minggu ini berat."


class Ears:
    """Four people who hear, and what each of them is to have heard."""

    def __init__(self, people: dict[str, Person]) -> None:
        self.people = people
        self.expected: dict[tuple[str, str], list[str]] = {
            (name, how): [] for name in people for how in ("polite", "assertive", "log")
        }

    async def all_hear(self, key: str, *, but: str = "", **params: object) -> None:
        """Everybody (but one) is told, and has heard it before anything else happens."""
        for name, person in self.people.items():
            if name != but:
                await self.one_hears(name, "polite", person.words(key, **params))

    async def one_hears(self, whose: str, how: str, text: str) -> None:
        self.expected[whose, how].append(text)
        await hears(self.people[whose], how, text)

    async def urgently(self, whose: str, key: str, **params: object) -> None:
        await self.one_hears(whose, "assertive", self.people[whose].words(key, **params))

    async def compare(self) -> None:
        for (name, how), expected in self.expected.items():
            assert await heard(self.people[name], how) == expected, (name, how)


async def gathered(night: Evening) -> Ears:
    """A member, somebody who will hold, an observer and a facilitator, all with a screen."""
    awan, melati = await night.sitter("Awan"), await night.sitter("Melati")
    tini = await night.sitter("Tini")
    await tini.page.get_by_role("button", name=tini.words("room.menu")).click()
    await tini.press("set.observe")
    await tini.press("sure.observe.yes")
    await tini.sees(tini.words("room.observing"))
    sari = await night.facilitator(device="laptop")
    await sari.page.goto(night.room)
    await seated(sari)
    await night.sari.send(SetPhase(Phase.SHARING))
    people = {"Awan": awan, "Melati": melati, "Tini": tini, "Sari": sari}
    for person in people.values():
        await person.page.locator(".core__said", has_text=person.words("core.rest")).wait_for()
        await listen(person)
    return Ears(people)


async def test_in_a_round_each_person_hears_what_is_listed_in_order_and_nothing_else(
    house: House, browser: Browser
) -> None:
    guide = standard(75).model_copy(update={"bell": True})
    names = ("Siti", "Awan", "Melati", "Tini", "Budi")
    async with evening(house, browser, *names, guide=guide) as night:
        siti = await night.speaker("Siti")
        ears = await gathered(night)
        awan, melati = ears.people["Awan"], ears.people["Melati"]

        # The stick begins its way; who comes after knows at once.
        await night.sari.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
        await ears.urgently("Awan", "room.next", name="Siti")
        await ears.all_hear("tell.offering", name="Siti")
        await siti.send(Accept())
        await ears.all_hear("tell.held", name="Siti")

        # Words are heard as words. Nods, somebody's arrival and somebody typing are not.
        await siti.say(WORDS)
        for name in ears.people:
            await ears.one_hears(name, "log", f"Siti {WORDS}")
        await night.speaker("Budi")
        await melati.page.locator("button.ic--nod").click()
        await melati.press("room.write")
        await melati.press("room.write")

        # A break in the middle of a turn, and back.
        await siti.send(StepOut())
        await ears.all_hear("tell.resting")
        await siti.send(ComeBack())
        # The one who is back was offered the stick in the same moment.
        await ears.urgently("Awan", "room.next", name="Siti")
        await ears.all_hear("tell.offering", name="Siti")
        await ears.all_hear("tell.back", name="Siti")
        await siti.send(Accept())
        await ears.all_hear("tell.held", name="Siti")

        # A hand is needed: facilitators alone hear of it, at once.
        await siti.send(NeedHand())
        await ears.urgently("Sari", "tell.hand", name="Siti")

        assert siti.you and siti.you.turn_id
        await siti.send(PassStick(siti.you.turn_id, None))
        await ears.urgently("Awan", "tell.offered")
        await ears.urgently("Melati", "room.next", name="Awan")
        await ears.all_hear("tell.offering", name="Awan", but="Awan")
        await awan.press("room.offer.yes")
        await ears.urgently("Awan", "room.turn")
        await ears.all_hear("tell.held", name="Awan", but="Awan")

        # A gentle word to the holder alone; a silence for everybody.
        turn = night.sari.facilitating and night.sari.facilitating.turn_id
        assert turn
        await night.sari.send(Remind(turn))
        await ears.urgently("Awan", "tell.wind_up")
        await siti.send(RingBell())
        await ears.all_hear("tell.silence")
        await night.sari.send(Resume())
        await ears.urgently("Awan", "room.turn")
        await ears.all_hear("tell.held", name="Awan", but="Awan")

        # The end comes near; a floor that opens is seen and not announced.
        for seconds in (3600, 700):
            await night.sari.send(Prolong(-seconds))
        await ears.all_hear("tell.ending")
        await night.sari.send(SetFloor(Floor.OPEN))
        await awan.press("room.pass")
        # The answer to one's own press, and the way back from it.
        await ears.one_hears("Awan", "polite", awan.words("slip.pass"))
        await ears.urgently("Melati", "tell.offered")
        await ears.all_hear("tell.offering", name="Melati", but="Melati")
        await ears.compare()
        assert [person.faults for person in ears.people.values()] == [[], [], [], []]
