"""The embedded Valkey: private, silent, and gone when its parent is, however it went."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.credentials import password_of
from realtime.ports import OutOfReach
from realtime.store.link import Link
from server import embedded
from server.embedded import EmbeddedValkey, ValkeyDidNotStart
from server.private_places import LONGEST_PATH, PREFIX

PARENT = """
import asyncio
from server.embedded import EmbeddedValkey

async def main():
    async with EmbeddedValkey() as valkey:
        print(valkey.pid, valkey.directory, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def the_app(valkey: EmbeddedValkey) -> Redis:
    """As we come in ourselves."""
    return Redis.from_url(valkey.url, password=password_of(valkey.url), decode_responses=True)


async def ended(pid: int) -> None:
    """Return once no process with this id runs; a zombie waiting for its parent has ended."""
    async with asyncio.timeout(5):
        while True:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except FileNotFoundError:
                return
            if state == "Z":
                return
            await asyncio.sleep(0.01)


async def test_it_answers_soon_and_leaves_no_file_and_no_process_behind() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    async with EmbeddedValkey() as valkey:
        assert loop.time() - before < 1
        async with the_app(valkey) as redis:
            assert await redis.ping()
        directory, pid = valkey.directory, valkey.pid
        assert directory is not None
        assert directory.is_dir()
    assert not directory.exists()
    await ended(pid)


async def test_only_this_account_can_reach_it_and_no_port_is_open() -> None:
    async with EmbeddedValkey() as valkey:
        assert valkey.directory is not None
        assert stat.S_IMODE(valkey.directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(valkey.socket.stat().st_mode) == 0o700
        assert len(str(valkey.socket)) < LONGEST_PATH
        async with the_app(valkey) as redis:
            assert await redis.config_get("port") == {"port": "0"}


async def test_it_keeps_no_commands_and_nothing_on_disk() -> None:
    async with EmbeddedValkey() as valkey:
        async with the_app(valkey) as redis:
            await redis.set("{circle}:said", "something dear")
            kept = await redis.config_get("save", "appendonly", "crash-log-enabled", "commandlog-*")
            assert kept["save"] == ""
            assert kept["appendonly"] == "no"
            assert kept["crash-log-enabled"] == "no"
            limits = {value for name, value in kept.items() if str(name).endswith("-than")}
            assert limits == {"-1"}
        assert valkey.directory is not None
        files = [path for path in valkey.directory.iterdir() if path.is_file()]
        assert not any(b"dear" in path.read_bytes() for path in files)


async def test_it_is_given_nothing_of_our_environment() -> None:
    async with EmbeddedValkey() as valkey:
        assert Path(f"/proc/{valkey.pid}/environ").read_bytes() == b""


async def test_it_dies_with_a_parent_that_is_killed_and_the_next_start_tidies_up() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid, directory = (await parent.stdout.readline()).decode().split()
    assert Path(f"/proc/{pid}").exists()
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    await ended(int(pid))

    assert Path(directory).exists()
    async with EmbeddedValkey():
        assert not Path(directory).exists()


async def test_a_directory_of_a_living_process_is_left_alone() -> None:
    async with EmbeddedValkey() as first, EmbeddedValkey() as second:
        assert first.directory != second.directory
        assert await embedded.ping(first.socket)


async def test_a_server_that_cannot_start_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "binary", lambda: Path("/bin/false"))
    mine = f"{PREFIX}{os.getpid()}-*"
    before = set(Path(tempfile.gettempdir()).glob(mine))
    with pytest.raises(ValkeyDidNotStart, match="code 1"):
        async with EmbeddedValkey():
            pass
    assert set(Path(tempfile.gettempdir()).glob(mine)) == before


async def test_a_machine_that_the_package_does_not_know_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    with pytest.raises(ValkeyDidNotStart, match="name one in REDIS_URL"):
        async with EmbeddedValkey():
            pass


async def test_one_that_died_comes_back_to_whoever_had_its_word() -> None:
    async with EmbeddedValkey() as valkey:
        link, keeping = Link(valkey.url), asyncio.create_task(valkey.keep())
        assert await link.ask("PING")
        before = valkey.pid
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(10):
            while valkey.pid == before or not await answered(link):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        # Nobody else is let in by the second one either.
        with pytest.raises(RedisError):
            await Redis.from_url(f"unix://{valkey.socket}", protocol=2).get("{c}:meeting")
        keeping.cancel()
        await asyncio.wait([keeping])
        await link.close()


async def answered(link: Link) -> bool:
    try:
        return bool(await link.ask("PING"))
    except OutOfReach:
        return False


async def test_whoever_waits_for_its_end_is_told() -> None:
    async with EmbeddedValkey() as valkey:
        waiting = asyncio.create_task(valkey.ended())
        os.kill(valkey.pid, signal.SIGKILL)
        assert await waiting == -signal.SIGKILL
