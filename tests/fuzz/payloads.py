"""Events of the room from their schemas, and against them. Declines to send anything."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from typing import Any

import orjson
from hypothesis import strategies as st

from realtime.payloads import CLIENT_EVENTS
from tests.fuzz.texts import CANARY, json_values, nasty

ids = st.one_of(
    st.text("abcdef0123456789-_", min_size=8, max_size=30), st.just(CANARY + "-id"), nasty
)


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values that fit a type, as JSON has them; texts and numbers are odd ones all the same."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return of(typing.get_args(kind)[0])
    if origin is typing.Literal:
        return st.sampled_from(typing.get_args(kind))
    if origin in (typing.Union, types.UnionType):
        return st.one_of([of(one) for one in typing.get_args(kind)])
    if origin is tuple:
        inner = typing.get_args(kind)
        if inner[-1] is Ellipsis:
            return st.lists(of(inner[0]), max_size=5)
        return st.tuples(*map(of, inner)).map(list)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return st.fixed_dictionaries({name: of(hint) for name, hint in hints.items()})
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from([one.value for one in kind])
    if kind is type(None):
        return st.none()
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.one_of(st.integers(-4000, 4000), st.sampled_from([0, 2**53, 2**63, -(2**70)]))
    return ids


fitting = st.one_of([st.tuples(st.just(name), of(kind)) for name, kind in CLIENT_EVENTS.items()])
"""(event, payload) that the schema takes, or almost."""


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, Any]:
    """One that fits but for a piece: missing, more, or of another kind."""
    event, payload = draw(fitting)
    payload = dict(payload)
    inside = payload
    if isinstance(payload.get("command"), dict) and draw(st.booleans()):
        inside = payload["command"] = dict(payload["command"])
    how = draw(st.sampled_from(["less", "more", "other"]))
    if how == "more" or not inside:
        inside[draw(st.one_of(nasty, st.just("member_id")))] = draw(json_values)
        return event, payload
    name = draw(st.sampled_from(sorted(inside)))
    if how == "less":
        del inside[name]
    else:
        inside[name] = draw(json_values)
    return event, payload


events = st.one_of(
    fitting, spoiled(), st.tuples(st.one_of(nasty, st.sampled_from(["*", "connect"])), json_values)
)


def framed(event: str, payload: Any, number: int = 1) -> str:
    """As the line carries it. Numbers beyond 64 bits are spelt out, as a hostile client may."""
    try:
        body: str = orjson.dumps([event, payload]).decode()
    except (TypeError, orjson.JSONEncodeError):
        body = json.dumps([event, payload])
    return f"42{number}{body}"


PIECES = [
    *("0", "1", "2", "3", "4", "40", "41", "42", "43", "44", "45", "46", "5", "6", "b", "2probe"),
    *("[", "]", "{", "}", '"', ",", ":", "\\", "\\ud800", "null", "1e999", "-0", "99999999999"),
    *('"say"', '"command"', '{"type":"ask"}', '{"_placeholder":true,"num":0}', "/room,", "-"),
    CANARY,
    "[" * 5000,
    '{"a":' * 2500,
    "9" * 5000,
]
junk = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@st.composite
def cut_up(draw: st.DrawFn) -> str:
    """A good frame with a piece missing, doubled or put in."""
    text = framed(*draw(fitting))
    at = draw(st.integers(0, len(text)))
    to = draw(st.integers(at, min(len(text), at + 40)))
    between: str = draw(st.one_of(st.just(""), junk, nasty))
    return text[:at] + between + text[to:]


frames: st.SearchStrategy[str | bytes] = st.one_of(
    junk,
    cut_up(),
    st.builds(lambda p, t: p + t, st.sampled_from(PIECES), nasty),
    st.binary(max_size=200),
)
"""What a line may carry, text and binary."""
