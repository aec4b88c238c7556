"""Guards each WebSocket before socketio sees a frame: size, kind, and time to say hello.

Junk closes that client's line, quietly. Declines to read what is in a frame.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from realtime import limits
from realtime.notes import Note, note

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LINE = "realtime.line"
MAX_FRAME = 16 * 1024
HELLO_SECONDS = 10.0
LINGER_SECONDS = 2.0
TOO_LARGE_TIMES = 3
# Pong, close, and of socketio's packets: connect, disconnect, event, acknowledgement. No binary.
READABLE = re.compile(r"[13]\Z|4[0-3]")
EVENT_WITH_ID = re.compile(r"42(\d{1,9})\[")
GOODBYES = (1000, 1001)
"""Codes of a close that somebody meant: a page left or closed, as browsers say it."""
GONE: Message = {"type": "websocket.disconnect", "code": 1008}


class Line:
    """One connection: lets it be ended from outside, whatever its reader does.

    `send` is what the ASGI server gave for it.
    """

    def __init__(self, send: Send) -> None:
        self.send = send
        self.hung_up = False
        """The client closed it, and said so."""
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, serving: Awaitable[None]) -> None:
        self._task = asyncio.ensure_future(serving)
        try:
            await asyncio.shield(self._task)
        except OSError:
            # They hung up while we were saying something: nobody's fault, and nothing is lost.
            pass
        except Exception as bug:
            # By its kind alone: what it says may hold what somebody said.
            note(Note.LINE_FAULT, error=bug)
        except asyncio.CancelledError:
            # Ended from here, or the server stops: either way nothing is left running.
            await self._stop()
            if (me := asyncio.current_task()) and me.cancelling():
                raise
        finally:
            if self._timer:
                self._timer.cancel()

    def end(self) -> None:
        """End the line now; twice, because socketio swallows the first time."""
        task = self._task
        if task is None or task.done():
            return
        task.cancel()
        asyncio.get_running_loop().call_later(0.1, self.end)

    def end_soon(self) -> None:
        """End the line if the client does not hang up by itself."""
        self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.end)

    async def _stop(self) -> None:
        while self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=0.1)


class Guard:
    """The frames of one WebSocket on their way in."""

    def __init__(self, receive: Receive, send: Send, line: Line) -> None:
        self._receive = receive
        self._line = line
        self._send = send
        self._hello_by = asyncio.get_running_loop().time() + HELLO_SECONDS
        self._greeted = False
        self._too_large = 0

    async def receive(self) -> Message:
        """The next frame fit to be read; as if the client hung up after one that is not."""
        while True:
            message = await (self._receive() if self._greeted else self._first())
            if message["type"] != "websocket.receive":
                self._line.hung_up = message.get("code") in GOODBYES
                return message
            text = message.get("text")
            if text is None or not READABLE.match(text):
                return GONE
            # No character has more than four bytes, so most frames need not be counted out.
            if len(text) > MAX_FRAME // 4 and len(text.encode("utf-8", "replace")) > MAX_FRAME:
                if not await self._refuse(text):
                    return GONE
                continue
            self._greeted = self._greeted or text.startswith("40")
            return message

    async def _first(self) -> Message:
        left = self._hello_by - asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(self._receive(), max(left, 0.01))
        except TimeoutError:
            return GONE

    async def _refuse(self, text: str) -> bool:
        """Answer an event that is too large, so that nobody waits for it. False: close the line."""
        self._too_large += 1
        asked = EVENT_WITH_ID.match(text)
        if not asked or self._too_large > TOO_LARGE_TIMES:
            return False
        answer = f'43{asked.group(1)}[{{"reason":"too_large","ok":false}}]'
        await self._send({"type": "websocket.send", "text": answer})
        return True


def guarded(app: App) -> App:
    """The same ASGI application, behind the guard."""
    crowd = limits.Crowd()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await app(scope, receive, send)
            return
        address = address_of(scope)
        wait = crowd.enter(address)
        if wait is None:
            await turn_away(scope, receive, send)
            return
        try:
            if wait:
                await asyncio.sleep(wait)
            line = scope[LINE] = Line(send)
            guard = Guard(receive, send, line)
            await line.run(app(scope, guard.receive, send))
        finally:
            crowd.leave(address)

    return serve


def address_of(scope: Scope) -> str:
    """The peer that the ASGI server names; behind a proxy it is the one that server trusts."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


async def turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    """Too many lines from there: come back later."""
    await receive()
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1013})
        return
    headers = [(b"retry-after", b"%d" % limits.LONGEST_WAIT)]
    start = {"type": "websocket.http.response.start", "status": 429, "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b""})
