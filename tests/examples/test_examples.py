"""The examples as somebody runs them: against a real server, and in by an invitation."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from examples import greeter, load, screen
from realtime.client import (
    ConnectRefused,
    NotInvited,
    RoomClient,
    Visit,
    come_by,
    remembered,
    stay,
)
from realtime.domain.commands import Offer, Remove, SetPrompt
from realtime.domain.meeting import Presence, Wording
from server.circles.seed import Seeded, seed_circle
from server.settings import Settings
from tests.journeys.browsing import free_port
from tests.server.test_cli import serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("examples")


@pytest.fixture(scope="module")
async def place(folder: Path) -> AsyncIterator[tuple[Seeded, str]]:
    """A server, and a circle in it that lets people in by itself."""
    seeded = await seed_circle(Settings(data_dir=folder), members=["Melati"], door="open")
    async with serving(folder, "--sound-workers", "0") as served:
        yield seeded, served.address


@contextlib.asynccontextmanager
async def somebody(place: tuple[Seeded, str], name: str) -> AsyncIterator[RoomClient]:
    seeded, address = place
    cookie = seeded.members.get(name, seeded.facilitator)
    who = f"{seeded.cookie_name}={cookie}"
    async with RoomClient.connect(address, seeded.slug, who) as room:
        await room.until(lambda room: room.meeting)
        yield room


@contextlib.asynccontextmanager
async def going_on(work: Awaitable[None]) -> AsyncIterator[None]:
    """Beside what follows; what goes wrong in it is told."""
    task = asyncio.ensure_future(work)
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def link_of(place: tuple[Seeded, str]) -> str:
    return f"{place[1]}/u#{place[0].join_link.partition('#')[2]}"


def named(room: RoomClient, name: str) -> Presence | None:
    seats = room.meeting.seats if room.meeting else ()
    return next((seat.presence for seat in seats if seat.name == name), None)


@pytest.mark.long
async def test_the_greeter_greets_who_comes_and_lets_its_turn_go_by(
    place: tuple[Seeded, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "greeter.json"
    words = ["greeter", "--link", link_of(place), "--name", "Sapa", "--file", str(file)]
    monkeypatch.setattr(sys, "argv", words)
    async with somebody(place, "Bu Sari") as host, going_on(greeter.main()):
        await host.until(lambda room: named(room, "Sapa"))
        assert not host.said, "people who were there before are greeted by people"
        async with somebody(place, "Melati") as melati:
            await melati.until(lambda room: room.said)
            assert [(one.name, one.kind, one.text) for one in melati.said] == [
                ("Sapa", "phrase", greeter.WELCOME)
            ]
            bot = next(one.member_id for one in melati.said)
            await host.send(Offer(bot))
            await host.until(lambda room: room.meeting and room.meeting.stick.kind == "resting")
    assert file.stat().st_mode & 0o777 == 0o600
    again = await remembered(file, "http://127.0.0.1:1/u#used", "Sapa")
    assert again.slug == place[0].slug, "the second start needs no invitation"


async def test_the_screen_shows_who_has_the_stick_and_is_sent_no_word(
    place: tuple[Seeded, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    words = ["screen", "--link", link_of(place), "--file", str(tmp_path / "screen.json")]
    monkeypatch.setattr(sys, "argv", [*words, "--name", "Balai", "--port", str(port)])
    sat: list[RoomClient] = []

    async def watched(visit: Visit, part: Callable[[RoomClient], Awaitable[None]]) -> None:
        """As it is, but that what it is sent can be looked at."""

        async def noted(room: RoomClient) -> None:
            sat.append(room)
            await part(room)

        await stay(replace(visit, kept=1000), noted)

    monkeypatch.setattr(screen, "stay", watched)
    async with (
        somebody(place, "Bu Sari") as host,
        somebody(place, "Melati") as melati,
        going_on(screen.main()),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser,
    ):
        await host.until(lambda room: named(room, "Balai") is Presence.STEPPED_OUT)
        sat[0].frames.clear()
        await host.send(SetPrompt(Wording("RAHASIA")))
        await host.say("RAHASIA")
        await melati.until(lambda room: room.said)
        await host.send(Offer(melati.me))
        # After the words, so that these would have come by then.
        await sat[0].until(lambda room: room.meeting and room.meeting.stick.member_id == melati.me)
        now = (await browser.get("/now")).json()
        assert now["stick"] == {"kind": "offered", "who": melati.me}
        assert {"Melati", "Balai"} & {seat["name"] for seat in now["seats"]} == {"Melati"}
        assert "RAHASIA" not in str(now), "what the circle is asked is shown where it said yes"
        assert sat[0].frames and not any('42["said"' in frame for frame in sat[0].frames)
        for name, kind in (("", "html"), ("screen.js", "javascript"), ("screen.css", "css")):
            answer = await browser.get(f"/{name}")
            assert answer.status_code == 200 and kind in answer.headers["Content-Type"]
        assert (await browser.get("/screen.py")).status_code == 404
        elsewhere = await browser.get("/now", headers={"Host": "evil.example"})
        assert elsewhere.status_code == 403


@pytest.mark.long
async def test_the_load_client_takes_turns_and_prints_what_it_saw(
    place: tuple[Seeded, str], folder: Path
) -> None:
    seeded = await seed_circle(Settings(data_dir=folder), facilitator="Bu Ramai", door="open")
    crowd = seeded, place[1]
    async with (
        somebody(crowd, "Bu Ramai") as host,
        going_on(load.Crowd(4, 0.1).facilitator(host)),
    ):
        figures = await load.run(3, 5, 0.1, link_of(crowd))
    assert figures.delays and figures.moves and figures.missed == 0
    table = figures.table(3, 5)
    assert "deliveries a second" in table and "the stick moves" in table


@pytest.mark.parametrize("link", ["https://lingkar.example/u#x", "http://10.0.0.1:8000/u#x"])
async def test_the_load_client_goes_to_this_machine_alone(link: str) -> None:
    with pytest.raises(SystemExit, match="this machine"):
        await load.run(2, 1, 0, link)


async def test_an_invitation_that_does_not_work_is_told(place: tuple[Seeded, str]) -> None:
    with pytest.raises(NotInvited):
        await come_by(f"{place[1]}/u#{'x' * 43}", "Tamu")


async def test_whoever_stays_comes_back_after_a_loss_and_not_after_being_asked_to_leave(
    place: tuple[Seeded, str],
) -> None:
    visit = await come_by(link_of(place), "Tetap")
    came: list[RoomClient] = []
    twice = asyncio.Event()

    async def part(room: RoomClient) -> None:
        came.append(room)
        if len(came) == 2:
            twice.set()
        async for _ in room.changes():
            if len(came) == 1 and room.meeting:
                await room.vanish()

    async with somebody(place, "Bu Sari") as host:
        staying = asyncio.create_task(stay(visit, part, pause=lambda tries: 0.05))
        async with asyncio.timeout(20):
            await twice.wait()
        await came[1].until(lambda room: room.you)
        await host.send(Remove(came[1].me, ban=False))
        with pytest.raises(ConnectRefused) as refused:
            await staying
    assert refused.value.reason == "removed"
