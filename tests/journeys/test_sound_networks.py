"""Sound through networks as they are: behind a wall that only coturn passes, and on the move.

Real browsers on hosts of their own inside this machine. Declines to run where it may not make
networks, and says so.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from playwright.async_api import Browser, async_playwright, expect

from realtime.audio.turn import Turn
from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.journeys.browsing import PATIENCE, launch
from tests.journeys.seated import Evening, House, a_house, evening
from tests.journeys.sounding import TONES, Singer, come, flags, sing
from tests.sound import networks
from tests.sound.networks import Cable, Carrier, Coturn, Host

WHY_NOT = networks.missing()
if WHY_NOT:
    warnings.warn(f"NOT RUN: calls through coturn and on the move: {WHY_NOT}", stacklevel=1)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(WHY_NOT is not None, reason=f"NOT RUN: {WHY_NOT}"),
]

WAYS = ("udp", "tcp", "tls")
# The browser is given every door, and this one alone is there.
ONE_DOOR = """
const Whole = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Whole {
  constructor(given) {
    const iceServers = (given?.iceServers ?? []).map(one => (
      {...one, urls: one.urls.filter(url => url === %r)}));
    super({...given, iceServers});
  }
};
"""
PAIR = """async () => {
  const one = connections.findLast(c => c.connectionState !== 'closed');
  const stats = await one?.getStats() ?? new Map();
  const transport = [...stats.values()].find(s => s.type === 'transport');
  const near = stats.get(stats.get(transport?.selectedCandidatePairId)?.localCandidateId);
  return near && {kind: near.candidateType, way: near.relayProtocol ?? null, address: near.address,
    port: near.port};
}"""
ALLOCATE = """async iceServers => {
  const one = new RTCPeerConnection({iceServers, iceTransportPolicy: 'relay'});
  const found = new Promise(resolve => {
    one.onicecandidate = e => e.candidate && resolve('let in');
    // Its other network may find no way there (701), which says nothing of the password.
    one.onicecandidateerror = e => e.errorCode === 701 || resolve(e.errorCode);
  });
  one.createDataChannel('x');
  await one.setLocalDescription(await one.createOffer());
  const what = await found;
  one.close();
  return what;
}"""


@dataclass(frozen=True)
class Town:
    """A phone with two networks, a house that lies behind another, and what is in between."""

    phone: Host
    edge: Host
    wifi: Cable
    mobile: Cable
    street: Cable
    """The edge's own end of the cable to the house."""
    house: Cable

    def wall(self, stands: bool) -> None:
        """Whether nothing but coturn leads from the phone to the house."""
        self.edge.passes_on(not stands)

    def move(self, to: Cable) -> None:
        """The phone leaves whatever network it is in for that one."""
        for cable in (self.wifi, self.mobile):
            if cable is not to:
                cable.pull()
        to.plug(way_out=True)


@pytest.fixture(scope="module")
def built() -> Iterator[Town]:
    with ExitStack() as stack:
        phone, edge = (stack.enter_context(Host(name)) for name in ("p", "e"))
        _, wifi = networks.lay(edge, phone, 0, "wifi")
        _, mobile = networks.lay(edge, phone, 1, "mob")
        street, house = networks.lay(edge, None, 2, "st")
        for net in (wifi, mobile):
            back = f"{net.address}/32"
            networks.ip("route", "add", back, "via", street.address, "dev", house.name)
        yield Town(phone, edge, wifi, mobile, street, house)


@pytest.fixture
def town(built: Town) -> Town:
    """The phone at home, in its Wi-Fi."""
    built.move(built.wifi)
    return built


@pytest.fixture(scope="module")
async def turn(built: Town) -> AsyncIterator[Coturn]:
    async with networks.coturn(built.edge, built.wifi.beyond, built.street.address) as running:
        yield running


@pytest.fixture(scope="module")
async def reached(
    built: Town, turn: Coturn, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[House, Carrier]]:
    """A Lingkar whose sound is at the far end, and the way on which the phone gets its page."""
    told = {
        "LINGKAR_SOUND_HOST": built.house.address,
        "TURN_URLS": ",".join(turn.urls),
        "TURN_SECRET": turn.secret,
    }
    with mock.patch.dict(os.environ, told):
        async with a_house(tmp_path_factory.mktemp("house") / "data") as running:
            port = int(running.base.rpartition(":")[2])
            async with networks.carried(built.phone, port) as carrier:
                yield running, carrier


@pytest.fixture(scope="module")
def house(reached: tuple[House, Carrier]) -> House:
    return reached[0]


@pytest.fixture(scope="module")
async def browsers(
    built: Town, turn: Coturn, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Browser, Browser]]:
    """One on the phone, and one beside the house."""
    expect.set_options(timeout=PATIENCE)
    folder = tmp_path_factory.mktemp("browsers")
    near, far = (flags(sing(folder, hertz)) for hertz in TONES[:2])
    believed = f"--ignore-certificate-errors-spki-list={turn.spki}"
    async with async_playwright() as playwright:
        phone = await launch(playwright, *near, believed, program=built.phone.chromium(folder))
        other = await launch(playwright, *far)
        yield phone, other
        await phone.close()
        await other.close()


async def start_singing(night: Evening, *singers: Singer) -> None:
    """On an open floor."""
    await night.sari.send(SetPhase(Phase.SHARING))
    await night.sari.send(SetFloor(Floor.OPEN))
    for one in singers:
        await one.open()


async def pair(singer: Singer) -> dict[str, Any]:
    found: dict[str, Any] = await singer.page.evaluate(PAIR)
    return found


async def until_elsewhere(singer: Singer, before: dict[str, Any]) -> None:
    """Wait until their sound goes by another way."""
    await singer.page.wait_for_function(
        f"async before => {{ const now = await ({PAIR})();"
        " return now && JSON.stringify(now) !== before; }",
        arg=json.dumps(before, separators=(",", ":")),
        polling=100,
        timeout=PATIENCE,
    )


def joins(singer: Singer) -> int:
    return sum("sound_join" in frame for frame in singer.sent)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", WAYS)
async def test_behind_a_wall_people_talk_through_coturn(
    way: str, town: Town, turn: Coturn, house: House, browsers: tuple[Browser, Browser]
) -> None:
    town.wall(True)
    door = turn.urls[WAYS.index(way)]
    async with evening(house, browsers[0], "Melati", "Siti", medium="sound") as night:
        melati = await come(night, browsers[0], 0, "Melati", script=ONE_DOOR % door)
        siti = await come(night, browsers[1], 1, "Siti")
        await start_singing(night, melati, siti)
        await melati.hears(siti)
        await siti.hears(melati)
        found = await pair(melati)
        assert (found["kind"], found["way"]) == ("relay", way)
        # Where anybody is stays unsaid, be it coturn's address; in what the server prints as well.
        for frame in (*melati.sent, *siti.person.frames, *house.served.printed):
            assert town.street.address not in frame and town.wifi.address not in frame, frame


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", WAYS)
async def test_coturn_lets_in_whom_the_server_gave_a_password_and_not_for_ever(
    way: str, town: Town, turn: Coturn, house: House, browsers: tuple[Browser, Browser]
) -> None:
    door = turn.urls[WAYS.index(way)]
    page = await browsers[0].new_page()
    await page.goto(house.base)
    for seconds, wanted in ((60, "let in"), (-1, 401)):
        (given,) = Turn((door,), turn.secret, seconds).ice_servers(time.time())
        ice = {"urls": door, "username": given.username, "credential": given.credential}
        assert await page.evaluate(ALLOCATE, [ice]) == wanted
    await page.close()


@pytest.mark.timeout(120)
async def test_behind_a_wall_without_coturn_nobody_is_heard_and_it_is_said(
    town: Town, house: House, browsers: tuple[Browser, Browser]
) -> None:
    town.wall(True)
    async with evening(house, browsers[0], "Melati", medium="sound") as night:
        person = await night.known("Melati")
        await person.page.add_init_script(ONE_DOOR % "none")
        await person.page.goto(night.room)
        await person.press("room.voice")
        await person.page.locator("dialog[open] .btn--main").click()
        await person.page.locator(".sound--again, .sound--away").wait_for()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("speaks", [True, False], ids=["speaking", "listening"])
async def test_a_phone_that_leaves_the_wifi_goes_on_without_joining_again(
    speaks: bool,
    town: Town,
    reached: tuple[House, Carrier],
    browsers: tuple[Browser, Browser],
) -> None:
    town.wall(False)
    house, carrier = reached
    async with evening(house, browsers[0], "Melati", "Siti", medium="sound") as night:
        melati = await come(night, browsers[0], 0, "Melati", speak=speaks)
        siti = await come(night, browsers[1], 1, "Siti")
        await start_singing(night, siti, *([melati] if speaks else []))
        await melati.hears(siti)
        for network in (town.mobile, town.wifi):
            before = await pair(melati)
            carrier.cut()
            town.move(network)
            if speaks:
                # The room's own line went with the network: nobody believes that they are heard.
                await melati.person.sees(melati.person.words("sound.closed.line"))
            await until_elsewhere(melati, before)
            await melati.hears(siti)
            await melati.page.locator(".sound--up").wait_for()
            if speaks:
                await melati.open()
                await siti.hears(melati)
        assert joins(melati) == 1
