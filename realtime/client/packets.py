"""The text packets of Engine.IO 4 and Socket.IO 5 that the room uses, read and written.

Pure. Declines binary packets, other namespaces than `/`, and long-polling: the server offers none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

PING = "2"
PONG = "3"
DISCONNECT = "41"


class NotAPacket(ValueError):
    """The server sent what this client does not understand. Carries no word of it."""


@dataclass(frozen=True)
class Opened:
    """The first packet: how often the server pings, in seconds."""

    ping_interval: float
    ping_timeout: float


@dataclass(frozen=True)
class Pinged:
    """The server asks whether we are still there."""


@dataclass(frozen=True)
class Closed:
    """The server ends the connection."""


@dataclass(frozen=True)
class Connected:
    """The namespace is joined."""

    sid: str


@dataclass(frozen=True)
class Rejected:
    """The namespace was not joined, and why."""

    message: str


@dataclass(frozen=True)
class Event:
    name: str
    payload: object


@dataclass(frozen=True)
class Answered:
    """The acknowledgement of our event with that id."""

    id: int
    payload: object


Packet = Opened | Pinged | Closed | Connected | Rejected | Event | Answered

MESSAGE = re.compile(r"4([0-6])(\d*)(.*)", re.DOTALL)


def read(frame: str | bytes) -> Packet:
    """What one frame of the server means."""
    if not isinstance(frame, str) or not frame:
        raise NotAPacket("not a text frame")
    try:
        match frame[0]:
            case "0":
                return opened(orjson.loads(frame[1:]))
            case "1":
                return Closed()
            case "2":
                return Pinged()
            case "4":
                return message(frame)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise NotAPacket("not a packet of the room") from None
    raise NotAPacket("an Engine.IO packet of no use here")


def opened(data: dict[str, float]) -> Opened:
    return Opened(float(data["pingInterval"]) / 1000, float(data["pingTimeout"]) / 1000)


def message(frame: str) -> Packet:
    """A Socket.IO packet inside an Engine.IO message."""
    found = MESSAGE.fullmatch(frame)
    if found is None:
        raise NotAPacket("not a Socket.IO packet")
    kind, number, body = found.groups()
    data = orjson.loads(body) if body else None
    match kind:
        case "0" if isinstance(data, dict):
            return Connected(str(data["sid"]))
        case "1":
            return Closed()
        case "2" if isinstance(data, list) and data:
            return Event(str(data[0]), data[1] if len(data) > 1 else None)
        case "3" if isinstance(data, list) and number:
            return Answered(int(number), data[0] if data else None)
        case "4" if isinstance(data, dict):
            return Rejected(str(data["message"]))
    raise NotAPacket("a Socket.IO packet of no use here")


def connect(auth: object) -> str:
    """Ask to join the namespace."""
    return "40" + orjson.dumps(auth).decode()


def event(name: str, payload: object, id: int) -> str:
    """An event that asks to be acknowledged; dataclasses and enums become plain JSON."""
    return f"42{id}" + orjson.dumps([name, payload]).decode()
