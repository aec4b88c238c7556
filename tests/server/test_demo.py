"""`lingkar demo` as a person meets it: a real process, its printed links, the real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import http.cookiejar
import json
import os
import re
import signal
import sys
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from realtime.client import ConnectRefused, RoomClient
from realtime.domain import commands
from realtime.domain.meeting import Phase, Role
from server.circles.agreements import agreements_of
from server.circles.guide import guide_of
from server.circles.members import lacks_facilitators
from server.circles.queries import times_of
from server.circles.tables import Circle, Membership
from server.database import Database
from server.settings import Settings
from server.simulated.casting import cast_circle
from server.simulated.lines import Language, lines_in

SOON = 60.0
PACE = "12"


@dataclass
class Demo:
    process: asyncio.subprocess.Process
    said: str

    def link(self, kind: str) -> str:
        found = re.search(rf"{kind}.*?:\n\s+(http\S+/u#\S+)", self.said, re.DOTALL)
        assert found, self.said
        return found[1]

    @property
    def folder(self) -> Path:
        found = re.search(r"It lives in (\S+)", self.said)
        assert found, self.said
        return Path(found[1])


@contextlib.asynccontextmanager
async def demonstration(*arguments: str, pace: str = PACE) -> AsyncIterator[Demo]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "server.cli", "demo", "--pace", pace, *arguments),
        env={**os.environ, "HOST": "127.0.0.1", "PORT": "0", "LINGKAR_SOUND_PORT": "0"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = b""
        async with asyncio.timeout(SOON):
            while b"Ctrl-C stops everything." not in said:
                line = await process.stdout.readline()
                if not line:
                    _, wrong = await process.communicate()
                    raise AssertionError(wrong.decode()[-3000:])
                said += line
        yield Demo(process, said.decode())
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@dataclass
class Visitor:
    """A browser's worth of cookies and forms, and nothing of a browser otherwise."""

    base: str
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def fetch(self, path: str, data: bytes | None = None, kind: str = "") -> tuple[str, str]:
        """The page after redirects, and where it was."""
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        headers = {"Content-Type": kind} if kind else {}
        request = urllib.request.Request(self.base + path, data=data, headers=headers)
        with opener.open(request, timeout=20) as answer:
            return answer.read().decode(), answer.geturl()

    def form(self, path: str, page: str, **fields: str) -> tuple[str, str]:
        token = re.search(r'name="_token"[^>]*value="([^"]+)"', page)
        assert token, "the page has no form"
        data = urllib.parse.urlencode({"_token": token[1], **fields}).encode()
        return self.fetch(path, data, "application/x-www-form-urlencoded")

    def come_in(self, link: str, name: str) -> str:
        """From a link to a membership: look, a name, the promise. Returns the circle's slug."""
        secret = link.partition("#")[2]
        answer, _ = self.fetch(
            "/u/tukar", json.dumps({"secret": secret}).encode(), "application/json"
        )
        path = json.loads(answer)["to"]
        page, _ = self.fetch(f"{path}?langkah=nama")
        page, _ = self.form(path, page, name=name)
        self.form(path, page, promise="yes")
        return str(path.split("/")[2])

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


async def visitor(link: str, name: str) -> tuple[Visitor, str]:
    parts = urllib.parse.urlsplit(link)
    somebody = Visitor(f"{parts.scheme}://{parts.netloc}")
    return somebody, await asyncio.to_thread(somebody.come_in, link, name)


@contextlib.asynccontextmanager
async def joined(
    demo: Demo, kind: str, name: str, *, observer: bool = False
) -> AsyncIterator[RoomClient]:
    """Somebody who came by a printed link, in the room or at its door."""
    somebody, slug = await visitor(demo.link(kind), name)
    async with contextlib.AsyncExitStack() as stack:
        async with asyncio.timeout(SOON):
            while True:
                room = RoomClient.connect(somebody.base, slug, somebody.cookie, observer=observer)
                try:
                    entered = await stack.enter_async_context(room)
                    break
                except ConnectRefused as refused:
                    if refused.reason != "ended":
                        raise
                    # One meeting is over and the next not open: knock again, as people do.
                    await asyncio.sleep(0.2)
        yield entered


@pytest.mark.long
async def test_whoever_only_watches_sees_a_living_meeting_within_seconds() -> None:
    async with (
        demonstration("--lang", "en") as demo,
        joined(demo, "as a member", "Tura", observer=True) as room,
    ):
        await room.until(lambda room: room.meeting and room.you, SOON)
        assert room.meeting is not None
        assert room.meeting.title.startswith("Demonstration")
        holders: list[str] = []

        def moved(_: object) -> bool:
            if room.holder is not None and (not holders or holders[-1] != room.holder):
                holders.append(room.holder)
            return len(holders) >= 2

        await room.until(moved, SOON)
        await room.until(lambda room: len({words.member_id for words in room.said}) >= 2, SOON)
        await room.until(lambda room: room.nods, SOON)


@pytest.mark.long
async def test_a_member_who_joins_is_let_in_and_offered_the_stick_in_their_turn() -> None:
    async with demonstration() as demo, joined(demo, "as a member", "Tura") as room:
        await room.until(lambda room: room.you and room.you.offered, SOON)
        assert room.meeting is not None
        assert room.meeting.title.startswith("Contoh")
        assert (await room.send(commands.Accept())).ok
        await room.until(lambda room: room.you and room.you.turn_id)
        assert (await room.say("Halo semua.")).ok
        await room.until(lambda room: any(words.text == "Halo semua." for words in room.said))
        turn = room.you.turn_id if room.you else None
        assert turn is not None
        assert (await room.send(commands.PassStick(turn, None))).ok
        await room.until(lambda room: room.holder not in (None, room.me), SOON)


@pytest.mark.long
async def test_whoever_facilitates_gets_the_lead_and_can_close_and_open_again() -> None:
    async with demonstration() as demo:
        async with joined(demo, "as a facilitator", "Tura") as room:
            await room.until(lambda room: room.facilitating, SOON)
            seat = room.seat(room.me)
            assert seat is not None
            assert seat.role is Role.FACILITATOR
            await room.until(lambda room: any("Tura" in words.text for words in room.said), SOON)
            epoch = room.meeting.epoch if room.meeting else 0
            assert (await room.send(commands.Close())).ok
            await room.until(
                lambda room: room.gone or (room.meeting and room.meeting.phase is Phase.ENDED)
            )
        async with joined(demo, "as a member", "Umar") as room:
            await room.until(lambda room: room.meeting and room.meeting.epoch > epoch, SOON)
            await room.until(lambda room: room.said, SOON)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopping_leaves_nothing_behind_and_real_data_is_not_touched(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINGKAR_DATA", str(tmp_path / "data"))
    async with demonstration() as demo:
        assert demo.folder.is_dir()
        demo.process.send_signal(number)
        async with asyncio.timeout(SOON):
            rest, wrong = await demo.process.communicate()
        assert demo.process.returncode == 0
        assert wrong == b""
        assert b"gone" in rest
        assert not demo.folder.exists()
        assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("language", ["id", "en"])
async def test_five_circles_of_every_kind_of_door_stand_in_the_demonstration(
    language: Language, tmp_path: Path
) -> None:
    settings, now = Settings(data_dir=tmp_path), dt.datetime.now(dt.UTC)
    casting = await cast_circle(settings, lines_in(language), language, now)
    database = Database(settings.database_url)
    try:
        async with database.session() as db:
            circles = list(await db.scalars(select(Circle)))
            lacking = [one.name for one in circles if await lacks_facilitators(db, one)]
            agreed = [await agreements_of(db, one) for one in circles if one.agreements_version]
            unready = await db.scalar(
                select(func.count())
                .select_from(Membership)
                .join(Circle, Circle.id == Membership.circle_id)
                .where(Membership.pledged_version < Circle.agreements_version)
            )
    finally:
        await database.close()
    assert len(circles) == 5
    assert {one.visibility for one in circles} == {"public", "unlisted", "private"}
    assert {one.languages for one in circles} == {"id", "en", "id,en"}
    assert len({one.timezone for one in circles}) == 4
    assert len({one.kind for one in circles}) == 5
    assert casting.unlisted in {one.slug for one in circles if one.visibility == "unlisted"}
    assert lacking == []
    assert unready == 0
    assert all(lines["id"] and lines["en"] for lines in agreed)
    for one in circles:
        start = times_of(one).next_start(now)
        assert start is not None
        assert start - now < dt.timedelta(days=40)
        if one.slug != casting.slug:
            assert guide_of(one).prompts[0].en
            assert start > now
