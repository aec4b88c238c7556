"""Janus and its VideoRoom as a peer: Debian's package, on a configuration of its own.

Where it is missing and may be installed it is; otherwise `Missing` says why. It is given what
suits it: no other plugin, no candidates but one address, ICE-lite as the relay beside it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.bench.sound_child import Child, child

FOLDERS = "/usr/lib/*/janus"
KEPT = ("libjanus_videoroom.so", "libjanus_websockets.so")
MAIN = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{modules}/plugins"
  transports_folder = "{modules}/transports"
  events_folder = "{folder}"
  loggers_folder = "{folder}"
  debug_level = 1
  session_timeout = 0
  {loops}
}}
media: {{ ipv6 = false }}
nat: {{ ice_lite = true, ice_tcp = false, full_trickle = false, ice_enforce_list = "{host}" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
SOCKET = """
general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}
admin: {{ admin_ws = false }}
"""


class Missing(Exception):
    """Why there is no Janus to measure."""


async def installed() -> Path:
    """The folder of its modules, installing the package first where this process may."""
    if shutil.which("janus") is None:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise Missing("it is not installed; on Debian: apt-get install janus")
        print("Setting up: Janus", flush=True)
        for command in ("update", "install -y --no-install-recommends janus"):
            process = await asyncio.create_subprocess_exec(
                *("apt-get", "-qq", *command.split()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                # At that runlevel the package starts no service of its own.
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
            )
            await process.wait()
    found = [path for path in Path("/").glob(FOLDERS.lstrip("/")) if path.is_dir()]
    if shutil.which("janus") is None or not found:
        raise Missing("it could not be installed")
    return found[0]


def configure(folder: Path, modules: Path, host: str, loops: int) -> str:
    """Write what it reads at its start, and say where it will listen."""

    def others(kind: str) -> str:
        return ",".join(
            path.name for path in (modules / kind).glob("*.so") if path.name not in KEPT
        )

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "janus.jcfg").write_text(
        MAIN.format(
            folder=folder,
            modules=modules,
            host=host,
            loops=f"event_loops = {loops}" if loops else "",
            plugins=others("plugins"),
            transports=others("transports"),
        )
    )
    (folder / "janus.transport.websockets.jcfg").write_text(SOCKET.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
    return f"ws://127.0.0.1:{port}"


class Janus:
    """One Janus, one session; a handle for each person."""

    def __init__(self, process: Child, api: ClientConnection) -> None:
        self.pid = process.pid
        self._api = api
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self._session = 0
        self._feeds: dict[str, int] = {}
        self._handles: dict[str, int] = {}
        self._rooms: dict[str, int] = {}
        self._up: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._reading = asyncio.create_task(self._read())

    async def start(self) -> None:
        self._session = (await self._ask(janus="create"))["data"]["id"]

    def stop(self) -> None:
        self._reading.cancel()

    async def _read(self) -> None:
        async for data in self._api:
            said = orjson.loads(data)
            asked = self._asked.get(said.get("transaction", ""))
            if said["janus"] == "webrtcup":
                self._up[said["sender"]].set()
            # An 'ack' only says that the answer will come.
            if asked is not None and said["janus"] != "ack" and not asked.done():
                asked.set_result(said)

    async def _ask(self, **request: Any) -> Any:
        transaction = os.urandom(6).hex()
        asked = self._asked[transaction] = asyncio.get_running_loop().create_future()
        if self._session:
            request["session_id"] = self._session
        text = orjson.dumps({**request, "transaction": transaction}).decode()
        await self._api.send(text)
        try:
            said = await asyncio.wait_for(asked, 10)
        finally:
            del self._asked[transaction]
        if said["janus"] == "error" or "error" in said.get("plugindata", {}).get("data", {}):
            raise RuntimeError(f"Janus refused: {said}")
        return said

    async def _handle(self, who: str) -> int:
        said = await self._ask(janus="attach", plugin="janus.plugin.videoroom")
        handle: int = said["data"]["id"]
        self._handles[who] = handle
        return handle

    async def _say(self, handle: int, body: dict[str, Any], jsep: Any = None) -> Any:
        more = {"jsep": jsep} if jsep else {}
        return await self._ask(janus="message", handle_id=handle, body=body, **more)

    async def join(self, load: Child, circle: str, who: str, *, speaks: bool) -> None:
        """Somebody who speaks publishes, everybody else subscribes to whoever does."""
        handle = await self._handle(who)
        if speaks:
            room = self._rooms[circle] = len(self._rooms) + 1
            made = {"request": "create", "room": room, "audiocodec": "opus", "publishers": 3}
            await self._say(handle, made)
            offer = await load.ask("offer", who=who)
            said = await self._say(
                handle,
                {"request": "joinandconfigure", "ptype": "publisher", "room": room},
                {"type": "offer", "sdp": offer},
            )
            self._feeds[circle] = said["plugindata"]["data"]["id"]
            await load.ask("answered", who=who, answer=said["jsep"]["sdp"])
            # Nobody can follow somebody who is not there yet.
            await asyncio.wait_for(self._up[handle].wait(), 10)
            return
        body = {"request": "join", "ptype": "subscriber", "room": self._rooms[circle]}
        said = await self._say(handle, {**body, "streams": [{"feed": self._feeds[circle]}]})
        answer = await load.ask("join", who=who, offer=said["jsep"]["sdp"], speaks=False)
        await self._say(handle, {"request": "start"}, {"type": "answer", "sdp": answer})

    async def leave(self, who: str) -> None:
        await self._ask(janus="detach", handle_id=self._handles.pop(who))


@asynccontextmanager
async def janus(core: int, host: str, loops: int = 0) -> AsyncIterator[Janus]:
    """A Janus on that core, until the end of the `async with`."""
    if host.startswith("127."):
        raise Missing("this machine has no address but its own loopback, where it never listens")
    modules = await installed()
    with tempfile.TemporaryDirectory() as name:
        url = configure(Path(name), modules, host, loops)
        command = ("janus", "-F", name, "-C", f"{name}/janus.jcfg")
        quiet = asyncio.subprocess.DEVNULL
        async with (
            child(core, *command, stdin=quiet, stdout=quiet, stderr=quiet) as process,
            await _api(url) as api,
        ):
            started = Janus(process, api)
            try:
                await started.start()
                yield started
            finally:
                started.stop()


async def _api(url: str) -> ClientConnection:
    for _ in range(100):
        try:
            return await connect(url, subprotocols=[Subprotocol("janus-protocol")])
        except OSError:
            await asyncio.sleep(0.1)
    raise Missing("it did not start")
