"""Leaves one check of the room out, so that a benchmark can tell what it costs. For nothing else."""

from __future__ import annotations

from typing import Any

import orjson

from realtime import events, limits, table
from realtime.payloads import SayWords


def _limits() -> None:
    limits.Connection.may = lambda *_: True  # type: ignore[method-assign]


def _schema() -> None:
    def parse(_kind: type, data: Any) -> Any:
        return SayWords(data["id"], data["text"])

    events.parse = parse  # type: ignore[assignment]


def _table() -> None:
    table.check = lambda *_: None  # type: ignore[assignment]


def _floor() -> None:
    events.may_say = lambda *_: None  # type: ignore[assignment]


def _guard() -> None:
    from realtime.line import Guard

    async def receive(self: Guard) -> Any:
        return await self._receive()

    Guard.receive = receive  # type: ignore[method-assign]


def _bus() -> None:
    """Words go to this process alone, past Redis: what the order of all costs."""
    from realtime.ports import WordsHeard
    from realtime.store.bus import RedisFanout, channel_of

    places: dict[str, int] = {}

    async def publish(self: RedisFanout, circle_id: Any, event: str, payload: bytes) -> int:
        seq = places[circle_id] = places.get(circle_id, 0) + 1
        self._ears[channel_of(circle_id)].pass_on(WordsHeard(seq, event, payload))
        return seq

    RedisFanout.publish = publish  # type: ignore[method-assign]


CHECKS = {
    "limits": ("how often", _limits),
    "schema": ("its schema", _schema),
    "table": ("the table of rights", _table),
    "floor": ("the floor", _floor),
    "guard": ("the guard of the line", _guard),
    "bus": ("one order by Redis", _bus),
}
"""By name: its words in the table, and what leaves it out."""


def leave_out(name: str) -> None:
    if name:
        CHECKS[name][1]()


def said(text: str) -> bytes:
    """A frame as large as those that are measured."""
    return orjson.dumps(text)
