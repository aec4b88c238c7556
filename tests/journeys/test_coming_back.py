"""Coming back: after a reload, a lost network, in a second tab, on the break, holding the stick."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page, WebSocketRoute, expect

from realtime.client import RoomClient
from realtime.domain.commands import Accept, Ask, SetPhase, StartRound
from realtime.domain.meeting import MemberId, Order, Phase, Presence, Wording
from tests.journeys.browsing import Person
from tests.journeys.meeting import say
from tests.journeys.seated import House, evening, seated, seats_of, told


def is_present(room: RoomClient, member: MemberId, presence: Presence) -> bool:
    seat = room.seat(member)
    return seat is not None and seat.presence is presence


async def reload(person: Person) -> None:
    """Load the page anew, and forget what its socket was told before."""
    person.frames.clear()
    await person.page.reload()


def standing(person: Person) -> dict[str, Any]:
    """What this person was last told of themselves, but for the tab: a new page is a new one."""
    return {**told(person, "you")[-1], "speaks_from": ""}


async def test_a_reload_gives_back_the_seat_the_place_in_the_queue_and_the_standing(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan", "Tini") as night:
        melati = await night.sitter("Melati")
        awan, tini = await night.speaker("Awan"), await night.speaker("Tini")
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(StartRound(Wording(""), Order.SEATS))
        await melati.press("room.offer.no")
        await awan.until(lambda room: room.you and room.you.offered)
        await awan.send(Accept())
        await tini.send(Ask())
        await melati.press("room.ask")
        await melati.sees(melati.words("room.asked", n=2))
        seats, before = await seats_of(melati), standing(melati)
        assert before["standing"] == "deferred"
        await reload(melati)
        await melati.sees(melati.words("room.asked", n=2))
        assert await seats_of(melati) == seats
        assert standing(melati) == before
        assert melati.faults == []


async def test_a_holder_who_reloads_still_holds_the_same_turn(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati")
        await night.speaker("Awan")
        await night.sari.send(SetPhase(Phase.SHARING))
        await night.sari.send(StartRound(Wording(""), Order.SEATS))
        await melati.press("room.offer.yes")
        await melati.sees(melati.words("room.pass"))
        turn = standing(melati)["turn_id"]
        assert turn
        await reload(melati)
        await melati.sees(melati.words("room.pass"))
        assert standing(melati)["turn_id"] == turn
        await night.sari.until(lambda room: room.holder == night.id("Melati"))


class Wire:
    """The way of a browser's sockets to the server, which can be cut and mended.

    A browser that is put offline keeps the socket it has and delivers its words late; a real
    network loses them.
    """

    def __init__(self) -> None:
        self._up = True
        self._sockets: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    async def lead(self, person: Person) -> None:
        """Have all sockets of that person run over this wire."""
        await person.page.route_web_socket("**/socket.io/**", self._open)

    async def _open(self, socket: WebSocketRoute) -> None:
        if self._up:
            self._sockets.append((socket, socket.connect_to_server()))
        else:
            await socket.close()

    async def cut(self) -> None:
        self._up = False
        for near, far in self._sockets:
            await near.close()
            await far.close()
        self._sockets.clear()

    def mend(self) -> None:
        self._up = True


async def test_without_network_the_room_says_so_and_nothing_is_lost_that_can_be_kept(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati, wire = await night.known("Melati"), Wire()
        await wire.lead(melati)
        await melati.page.goto(night.room)
        await seated(melati)
        awan = await night.speaker("Awan")
        await awan.say("Sebelum jaringan putus.")
        await melati.sees("Sebelum jaringan putus.")
        seats = await seats_of(melati, once=3)
        await melati.press("room.write")
        await melati.page.locator("#say-text").fill("Belum selesai kutulis")
        await melati.context.set_offline(True)
        await wire.cut()
        await melati.sees(melati.words("st.offline"))
        await melati.sees(melati.words("say.offline"))
        await expect(melati.page.locator(".say__send")).to_be_disabled()
        me = night.id("Melati")
        await night.sari.until(lambda room: is_present(room, me, Presence.AWAY))
        await awan.say("Satu kata saat ia pergi.")
        await night.sari.say("Satu lagi saat ia pergi.")
        wire.mend()
        await melati.context.set_offline(False)
        await expect(melati.page.locator(".banner")).to_have_count(0)
        await expect(melati.page.locator("#say-text")).to_have_value("Belum selesai kutulis")
        await expect(melati.page.get_by_text(melati.words("feed.missed"))).to_have_count(1)
        await expect(melati.page.get_by_text("saat ia pergi")).to_have_count(0)
        await melati.sees("Sebelum jaringan putus.")
        assert await seats_of(melati) == seats
        assert is_present(night.sari, me, Presence.HERE)
        await melati.page.locator(".say__send").click()
        await awan.until(lambda room: room.said[-1].text == "Belum selesai kutulis")


async def test_a_network_that_only_stalls_brings_the_words_late_and_loses_none(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati")
        awan = await night.speaker("Awan")
        await melati.context.set_offline(True)
        await melati.sees(melati.words("st.offline"))
        await awan.say("Satu kata saat jaringan macet.")
        await melati.context.set_offline(False)
        await melati.sees("Satu kata saat jaringan macet.")
        await expect(melati.page.locator(".banner")).to_have_count(0)
        await expect(melati.page.get_by_text(melati.words("feed.missed"))).to_have_count(0)


async def test_two_tabs_are_one_person(house: House, browser: Browser) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        first = await night.sitter("Melati")
        awan = await night.speaker("Awan")
        tab: Page = await first.context.new_page()
        second = Person(tab, first.context, "id")
        await tab.goto(night.room)
        await seated(second)
        assert await seats_of(second) == await seats_of(first)
        assert len(await seats_of(first)) == 3
        await night.sari.send(SetPhase(Phase.SHARING))
        await first.press("room.ask")
        for one in (first, second):
            await one.sees(one.words("room.asked", n=1))
        await say(second, "Aku di dua tab.")
        await first.sees("Aku di dua tab.")
        await tab.close()
        await first.press("room.asked", n=1)
        await first.sees(first.words("room.ask"))
        # Words that come after the tab closed show that the closing moved nothing.
        await awan.say("Halo, Melati.")
        await first.sees("Halo, Melati.")
        assert is_present(awan, night.id("Melati"), Presence.HERE)


async def test_who_steps_out_and_reloads_is_still_on_the_break(
    house: House, browser: Browser
) -> None:
    async with evening(house, browser, "Melati", "Awan") as night:
        melati = await night.sitter("Melati")
        awan = await night.speaker("Awan")
        await melati.press("room.out")
        await melati.sees(melati.words("out.h1"))
        await reload(melati)
        await melati.sees(melati.words("out.h1"))
        assert is_present(night.sari, night.id("Melati"), Presence.STEPPED_OUT)
        await awan.say("Ini tidak sampai ke yang sedang jeda.")
        await melati.press("out.back")
        await seated(melati)
        await awan.say("Selamat datang kembali, Melati.")
        await melati.sees("Selamat datang kembali, Melati.")
        assert not any("tidak sampai" in frame for frame in melati.frames)
