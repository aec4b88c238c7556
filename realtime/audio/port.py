"""One UDP port for everybody: sorts what arrives, answers ICE checks, learns addresses.

Declines to believe an address before a signed check came from it, and to say anything to
whoever cannot sign. Never writes an address anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from array import array
from collections import deque
from fcntl import ioctl
from termios import FIONREAD
from typing import Any, Protocol

from realtime.audio.counters import Counters
from realtime.audio.parts import Buffer
from realtime.audio.stun import Check, answer_check, read_check

Address = tuple[Any, ...]
"""As the socket gives and takes it: two parts in IPv4, four in IPv6."""
BATCH = 64
"""Datagrams read in one go, before others have their turn."""
LARGEST = 1500
ROOM = 4 << 20
MOST_ADDRESSES = 4
"""Places one person is reached at while they change networks."""
STALE = 10.0
"""An address silent for so long may become somebody else's."""
PORTS_TO_TRY = 20


_WAITING = array("i", [0])


class Party(Protocol):
    """Somebody at the port. `checked` is when they last proved to be themselves."""

    ufrag: bytes
    password: bytes
    seen: float
    reach: Reach | None
    places: list[Address]
    checks: deque[tuple[bytes, Address]]

    def on_dtls(self, datagram: bytes) -> None: ...
    def on_media(self, packet: Buffer, size: int, now: float) -> None: ...
    def on_moved(self) -> None: ...


class Reach:
    """Where somebody is reached: a socket of ours and their address."""

    __slots__ = ("address", "fd", "send")

    def __init__(self, sock: socket.socket, address: Address) -> None:
        self.send = sock.sendto
        self.fd = sock.fileno()
        self.address = address


class Port:
    """The sockets (IPv4, IPv6 or both, one number) and who is behind which address."""

    def __init__(self, counters: Counters) -> None:
        self.number = 0
        self._counters = counters
        self._sockets: list[socket.socket] = []
        self._by_ufrag: dict[bytes, Party] = {}
        self._by_address: dict[Address, Party] = {}
        self._buffer = Buffer()
        self._loop = asyncio.get_running_loop()

    def open(self, host4: str | None, host6: str | None, number: int) -> None:
        """Bind; with number 0 any that is free in both families."""
        families = [
            (family, host)
            for family, host in ((socket.AF_INET, host4), (socket.AF_INET6, host6))
            if host is not None
        ]
        for attempt in range(PORTS_TO_TRY):
            try:
                self._sockets = _bind_all(families, number)
                break
            except OSError:
                if number or attempt == PORTS_TO_TRY - 1:
                    raise
        self.number = self._sockets[0].getsockname()[1]
        for sock in self._sockets:
            self._loop.add_reader(sock.fileno(), self._read, sock)

    def close(self) -> None:
        """Listen no more."""
        for sock in self._sockets:
            self._loop.remove_reader(sock.fileno())
            sock.close()
        self._sockets = []
        self._by_ufrag.clear()
        self._by_address.clear()

    def admit(self, party: Party) -> None:
        """Expect checks from somebody."""
        self._by_ufrag[party.ufrag] = party

    def forget(self, party: Party) -> None:
        """Expect nothing more from somebody, wherever they are."""
        self._by_ufrag.pop(party.ufrag, None)
        for place in party.places:
            if self._by_address.get(place) is party:
                del self._by_address[place]
        party.places.clear()
        party.reach = None

    @property
    def sizes(self) -> tuple[int, int]:
        """How many people and how many addresses are known."""
        return len(self._by_ufrag), len(self._by_address)

    def _read(self, sock: socket.socket) -> None:
        now = self._loop.time()
        buffer, view = self._buffer, self._buffer.view
        for _ in range(BATCH):
            try:
                size, address = sock.recvfrom_into(view)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # What the network says of an earlier datagram; nothing to read in it.
                continue
            try:
                self._sort(sock, buffer, size, address, now)
            except Exception:
                # Whatever a packet does to us, the next one is read. Nothing of it is told.
                self._counters.surprises += 1
            # Mostly there was one: asking is cheaper than being refused.
            if not ioctl(sock, FIONREAD, _WAITING) and not _WAITING[0]:
                return

    def _sort(
        self, sock: socket.socket, buffer: Buffer, size: int, address: Address, now: float
    ) -> None:
        if not 12 <= size <= LARGEST:
            self._counters.dropped_junk += 1
            return
        first = buffer.view[0]
        if 128 <= first < 192:
            party = self._by_address.get(address)
            if party is not None:
                party.on_media(buffer, size, now)
                return
        elif first < 4:
            self._check(sock, bytes(buffer.view[:size]), address, now)
            return
        elif 20 <= first < 64:
            party = self._by_address.get(address)
            if party is not None:
                party.on_dtls(bytes(buffer.view[:size]))
                return
        self._counters.dropped_junk += 1

    def _check(self, sock: socket.socket, data: bytes, address: Address, now: float) -> None:
        check = read_check(data)
        party = self._by_ufrag.get(check.ours) if check is not None else None
        if check is None or party is None or not check.holds(party.password):
            self._counters.dropped_junk += 1
            return
        if not self._learn(sock, party, check, address, now):
            self._counters.dropped_junk += 1
            return
        self._counters.stun += 1
        reply = answer_check(check.transaction, (address[0], address[1]), party.password)
        with contextlib.suppress(OSError):
            sock.sendto(reply, address)

    def _learn(
        self, sock: socket.socket, party: Party, check: Check, address: Address, now: float
    ) -> bool:
        """Take `address` for the party's, unless somebody copied this check or lives there."""
        for transaction, place in party.checks:
            if transaction == check.transaction and place != address:
                return False
        owner = self._by_address.get(address)
        if owner is not None and owner is not party:
            if now - owner.seen < STALE:
                return False
            self._give_up(owner, address)
        party.checks.append((check.transaction, address))
        party.seen = now
        if owner is not party:
            self._by_address[address] = party
            party.places.append(address)
        current = party.reach
        if current is None or (check.nominates and current.address != address):
            if current is not None:
                self._counters.moves += 1
            party.reach = Reach(sock, address)
            party.on_moved()
        self._thin(party)
        return True

    def _thin(self, party: Party) -> None:
        """Forget the oldest of too many places, never the one they are reached at."""
        while len(party.places) > MOST_ADDRESSES:
            reached = party.reach.address if party.reach is not None else None
            oldest = next(place for place in party.places if place != reached)
            self._give_up(party, oldest)

    def _give_up(self, party: Party, address: Address) -> None:
        self._by_address.pop(address, None)
        if address in party.places:
            party.places.remove(address)
        if party.reach is not None and party.reach.address == address:
            party.reach = None
            party.on_moved()


def _bind_all(families: list[tuple[socket.AddressFamily, str]], number: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, host in families:
            sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            sockets.append(sock)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            for direction in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                sock.setsockopt(socket.SOL_SOCKET, direction, ROOM)
            sock.bind((host, number))
            number = sock.getsockname()[1]
    except OSError:
        for sock in sockets:
            sock.close()
        raise
    if not sockets:
        raise ValueError("a relay needs an address to listen on")
    return sockets
