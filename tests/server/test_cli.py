"""`lingkar serve` as a person meets it: real processes, real signals, nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import ssl
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.lan import lan_address
from tests.valkeys import on_a_port, safe_for

LAST_LINE = "Ctrl-C stops everything."
SOON = 60
"""Seconds: several processes start, on a machine that is busy with something else."""


@dataclass
class Served:
    """A running `lingkar serve` and what it said until it was ready."""

    process: asyncio.subprocess.Process
    said: str

    @property
    def address(self) -> str:
        found = re.search(r"https?://\S+:\d+", self.said)
        assert found, self.said
        return found[0]

    async def stop(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal and return the exit code and what was still said."""
        self.process.send_signal(number)
        async with asyncio.timeout(SOON):
            rest, _ = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, rest.decode()


async def started(data: Path, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Start `lingkar` with a data folder of its own on a port that the system chooses."""
    inherited = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.cli",
        *arguments,
        env={
            **inherited,
            "HOST": "127.0.0.1",
            "PORT": "0",
            "LINGKAR_SOUND_PORT": "0",
            "LINGKAR_DATA": str(data),
            **environment,
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@contextlib.asynccontextmanager
async def serving(data: Path, *arguments: str, **environment: str) -> AsyncIterator[Served]:
    """`lingkar serve`, ready; killed at the end if a test left it running."""
    process = await started(data, "serve", *arguments, **environment)
    try:
        yield Served(process, await said_until(process, LAST_LINE))
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def said_until(process: asyncio.subprocess.Process, last: str) -> str:
    """What the process says up to a line; fails with everything it said if it ends before."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    async with asyncio.timeout(SOON):
        while line := (await process.stdout.readline()).decode():
            said += line
            if last in line:
                return said
        said += (await process.stderr.read()).decode()
    pytest.fail(f"it ended before it was ready:\n{said}")


def children(pid: int) -> Iterator[int]:
    """The living processes that this one started."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                yield int(stat.parent.name)


async def gone(pid: int) -> None:
    """Return once no process has this id."""
    async with asyncio.timeout(SOON):
        while Path(f"/proc/{pid}").exists():  # noqa: ASYNC110 -- no event tells
            await asyncio.sleep(0.01)


async def fetch(address: str, context: ssl.SSLContext | None = None) -> int:
    """The status of a page."""

    def get() -> int:
        with urllib.request.urlopen(address, timeout=SOON, context=context) as answer:
            return int(answer.status)

    return await asyncio.to_thread(get)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)]
)
async def test_a_signal_stops_everything_and_leaves_no_process_and_no_socket(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with serving(tmp_path) as served:
        assert await fetch(f"{served.address}/") == 200
        started_by_it = list(children(served.process.pid))
        assert started_by_it
        valkey = re.search(r"socket (\S+)", served.said)
        assert valkey
        assert Path(valkey[1]).is_socket()
        code, rest = await served.stop(number)
    assert code == 0
    assert "Nothing is left running." in rest
    for pid in started_by_it:
        await gone(pid)
    assert not Path(valkey[1]).parent.exists()


@pytest.mark.long
async def test_the_embedded_valkey_goes_with_a_server_that_is_killed(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        started_by_it = list(children(served.process.pid))
        assert started_by_it
        served.process.kill()
        await served.process.wait()
        for pid in started_by_it:
            await gone(pid)


@pytest.mark.long
async def test_the_first_start_shows_what_runs_where_and_a_set_up_link(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert "http://localhost:" in served.said
        assert str(tmp_path) in served.said
        assert re.search(r"Sound +UDP port ", served.said)
        assert re.search(r"http://localhost:\d+/siapkan#\S{20,}", served.said)


async def test_a_taken_port_costs_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await started(tmp_path, "serve", PORT=str(port))
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        f"Port {port} is taken, perhaps by another Lingkar. Try: make run PORT={port + 1}"
    ]


async def test_an_address_of_another_machine_costs_one_line(tmp_path: Path) -> None:
    process = await started(tmp_path, "serve", HOST="198.51.100.7")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        "'198.51.100.7' is not an address of this machine; check HOST."
    ]


async def test_a_port_that_is_no_number_costs_one_line(tmp_path: Path) -> None:
    process = await started(tmp_path, "serve", PORT="http")
    _, errors = await process.communicate()
    assert process.returncode == 1
    (line,) = errors.decode().splitlines()
    assert line.startswith("The environment is not understood. PORT: ")


async def test_check_says_what_is_ready(tmp_path: Path) -> None:
    process = await started(tmp_path, "check")
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    assert [line[:4] for line in said.decode().splitlines()] == ["ok  "] * 6


async def test_check_says_what_is_missing(tmp_path: Path) -> None:
    nobody = tmp_path / "no-such-socket"
    process = await started(tmp_path, "check", REDIS_URL=f"unix://{nobody}")
    said, _ = await process.communicate()
    assert process.returncode == 1
    assert "NO  Valkey answers. Look at REDIS_URL." in said.decode().splitlines()


async def test_a_redis_that_could_keep_what_people_say_is_refused_with_what_to_set(
    tmp_path: Path,
) -> None:
    async with on_a_port(tmp_path / "valkey", *safe_for("valkey-server"), "--save", "60 1") as (
        url,
        _,
    ):
        process = await started(tmp_path, "serve", REDIS_URL=url)
        _, errors = await process.communicate()
        assert process.returncode == 1
        assert errors.decode().splitlines()[1:] == [
            '  save is 60 1; set it with: CONFIG SET save ""'
        ]
        async with Redis.from_url(url) as redis:
            await redis.config_set("save", "")
        async with serving(tmp_path, REDIS_URL=url):
            pass


@pytest.mark.long
@pytest.mark.skipif(lan_address() is None, reason="this machine is on no network")
async def test_phones_on_the_network_get_tls_and_a_code_to_scan(tmp_path: Path) -> None:
    process = await started(tmp_path, "serve", "--lan")
    try:
        said = await said_until(process, "Its SHA-256 is")
        address = re.search(r"https://(\S+):(\d+)", said)
        assert address
        assert address[1] == lan_address()
        assert "█" in said or "▀" in said
        # Trusts this one certificate, and checks the name: as a phone does after the warning.
        context = ssl.create_default_context(cafile=str(tmp_path / "lan/cert.pem"))
        assert await fetch(f"{address[0]}/", context) == 200
        assert await fetch(f"https://localhost:{address[2]}/", context) == 200
    finally:
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
