"""A cable between two hosts on which packets take time, wait in line and get lost. Needs root.

The kernels at its ends repeat, slow down and reorder as they do on any bad network; nothing of a
packet is looked at but its size. Declines to need `tc`: few kernels of test machines have netem.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.sound.networks import Host, ip

DEVICE = Path("/dev/net/tun")
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
NAME = "rope"
LARGEST = 2048
LINE_SECONDS = 2.0
"""What would wait longer than this is dropped, as by any router."""


@dataclass(frozen=True)
class Weather:
    """`delay` one way, in seconds; `loss`, the part of the packets; `rate` in bytes a second."""

    delay: float = 0.0
    loss: float = 0.0
    rate: float = 0.0


class Rope:
    """What lies between two devices. `weather` may change at any time."""

    def __init__(self, ends: tuple[int, int]) -> None:
        self.weather = Weather()
        self.carried = self.lost = 0
        self._ends = ends
        self._free = [0.0, 0.0]
        # Chance that is the same every time.
        self._chance = random.Random(5)

    def open(self) -> None:
        loop = asyncio.get_running_loop()
        for at, end in enumerate(self._ends):
            loop.add_reader(end, self._take, at)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for end in self._ends:
            loop.remove_reader(end)
            os.close(end)
        self._ends = (-1, -1)

    def _take(self, at: int) -> None:
        with suppress(BlockingIOError):
            while packet := os.read(self._ends[at], LARGEST):
                self._send(at, packet)

    def _send(self, at: int, packet: bytes) -> None:
        loop, weather = asyncio.get_running_loop(), self.weather
        now = loop.time()
        free = max(now, self._free[at])
        if self._chance.random() < weather.loss or free - now > LINE_SECONDS:
            self.lost += 1
            return
        self.carried += 1
        self._free[at] = free + (len(packet) / weather.rate if weather.rate else 0)
        loop.call_at(self._free[at] + weather.delay, self._arrive, 1 - at, packet)

    def _arrive(self, at: int, packet: bytes) -> None:
        # A host that is gone meanwhile takes nothing.
        with suppress(OSError):
            os.write(self._ends[at], packet)


def missing() -> str | None:
    """Why there are no ropes to be had here; None where there are."""
    if os.getuid() != 0:
        return "only root makes networks"
    try:
        with Host("try") as host:
            os.close(_device(host, "198.18.250.1", "198.18.250.2"))
    except (OSError, subprocess.SubprocessError):
        return "this machine lets nobody make networks"
    return None


def _device(host: Host, address: str, beyond: str) -> int:
    """A host's end: whatever it sends to `beyond` is to be read here."""
    with host.entered():
        end = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", NAME.encode(), IFF_TUN | IFF_NO_PI))
    ip(*host.at, "addr", "add", address, "peer", beyond, "dev", NAME)
    ip(*host.at, "link", "set", NAME, "up")
    return end


@contextmanager
def rope(one: Host, other: Host, addresses: tuple[str, str]) -> Iterator[Rope]:
    """Between two hosts, each with its address on it, in fair weather. Within a running loop."""
    near, far = addresses
    strung = Rope((_device(one, near, far), _device(other, far, near)))
    strung.open()
    try:
        yield strung
    finally:
        strung.close()
