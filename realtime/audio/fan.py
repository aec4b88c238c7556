"""The one loop that costs: seals a packet for each listener and sends it to all of them.

`PlainFan` is the reference and runs everywhere; `BatchFan` hands the kernel all of a packet's
copies in one call, where there is one. Declines to choose numbers: each lane has its own.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from realtime.audio.counters import Counters
from realtime.audio.parts import BUFFER, Buffer, Srtp, address_of, part_of, protect
from realtime.audio.port import Reach

_SEQUENCE = struct.Struct("!H")
MOST_AT_ONCE = 64
"""Copies sealed before they are sent; more lanes than that go in several calls."""


class Lane:
    """One listener's side of one slot: their keys, their address, their own count."""

    __slots__ = ("_srtp", "next", "octets", "offset", "packets", "reach", "tx")

    def __init__(self, srtp: Srtp, reach: Reach, first: int) -> None:
        # The bare handle lives as long as the keys do, which are kept with it for that.
        self._srtp = srtp
        self.tx, self.reach = srtp.tx, reach
        self.next = first
        self.offset = self.packets = self.octets = 0


class Fan(Protocol):
    """Sends one packet to many."""

    def seat(self, lanes: Sequence[Lane]) -> None:
        """Send to these from now on."""

    def spread(self, packet: bytes, seq: int, octets: int) -> None:
        """Send `packet` with each lane's own number: `seq` and the lane's offset."""


class PlainFan:
    """One call for each listener."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._buffer = Buffer()
        self._lanes: Sequence[Lane] = ()

    def seat(self, lanes: Sequence[Lane]) -> None:
        self._lanes = lanes

    def spread(self, packet: bytes, seq: int, octets: int) -> None:
        size, counters = len(packet), self._counters
        data, length, view = self._buffer.data, self._buffer.length, self._buffer.view
        for lane in self._lanes:
            view[:size] = packet
            _SEQUENCE.pack_into(view, 2, (seq + lane.offset) & 0xFFFF)
            length[0] = size
            if protect(lane.tx, data, length):
                counters.surprises += 1
                continue
            try:
                lane.reach.send(view[: length[0]], lane.reach.address)
            except OSError:
                counters.dropped_full += 1
                continue
            lane.packets += 1
            lane.octets += octets
            counters.forwarded += 1


def choose() -> Callable[[Counters], Fan]:
    """Return the fastest fan that this machine has."""
    batching = _load()
    if batching is None:
        return PlainFan
    ffi, libc = batching
    arena = _Arena()
    return lambda counters: BatchFan(counters, ffi, libc, arena)


def _load() -> tuple[Any, Any] | None:
    """Find the kernel's call that sends many datagrams at once."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        from cffi import FFI  # type: ignore[import-untyped]

        ffi = FFI()
        ffi.cdef("""
            struct iovec { void *iov_base; size_t iov_len; };
            struct msghdr {
                void *msg_name; unsigned int msg_namelen;
                struct iovec *msg_iov; size_t msg_iovlen;
                void *msg_control; size_t msg_controllen; int msg_flags;
            };
            struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
            int sendmmsg(int, struct mmsghdr *, unsigned int, int);
        """)
        libc = ffi.dlopen(None)
        _ = libc.sendmmsg
    except (ImportError, OSError, AttributeError):
        return None
    # musl lays these structures out otherwise; so might others that we have not tried.
    if "glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""):
        return None
    return ffi, libc


class _Arena:
    """Room for the sealed copies of one packet, shared by all fans: each is done before the next
    begins."""

    def __init__(self) -> None:
        self.buffer = Buffer(BUFFER * MOST_AT_ONCE)
        base = address_of(self.buffer)
        self.places = [base + BUFFER * index for index in range(MOST_AT_ONCE)]
        self.data = [part_of(self.buffer, BUFFER * index) for index in range(MOST_AT_ONCE)]
        self.views = [
            self.buffer.view[BUFFER * index : BUFFER * (index + 1)] for index in range(MOST_AT_ONCE)
        ]


class _Batch:
    """Up to MOST_AT_ONCE lanes behind one socket, with what the kernel wants to know of them."""

    def __init__(self, ffi: Any, arena: _Arena, fd: int, lanes: Sequence[Lane]) -> None:
        self.fd, self.lanes = fd, lanes
        self.headers = ffi.new("struct mmsghdr[]", len(lanes))
        self.parts = ffi.new("struct iovec[]", len(lanes))
        self.rows = list(
            zip(lanes, arena.data, arena.views, self.parts, strict=False)  # the arena is longer
        )
        self.sizes = [0] * len(lanes)
        names = [_socket_name(lane.reach.address) for lane in lanes]
        self._names = [ffi.new("char[]", name) for name in names]
        for index, name in enumerate(names):
            self.parts[index].iov_base = ffi.cast("void *", arena.places[index])
            header = self.headers[index].msg_hdr
            header.msg_name, header.msg_namelen = self._names[index], len(name)
            header.msg_iov, header.msg_iovlen = self.parts + index, 1


class BatchFan:
    """One call for all listeners behind one socket."""

    def __init__(self, counters: Counters, ffi: Any, libc: Any, arena: _Arena) -> None:
        self._counters, self._ffi, self._libc, self._arena = counters, ffi, libc, arena
        self._lanes: Sequence[Lane] = ()
        self._batches: list[_Batch] | None = None

    def seat(self, lanes: Sequence[Lane]) -> None:
        # Most slots of most circles never carry anything: nothing is made before it is needed.
        self._lanes, self._batches = lanes, None

    def _make_batches(self) -> list[_Batch]:
        by_socket: dict[int, list[Lane]] = {}
        for lane in self._lanes:
            by_socket.setdefault(lane.reach.fd, []).append(lane)
        return [
            _Batch(self._ffi, self._arena, fd, group[start : start + MOST_AT_ONCE])
            for fd, group in by_socket.items()
            for start in range(0, len(group), MOST_AT_ONCE)
        ]

    def spread(self, packet: bytes, seq: int, octets: int) -> None:
        if self._batches is None:
            self._batches = self._make_batches()
        for batch in self._batches:
            self._send(batch, self._seal(batch, packet, seq, octets))

    def _seal(self, batch: _Batch, packet: bytes, seq: int, octets: int) -> list[int]:
        """Seal every lane's copy; returns which failed, and must not leave."""
        size, sizes, failed = len(packet), batch.sizes, []
        length, write, seal = self._arena.buffer.length, _SEQUENCE.pack_into, protect
        for index, (lane, data, view, part) in enumerate(batch.rows):
            view[:size] = packet
            write(view, 2, (seq + lane.offset) & 0xFFFF)
            length[0] = size
            if seal(lane.tx, data, length):
                failed.append(index)
                continue
            sealed = length[0]
            if sealed != sizes[index]:
                part.iov_len = sizes[index] = sealed
            lane.packets += 1
            lane.octets += octets
        return failed

    def _send(self, batch: _Batch, failed: list[int]) -> None:
        counters, start = self._counters, 0
        counters.surprises += len(failed)
        for end in (*failed, len(batch.rows)):
            at = start
            while at < end:
                sent = self._libc.sendmmsg(
                    batch.fd, batch.headers + at, end - at, socket.MSG_DONTWAIT
                )
                if sent > 0:
                    counters.forwarded += sent
                    at += sent
                else:
                    # Full: all the rest is dropped, as nobody waits for a voice. Else that one
                    # alone cannot be sent; those after it may have another way.
                    dropped = end - at if self._ffi.errno == errno.EAGAIN else 1
                    counters.dropped_full += dropped
                    at += dropped
            start = end + 1


def _socket_name(address: tuple[Any, ...]) -> bytes:
    """Return an address as the kernel has it."""
    if len(address) == 2:
        host, port = address
        packed = socket.inet_aton(host)
        return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + packed + bytes(8)
    host, port, flow, scope = address
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    family = struct.pack("=H", socket.AF_INET6)
    return family + struct.pack("!HI", port, flow) + packed + struct.pack("=I", scope)
