"""ICE's connectivity checks: reads a binding request, writes its answer.

Declines everything else of STUN: what is no whole, well-formed request with a name and an
integrity is None, and gets no answer at all.
"""

from __future__ import annotations

import hmac
import socket
import struct
import zlib
from dataclasses import dataclass

COOKIE = 0x2112A442
REQUEST, RESPONSE = 0x0001, 0x0101
USERNAME, INTEGRITY, XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0020
USE_CANDIDATE, FINGERPRINT = 0x0025, 0x8028
LONGEST = 548
LONGEST_NAME = 513

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class Check:
    """A binding request, its integrity not yet looked at."""

    transaction: bytes
    ours: bytes
    """The part of the name that we gave out."""
    nominates: bool
    _signed: bytes
    _signature: bytes

    def holds(self, password: bytes) -> bool:
        """Whether whoever sent this knows the password."""
        return hmac.compare_digest(_sign(self._signed, password), self._signature)


def read_check(data: bytes) -> Check | None:
    """Return the request in `data`, or None."""
    if not _HEADER.size <= len(data) <= LONGEST:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind != REQUEST or cookie != COOKIE or length % 4 or length != len(data) - _HEADER.size:
        return None
    name, nominates, at = b"", False, _HEADER.size
    while at + _ATTRIBUTE.size <= len(data):
        attribute, size = _ATTRIBUTE.unpack_from(data, at)
        value = data[at + 4 : at + 4 + size]
        if len(value) != size:
            return None
        if attribute == USERNAME:
            name = value
        elif attribute == USE_CANDIDATE:
            nominates = True
        elif attribute == INTEGRITY:
            # Nothing after the signature counts: anybody on the way may have added it.
            if size != 20 or not 0 < len(name) <= LONGEST_NAME:
                return None
            return Check(transaction, name.partition(b":")[0], nominates, data[:at], value)
        at += 4 + size + (-size) % 4
    return None


def answer_check(transaction: bytes, address: tuple[str, int], password: bytes) -> bytes:
    """Return the answer to a request that came from `address`."""
    body = _attribute(XOR_MAPPED_ADDRESS, _xor_address(transaction, address))
    return _finish(RESPONSE, transaction, body, password)


def write_check(
    transaction: bytes, name: bytes, password: bytes, *, nominates: bool = True
) -> bytes:
    """Return a request: what a browser sends, for those who test us."""
    body = _attribute(USERNAME, name)
    if nominates:
        body += _attribute(USE_CANDIDATE, b"")
    return _finish(REQUEST, transaction, body, password)


def _finish(kind: int, transaction: bytes, body: bytes, password: bytes) -> bytes:
    message = _HEADER.pack(kind, len(body), COOKIE, transaction) + body
    message += _attribute(INTEGRITY, _sign(message, password))
    message = _with_length(message, len(message) - _HEADER.size + 8)
    check = zlib.crc32(message) ^ 0x5354554E
    return message + _attribute(FINGERPRINT, struct.pack("!I", check))


def _sign(message: bytes, password: bytes) -> bytes:
    counted = _with_length(message, len(message) - _HEADER.size + 24)
    return hmac.digest(password, counted, "sha1")


def _with_length(message: bytes, length: int) -> bytes:
    return message[:2] + length.to_bytes(2, "big") + message[4:]


def _attribute(kind: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _xor_address(transaction: bytes, address: tuple[str, int]) -> bytes:
    host, port = address
    six = ":" in host
    # A link-local address carries its interface, which is nobody's business.
    packed = socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, host.partition("%")[0])
    pad = struct.pack("!I", COOKIE) + transaction
    hidden = bytes(a ^ b for a, b in zip(packed, pad, strict=False))
    return struct.pack("!BBH", 0, 2 if six else 1, port ^ (COOKIE >> 16)) + hidden
