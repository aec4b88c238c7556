"""The way to Redis, whatever its shape: commands, scripts, and places for lines to listen at.

Every loss is told as `OutOfReach`. Declines to retry what may have been carried out.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import RedisError

from realtime.domain.meeting import CircleId
from realtime.ports import OutOfReach
from realtime.store.cluster import Cluster
from realtime.store.node import PATIENCE, Node, Script, StoreFault
from realtime.store.pipe import Word
from realtime.store.places import Address, parse, pool_by_sentinels, pool_of, primary

__all__ = ["KEPT", "PATIENCE", "Link", "Place", "Script", "StoreFault", "Word", "key"]

KEPT = 24 * 60 * 60
"""Seconds after which what nobody forgot forgets itself: longer than any meeting."""
Place = Address | None
"""A server of a cluster; None: the one that there is."""


def key(circle_id: CircleId, part: str = "") -> str:
    """`{circle}` is the hash tag: state, order, presence and channel share a slot of a cluster."""
    return f"{{{circle_id}}}:{part}" if part else f"{{{circle_id}}}"


class Link:
    """One process's way to one Redis, by URL: see `places`."""

    node: type[Node] = Node

    def __init__(self, url: str) -> None:
        places = self._places = parse(url)
        self._one: Node | None = None
        self._cluster: Cluster | None = None
        if places.kind == "cluster":
            self._cluster = Cluster(places, self.node)
        else:
            self._one = self.node(pool_by_sentinels(places) if places.kind else pool_of(url))

    def ask(self, *words: Word) -> Coroutine[Any, Any, Any]:
        """Send one command; its key is its second word. Raises `OutOfReach`."""
        if self._one is not None:
            return self._one.answer(words)
        assert self._cluster is not None
        return self._cluster.answer(encoded(words[1] if len(words) > 1 else ""), words, None)

    def run(self, script: Script, keys: Sequence[str], *words: Word) -> Coroutine[Any, Any, Any]:
        """Run a script. Raises `OutOfReach`; it may have run all the same."""
        all_words = (len(keys), *keys, *words)
        if self._one is not None:
            return self._one.answer(all_words, script)
        assert self._cluster is not None
        return self._cluster.answer(encoded(keys[0]), all_words, script)

    async def place_of(self, channel: bytes) -> Place:
        """Where to listen for that channel. Raises `OutOfReach`."""
        return None if self._cluster is None else await self._cluster.place_of(channel)

    def pool(self, place: Place) -> ConnectionPool:
        """For a connection of one's own there; give it back."""
        if self._cluster is not None and place is not None:
            return self._cluster.pool(place)
        assert self._one is not None
        return self._one.pool

    async def look_again(self) -> None:
        """Something is no longer where it was. Raises `OutOfReach` where nobody knows."""
        if self._cluster is not None:
            await self._cluster.look()

    async def servers(self) -> tuple[str, ...]:
        """A URL for each server there is, as far as it can be asked. Raises `OutOfReach`."""
        if self._cluster is not None:
            await self._cluster.look()
            return tuple(map(self._places.url_of, self._cluster.members))
        if not self._places.kind:
            return (self._places.url,)
        try:
            return (self._places.url_of(await primary(self.pool(None))),)
        except (RedisError, OSError):
            raise OutOfReach from None

    async def close(self) -> None:
        for way in (self._one, self._cluster):
            if way is not None:
                await way.close()


def encoded(word: Word) -> bytes:
    return word if isinstance(word, bytes) else str(word).encode()
