"""What forwards a voice, each in a process of its own: this project's relay, and aiortc.

`python -m tests.bench.sound_peers KIND HOST` takes lines of JSON. aiortc is used as people use
it: an RTCPeerConnection a person, and a MediaRelay from the one who speaks to the others.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from realtime.domain.meeting import CircleId, MemberId
from tests.bench.sound_child import Child, child, python, serve

if TYPE_CHECKING:
    from realtime.audio.relay import Relay, RelayCircle


class Relayed:
    """This project's relay, in which one person of each circle may speak."""

    def __init__(self, host: str) -> None:
        # Not at the top: what is measured beside it would carry its modules.
        from realtime.audio.relay import Relay

        self._open = partial(Relay.open, host, None, 0, [(host, 0)])
        self._relay: Relay | None = None
        self._tickets: dict[str, tuple[RelayCircle, str]] = {}
        self._speak: dict[str, dict[MemberId, str]] = {}
        self._hear: dict[str, set[MemberId]] = {}
        self._version = 0

    async def join(self, circle: str, who: str, speaks: bool) -> str:
        if self._relay is None:
            self._relay = await self._open()
        room = self._relay.circle(CircleId(circle))
        member = MemberId(who)
        if speaks:
            self._speak.setdefault(circle, {})[member] = ""
        self._hear.setdefault(circle, set()).add(member)
        self._version += 1
        hears = frozenset(self._hear[circle])
        room.obey((1, self._version), self._speak.get(circle, {}), hears)
        joined = room.join(member, who, listen_only=not speaks)
        self._tickets[who] = room, joined.ticket
        return joined.offer

    async def answer(self, who: str, sdp: str) -> None:
        room, ticket = self._tickets[who]
        await room.answer(ticket, sdp)

    async def leave(self, who: str) -> None:
        room, ticket = self._tickets.pop(who)
        room.leave(ticket)


class Aiortc:
    """RTCPeerConnection and MediaRelay."""

    def __init__(self, host: str, lines: int) -> None:
        import aioice.ice
        from aiortc.contrib.media import MediaRelay

        # One address is enough here; looking at every interface would cost it more.
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [host]
        self._relay = MediaRelay()
        self._lines = lines
        self._people: dict[str, Any] = {}
        self._tracks: dict[str, Any] = {}

    async def join(self, circle: str, who: str, speaks: bool) -> str:
        from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender

        person = self._people[who] = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        if speaks:
            line = person.addTransceiver("audio", direction="recvonly")
            self._tracks[circle] = line.receiver.track
            person.on("track", lambda track: self._tracks.__setitem__(circle, track))
        else:
            track = self._tracks.get(circle)
            voice = self._relay.subscribe(track) if track else "audio"
            person.addTransceiver(voice, direction="sendonly")
        for _ in range(self._lines - 1):
            person.addTransceiver("audio", direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        opus = [codec for codec in codecs if codec.mimeType == "audio/opus"]
        for line in person.getTransceivers():
            line.setCodecPreferences(opus)
        await person.setLocalDescription(await person.createOffer())
        return str(person.localDescription.sdp)

    async def answer(self, who: str, sdp: str) -> None:
        from aiortc import RTCSessionDescription

        await self._people[who].setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def leave(self, who: str) -> None:
        await self._people.pop(who).close()


class Peer:
    """One of them as seen by the one that measures."""

    def __init__(self, process: Child) -> None:
        self._process = process
        self.pid = process.pid

    async def join(self, load: Child, circle: str, who: str, *, speaks: bool) -> None:
        offer = await self._process.ask("join", circle=circle, who=who, speaks=speaks)
        answer = await load.ask("join", who=who, offer=offer, speaks=speaks)
        await self._process.ask("answer", who=who, sdp=answer)
        if speaks:
            await load.ask("connected", who=[who])

    async def leave(self, who: str) -> None:
        await self._process.ask("leave", who=who)


@asynccontextmanager
async def peer(kind: str, core: int, host: str) -> AsyncIterator[Peer]:
    async with child(core, *python("tests.bench.sound_peers", kind, host)) as process:
        yield Peer(process)


def main(kind: str, host: str) -> None:
    gc.freeze()
    found: Relayed | Aiortc
    found = Relayed(host) if kind == "relay" else Aiortc(host, 4 if kind.endswith("4") else 1)

    async def answer(asked: Mapping[str, Any]) -> object:
        match asked["ask"]:
            case "join":
                return await found.join(asked["circle"], asked["who"], asked["speaks"])
            case "answer":
                await found.answer(asked["who"], asked["sdp"])
            case "leave":
                await found.leave(asked["who"])
        return None

    serve(answer)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
