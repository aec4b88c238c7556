"""No server that could keep what people say is used, and the words say which setting to change."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from server import gate
from server.embedded import EmbeddedValkey
from tests.clusters import cluster_in
from tests.valkeys import on_a_port, safe_for

# A replica passes the same gate, so that each server here could be one.
SAFE = [*safe_for("valkey-server"), "--repl-diskless-load", "swapdb"]


async def test_the_embedded_valkey_passes_by_construction(valkey: EmbeddedValkey) -> None:
    assert await gate.kept_by(valkey.url) == ()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("save", "60 1"),
        ("appendonly", "yes"),
        ("slowlog-log-slower-than", "10000"),
        ("commandlog-request-larger-than", "1048576"),
        ("commandlog-reply-larger-than", "1048576"),
        ("crash-log-enabled", "yes"),
        ("shutdown-on-sigterm", "save"),
        ("shutdown-on-sigint", "save now"),
    ],
)
async def test_each_way_of_keeping_is_named_with_what_to_set_instead(
    tmp_path: Path, setting: str, value: str
) -> None:
    async with on_a_port(tmp_path / "one", *SAFE, f"--{setting}", value) as (url, _):
        wrong = await gate.kept_by(url)
        assert setting in [kept.setting for kept in wrong]
        told = next(str(kept) for kept in wrong if kept.setting == setting)
        assert f"CONFIG SET {setting}" in told
        assert value in told


async def test_a_replica_that_writes_to_disk_is_found_behind_its_primary(tmp_path: Path) -> None:
    async with (
        on_a_port(tmp_path / "primary", *SAFE) as (url, port),
        on_a_port(
            tmp_path / "replica", *SAFE, "--save", "60 1", "--replicaof", f"127.0.0.1 {port}"
        ) as (_, second),
        Redis.from_url(url) as redis,
        asyncio.timeout(20),
    ):
        while not (await redis.info("replication"))["connected_slaves"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        wrong = await gate.kept_by(url)
        assert [(kept.server, kept.setting) for kept in wrong] == [(f"127.0.0.1:{second}", "save")]


async def test_a_replica_behind_a_replica_passes_the_same_gate(tmp_path: Path) -> None:
    async with (
        on_a_port(tmp_path / "first", *SAFE) as (url, port),
        on_a_port(tmp_path / "second", *SAFE, "--replicaof", f"127.0.0.1 {port}") as (behind, then),
        on_a_port(
            tmp_path / "third", *SAFE, "--appendonly", "yes", "--replicaof", f"127.0.0.1 {then}"
        ) as (_, third),
        Redis.from_url(url) as redis,
        Redis.from_url(behind) as second,
        asyncio.timeout(20),
    ):
        for one in (redis, second):
            while not (await one.info("replication"))["connected_slaves"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        wrong = await gate.kept_by(url)
        assert [(kept.server, kept.setting) for kept in wrong] == [
            (f"127.0.0.1:{third}", "appendonly")
        ]


async def test_replication_is_diskless_both_ways_or_refused(tmp_path: Path) -> None:
    with_disk = ("--repl-diskless-sync", "no")
    loads = ("--repl-diskless-load", "disabled")
    async with (
        on_a_port(tmp_path / "primary", *SAFE, *with_disk) as (url, port),
        on_a_port(tmp_path / "replica", *SAFE, *loads, "--replicaof", f"127.0.0.1 {port}") as (
            _,
            second,
        ),
        Redis.from_url(url) as redis,
        asyncio.timeout(20),
    ):
        while not (await redis.info("replication"))["connected_slaves"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        wrong = await gate.kept_by(url)
        assert [(kept.server, kept.setting) for kept in wrong] == [
            ("", "repl-diskless-sync"),
            (f"127.0.0.1:{second}", "repl-diskless-load"),
        ]


async def test_settings_that_are_hidden_while_we_serve_shut_the_room_unless_that_was_agreed_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "AGAIN_SECONDS", 0.01)
    word = secrets.token_hex(8)
    told: asyncio.Queue[bool] = asyncio.Queue()
    async with on_a_port(tmp_path / "one", *SAFE) as (url, port), Redis.from_url(url) as redis:
        rights = f"on >{word} ~* &* +@all".split()
        ask: Any = redis.execute_command
        await ask("ACL", "SETUSER", "lingkar", *rights)
        own = f"redis://lingkar:{word}@127.0.0.1:{port}"
        watching = asyncio.create_task(gate.watched(own, told.put))
        trusting = asyncio.create_task(gate.watched(own, never, unproven=True))
        async with asyncio.timeout(5):
            await ask("ACL", "SETUSER", "lingkar", "-config")
            assert await told.get() is True
            await ask("ACL", "SETUSER", "lingkar", "+config")
            assert await told.get() is False
        watching.cancel()
        trusting.cancel()
        assert not trusting.done()


async def never(_shut: bool) -> None:
    raise AssertionError


async def test_a_server_that_hides_its_settings_is_unknown_and_not_clean(tmp_path: Path) -> None:
    word = secrets.token_hex(8)
    acl = f"user lingkar on >{word} ~* &* +@all -config"
    (tmp_path / "users").write_text(f"{acl}\nuser default off\n")
    users = ("--aclfile", str(tmp_path / "users"))
    async with on_a_port(tmp_path / "one", *SAFE, *users) as (_, port):
        with pytest.raises(gate.Unproven) as unproven:
            await gate.kept_by(f"redis://lingkar:{word}@127.0.0.1:{port}")
        assert "appendonly" in unproven.value.settings


async def test_a_setting_changed_while_we_serve_is_noticed_and_so_is_its_mending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "AGAIN_SECONDS", 0.01)
    told: asyncio.Queue[bool] = asyncio.Queue()
    async with on_a_port(tmp_path / "one", *SAFE) as (url, _), Redis.from_url(url) as redis:
        watching = asyncio.create_task(gate.watched(url, told.put))
        async with asyncio.timeout(5):
            await redis.config_set("appendonly", "yes")
            assert await told.get() is True
            await redis.config_set("appendonly", "no")
            assert await told.get() is False
        watching.cancel()


async def test_every_member_of_a_cluster_is_asked_and_named(tmp_path: Path) -> None:
    async with cluster_in(tmp_path) as cluster:
        assert await gate.kept_by(cluster.url) == ()
        primary, replica = cluster.primaries[2], cluster.replicas[0]
        await primary.ask("CONFIG", "SET", "appendonly", "yes")
        await replica.ask("CONFIG", "SET", "save", "60 1")
        wrong = {(kept.server, kept.setting) for kept in await gate.kept_by(cluster.url)}
        assert wrong == {
            (f"127.0.0.1:{primary.port}", "appendonly"),
            (f"127.0.0.1:{replica.port}", "save"),
        }
