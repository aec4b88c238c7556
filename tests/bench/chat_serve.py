"""What carries words to a circle, each in a process of its own, the room and its peers alike.

`python -m tests.bench.chat_serve KIND ...` answers lines of JSON. The room is served as `lingkar
serve` does it, over a real Valkey, with everything that it checks; one check may be left out for
a while, to tell what it costs. The peers check nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from server import collecting
from server.answering import Server, configured
from server.listening import listen
from server.neighbours import Neighbours
from tests.bench.npm import INSTALLED
from tests.bench.sound_child import serve

Serving = Callable[[], Any]


async def by_uvicorn(app: Any, neighbours: Neighbours | None = None) -> str:
    """Serve it from now on, until the standard input ends; returns where."""
    # At the end all lines are cut, which uvicorn would tell of each.
    logging.disable(logging.CRITICAL)
    listener = listen("127.0.0.1", 0)
    up = asyncio.Event()

    async def ready() -> None:
        up.set()

    config = configured(app, neighbours, lifespan="off", timeout_graceful_shutdown=1)
    RUNNING.append(asyncio.create_task(Server(config, ready, neighbours).serve([listener])))
    await up.wait()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


RUNNING: list[Any] = []
"""What has to be kept for as long as this process lives."""


async def room(redis_url: str, neighbours: Neighbours | None) -> str:
    """This project's room."""
    # Not at the top: the peers would carry its modules.
    from realtime.live import Live
    from realtime.store import by_redis
    from tests.bench.machines import Door

    origins: list[str] = []
    live = Live(Door(), by_redis(redis_url), origins)
    await live.start()
    url = await by_uvicorn(live.asgi(), neighbours)
    # Here each process has a port of its own, so that people come to it who began at another.
    live.sio.eio.cors_allowed_origins = [url] if neighbours is None else "*"
    collecting.seldom()
    return url


async def stock() -> str:
    """python-socketio as people use it: a room for each circle."""
    import socketio

    sio = socketio.AsyncServer(
        async_mode="asgi", transports=["websocket"], cors_allowed_origins="*"
    )
    people: dict[str, Any] = {}
    seq = 0

    async def connect(sid: str, _environ: object, auth: Any) -> None:
        people[sid] = auth
        await sio.enter_room(sid, auth["circle"])

    async def say(sid: str, said: Any) -> dict[str, Any]:
        nonlocal seq
        seq += 1
        who = people[sid]
        whole = {"id": said["id"], "member_id": who["member"], "name": who["name"]}
        whole |= {"kind": "say", "text": said["text"], "seq": seq}
        await sio.emit("said", whole, room=who["circle"])
        return {"ok": True, "id": said["id"], "seq": seq}

    sio.on("connect", connect)
    sio.on("say", say)
    return await by_uvicorn(socketio.ASGIApp(sio))


async def bare() -> str:
    """picows, and a set of connections for each circle: what is said goes out as it came in."""
    sys.path.append(str(INSTALLED / "python"))
    picows: Any = importlib.import_module("picows")
    circles: dict[str, set[Any]] = {}

    class Person(picows.WSListener):  # type: ignore[misc]
        circle: set[Any]

        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            if frame.msg_type is not picows.WSMsgType.TEXT:
                return
            text = frame.get_payload_as_bytes()
            if text.startswith(b"40"):
                self.circle = circles.setdefault(orjson.loads(text[2:])["circle"], set())
                self.circle.add(transport)
                transport.send(picows.WSMsgType.TEXT, b'40{"sid":""}')
            elif text.startswith(b"42"):
                said = b'42["said",' + text[text.index(b"{") :]
                for other in self.circle:
                    other.send(picows.WSMsgType.TEXT, said)

        def on_ws_disconnected(self, transport: Any) -> None:
            self.circle.discard(transport)

    server = await picows.ws_create_server(lambda _request: Person(), "127.0.0.1", 0)
    RUNNING.append(server)
    await server.start_serving()
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def main(kind: str, redis_url: str, neighbours: Neighbours | None) -> None:
    url = ""

    async def answer(asked: dict[str, Any]) -> object:
        nonlocal url
        if asked["ask"] == "leave_out":
            from tests.bench.chat_checks import leave_out

            leave_out(asked["name"])
        if not url:
            match kind:
                case "room":
                    url = await room(redis_url, neighbours)
                case "stock":
                    url = await stock()
                case "picows":
                    url = await bare()
        return {"url": url}

    serve(answer)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kind", choices=("room", "stock", "picows"))
    options.add_argument("--redis", default="")
    options.add_argument("--among", nargs=3, metavar=("FOLDER", "NUMBER", "OF"))
    given = options.parse_args()
    folder, number, of = given.among or ("", 0, 0)
    among = Neighbours(Path(folder), int(number), int(of)) if given.among else None
    main(given.kind, given.redis, among)
