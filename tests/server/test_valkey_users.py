"""The embedded Valkey answers one user, and that one may do what we use and nothing beyond it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from realtime.credentials import WORD, password_of
from realtime.store.link import Link, Script
from server import gate, valkey_users
from server.embedded import EmbeddedValkey

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "realtime").rglob("*.lua"))
REFUSED = (
    "CONFIG SET save 1",
    "CONFIG REWRITE",
    "CONFIG RESETSTAT",
    "SAVE",
    "BGSAVE",
    "BGREWRITEAOF",
    "MONITOR",
    "KEYS *",
    "SCAN 0",
    "RANDOMKEY",
    "DUMP {c}:meeting",
    "PUBSUB SHARDCHANNELS",
    "SUBSCRIBE {c}",
    "PSUBSCRIBE *",
    "PUBLISH {c} x",
    "XADD {c}:words * a b",
    "LPUSH {c}:words a",
    "SLOWLOG GET",
    "COMMANDLOG GET -1 slow",
    "CLIENT LIST",
    "CLIENT KILL TYPE pubsub",
    "ACL LIST",
    "ACL SETUSER lingkar +@all",
    "REPLICAOF 192.0.2.1 6379",
    "MODULE LIST",
    "FUNCTION LIST",
    "FLUSHALL",
    "SHUTDOWN SAVE",
    "GET elsewhere",
    "SSUBSCRIBE elsewhere",
)


@pytest.fixture
async def app(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    async with Redis.from_url(
        valkey.url, password=password_of(valkey.url), decode_responses=True
    ) as redis:
        yield redis


@pytest.mark.parametrize("command", REFUSED)
async def test_what_we_do_not_use_is_refused(app: Redis, command: str) -> None:
    with pytest.raises(NoPermissionError):
        await app.execute_command(*command.split())  # type: ignore[no-untyped-call]


async def test_debugging_is_off_for_everybody(app: Redis) -> None:
    with pytest.raises(ResponseError, match="not allowed"):
        await app.execute_command("DEBUG", "OBJECT", "{c}:meeting")  # type: ignore[no-untyped-call]


async def test_a_script_has_no_more_rights_than_who_sends_it(valkey: EmbeddedValkey) -> None:
    link = Link(valkey.url)
    for inner in ("redis.call('CONFIG', 'SET', 'save', '1')", "redis.call('SET', 'elsewhere', 1)"):
        with pytest.raises(Exception, match=r"NoPermission|ResponseError"):
            await link.run(Script(f"return {inner}", "0" * 40), ())
    await link.close()


def test_every_command_of_our_scripts_is_one_that_may_be_used() -> None:
    assert SCRIPTS
    for script in SCRIPTS:
        used = set(re.findall(r"redis\.call\('(\w+)'", script.read_text()))
        assert {word.lower() for word in used} <= set(valkey_users.COMMANDS), script


async def test_the_gate_can_ask_what_it_has_to_know(valkey: EmbeddedValkey) -> None:
    assert await gate.kept_by(valkey.url) == ()


async def test_nobody_comes_in_without_the_word(valkey: EmbeddedValkey) -> None:
    without = f"unix://{valkey.socket}"
    async with Redis.from_url(without, protocol=2) as redis:
        with pytest.raises(RedisError, match=r"Authentication required|invalid username"):
            await redis.get("{c}:meeting")
    wrong = f"unix://lingkar:guess@{valkey.socket}"
    async with Redis.from_url(wrong, protocol=2) as redis:
        with pytest.raises(RedisError, match=r"Authentication required|invalid username"):
            await redis.get("{c}:meeting")


async def test_the_word_is_new_each_time_and_in_files_of_this_account_alone() -> None:
    words = []
    for _ in range(2):
        async with EmbeddedValkey() as valkey:
            assert valkey.directory is not None
            word = (valkey.directory / WORD).read_text()
            words.append(word)
            for name in (WORD, valkey_users.USERS):
                assert stat.S_IMODE((valkey.directory / name).stat().st_mode) == 0o600
            # What the server is told does not give the word away either.
            assert word not in (valkey.directory / valkey_users.USERS).read_text()
            assert word not in valkey.url
            for told in ("cmdline", "environ"):
                assert word.encode() not in Path(f"/proc/{valkey.pid}/{told}").read_bytes()
            assert word not in " ".join(os.environ.values())
    assert words[0] != words[1]
    assert all(len(word) > 40 for word in words)
