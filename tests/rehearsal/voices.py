"""People with sound, each a WebRTC client of somebody else's making: one sings, others listen.

aiortc has ICE, DTLS, SRTP and Opus of its own; what is heard was decoded from what came through the
relay. Declines to judge how it sounds: a tone is there or it is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from realtime.client import RoomClient, RoomClosed

RATE, FRAME = 48_000, 960
TONE = 400
"""In hertz: eight whole waves in each frame of 20 ms."""
LOUDNESS = 8000
STEADY = 25
"""Frames in a row with the tone in them: half a second."""
PAUSE = 0.3


def wave() -> array[int]:
    turn = math.tau * TONE / RATE
    return array("h", (round(LOUDNESS * math.sin(turn * at)) for at in range(FRAME)))


class Singing(MediaStreamTrack):
    """A microphone into which somebody sings one tone, frame by frame, at the pace of a clock."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._samples = wave().tobytes()
        self._began, self._frames = time.monotonic(), 0

    async def recv(self) -> AudioFrame:
        due = self._began + self._frames * FRAME / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(self._samples)
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = self._frames * FRAME
        self._frames += 1
        return frame


def has_tone(frame: AudioFrame) -> bool:
    """Whether most of what is in this frame is the tone."""
    channels = len(frame.layout.channels)
    # A plane is longer than what is in it.
    samples = array("h", bytes(frame.planes[0]))[: frame.samples * channels : channels]
    turn = math.tau * TONE / frame.sample_rate
    along = sum(one * math.cos(turn * at) for at, one in enumerate(samples))
    across = sum(one * math.sin(turn * at) for at, one in enumerate(samples))
    all_of_it = sum(one * one for one in samples)
    # A pure tone has half of its samples' energy, times their number, in these two.
    return all_of_it > len(samples) * 100**2 and (
        along**2 + across**2 > 0.4 * all_of_it * len(samples)
    )


@dataclass
class Voice:
    """One person's sound, from when it is turned on until it is over."""

    room: RoomClient
    ticket: str
    address: str
    """Where the sound is: on the host whose process carries it."""
    call: RTCPeerConnection
    _heard: Counter[str] = field(default_factory=Counter)
    """By track: in how many frames in a row the tone was."""
    _ears: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def turned_on(cls, room: RoomClient, *, sings: bool) -> Voice | None:
        """As a page does it; None where there is no sound yet."""
        joined = await room.emit("sound_join", {"listen_only": not sings})
        if not joined.ok or joined.ticket is None or joined.offer is None:
            return None
        found = re.search(r"a=candidate:\S+ 1 udp \d+ (\S+) ", joined.offer)
        assert found is not None
        call = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        voice = cls(room, joined.ticket, found[1], call)
        call.on("track", voice._listen)
        try:
            answered = await voice._answer(joined.offer, sings=sings)
        except BaseException:
            await voice.end()
            raise
        if answered:
            return voice
        await voice.end()
        return None

    async def _answer(self, offer: str, *, sings: bool) -> bool:
        await self.call.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if sings:
            self.call.addTrack(Singing())
        await self.call.setLocalDescription(await self.call.createAnswer())
        # Nobody is told where we are: we are found by our checks.
        lines = self.call.localDescription.sdp.splitlines(keepends=True)
        sdp = "".join(line for line in lines if not line.startswith("a=candidate"))
        return (await self.room.emit("sound_answer", {"ticket": self.ticket, "sdp": sdp})).ok

    @property
    def lost(self) -> bool:
        return self.room.closed or any(g.ticket == self.ticket for g in self.room.sound_gone)

    @property
    def hears(self) -> bool:
        return any(frames >= STEADY for frames in self._heard.values())

    def forget(self) -> None:
        """What was heard until now counts no more."""
        self._heard.clear()

    def _listen(self, track: MediaStreamTrack) -> None:
        self._ears.append(asyncio.create_task(self._hear(track)))

    async def _hear(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                self._heard[track.id] = self._heard[track.id] + 1 if has_tone(frame) else 0

    async def end(self) -> None:
        for ear in self._ears:
            ear.cancel()
        await self.call.close()


@dataclass
class Sounding:
    """Somebody who wants sound: turns it on again, as a page does, whenever it is lost."""

    here: Callable[[], RoomClient | None]
    """Their present connection."""
    sings: bool = False
    voice: Voice | None = None
    _staying: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._staying = asyncio.create_task(self._stay())

    async def _stay(self) -> None:
        while True:
            room = self.here()
            if self.voice is not None and (self.voice.lost or self.voice.room is not room):
                await self.voice.end()
                self.voice = None
            if self.voice is None and room is not None:
                with contextlib.suppress(RoomClosed):
                    self.voice = await Voice.turned_on(room, sings=self.sings)
            await asyncio.sleep(PAUSE)

    async def end(self) -> None:
        if self._staying is not None:
            self._staying.cancel()
            await asyncio.gather(self._staying, return_exceptions=True)
        if self.voice is not None:
            await self.voice.end()
            self.voice = None


async def heard_by(listeners: list[Sounding], within: float) -> str:
    """Anew from now on, the tone comes to each of them, steadily."""
    for one in listeners:
        if one.voice is not None:
            one.voice.forget()
    async with asyncio.timeout(within):
        while not all(one.voice and one.voice.hears for one in listeners):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return f"heard by {len(listeners)}"
