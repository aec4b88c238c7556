"""Sound beside the server as a person meets it: real processes, killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import signal
import socket
import stat
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from realtime.audio.lease import Leases
from realtime.domain.meeting import Frame
from realtime.store.link import Link
from server import sounding, supervising, works
from server.embedded import EmbeddedValkey
from server.settings import Settings
from tests.realtime.audio.conftest import Sounds, Speaker, sounds_over
from tests.server.test_cli import gone, serving, started

pytestmark = pytest.mark.long

ANY_PORT = Settings(sound_port=0)
SOON = 60
"""For a start on a machine that is busy with something else."""
FRAME = Frame("Kamis", seats=8, sound=True)


@contextlib.asynccontextmanager
async def sound_process(redis_url: str) -> AsyncIterator[supervising.Supervisor]:
    """A supervised sound process that serves."""
    work = works.sound(ANY_PORT, redis_url, "127.0.0.1")
    async with supervising.group() as processes:
        supervisor = processes.add(work)
        assert await supervisor.is_up(SOON)
        yield supervisor


async def two_with_sound(sounds: Sounds) -> list[Speaker]:
    people = await sounds.house.seat("Bu Dewi", "Rina")
    return [await sounds.turn_on(person) for person in people]


async def is_lost(speaker: Speaker) -> None:
    person = speaker.person
    await person.until(lambda p: any(g.ticket == speaker.ticket for g in p.sound_gone), SOON)
    assert [g.why for g in person.sound_gone if g.ticket == speaker.ticket] == ["lost"]


async def test_people_are_heard_again_on_another_process_within_five_seconds_of_a_kill() -> None:
    async with (
        EmbeddedValkey() as valkey,
        sound_process(valkey.url) as first,
        sounds_over(valkey.url, FRAME) as sounds,
    ):
        before = await two_with_sound(sounds)
        before[1].start()
        await before[0].until_hears(before[1])
        async with sound_process(valkey.url):
            assert first.pid is not None
            os.kill(first.pid, signal.SIGKILL)
            began = time.monotonic()
            for speaker in before:
                await is_lost(speaker)
            again = [await sounds.turn_on(speaker.person) for speaker in before]
            again[1].start()
            await again[0].until_hears(again[1], 1)
            took = time.monotonic() - began
    print(f"heard again {took:.1f} s after kill -9")
    assert took < 5


def written_by(pid: int) -> list[str]:
    """The files that a process may write into, apart from what it prints."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        if link.name in "012":
            continue
        with contextlib.suppress(FileNotFoundError):
            flags = (link.parent.parent / "fdinfo" / link.name).read_text()
            may_write = int(re.search(r"flags:\s+(\d+)", flags)[1], 8) & os.O_ACCMODE  # type: ignore[index]
            if may_write and stat.S_ISREG(link.stat().st_mode):
                found.append(str(link.readlink()))
    return found


async def test_the_process_that_carries_voices_writes_into_no_file_and_says_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Nor does what it logs, which is nothing, tell where anybody is."""
    async with (
        EmbeddedValkey() as valkey,
        sound_process(valkey.url) as supervisor,
        sounds_over(valkey.url, FRAME) as sounds,
    ):
        dewi, rina = await two_with_sound(sounds)
        capfd.readouterr()
        rina.start()
        await dewi.until_hears(rina)
        # What makes no sense at all, and what is cut short, is no news either.
        for junk in (b"\x16\xfe\xfd" + bytes(40), bytes(40), b"\x80" * 40, rina.line.write_check()):
            rina.line.send(junk[:-3])
        await dewi.until_hears(rina)
        assert supervisor.pid is not None
        assert written_by(supervisor.pid) == []
        assert capfd.readouterr() == ("", "")


async def test_a_killed_process_is_started_again_and_serves() -> None:
    async with (
        EmbeddedValkey() as valkey,
        sound_process(valkey.url) as supervisor,
        sounds_over(valkey.url, FRAME) as sounds,
    ):
        before = await two_with_sound(sounds)
        first = supervisor.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        for speaker in before:
            await is_lost(speaker)
        async with asyncio.timeout(SOON):
            while supervisor.pid in (None, first) or not await supervisor.is_up():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        again = [await sounds.turn_on(speaker.person) for speaker in before]
        again[1].start()
        await again[0].until_hears(again[1])


async def test_a_process_that_is_asked_to_stop_says_so_and_leaves_nothing(redis_url: str) -> None:
    link = Link(redis_url)
    async with sounds_over(redis_url, FRAME) as sounds, sound_process(redis_url) as supervisor:
        pid, speakers = supervisor.pid, await two_with_sound(sounds)
        assert pid is not None
        holder = await Leases(link).holder(sounds.house.circle_id)
        os.kill(pid, signal.SIGTERM)
        for speaker in speakers:
            await is_lost(speaker)
        await gone(pid)
        assert holder not in await Leases(link).living()
        assert await Leases(link).holder(sounds.house.circle_id) != holder
    await link.close()


async def test_sound_ends_with_its_server_however_that_ends(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        pid = await sound_pid(served.process.pid)
        served.process.kill()
        await served.process.wait()
        await gone(pid)


async def sound_pid(parent: int) -> int:
    """The sound process that this server started."""
    async with asyncio.timeout(SOON):
        while True:
            for stat in Path("/proc").glob("[0-9]*/stat"):
                with contextlib.suppress(OSError):
                    fields = stat.read_text().rpartition(")")[2].split()
                    words = stat.with_name("cmdline").read_bytes()
                    if int(fields[1]) == parent and b"server.sounding" in words:
                        return int(stat.parent.name)
            await asyncio.sleep(0.05)


async def test_a_sound_port_that_was_set_and_is_taken_costs_one_line(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        for command in (("serve",), ("sound",)):
            process = await started(
                tmp_path, *command, LINGKAR_SOUND_PORT=str(port), REDIS_URL="redis://localhost:1"
            )
            _, errors = await process.communicate()
            assert process.returncode == 1
            assert errors.decode().splitlines() == [
                f"UDP port {port} for sound is taken; see LINGKAR_SOUND_PORT."
            ]


async def test_where_the_usual_port_is_taken_another_one_serves(redis_url: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        with contextlib.suppress(OSError):
            # Where that fails somebody else has it, which is as good.
            other.bind(("127.0.0.1", sounding.DEFAULT_PORT))
        work = works.sound(Settings(), redis_url, "127.0.0.1")
        async with supervising.group() as processes:
            supervisor = processes.add(work)
            assert await supervisor.is_up(SOON)
            assert supervisor.said
            assert int(supervisor.said["port"]) not in (0, sounding.DEFAULT_PORT)


async def test_a_sound_process_by_itself_says_its_port_and_stops_on_a_signal(
    tmp_path: Path,
) -> None:
    async with EmbeddedValkey() as valkey:
        process = await started(tmp_path, "sound", REDIS_URL=valkey.url)
        assert process.stdout is not None
        async with asyncio.timeout(SOON):
            line = (await process.stdout.readline()).decode()
        assert re.fullmatch(r"Sound on UDP port \d+ \(sound-\S+\)\n", line)
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")


async def test_a_sound_process_without_a_redis_costs_one_line(tmp_path: Path) -> None:
    process = await started(tmp_path, "sound")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        "A sound process needs the Redis of its server: set REDIS_URL."
    ]


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("203.0.113.7", ("203.0.113.7", 0)),
        ("203.0.113.7:9443", ("203.0.113.7", 9443)),
        ("2001:db8::7", ("2001:db8::7", 0)),
        ("[2001:db8::7]:9443", ("2001:db8::7", 9443)),
        ("[2001:db8::7]", ("2001:db8::7", 0)),
    ],
)
def test_announced_addresses_may_name_a_port(word: str, place: tuple[str, int]) -> None:
    assert sounding.addresses_of(word) == [place]


@pytest.mark.parametrize(
    "word", ["sound.invalid", "203.0.113.7:", "203.0.113.7:99999", "a..b", "["]
)
def test_what_leads_to_no_address_costs_one_line(word: str) -> None:
    line = sounding.taken(Settings(sound_addresses=(word,)), "127.0.0.1")
    assert line and line.startswith(f"LINGKAR_SOUND_ADDRESS: '{word}' ")


def test_what_a_name_leads_to_is_announced_as_addresses() -> None:
    found = sounding.announced(Settings(sound_addresses=("localhost:9443",)), "0.0.0.0")
    assert ("127.0.0.1", 9443) in found
    assert {address for address, _ in found} <= {"127.0.0.1", "::1"}


def test_on_this_machine_alone_nothing_but_its_own_address_is_announced() -> None:
    assert sounding.hosts("127.0.0.1") == sounding.hosts("localhost") == ("127.0.0.1", None)
    assert sounding.announced(Settings(), "127.0.0.1") == (("127.0.0.1", 0),)
    assert sounding.announced(Settings(), "::1") == (("::1", 0),)


def test_for_a_network_no_address_is_announced_that_leads_to_the_listener_itself() -> None:
    for host in ("0.0.0.0", "::"):
        for address, _ in sounding.announced(Settings(), host):
            assert address not in ("0.0.0.0", "::")


def test_the_child_gets_no_key_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secrets.token_hex(8)
    monkeypatch.setenv("DATABASE_URL", f"postgres://{secret}")
    monkeypatch.setenv("TURN_SECRET", secret)
    settings = Settings.from_env()
    given = works.sound(settings, "unix:///x", "127.0.0.1").environment
    assert settings.turn_secret == secret
    assert f"'{secret}'" not in repr(settings), "the secret of TURN"
    assert not any(secret in value for value in given.values())


def test_several_sound_processes_have_ports_in_a_row() -> None:
    settings = Settings(sound_port=8443, sound_addresses=("203.0.113.7", "[2001:db8::7]:9443"))
    second = works.sound(settings, "unix:///x", "127.0.0.1", 1).environment
    assert second["LINGKAR_SOUND_PORT"] == "8444"
    assert second["LINGKAR_SOUND_ADDRESS"] == "203.0.113.7,[2001:db8::7]:9444"


async def test_the_web_process_loads_none_of_the_media() -> None:
    """A third of its memory and a second of its start, for what another process does."""
    lines = "import sys, server.app; print(sorted({'aiortc', 'av', 'pylibsrtp'} & {*sys.modules}))"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", lines), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said == b"[]\n"
