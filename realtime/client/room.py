"""One person's connection to a room: what they were told (`Seen`), and what they can do there.

Declines to know the rules: the server says yes or no, and `Ack` says which.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from realtime.answers import IceServer
from realtime.client.connection import Connection, RoomClosed
from realtime.client.packets import Event
from realtime.client.seen import KEPT, Seen, parse
from realtime.domain.commands import Command
from realtime.domain.meeting import MemberId
from realtime.domain.refusal import Reason
from realtime.views import PROTOCOL

UNTIL_SECONDS = 20.0


@dataclass(frozen=True)
class Ack:
    """The server's answer. A refusal has a reason; words that were passed on have id and seq."""

    ok: bool
    version: int | None = None
    reason: Annotated[Reason | str | None, Field(union_mode="left_to_right")] = None
    """A plain word where the server is newer than this library."""
    by: MemberId | None = None
    """With `conflict`: the facilitator who was faster."""
    id: str | None = None
    seq: int | None = None
    ticket: str | None = None
    offer: str | None = None
    ice_servers: tuple[IceServer, ...] = ()


class NotInTime(AssertionError):
    """What was waited for did not come."""


class RoomClient(Seen):
    """Made by `connect`; leaves the socket at the end of the `async with`."""

    def __init__(self, kept: int = KEPT) -> None:
        super().__init__(kept)
        self.closed = False
        self.why = ""
        """Why it is closed, for a person who reads a failed test."""
        self.frames: list[str] = []
        """Every frame as it came, pings apart, for tests of the bytes."""
        self._connection: Connection | None = None
        self._news = 0
        self._changed = asyncio.Event()

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(
        cls,
        base_url: str,
        slug: str,
        cookie: str,
        *,
        observer: bool = False,
        tab: str | None = None,
        protocol: int = PROTOCOL,
        origin: str | None = None,
        trust: ssl.SSLContext | None = None,
        kept: int = KEPT,
    ) -> AsyncIterator[RoomClient]:
        """Connect as whoever the cookie ("name=value") says; `origin` is `base_url` unless given.

        `kept`: how many words and frames are remembered at most, in memory. Raises ConnectRefused
        with the reason (OldClient where only a newer library helps), or RoomClosed when nothing
        answers.
        """
        room = cls(kept)
        auth = {
            "protocol": protocol,
            "circle": slug,
            "tab": tab or secrets.token_urlsafe(9),
            "observer": observer,
        }
        room._connection = await Connection.open(
            base_url,
            cookie,
            auth,
            origin=origin or base_url,
            hear=room._take_in,
            over=room._over,
            keep=room._keep,
            trust=trust,
        )
        try:
            await room.until(lambda room: room.joined is not None)
            yield room
        finally:
            await room._connection.close()

    # --- What comes ---

    def _keep(self, frame: str) -> None:
        self._add(self.frames, frame)

    def _over(self, why: str) -> None:
        self.closed, self.why = True, why
        self._wake()

    def _take_in(self, event: Event) -> None:
        self.hear(event)
        self._wake()

    def _wake(self) -> None:
        self._news += 1
        # A new event each time: who waits on the old one wakes, however many they are.
        self._changed.set()
        self._changed = asyncio.Event()

    # --- What this person does ---

    async def send(self, command: Command, *, command_id: str | None = None) -> Ack:
        """Carry out a command, against the version of the meeting that we saw."""
        seen = [self.joined.epoch if self.joined else 0, 0]
        if self.meeting is not None:
            seen = [self.meeting.epoch, self.meeting.version]
        id = command_id or secrets.token_urlsafe(12)
        return await self.emit("command", {"command_id": id, "seen": seen, "command": command})

    async def say(self, text: str, *, id: str | None = None) -> Ack:
        return await self.emit("say", {"id": id or secrets.token_urlsafe(12), "text": text})

    async def phrase(self, key: str, *, id: str | None = None) -> Ack:
        """One of the four warm phrases, `warm.1` to `warm.4`."""
        return await self.emit("phrase", {"id": id or secrets.token_urlsafe(12), "key": key})

    async def whisper(self, text: str, to: MemberId | None = None, *, id: str | None = None) -> Ack:
        """A private line: to the facilitators (None), or to one person."""
        id = id or secrets.token_urlsafe(12)
        return await self.emit("whisper", {"id": id, "to": to, "text": text})

    async def retract(self, id: str) -> Ack:
        return await self.emit("retract", {"id": id})

    async def nod(self) -> Ack:
        return await self.emit("nod", {})

    async def sync(self) -> Ack:
        return await self.emit("sync", {})

    async def observe(self, observer: bool) -> Ack:
        """At the door: choose a listening seat, or not."""
        return await self.emit("observe", {"observer": observer})

    async def emit(self, name: str, payload: object) -> Ack:
        """Send any event, also one that the server does not know."""
        answer: Ack = parse(Ack, await self._open().ask(name, payload))
        return answer

    async def send_raw(self, frame: str) -> None:
        """Send a frame as it is: for tests that misbehave on purpose."""
        await self._open().send_raw(frame)

    async def vanish(self) -> None:
        """Lose the network: the server hears nothing, not even a goodbye."""
        await self._open().vanish()

    def _open(self) -> Connection:
        if self._connection is None:
            raise RoomClosed("not connected")
        return self._connection

    @property
    def me(self) -> MemberId:
        """Who we are here."""
        if self.joined is None:
            raise RoomClosed("not joined")
        return self.joined.member_id

    # --- Waiting ---

    async def until(
        self, condition: Callable[[RoomClient], object], timeout: float = UNTIL_SECONDS
    ) -> None:
        """Wait until the condition holds; RoomClosed or NotInTime when it cannot or does not."""
        try:
            async with asyncio.timeout(timeout):
                while not condition(self):
                    if self.closed:
                        raise RoomClosed(f"closed while waiting: {self.why}")
                    await self.change()
        except TimeoutError:
            raise NotInTime(f"not within {timeout} s") from None

    async def changes(self) -> AsyncIterator[None]:
        """Once at once, then whenever something came since; ends when the line does."""
        seen = -1
        while not self.closed:
            if seen == self._news:
                await self.change()
                continue
            seen = self._news
            yield

    async def change(self) -> None:
        """Wait for the next thing that arrives, or for the end."""
        if not self.closed:
            await self._changed.wait()
