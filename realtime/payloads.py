"""What clients send, and the strict parsing of it.

Declines unknown fields, missing fields, and anything that only looks like the right type.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

import orjson
from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from realtime.domain.commands import Command
from realtime.domain.meeting import MemberId, Wording
from realtime.domain.refusal import Reason, Refused

Id = Annotated[str, MinLen(8), MaxLen(64)]
"""Made by the client, unguessable: a repeat with the same id changes nothing."""
Count = Annotated[int, Ge(0), Le(2**53 - 1)]
TEXT_MAX = 2000
"""Characters of one message, counted after trimming."""
SDP_MAX = 15_000
"""Characters of a browser's answer. A frame is 16 KB."""
PROMPT_MAX = 500
COMMAND_MAX = 60
"""People named by one command at most; a circle has 30 seats."""


@dataclass(frozen=True)
class Hello:
    """The handshake, sent with CONNECT. The cookie says who; `circle` is the slug."""

    protocol: int
    circle: Annotated[str, MinLen(1), MaxLen(80)]
    tab: Annotated[str, MinLen(1), MaxLen(64)]
    observer: bool


@dataclass(frozen=True)
class CommandSent:
    """Event `command`. `seen` is the (epoch, version) of the meeting that the person saw."""

    command_id: Id
    seen: tuple[Count, Count]
    command: Annotated[Command, Field(discriminator="type")]


@dataclass(frozen=True)
class SayWords:
    """Event `say`. Up to 2,000 characters, opaque to the server."""

    id: Id
    text: str


@dataclass(frozen=True)
class SayPhrase:
    """Event `phrase`: one of the four warm phrases, by its key."""

    id: Id
    key: Literal["warm.1", "warm.2", "warm.3", "warm.4"]


@dataclass(frozen=True)
class Whisper:
    """Event `whisper`: a private line, to the facilitators (`to` None) or to one person."""

    id: Id
    to: MemberId | None
    text: str


@dataclass(frozen=True)
class Retract:
    """Event `retract`: take back one's own words; a facilitator may hide anybody's."""

    id: Id


@dataclass(frozen=True)
class Nod:
    """Event `nod`."""


@dataclass(frozen=True)
class Sync:
    """Event `sync`: send me the present state again."""


@dataclass(frozen=True)
class Observe:
    """Event `observe`: somebody at the door decides whether to come in as an observer."""

    observer: bool


@dataclass(frozen=True)
class SoundJoin:
    """Event `sound_join`: turn sound on in this tab. `listen_only`: without a microphone."""

    listen_only: bool


@dataclass(frozen=True)
class SoundAnswer:
    """Event `sound_answer`: the browser's answer to the offer, without its candidates."""

    ticket: Id
    sdp: Annotated[str, MinLen(1), MaxLen(SDP_MAX)]


@dataclass(frozen=True)
class SoundLeave:
    """Event `sound_leave`: turn sound off again."""

    ticket: Id


CLIENT_EVENTS: dict[str, type] = {
    "command": CommandSent,
    "say": SayWords,
    "phrase": SayPhrase,
    "whisper": Whisper,
    "retract": Retract,
    "nod": Nod,
    "sync": Sync,
    "observe": Observe,
    "sound_join": SoundJoin,
    "sound_answer": SoundAnswer,
    "sound_leave": SoundLeave,
}

Payload = TypeVar("Payload")


def _adapter(kind: type) -> TypeAdapter[Any]:
    # A dataclass of the standard library takes its config from what is around it: a tuple of one.
    one_of_kind: Any = types.GenericAlias(tuple, (kind,))
    return TypeAdapter(one_of_kind, config=ConfigDict(extra="forbid", strict=True))


_ADAPTERS = {kind: _adapter(kind) for kind in (Hello, *CLIENT_EVENTS.values())}
NO_BOUND = 2**63


def _texts(kind: type) -> dict[str, tuple[int, int]]:
    """Between which lengths its fields may be, where each is a text; else nothing."""
    found = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        bounds: tuple[object, ...] = getattr(hint, "__metadata__", ())
        if getattr(hint, "__origin__", hint) is not str:
            return {}
        if not all(isinstance(bound, MinLen | MaxLen) for bound in bounds):
            return {}
        low = max((b.min_length for b in bounds if isinstance(b, MinLen)), default=0)
        high = min((b.max_length for b in bounds if isinstance(b, MaxLen)), default=NO_BOUND)
        found[name] = low, high
    return found


_TEXTS = {kind: texts for kind in CLIENT_EVENTS.values() if (texts := _texts(kind))}
"""Of what is said most: looked at by hand, as it were. Whatever fails there is judged as all is."""


def _quickly(kind: type[Payload], data: object) -> Payload | None:
    """The same as by its schema, which the tests hold against it; None where that has to say."""
    texts = _TEXTS.get(kind)
    if texts is None or not isinstance(data, dict) or len(data) != len(texts):
        return None
    for name, (low, high) in texts.items():
        text = data.get(name)
        # Half a character is in no alphabet, and cannot be sent on.
        if type(text) is not str or not low <= len(text) <= high or not sendable(text):
            return None
    return kind(**data)


def sendable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse(kind: type[Payload], data: object) -> Payload:
    """The payload as its dataclass. Raises `Refused(MALFORMED)`, saying nothing of what it held."""
    if (quickly := _quickly(kind, data)) is not None:
        return quickly
    try:
        # Through JSON, so that strict means strict and lone surrogates do not pass.
        payload: Payload = _ADAPTERS[kind].validate_json(orjson.dumps([data]))[0]
    except (ValidationError, orjson.JSONEncodeError, RecursionError):
        raise Refused(Reason.MALFORMED) from None
    if isinstance(payload, CommandSent):
        _bounded(payload.command)
    return payload


def _bounded(command: Command) -> None:
    """Refuse what is well formed but of a size no person would send."""
    fields: dict[str, Any] = vars(command)
    for value in fields.values():
        texts = (value.id, value.en) if isinstance(value, Wording) else (value,)
        if any(isinstance(text, str) and len(text) > PROMPT_MAX for text in texts):
            raise Refused(Reason.TOO_LONG)
        if isinstance(value, tuple) and len(value) > COMMAND_MAX:
            raise Refused(Reason.TOO_LONG)
        if isinstance(value, int) and not -3600 <= value <= 3600:
            raise Refused(Reason.MALFORMED)


def trimmed(text: str) -> str:
    """Words without the blanks around them. Raises `Refused` when none or too many are left."""
    words = text.strip()
    if not words:
        raise Refused(Reason.EMPTY)
    if len(words) > TEXT_MAX:
        raise Refused(Reason.TOO_LONG)
    return words
