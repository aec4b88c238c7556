"""Redis behind sentinels, over TLS with an authority of one's own, and with a user of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from realtime.credentials import password_of
from realtime.outside import place_in, servers_at
from realtime.ports import OutOfReach
from realtime.store import by_redis
from realtime.store.link import Link, key
from server import valkey_users
from server.embedded import binary
from server.lan import certificate_for
from server.settings import trusting
from tests.clusters import until
from tests.contracts.worlds import CIRCLE, Hearer, MortalValkey, meeting
from tests.journeys.browsing import free_port
from tests.valkeys import grown, on_a_port, safe_for

pytestmark = pytest.mark.timeout(90)


@asynccontextmanager
async def sentinel(folder: Path, primary: int) -> AsyncIterator[int]:
    """One that decides by itself; its port."""
    port = free_port()
    folder.mkdir()
    (folder / "conf").write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\nlogfile {folder}/log\n"
        f"sentinel monitor house 127.0.0.1 {primary} 1\n"
        "sentinel down-after-milliseconds house 500\nsentinel failover-timeout house 2000\n"
    )
    process = await asyncio.create_subprocess_exec(
        str(binary()), str(folder / "conf"), "--sentinel"
    )
    try:
        yield port
    finally:
        process.kill()
        await process.wait()


async def test_behind_sentinels_the_new_primary_is_found_and_what_is_there_is_put_right(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as stack:
        one, first = await stack.enter_async_context(
            on_a_port(tmp_path / "one", *safe_for("valkey-server"))
        )
        two, second = await stack.enter_async_context(
            on_a_port(
                tmp_path / "two",
                *safe_for("valkey-server"),
                *("--replicaof", f"127.0.0.1 {first}", "--repl-diskless-load", "swapdb"),
            )
        )
        asked = await stack.enter_async_context(sentinel(tmp_path / "sentinel", first))
        url = f"redis+sentinel://127.0.0.1:{asked}/house"
        await grown(one)
        raw: Any = await stack.enter_async_context(Redis(port=asked))
        behind: Any = await stack.enter_async_context(Redis.from_url(two))

        async def ready() -> bool:
            linked = (await behind.info("replication"))["master_link_status"] == "up"
            return linked and len(await raw.sentinel_slaves("house")) == 1

        async with asyncio.timeout(30):
            await until(ready)
        stores, hearer = by_redis(url), Hearer()
        stack.push_async_callback(stores.close)
        assert await servers_at(url) == (f"redis://127.0.0.1:{first}",)
        await stores.fanout.listen(CIRCLE, hearer)
        assert await stores.meetings.swap(None, meeting(1))
        troubles = stores.fanout.troubles()
        dying: Any = await stack.enter_async_context(Redis.from_url(one))
        async with asyncio.timeout(5):
            await until(lambda: behind.exists(key(CIRCLE, "meeting")))
        await dying.shutdown(nosave=True, now=True)
        assert (await anext(troubles)).lost
        async with asyncio.timeout(30):
            assert not (await anext(troubles)).lost
        assert await servers_at(url) == (f"redis://127.0.0.1:{second}",)
        # It took over: what is there counts once the copies are in.
        with pytest.raises(OutOfReach):
            await stores.meetings.swap(meeting(1), meeting(2))
        with pytest.raises(OutOfReach):
            await stores.meetings.offer(CIRCLE, meeting(1), 0.0)
        async with asyncio.timeout(5):
            while (newest := await offered(stores)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await stores.meetings.settle(newest, meeting(2, epoch=newest.epoch))
        await hearer.until(lambda: 2 in hearer.versions)


async def offered(stores: Any) -> Any:
    try:
        return await stores.meetings.offer(CIRCLE, meeting(1), 0.0)
    except OutOfReach:
        return None


@asynccontextmanager
async def behind_tls(folder: Path, socket: Path) -> AsyncIterator[tuple[int, Path]]:
    """A port with a certificate that no browser knows, in front of a server without."""
    made = certificate_for("127.0.0.1", folder, dt.datetime.now(dt.UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.cert, made.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1], Path(made.cert)
    server.close()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def test_over_tls_only_who_is_signed_by_our_own_authority_is_believed(
    tmp_path: Path, mortal: MortalValkey
) -> None:
    await grown(mortal.url)
    async with behind_tls(tmp_path, mortal.socket) as (port, authority):
        signed = f"{valkey_users.USER}:{password_of(mortal.url)}"
        plain = f"rediss://{signed}@127.0.0.1:{port}"
        stranger = Link(plain)
        with pytest.raises(OutOfReach):
            await stranger.ask("PING")
        await stranger.close()
        trusted = trusting(plain, authority)
        assert trusted
        stores, hearer = by_redis(trusted), Hearer()
        try:
            await stores.fanout.listen(CIRCLE, hearer)
            await stores.fanout.publish(CIRCLE, "said", b"{}")
            await hearer.until(lambda: bool(hearer.words))
        finally:
            await stores.meetings.forget(CIRCLE)
            await stores.close()


async def test_a_user_of_its_own_signs_in_by_the_url_and_nobody_else_does(tmp_path: Path) -> None:
    word = secrets.token_hex(8) + "%@:"
    (tmp_path / "users").write_text(
        f"user lingkar on >{word} ~* &* +@all -@dangerous +info +config|get\nuser default off\n"
    )
    users = ("--aclfile", str(tmp_path / "users"))
    async with on_a_port(tmp_path / "one", *safe_for("valkey-server"), *users) as (_, port):
        known = Link(
            f"redis://lingkar:{word.replace('%', '%25').replace('@', '%40')}@127.0.0.1:{port}"
        )
        nobody = Link(f"redis://127.0.0.1:{port}")
        assert await known.ask("PING")
        with pytest.raises(OutOfReach):
            await nobody.ask("PING")
        await known.close()
        await nobody.close()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://u:secret@h:7/0", "h:7"),
        ("unix:///run/v", "/run/v"),
        ("rediss+cluster://u:secret@one:1,[::1]:2,three", "cluster one:1, ::1:2, three:6379"),
        ("redis+sentinel://:secret@one,two:3/house", "sentinel one:26379, two:3"),
    ],
)
def test_where_it_is_can_be_told_without_the_password(url: str, place: str) -> None:
    assert place_in(url) == place


@pytest.mark.parametrize("url", ["http://h", "redis+cluster://", "redis+what://h", "h:6379"])
def test_what_names_no_redis_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Link(url)
